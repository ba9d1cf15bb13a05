"""Both sides are treated alike: the same journey from either side shows each writer and each reader the same form."""

from pathlib import Path
from typing import Any

import pytest

from mediation.messages import choices, letters, participation, queue, taking_back
from mediation.messages.views import case_messages
from mediation.protocol import note
from mediation.protocol.decision_signing import Choice
from tests.cases.fixtures import Desk
from tests.cases.served import message_id
from tests.protocol.world import Person


def _journey(desk: Desk, writer: Person, reader: Person) -> list[Any]:
    """Everything that a letter can go through, and what everybody is shown after each step."""
    case, seen = desk.case, []

    def look() -> None:
        shown = [case.see(view, who) for who in (writer, reader) for view in (letters.letters, letters.membership)]
        staff = desk.office.see(case_messages, case.actor(desk.fay), case.case_id, case.now)
        seen.append(_form([shown, staff, case.see(queue.queue, desk.fay)]))

    first, second, third = [case.write(writer, [reader]) for _ in range(3)]
    look()
    case.release(first, reader, note=note.new("About March."))
    case.decide(second, Choice("return"))
    look()
    case.do(choices.choose, reader, message_id(first), "kept", tell=True)
    look()
    case.do(choices.open_letter, reader, message_id(first), tell=False)
    case.write(writer, [], kind="private")
    case.write(desk.fay, [reader], kind="private")
    look()
    case.do(taking_back.take_back, writer, message_id(first))
    case.do(participation.change_own, writer, "paused")
    look()
    case.do(participation.acknowledge, desk.fay, case.case_id, writer.id)
    case.agree(writer)
    case.do(participation.change_own, reader, "withdrawn")
    look()
    assert third
    return seen


def _form(value: Any) -> Any:
    """Keys, kinds and lengths, and every word of a state, but no content; lists of people in no order."""
    if isinstance(value, dict):
        return {key: _form(each) for key, each in value.items() if key not in ("side", "statements", "consents")}
    if isinstance(value, list):
        return sorted((_form(each) for each in value), key=repr)
    words = isinstance(value, str) and len(value) < 20 and value.replace("_", "").replace("-", "").isalpha()
    return value if words or not isinstance(value, str) else len(value)


def test_a_journey_from_either_side_looks_the_same(desk: Desk, tmp_path: Path) -> None:
    other = desk.office.copy("the other side")
    mirrored = Desk(other, other.cases[0], desk.fay, desk.finn, desk.hana, desk.rhys)
    harmed = _journey(desk, desk.hana, desk.rhys)
    responsible = _journey(mirrored, desk.rhys, desk.hana)
    for number, (one, another) in enumerate(zip(harmed, responsible, strict=True)):
        assert one == another, number
    other.close()


@pytest.mark.parametrize("side", ["hana", "rhys"])
def test_either_side_writes_first(desk: Desk, side: str) -> None:
    writer, reader = (desk.hana, desk.rhys) if side == "hana" else (desk.rhys, desk.hana)
    desk.case.release(desk.case.write(writer, [reader]), reader)
    assert len(desk.case.see(letters.letters, reader)["offers"]) == 1
