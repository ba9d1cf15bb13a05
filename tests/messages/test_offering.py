"""When a release becomes an offer, and who is told how."""

from datetime import timedelta

import pytest

from mediation.cases import heads
from mediation.cases.models import MemberDocument
from mediation.db import table_of, writing
from mediation.messages import letters, participation
from mediation.messages.models import MessageRecipient, Task
from mediation.protocol.message import Sealed
from mediation.sms.models import OutboxText
from tests.cases.contacts import reached_by
from tests.cases.fixtures import Desk
from tests.cases.refusals import unchanged
from tests.cases.served import Served, message_id
from tests.protocol.world import DAY, Person


def _later(desk: Desk, sealed: Sealed, to: Person, **by: float) -> None:
    desk.case.release(sealed, to, not_before=desk.case.now + timedelta(**by))


def _sweep(desk: Desk) -> int:
    return desk.office.sweep(desk.case.now)


def _offers(desk: Desk, who: Person) -> list[str]:
    return [each["state"] for each in desk.case.see(letters.letters, who)["offers"]]


def _status(desk: Desk, who: Person) -> list[str]:
    return [each["status"] for each in desk.case.see(letters.letters, who)["own"]]


def _row(desk: Desk, sealed: Sealed) -> MessageRecipient:
    return desk.office.rows(MessageRecipient, message_id=message_id(sealed))[0]


def test_a_release_now_is_an_offer_at_once_and_its_text_is_queued_with_it(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    desk.case.release(desk.case.write(desk.hana, [desk.rhys]), desk.rhys)
    (text,) = desk.office.rows(OutboxText)
    assert (text.participant_id, text.state, text.wording) == (desk.rhys.id, "queued", "update")
    with unchanged(desk.office):
        assert _sweep(desk) == 0


def test_a_second_offer_sends_no_second_text(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    for _ in range(2):
        desk.case.release(desk.case.write(desk.hana, [desk.rhys]), desk.rhys)
    assert len(desk.office.rows(OutboxText)) == 1


def test_whoever_wants_no_texts_gets_none(desk: Desk) -> None:
    reached_by(desk, desk.rhys, "call")
    desk.case.release(desk.case.write(desk.hana, [desk.rhys]), desk.rhys)
    assert desk.office.rows(OutboxText) == []


def test_before_its_time_nobody_sees_a_release(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _later(desk, sealed, desk.rhys, days=2)
    desk.case.later(days=1)
    assert _sweep(desk) == 0
    assert _offers(desk, desk.rhys) == []
    assert _status(desk, desk.hana) == ["with_facilitator"]
    assert desk.office.rows(OutboxText) == []


def test_when_its_time_has_come_it_is_there_with_and_without_the_sweep(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _later(desk, sealed, desk.rhys, days=2)
    desk.case.later(days=2)
    assert (_offers(desk, desk.rhys), _status(desk, desk.hana)) == (["offered"], ["passed_on"])
    assert _row(desk, sealed).state == "released"
    assert _sweep(desk) == 1
    assert (_row(desk, sealed).state, _row(desk, sealed).offered_at) == ("offered", desk.case.now)
    assert (_offers(desk, desk.rhys), _status(desk, desk.hana)) == (["offered"], ["passed_on"])
    assert len(desk.office.rows(OutboxText)) == 1
    assert desk.office.kinds(desk.case.case_id)[-2:] == ["message.offered", "sms.queued"]


@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_somebody_who_paused_is_offered_nothing_until_they_consent_anew(desk: Desk, standing: str) -> None:
    reached_by(desk, desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _later(desk, sealed, desk.rhys, days=2)
    desk.case.do(participation.change_own, desk.rhys, standing)
    desk.case.later(days=3)
    assert _sweep(desk) == 0
    assert (_offers(desk, desk.rhys), _status(desk, desk.hana)) == ([], ["with_facilitator"])
    desk.case.agree(desk.rhys)
    assert (_offers(desk, desk.rhys), _status(desk, desk.hana)) == (["offered"], ["passed_on"])
    assert _sweep(desk) == 1


def test_an_offer_from_before_a_pause_is_there_again_after_it(desk: Desk) -> None:
    desk.case.release(desk.case.write(desk.hana, [desk.rhys]), desk.rhys)
    desk.case.do(participation.change_own, desk.rhys, "paused")
    assert (_offers(desk, desk.rhys), _status(desk, desk.hana)) == ([], ["passed_on"])
    desk.case.agree(desk.rhys)
    assert _offers(desk, desk.rhys) == ["offered"]


def test_nothing_is_offered_in_an_expired_case(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _later(desk, sealed, desk.rhys, days=2)
    released = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(released, desk.rhys)
    desk.case.now += 31 * DAY
    assert _sweep(desk) == 0
    assert _offers(desk, desk.rhys) == []
    assert _status(desk, desk.hana) == ["with_facilitator", "passed_on"]
    desk.office.issue(desk.case.now)
    desk.case.renew()
    assert _sweep(desk) == 1
    assert _offers(desk, desk.rhys) == ["offered", "offered"]


def test_for_somebody_without_a_device_there_is_a_letter_to_print_and_no_text(desk: Desk) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    desk.case.release(desk.case.write(desk.hana, [ann]), ann)
    (task,) = desk.office.rows(Task)
    assert (task.kind, task.participant_id) == ("print", ann.id)
    assert desk.office.rows(OutboxText) == []


def test_a_case_that_cannot_be_verified_holds_up_no_other(desk: Desk) -> None:
    other = Served.start(desk.office, [desk.fay])
    sealed = desk.case.write(desk.hana, [desk.rhys])
    _later(desk, sealed, desk.rhys, hours=1)
    with writing(desk.office.engine) as session:
        documents = table_of(MemberDocument)
        session.connection().execute(documents.delete().where(documents.c.case_id == desk.case.case_id))
        session.commit()
    heads.forget()
    desk.case.later(hours=2)
    assert _sweep(desk) == 0
    assert other.row.case_id != desk.case.case_id
