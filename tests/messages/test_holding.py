"""A hold: who sets and lifts it, and when there is nothing to hold."""

import pytest

from mediation.messages import holding, taking_back
from mediation.messages.models import Message
from mediation.protocol.decision_signing import Choice
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import message_id


def test_a_hold_names_who_set_it_and_when(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.later(hours=1)
    row = desk.case.do(holding.hold, desk.fay, message_id(sealed))
    assert (row.held_by, row.held_at) == (desk.fay.id, desk.case.now)
    with unchanged(desk.office):
        desk.case.do(holding.hold, desk.fay, message_id(sealed))
    with refused(desk.office, "message-held", 409):
        desk.case.do(holding.hold, desk.finn, message_id(sealed))


def test_any_facilitator_of_the_case_lifts_it(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.do(holding.hold, desk.fay, message_id(sealed))
    desk.case.do(holding.unhold, desk.finn, message_id(sealed))
    assert desk.office.rows(Message)[0].held_by is None
    with unchanged(desk.office):
        desk.case.do(holding.unhold, desk.finn, message_id(sealed))
    assert desk.office.kinds(desk.case.case_id)[-2:] == ["message.held", "message.unheld"]


@pytest.mark.parametrize("state", ["released", "return", "stop", "taken back", "private", "note"])
def test_only_what_waits_for_a_decision_is_held(desk: Desk, state: str) -> None:
    if state in ("private", "note"):
        sealed = desk.case.write(desk.fay, [desk.hana] if state == "private" else [], kind=state)
    else:
        sealed = desk.case.write(desk.hana, [desk.rhys])
    if state == "released":
        desk.case.release(sealed, desk.rhys)
    elif state in ("return", "stop"):
        desk.case.decide(sealed, Choice(state))
    elif state == "taken back":
        desk.case.do(taking_back.take_back, desk.hana, message_id(sealed))
    with refused(desk.office, "not-in-review", 409):
        desk.case.do(holding.hold, desk.fay, message_id(sealed))


def test_nobody_else_holds_or_lifts(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    people = desk.office.agency.people
    for who, code in ((people["flo"], "not-found"), (people["sue"], "not-allowed"), (desk.hana, "not-found")):
        for act in (holding.hold, holding.unhold):
            with refused(desk.office, code):
                desk.case.do(act, who, message_id(sealed))
    with refused(desk.office, "not-found", 404):
        desk.case.do(holding.hold, desk.fay, "A" * 22)
