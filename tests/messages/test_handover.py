"""What a case's next statement does to its messages."""

from typing import Any

from mediation.messages import deciding
from mediation.messages.models import Decision, MessageRecipient
from mediation.messages.views import case_messages
from mediation.protocol import envelope
from mediation.protocol.decision_signing import Choice
from mediation.protocol.message import Sealed
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused
from tests.cases.served import message_id


def _without_finn(desk: Desk, approvals: int | None = None) -> None:
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, facilitators=[desk.fay], approvals=approvals)


def _state(desk: Desk, sealed: Sealed) -> str:
    return str(desk.office.rows(MessageRecipient, message_id=message_id(sealed))[0].state)


def _shown(desk: Desk) -> list[dict[str, Any]]:
    return desk.office.see(case_messages, desk.case.actor(desk.fay), desk.case.case_id, desk.case.now)


def test_what_somebody_who_stays_wrote_goes_on_waiting(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _without_finn(desk)
    assert _state(desk, sealed) == "in_review"
    desk.case.release(sealed, desk.rhys)
    assert _state(desk, sealed) == "offered"


def test_what_a_leaver_wrote_is_recalled_if_it_still_waits(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    waiting = [
        desk.case.write(desk.finn, [desk.hana], kind="summary"),
        desk.case.write(ann, [desk.rhys], scribe=desk.finn),
    ]
    released = desk.case.write(desk.finn, [desk.rhys], kind="summary")
    desk.case.release(released, desk.rhys, desk.fay)
    _without_finn(desk)
    assert [_state(desk, each) for each in waiting] == ["recalled", "recalled"]
    assert _state(desk, released) == "offered"


def test_a_proposal_that_only_a_leaver_signed_is_dropped(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), Choice("release", desk.rhys.id)
    proposal = desk.case.propose(sealed, choice, desk.finn)
    given = desk.case.proposed(proposal, sealed, choice, False)
    row, _ = desk.case.do(deciding.propose, desk.finn, message_id(sealed), given)
    _without_finn(desk, approvals=1)
    assert desk.office.rows(Decision)[0].state == "dropped"
    both = envelope.add_signature(row.envelope, "decision", desk.fay.sign_seed)
    with refused(desk.office, "proposal-closed", 409):
        desk.case.do(deciding.sign, desk.fay, row.hash, both, desk.case.wrap_for(sealed, choice))
    assert _state(desk, sealed) == "in_review"


def test_a_leaver_s_release_stays_final_and_a_stayer_s_proposal_open(strict_desk: Desk) -> None:
    desk = strict_desk
    released, waiting = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(released, desk.rhys)
    choice = Choice("return")
    proposal = desk.case.propose(waiting, choice, desk.fay)
    desk.case.do(deciding.propose, desk.fay, message_id(waiting), desk.case.proposed(proposal, waiting, choice, False))
    _without_finn(desk, approvals=1)
    assert sorted(row.state for row in desk.office.rows(Decision)) == ["final", "proposed"]
    assert [each["needs"] for message in _shown(desk) for each in message["decisions"]] == [0, 1]


def test_messages_from_before_are_opened_through_the_link(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys], "From before.")
    _without_finn(desk)
    assert desk.case.read(sealed).text == "From before."
    (shown,) = desk.case.see(
        lambda session, actor, now: case_messages(session, actor, desk.case.case_id, now), desk.fay
    )
    assert shown["wrap"]["epoch"] == 1
