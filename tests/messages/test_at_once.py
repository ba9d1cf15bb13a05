"""Two acts at the same moment: one comes after the other, and the second finds what the first has done."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mediation.errors import MediationError
from mediation.messages import choices, deciding, participation, submission, taking_back
from mediation.messages.models import Decision, Message, MessageRecipient
from mediation.messages.rows import move, recipient_of, store
from mediation.messages.states import RecipientAction
from mediation.protocol.decision_signing import Choice
from mediation.protocol.errors import ProtocolError
from tests.cases.fixtures import Desk
from tests.cases.served import message_id
from tests.protocol.world import NOW


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """The answers, or the refusals' codes, of acts that begin together."""
    ready, answers = Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        ready.wait()
        try:
            answers[number] = acts[number]()
        except (MediationError, ProtocolError) as error:
            answers[number] = error.code  # type: ignore[call-overload]  # either kind of answer

    threads = [Thread(target=run, args=(number,)) for number in range(len(acts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def test_a_double_click_hands_in_one_message(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = desk.case.submission(sealed)
    again = _at_once(*[lambda: desk.case.do(submission.submit, desk.hana, given)[1]] * 4)
    assert again == [False] * 4
    assert len(desk.office.rows(Message)) == 1


def test_of_two_decisions_one_is_made(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    release = Choice("release", desk.rhys.id)
    acts = []
    for who, choice in ((desk.fay, release), (desk.finn, Choice("stop"))):
        given = desk.case.proposed(desk.case.propose(sealed, choice, who), sealed, choice)
        acts.append(
            lambda who=who, given=given: desk.case.do(deciding.propose, who, message_id(sealed), given)[0].state
        )
    answers = _at_once(*acts)
    assert sorted(str(each) for each in answers) == ["already-decided", "final"]
    assert len(desk.office.rows(Decision)) == 1


def test_taking_back_and_opening_end_one_way_or_the_other(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    _, opened = _at_once(
        lambda: desk.case.do(taking_back.take_back, desk.hana, message_id(sealed)),
        lambda: desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False),
    )
    (row,) = desk.office.rows(MessageRecipient)
    assert row.state == ("recalled" if opened == "recalled" else "opened")


def test_pausing_and_releasing_end_one_way_or_the_other(desk: Desk) -> None:
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), Choice("release", desk.rhys.id)
    given = desk.case.proposed(desk.case.propose(sealed, choice), sealed, choice)
    _at_once(
        lambda: desk.case.do(participation.change_own, desk.hana, "paused"),
        lambda: desk.case.do(deciding.propose, desk.fay, message_id(sealed), given),
    )
    (row,) = desk.office.rows(MessageRecipient)
    assert row.state == "recalled"


def test_a_row_that_has_changed_underneath_is_not_moved(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])

    def act(session: Session) -> None:
        row = recipient_of(session, message_id(sealed), desk.rhys.id)
        session.execute(text("UPDATE message_recipient SET state = 'recalled', revision = revision + 1"))
        store(session, move(row, RecipientAction.RELEASE, NOW))

    with pytest.raises(StaleDataError):
        desk.office.do(act)
    assert desk.office.rows(MessageRecipient)[0].state == "in_review"
