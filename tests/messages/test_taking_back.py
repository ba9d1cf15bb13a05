"""Taking back: always the same answer, the same look afterwards, whatever the reader has done."""

from datetime import timedelta
from typing import Any

import pytest

from mediation.messages import choices, deciding, holding, letters, taking_back
from mediation.messages.models import Decision, MessageRecipient, Task
from mediation.protocol.decision_signing import Choice
from mediation.protocol.message import Sealed
from mediation.sms.models import OutboxText
from tests.cases.contacts import reached_by
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import message_id
from tests.protocol.world import DAY, Person

STATES = ("waiting", "held back", "offered", "kept", "with_facilitator", "not_wanted", "opened", "returned", "stopped")


def _bring(desk: Desk, state: str) -> Sealed:
    """A letter of Hana's that has come so far."""
    sealed = desk.case.write(desk.hana, [desk.rhys])
    if state in ("returned", "stopped"):
        desk.case.decide(sealed, Choice({"returned": "return", "stopped": "stop"}[state]))
    elif state == "held back":
        desk.case.release(sealed, desk.rhys, not_before=desk.case.now + timedelta(days=9))
    elif state != "waiting":
        desk.case.release(sealed, desk.rhys)
    if state == "opened":
        desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=True)
    elif state in ("kept", "with_facilitator", "not_wanted"):
        desk.case.do(choices.choose, desk.rhys, message_id(sealed), state, tell=True)
    return sealed


def _take_back(desk: Desk, sealed: Sealed, who: Person | None = None) -> None:
    desk.case.do(taking_back.take_back, who or desk.hana, message_id(sealed))


def _own(desk: Desk) -> dict[str, Any]:
    shown: dict[str, Any] = desk.case.see(letters.letters, desk.hana)["own"][0]
    return shown


def _form(shown: dict[str, Any]) -> dict[str, Any]:
    """What can be told apart about a letter of one's own, but for the letter itself."""
    lengths = {key: len(value) for key, value in shown.items() if isinstance(value, str)}
    return {"lengths": lengths, "keys": list(shown), "status": shown["status"], "told": shown["told"]}


@pytest.mark.parametrize("state", STATES)
def test_it_always_looks_the_same_afterwards(desk: Desk, state: str) -> None:
    sealed = _bring(desk, state)
    _take_back(desk, sealed)
    shown = _own(desk)
    assert (shown["status"], shown["told"]) == ("taken_back", None)
    assert shown == {**shown, "message": sealed.envelope, "submitted_on": desk.case.now.date().isoformat()}
    with unchanged(desk.office):
        _take_back(desk, sealed)


def test_before_and_after_opening_nothing_differs_for_the_writer(desk: Desk) -> None:
    forms = []
    for state in ("offered", "opened"):
        sealed = _bring(desk, state)
        _take_back(desk, sealed)
        forms.append(_form(desk.case.see(letters.letters, desk.hana)["own"][-1]))
    assert forms[0] == forms[1]


@pytest.mark.parametrize(
    ("state", "after"),
    [(each, each if each in ("opened", "returned", "stopped") else "recalled") for each in STATES],
)
def test_whoever_has_not_opened_it_no_longer_can(desk: Desk, state: str, after: str) -> None:
    sealed = _bring(desk, state)
    _take_back(desk, sealed)
    assert desk.office.rows(MessageRecipient)[0].state == after
    (kinds, seen) = desk.office.kinds(desk.case.case_id), after == "recalled"
    assert kinds.count("message.taken-back") == 1
    assert kinds.count("message.recalled") == int(seen)


def test_its_reader_sees_that_it_is_gone_and_nothing_of_it(desk: Desk) -> None:
    sealed = _bring(desk, "kept")
    _take_back(desk, sealed)
    (offer,) = desk.case.see(letters.letters, desk.rhys)["offers"]
    assert (offer["message_id"], offer["state"]) == (message_id(sealed), "recalled")
    assert {key for key, value in offer.items() if value} == {"message_id", "state", "offered_on"}


def test_what_was_never_offered_leaves_no_trace_for_its_reader(desk: Desk) -> None:
    for state in ("waiting", "held back"):
        _take_back(desk, _bring(desk, state))
    desk.case.later(days=20)
    assert desk.case.see(letters.letters, desk.rhys)["offers"] == []


def test_a_proposal_about_it_is_dropped_and_a_hold_gone(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), Choice("release", desk.rhys.id)
    proposal = desk.case.propose(sealed, choice)
    given = desk.case.proposed(proposal, sealed, choice, False)
    desk.case.do(deciding.propose, desk.fay, message_id(sealed), given)
    desk.case.do(holding.hold, desk.fay, message_id(sealed))
    _take_back(desk, sealed)
    assert desk.office.rows(Decision)[0].state == "dropped"
    with refused(desk.office, "not-in-review", 409):
        desk.case.do(holding.hold, desk.fay, message_id(sealed))


def test_its_text_is_cancelled_unless_something_else_waits(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    first, second = _bring(desk, "offered"), _bring(desk, "offered")
    _take_back(desk, first)
    assert [text.state for text in desk.office.rows(OutboxText)] == ["queued"]
    _take_back(desk, second)
    assert [text.state for text in desk.office.rows(OutboxText)] == ["cancelled"]
    third = _bring(desk, "offered")
    desk.case.write(desk.fay, [desk.rhys], kind="private")
    _take_back(desk, third)
    assert sorted(text.state for text in desk.office.rows(OutboxText)) == ["cancelled", "queued"]


def test_it_needs_no_case_that_holds(desk: Desk) -> None:
    sealed = _bring(desk, "offered")
    desk.case.now += 40 * DAY
    _take_back(desk, sealed)
    assert desk.office.rows(MessageRecipient)[0].state == "recalled"


def test_only_the_writer_takes_a_letter_back(desk: Desk) -> None:
    sealed = _bring(desk, "offered")
    flo, sue = desk.office.agency.people["flo"], desk.office.agency.people["sue"]
    refusals = [(desk.rhys, "not-found"), (desk.fay, "not-allowed"), (flo, "not-found"), (sue, "not-allowed")]
    for who, code in refusals:
        with refused(desk.office, code):
            _take_back(desk, sealed, who)


def test_a_facilitator_does_it_for_what_was_written_down_or_summed_up(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    scribed = desk.case.write(ann, [desk.rhys], scribe=desk.fay)
    summary = desk.case.write(desk.fay, [desk.hana], kind="summary")
    for sealed in (scribed, summary):
        _take_back(desk, sealed, desk.finn)
    assert {row.state for row in desk.office.rows(MessageRecipient)} == {"recalled"}


def test_privates_and_notes_are_not_taken_back(desk: Desk) -> None:
    private = desk.case.write(desk.hana, [], kind="private")
    with refused(desk.office, "not-takeable", 409):
        _take_back(desk, private)
    for kind, to in (("private", [desk.hana]), ("note", [])):
        sealed = desk.case.write(desk.fay, to, kind=kind)
        with refused(desk.office, "not-takeable", 409):
            _take_back(desk, sealed, desk.fay)


def test_taking_back_settles_the_tasks_about_it(desk: Desk) -> None:
    sealed = _bring(desk, "with_facilitator")
    _take_back(desk, sealed)
    assert [task.done_at is not None for task in desk.office.rows(Task)] == [True]
