"""Pausing and withdrawing take effect at once, on both sides alike, and need nothing but a session."""


import pytest

from mediation.cases.models import Member
from mediation.messages import choices, letters, participation
from mediation.messages.models import MessageRecipient
from mediation.protocol.message import Sealed
from mediation.sms import codes
from mediation.sms.models import ConfirmationCode, Contact, OutboxText
from tests.cases.contacts import reached_by
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import message_id
from tests.protocol.world import DAY, Person, person


def _sides(desk: Desk, writer: str) -> tuple[Person, Person]:
    return (desk.hana, desk.rhys) if writer == "hana" else (desk.rhys, desk.hana)


def _change(desk: Desk, who: Person, standing: str) -> Member:
    return desk.case.do(participation.change_own, who, standing)


def _state(desk: Desk, sealed: Sealed) -> str:
    return str(desk.office.rows(MessageRecipient, message_id=message_id(sealed))[0].state)


def _statuses(desk: Desk, who: Person) -> list[str]:
    return [each["status"] for each in desk.case.see(letters.letters, who)["own"]]


@pytest.mark.parametrize("writer", ["hana", "rhys"])
@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_what_they_wrote_and_nobody_opened_is_recalled_for_good(desk: Desk, writer: str, standing: str) -> None:
    who, other = _sides(desk, writer)
    waiting, offered, opened = [desk.case.write(who, [other]) for _ in range(3)]
    for sealed in (offered, opened):
        desk.case.release(sealed, other)
    desk.case.do(choices.open_letter, other, message_id(opened), tell=False)
    _change(desk, who, standing)
    assert [_state(desk, each) for each in (waiting, offered, opened)] == ["recalled", "recalled", "opened"]
    assert _statuses(desk, who) == ["recalled", "passed_on", "passed_on"]
    desk.case.agree(who)
    assert [_state(desk, each) for each in (waiting, offered, opened)] == ["recalled", "recalled", "opened"]
    assert _statuses(desk, who) == ["recalled", "passed_on", "passed_on"]


def test_what_the_other_side_wrote_to_them_is_not_recalled(desk: Desk) -> None:
    sealed = desk.case.write(desk.rhys, [desk.hana])
    desk.case.release(sealed, desk.hana)
    _change(desk, desk.hana, "paused")
    assert _state(desk, sealed) == "offered"
    assert _statuses(desk, desk.rhys) == ["passed_on"]


def test_their_texts_stop(desk: Desk) -> None:
    reached_by(desk, desk.hana)
    desk.case.release(desk.case.write(desk.rhys, [desk.hana]), desk.hana)
    _change(desk, desk.hana, "paused")
    assert [text.state for text in desk.office.rows(OutboxText)] == ["cancelled"]
    desk.case.write(desk.fay, [desk.hana], kind="private")
    assert [text.state for text in desk.office.rows(OutboxText)] == ["cancelled"]


@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_a_code_that_is_on_its_way_stops_too(desk: Desk, standing: str) -> None:
    reached_by(desk, desk.hana)
    (contact,) = desk.office.rows(Contact)
    desk.office.do(codes.make, contact, desk.case.now, sent=True)
    _change(desk, desk.hana, standing)
    assert [(each.ended_at, each.used_at) for each in desk.office.rows(ConfirmationCode)] == [(desk.case.now, None)]
    assert [text.state for text in desk.office.rows(OutboxText)] == ["cancelled"]


@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_it_is_there_to_be_acknowledged_once(desk: Desk, standing: str) -> None:
    desk.case.later(hours=1)
    member = _change(desk, desk.hana, standing)
    assert (member.standing, member.since, member.acknowledged_at) == (standing, desk.case.now, None)
    with unchanged(desk.office):
        _change(desk, desk.hana, standing)
    desk.case.later(hours=1)
    args = (desk.case.case_id, desk.hana.id)
    member = desk.case.do(participation.acknowledge, desk.finn, *args)
    assert (member.acknowledged_at, member.acknowledged_by) == (desk.case.now, desk.finn.id)
    with unchanged(desk.office):
        desk.case.do(participation.acknowledge, desk.fay, *args)


def test_a_withdrawal_after_a_pause_wants_to_be_seen_again(desk: Desk) -> None:
    _change(desk, desk.hana, "paused")
    desk.case.do(participation.acknowledge, desk.finn, desk.case.case_id, desk.hana.id)
    assert _change(desk, desk.hana, "withdrawn").acknowledged_at is None
    with refused(desk.office, "already-withdrawn", 409):
        _change(desk, desk.hana, "paused")


def test_there_is_nothing_to_acknowledge_about_somebody_who_takes_part(desk: Desk) -> None:
    with refused(desk.office, "nothing-to-acknowledge", 409):
        desk.case.do(participation.acknowledge, desk.fay, desk.case.case_id, desk.hana.id)


def test_it_works_in_an_expired_case(desk: Desk) -> None:
    desk.case.now += 40 * DAY
    assert _change(desk, desk.hana, "withdrawn").standing == "withdrawn"


def test_a_facilitator_does_it_for_somebody_who_asked(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    for who in (ann, desk.hana):
        member = desk.case.do(participation.change_for, desk.fay, desk.case.case_id, who.id, "paused")
        assert member.standing == "paused"


def test_nobody_else_does(desk: Desk) -> None:
    flo, sue = desk.office.agency.people["flo"], desk.office.agency.people["sue"]
    args = (desk.case.case_id, desk.hana.id)
    for who, code in ((flo, "not-found"), (sue, "not-allowed"), (desk.rhys, "not-allowed")):
        with refused(desk.office, code):
            desk.case.do(participation.change_for, who, *args, "paused")
        with refused(desk.office, code):
            desk.case.do(participation.acknowledge, who, *args)
    with refused(desk.office, "not-found", 404):
        desk.case.do(participation.change_for, desk.fay, desk.case.case_id, person("Nobody").id, "paused")
    kim = person("Kim")
    desk.case.join(kim)
    with refused(desk.office, "not-admitted", 403):
        _change(desk, kim, "paused")


def test_the_other_side_cannot_tell(desk: Desk) -> None:
    """What one side is shown before and after the other has paused is the same, but for a letter that is gone."""
    desk.case.write(desk.rhys, [desk.hana])
    released = desk.case.write(desk.rhys, [desk.hana])
    desk.case.release(released, desk.hana)
    before = desk.case.see(letters.letters, desk.rhys), desk.case.see(letters.membership, desk.rhys)
    _change(desk, desk.hana, "paused")
    assert (desk.case.see(letters.letters, desk.rhys), desk.case.see(letters.membership, desk.rhys)) == before
