"""Opening a case: what is stored, and everything that is refused."""

from datetime import timedelta
from typing import Any

import pytest

from mediation.cases import opening
from mediation.cases.models import Case, CaseFacilitator, EpochSeal, Member
from mediation.cases.parts import Parts
from mediation.protocol import case, epoch, members
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import random_bytes
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import Served, assisted
from tests.protocol.world import DAY, NOW, person


def _new(desk: Desk, documents: list[dict[str, Any]] | None = None, **changes: Any) -> Served:
    """A case of the world that the server has not been given."""
    fay = changes.pop("creator", desk.fay)
    agency = desk.office.agency
    nonce = changes.pop("nonce", random_bytes(16))
    served = Served(agency, nonce, fay, [fay], epoch.new_secret()).at(desk.office)
    given: dict[str, Any] = {
        "roster": agency.authority().roster,
        "facilitators": [agency.staff[fay.id], agency.staff[desk.finn.id]],
        "approvals_required": 1,
        "members": members.hashes(documents or []),
        "epoch_pk": epoch.public_key(served.secret),
        "issued_on": NOW.date(),
        "expires_on": NOW.date() + timedelta(days=30),
    }
    served.envelopes.append(case.first(fay.sign_seed, served.nonce, **{**given, **changes}))
    served.documents = list(documents or [])
    return served


def _open(served: Served, by: Any = None, **parts: Any) -> tuple[Case, bool]:
    given = Parts(**{"seals": served.seals(), "documents": [dict(each) for each in served.documents], **parts})
    actor = served.office.actor(by or served.creator)
    return served.office.do(opening.open_case, actor, served.envelopes[0], served.nonce, given, served.now)


def test_a_case_is_stored_with_its_facilitators_and_sealed_to_them_and_the_recovery_key(desk: Desk) -> None:
    served = _new(desk)
    row, new = _open(served)
    assert new
    assert (row.reference, row.number, row.epoch, row.head_seq) == ("BW-0002", 2, 1, 1)
    assert row.head_hash == row.anchor_hash == served.chain().hash
    named = desk.office.rows(CaseFacilitator, case_id=row.case_id)
    assert {each.staff_id for each in named} == {desk.fay.id, desk.finn.id}
    kids = {seal.box_kid for seal in desk.office.rows(EpochSeal, case_id=row.case_id)}
    assert kids == {desk.fay.box_kid, desk.finn.box_kid, desk.office.agency.recovery.box_kid}
    assert desk.office.kinds(row.case_id) == ["case.created"]


def test_sending_it_again_changes_nothing(desk: Desk) -> None:
    served = _new(desk)
    first, _ = _open(served)
    with unchanged(desk.office):
        again, new = _open(served)
    assert (again.case_id, new) == (first.case_id, False)


def test_a_rival_first_statement_of_the_same_case_is_refused(desk: Desk) -> None:
    served = _new(desk)
    _open(served)
    rival = _new(desk, approvals_required=2, nonce=served.nonce)
    assert rival.case_id == served.case_id
    with refused(desk.office, "case-exists", 409):
        _open(rival)


def test_assisted_people_can_be_in_it_from_the_first_statement(desk: Desk) -> None:
    documents = [dict(each) for each in members.fill([assisted("Ann")])]
    row, _ = _open(_new(desk, documents))
    (member,) = desk.office.rows(Member, case_id=row.case_id)
    assert (member.assisted, member.in_head, member.account_id, member.standing) == (True, True, None, "active")


@pytest.mark.parametrize("name", ["sue", "ada"])
def test_only_a_facilitator_opens_a_case(desk: Desk, name: str) -> None:
    with refused(desk.office, "not-allowed", 403):
        _open(_new(desk), by=desk.office.agency.people[name])


def test_nobody_opens_a_case_that_somebody_else_signed(desk: Desk) -> None:
    with refused(desk.office, "not-signed-by-you", 403):
        _open(_new(desk), by=desk.finn)


def test_somebody_with_keys_is_never_in_it_from_the_start(desk: Desk) -> None:
    who = person("Kim")
    given = assisted("Kim", sign_pk=who.sign_pk, box_pk=who.box_pk, invite_hash=b64(bytes(32)), assisted=False)
    with refused(desk.office, "not-joined"):
        _open(_new(desk, [dict(each) for each in members.fill([given])]))


def test_nobody_comes_with_a_list_of_what_they_may_read(desk: Desk) -> None:
    given = assisted("Ann", kept=b64(bytes(32)))
    with refused(desk.office, "kept-changed"):
        _open(_new(desk, [dict(each) for each in members.fill([given])]))


def test_every_entry_must_be_opened(desk: Desk) -> None:
    documents = [dict(each) for each in members.fill([assisted("Ann")])]
    with refused(desk.office, "member-unopened"):
        _open(_new(desk, documents), documents=documents[1:])


def test_an_identifier_of_another_case_is_refused(desk: Desk) -> None:
    given = assisted("Ann", participant_id=desk.hana.id)
    with refused(desk.office, "id-taken", 409):
        _open(_new(desk, [dict(each) for each in members.fill([given])]))


def test_it_must_name_the_newest_roster(desk: Desk) -> None:
    served = _new(desk)
    desk.office.issue(NOW + DAY)
    served.now = NOW + DAY
    with refused(desk.office, "roster-not-newest"):
        _open(served)


def test_the_secret_must_be_sealed_to_exactly_those_who_get_it(desk: Desk) -> None:
    served = _new(desk)
    seals = served.seals()
    fewer = dict(list(seals.items())[1:])
    for wrong in (fewer, {**seals, desk.hana.box_kid: seals[desk.fay.box_kid]}, dict.fromkeys(seals, b"short"), {}):
        with refused(desk.office, "seals-wrong"):
            _open(served, seals=wrong)
    with refused(desk.office, "seals-wrong"):
        _open(served, previous_secret=bytes(72))


def test_a_nonce_that_does_not_give_the_case_id_is_refused(desk: Desk) -> None:
    served = _new(desk)
    with refused(desk.office, "case-id-wrong"):
        seals = served.seals()
        served.nonce = random_bytes(16)
        _open(served, seals=seals)


def test_one_that_has_run_out_or_begins_tomorrow_is_refused(desk: Desk) -> None:
    for days, code in ((-2, "case-expired"), (2, "case-not-yet")):
        day = NOW.date() + timedelta(days=days)
        with refused(desk.office, code):
            _open(_new(desk, issued_on=day, expires_on=day))


def test_nothing_is_opened_under_an_expired_roster(desk: Desk) -> None:
    served = _new(desk)
    served.now = NOW + 40 * DAY
    with refused(desk.office, "roster-expired"):
        _open(served)
