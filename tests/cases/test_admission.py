"""Who becomes a member: with exactly the keys that came with a join, by an invitation that admits once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from mediation.accounts.models import Account, Invitation
from mediation.cases import queries
from mediation.cases.models import Member
from mediation.cases.parts import Parts
from mediation.db import writing
from mediation.errors import NotAllowed
from mediation.messages import handover, letters
from mediation.messages.models import MessageRecipient
from mediation.protocol import case, members
from mediation.protocol.encoding import b64
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused
from tests.cases.served import Served, message_id
from tests.protocol.world import Person, person
from tests.protocol.world_case import document


def _member(desk: Desk, who: Person) -> Member:
    return desk.office.rows(Member, participant_id=who.id)[0]


def _step(
    desk: Desk, given: dict[str, Any], admits: str | None, facilitators: Sequence[Person] | None = None
) -> tuple[dict[str, Any], Parts]:
    """A step that takes somebody in, with this invitation, perhaps under other facilitators."""
    staying = [
        each for each in desk.case.documents if each.get("participant_id", "") not in ("", given["participant_id"])
    ]
    payload, filled = desk.case.prepare([*staying, given], facilitators=facilitators)
    return payload, replace(desk.case.parts(payload, filled), admits=admits)


def _admit(desk: Desk, given: dict[str, Any], admits: str | None) -> None:
    """The same by Fay."""
    desk.case.hand_in(*_step(desk, given, admits), [desk.fay])


def _joined(desk: Desk) -> tuple[dict[str, Any], str | None]:
    """Somebody joined with an invitation that Fay signed: the document that would admit them, and the invitation."""
    given, admits = document(desk.case.join(person("Kim"))), desk.case.admitting
    desk.case.admitting = None
    return given, admits


def test_whoever_is_admitted_has_their_account_and_keys(desk: Desk) -> None:
    member = _member(desk, desk.hana)
    assert (member.account_id, member.sign_kid, member.box_kid) == (
        desk.hana.account_id,
        desk.hana.sign_kid,
        desk.hana.box_kid,
    )
    assert desk.office.rows(Account, account_id=desk.hana.account_id)[0].admitted_at is not None
    assert {row.state for row in desk.office.rows(Invitation, case_id=desk.case.case_id)} == {"admitted"}


def test_nobody_is_admitted_without_having_joined(desk: Desk) -> None:
    kim = person("Kim")
    joiner = desk.case.join(kim)
    with refused(desk.office, "not-joined"):
        _admit(desk, document(joiner), None)


def test_nobody_is_admitted_with_other_keys_than_they_brought(desk: Desk) -> None:
    joiner = desk.case.join(person("Kim"))
    other = person("Mallory")
    wrong = {**document(joiner), "sign_pk": b64(other.sign_pk), "box_pk": b64(other.box_pk)}
    with refused(desk.office, "not-joined"):
        _admit(desk, wrong, desk.case.admitting)


def test_nobody_is_admitted_on_another_side_than_they_were_invited_to(desk: Desk) -> None:
    joiner = desk.case.join(person("Kim"))
    with refused(desk.office, "not-joined"):
        _admit(desk, {**document(joiner), "side": "person_responsible"}, desk.case.admitting)


def test_an_invitation_of_another_case_or_of_nobody_new_admits_nobody(desk: Desk) -> None:
    joiner = desk.case.join(person("Kim"))
    other = Served.start(desk.office, [desk.fay])
    other.join(person("Lou"))
    for wrong in (other.admitting, b64(bytes(32))):
        with refused(desk.office, "invitation-wrong"):
            _admit(desk, document(joiner), wrong)


def test_an_invitation_without_anybody_new_is_refused(desk: Desk) -> None:
    desk.case.join(person("Kim"))
    payload = desk.case.renewed()
    parts = desk.case.parts(payload, [])
    with refused(desk.office, "invitation-wrong"):
        desk.case.hand_in(payload, parts, [desk.fay])


def test_a_used_invitation_admits_nobody_again(desk: Desk) -> None:
    joiner = desk.case.join(person("Kim"))
    invite = desk.case.admitting
    desk.case.admit(document(joiner))
    with refused(desk.office, "invitation-wrong"):
        _admit(desk, document(joiner), invite)


def test_an_invitation_that_was_named_before_admits_nobody_even_if_it_looks_unused(desk: Desk) -> None:
    kim = person("Kim")
    joiner, invite = desk.case.join(kim), desk.case.admitting
    desk.case.admit(document(joiner))
    people = [dict(each) for each in desk.case.documents if each.get("participant_id", kim.id) != kim.id]
    desk.case.step(people)
    with writing(desk.office.engine) as session:
        session.execute(update(Invitation.__table__).values(state="joined"))  # type: ignore[arg-type]  # the table itself
        session.commit()
    with refused(desk.office, "invite-used"):
        _admit(desk, document(joiner), invite)


def test_an_invitation_that_expired_since_somebody_joined_admits_nobody(desk: Desk) -> None:
    given, admits = _joined(desk)
    desk.case.later(days=8)
    with refused(desk.office, "invite-expired"):
        _admit(desk, given, admits)


def test_an_invitation_that_expires_between_two_signatures_admits_nobody(strict_desk: Desk) -> None:
    desk, served = strict_desk, strict_desk.case
    payload, parts = _step(desk, *_joined(desk))
    first, last = (case.sign(payload, each.sign_seed) for each in (desk.fay, desk.finn))
    row, _ = served.do(handover.propose_step, desk.fay, served.case_id, first, parts)
    served.later(days=8)
    with refused(desk.office, "invite-expired"):
        served.do(handover.sign_step, desk.finn, served.case_id, row.hash, last)


def test_an_invitation_whose_signer_left_the_case_admits_nobody(desk: Desk) -> None:
    given, admits = _joined(desk)
    desk.case.step(desk.case.documents, facilitators=[desk.finn])
    with refused(desk.office, "unknown-signer"):
        desk.case.hand_in(*_step(desk, given, admits), [desk.finn])


def test_an_invitation_whose_signer_left_the_roster_admits_nobody(desk: Desk) -> None:
    given, admits = _joined(desk)
    desk.case.later(days=1)
    desk.office.issue(desk.case.now, desk.fay)
    with refused(desk.office, "unknown-signer"):
        desk.case.hand_in(*_step(desk, given, admits, [desk.finn]), [desk.finn])


def test_until_then_whoever_joined_waits_and_can_do_nothing(desk: Desk) -> None:
    kim = person("Kim")
    desk.case.join(kim)
    shown = desk.case.see(letters.membership, kim)
    assert (shown["state"], shown["statements"], shown["document"]) == ("waiting", [], None)
    assert [each["staff_id"] for each in shown["facilitators"]] == sorted([desk.fay.id, desk.finn.id])
    with pytest.raises(NotAllowed, match="not-admitted"):
        desk.case.see(letters.letters, kim)
    with pytest.raises(NotAllowed, match="not-admitted"):
        desk.office.see(queries.own_member, desk.case.actor(kim))


def test_new_keys_replace_the_old_ones_and_close_the_old_account(desk: Desk) -> None:
    written = desk.case.write(desk.hana, [desk.rhys])
    waiting = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(written, desk.rhys)
    received = desk.case.write(desk.rhys, [desk.hana])
    desk.case.release(received, desk.hana)
    again = person("Hana", desk.hana.id)
    desk.case.readmit(again)
    member = _member(desk, again)
    assert (member.account_id, member.box_kid, member.in_head) == (again.account_id, again.box_kid, True)
    assert desk.office.rows(Account, account_id=desk.hana.account_id)[0].closed_at is not None
    assert desk.case.row.anchor_hash == desk.case.row.head_hash
    states = {row.message_id: row.state for row in desk.office.rows(MessageRecipient)}
    assert states[message_id(written)] == "offered"
    assert states[message_id(waiting)] == "recalled"
    own = desk.case.see(letters.letters, again)["own"]
    assert [each["status"] for each in own] == ["passed_on", "recalled"]
    assert desk.case.see(letters.membership, again)["kept"] is not None


def test_somebody_with_new_keys_waits_until_they_are_admitted(desk: Desk) -> None:
    again = person("Hana", desk.hana.id)
    desk.case.join(again)
    assert desk.case.see(letters.membership, again)["state"] == "waiting"
    assert desk.case.see(letters.membership, desk.hana)["state"] == "admitted"


def test_a_member_who_is_left_out_is_no_longer_in(desk: Desk) -> None:
    written = desk.case.write(desk.rhys, [desk.hana])
    desk.case.release(written, desk.hana)
    desk.case.write(desk.hana, [desk.rhys])
    staying = [each for each in desk.case.documents if each.get("participant_id") == desk.rhys.id]
    desk.case.step(staying)
    assert not _member(desk, desk.hana).in_head
    assert desk.case.see(letters.membership, desk.hana)["state"] == "removed"
    assert {row.state for row in desk.office.rows(MessageRecipient)} == {"recalled"}


def test_a_step_that_takes_a_key_away_needs_its_lists(desk: Desk) -> None:
    desk.case.write(desk.hana, [desk.rhys])
    staying = [dict(each) for each in desk.case.documents if each.get("participant_id") == desk.rhys.id]
    filled = members.fill(staying)
    payload = case.admit(desk.case.renewed(), members.hashes(filled))
    parts = desk.case.parts(payload, filled)
    with refused(desk.office, "kept-mismatch"):
        desk.case.do(handover.propose_step, desk.fay, desk.case.case_id, case.sign(payload, desk.fay.sign_seed), parts)
