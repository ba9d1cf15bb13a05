"""The next statement of a case: who must sign it, what must travel with it, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from mediation.cases import steps, views
from mediation.cases.heads import verified
from mediation.cases.models import Case, CaseFacilitator, CaseStatement, EpochLink, EpochSeal, KeptList
from mediation.cases.parts import Parts
from mediation.messages import handover
from mediation.protocol import case, kept
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.encoding import b64
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import assisted
from tests.protocol.world import DAY, NOW, Envelope, Person


def _people(desk: Desk) -> list[dict[str, Any]]:
    return [dict(each) for each in desk.case.documents if "participant_id" in each]


def _propose(desk: Desk, by: Person, envelope: Envelope, parts: Parts | None = None) -> tuple[CaseStatement, bool]:
    given = parts or Parts(kept=desk.case.lists)
    return desk.case.do(handover.propose_step, by, desk.case.case_id, envelope, given)


def _sign(desk: Desk, by: Person, hash_: str, envelope: Envelope) -> tuple[CaseStatement, bool]:
    return desk.case.do(handover.sign_step, by, desk.case.case_id, hash_, envelope)


def _drop(desk: Desk, by: Person, hash_: str) -> None:
    desk.case.do(steps.drop, by, desk.case.case_id, hash_)


def test_a_renewal_takes_one_signature_even_where_two_approve(strict_desk: Desk) -> None:
    desk, before = strict_desk, strict_desk.case.row
    desk.case.later(days=20)
    desk.case.renew()
    after = desk.case.row
    assert after.head_seq == before.head_seq + 1
    assert after.expires_on > before.expires_on
    assert after.anchor_hash == before.anchor_hash
    assert after.epoch == before.epoch


def test_the_same_renewal_again_changes_nothing(desk: Desk) -> None:
    envelope = case.sign(desk.case.renewed(), desk.fay.sign_seed)
    _propose(desk, desk.fay, envelope)
    with unchanged(desk.office):
        row, new = _propose(desk, desk.fay, envelope)
    assert (row.state, new) == ("adopted", False)


def test_a_change_waits_until_both_have_signed(strict_desk: Desk) -> None:
    desk = strict_desk
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    parts = desk.case.parts(payload, filled)
    before = desk.case.row.head_hash
    row, new = _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)
    assert (row.state, new, desk.case.row.head_hash) == ("proposed", True, before)
    (shown,) = _view(desk, desk.finn)["proposals"]
    assert (shown["hash"], shown["needs"], shown["by"]) == (row.hash, 1, desk.fay.id)
    with unchanged(desk.office):
        assert not _sign(desk, desk.fay, row.hash, case.sign(payload, desk.fay.sign_seed))[1]
    row, _ = _sign(desk, desk.finn, row.hash, case.sign(payload, desk.finn.sign_seed))
    assert (row.state, desk.case.row.head_hash) == ("adopted", row.hash)
    assert len(row.envelope["signatures"]) == 2
    assert _view(desk, desk.finn)["proposals"] == []
    assert desk.office.kinds(desk.case.case_id)[-3:] == ["case.proposed", "case.signed", "case.stated"]


def _view(desk: Desk, who: Person) -> dict[str, Any]:
    def look(session: Any, actor: Any, now: Any) -> dict[str, Any]:
        row = session.get(Case, desk.case.case_id)
        return views.details(session, actor, row, verified(session, row, now))

    return desk.case.see(look, who)


def test_a_dropped_proposal_is_never_adopted(strict_desk: Desk) -> None:
    desk = strict_desk
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    row, _ = _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), desk.case.parts(payload, filled))
    _drop(desk, desk.finn, row.hash)
    with unchanged(desk.office):
        _drop(desk, desk.fay, row.hash)
    with refused(desk.office, "proposal-closed", 409):
        _sign(desk, desk.finn, row.hash, case.sign(payload, desk.finn.sign_seed))
    with refused(desk.office, "proposal-closed", 409):
        _propose(desk, desk.finn, case.sign(payload, desk.finn.sign_seed, desk.fay.sign_seed))


def test_an_adopted_statement_cannot_be_dropped(desk: Desk) -> None:
    with refused(desk.office, "proposal-closed", 409):
        _drop(desk, desk.fay, desk.case.row.head_hash)


def test_one_proposal_waits_at_a_time(strict_desk: Desk) -> None:
    desk = strict_desk
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), desk.case.parts(payload, filled))
    other, filled = desk.case.prepare([*_people(desk), assisted("Bo")])
    with refused(desk.office, "proposal-exists", 409):
        _propose(desk, desk.finn, case.sign(other, desk.finn.sign_seed), desk.case.parts(other, filled))
    with refused(desk.office, "proposal-exists", 409):
        _propose(desk, desk.finn, case.sign(desk.case.renewed(), desk.finn.sign_seed))


def test_of_two_statements_with_one_number_the_first_is_adopted(desk: Desk) -> None:
    renewal = desk.case.renewed()
    desk.case.renew()
    with refused(desk.office, "head-moved", 409):
        _propose(desk, desk.finn, case.sign({**renewal, "expires_on": renewal["issued_on"]}, desk.finn.sign_seed))


def test_nobody_hands_in_what_others_signed(desk: Desk) -> None:
    with refused(desk.office, "not-signed-by-you", 403):
        _propose(desk, desk.finn, case.sign(desk.case.renewed(), desk.fay.sign_seed))


@pytest.mark.parametrize("name", ["flo", "sue"])
def test_only_the_case_s_facilitators_and_administrators_hand_in(desk: Desk, name: str) -> None:
    other = desk.office.agency.people[name]
    with refused(desk.office, "not-found" if name == "flo" else "not-allowed"):
        _propose(desk, other, case.sign(desk.case.renewed(), other.sign_seed))


def test_a_participant_has_no_way_to_hand_in(desk: Desk) -> None:
    with refused(desk.office, "not-allowed", 403):
        _propose(desk, desk.hana, case.sign(desk.case.renewed(), desk.hana.sign_seed))


def test_a_stranger_s_signature_counts_for_nothing_and_is_not_kept(desk: Desk) -> None:
    envelope = case.sign(desk.case.renewed(), desk.fay.sign_seed, desk.hana.sign_seed)
    row, _ = _propose(desk, desk.fay, envelope)
    assert [each["keyid"] for each in row.envelope["signatures"]] == [desk.fay.sign_kid]
    with refused(desk.office, "unknown-signer"):
        _propose(
            desk,
            desk.fay,
            case.sign({**desk.case.renewed(), "prev": row.hash, "seq": row.seq + 1}, desk.hana.sign_seed),
        )


def test_a_new_facilitator_starts_an_epoch_whose_secret_opens_the_earlier_ones(desk: Desk) -> None:
    flo = desk.office.agency.people["flo"]
    desk.case.write(desk.hana, [desk.rhys])
    desk.case.step(_people(desk), facilitators=[desk.fay, desk.finn, flo])
    row = desk.case.row
    assert (row.epoch, row.anchor_hash) == (2, row.head_hash)
    assert row.facilitator_ids == {desk.fay.id, desk.finn.id, flo.id}
    assert len(desk.office.rows(EpochLink, case_id=row.case_id)) == 1
    assert desk.office.rows(EpochSeal, case_id=row.case_id, box_kid=flo.box_kid)[0].epoch == 2
    assert desk.case.read(desk.case.messages[0]).text
    mine = [seal["epoch"] for seal in _summary(desk, flo)["seals"]]
    assert mine == [2]


def _summary(desk: Desk, who: Person) -> dict[str, Any]:
    def look(session: Any, actor: Any, now: Any) -> dict[str, Any]:
        row = session.get(Case, desk.case.case_id)
        return views.summary(session, actor, row)

    return desk.case.see(look, who)


def test_a_facilitator_who_leaves_keeps_nothing_here(desk: Desk) -> None:
    desk.case.write(desk.hana, [desk.rhys])
    desk.case.step(_people(desk), facilitators=[desk.fay])
    assert not desk.office.rows(CaseFacilitator, staff_id=desk.finn.id)
    assert not desk.office.rows(EpochSeal, box_kid=desk.finn.box_kid)
    assert desk.office.rows(EpochSeal, box_kid=desk.fay.box_kid)
    with refused(desk.office, "not-found", 404):
        desk.case.renew(desk.finn)


def test_lists_hold_exactly_what_counted(desk: Desk) -> None:
    first = desk.case.write(desk.hana, [desk.rhys])
    release = desk.case.release(first, desk.rhys)
    second = desk.case.write(desk.rhys, [desk.hana])
    desk.case.step(_people(desk), facilitators=[desk.fay])
    lists = {row.participant_id: set(row.document["hashes"]) for row in desk.office.rows(KeptList)}
    released = next(each for each in lists[desk.rhys.id] if each not in (first.statement.hash, second.statement.hash))
    assert lists[desk.hana.id] == {first.statement.hash}
    assert lists[desk.rhys.id] == {first.statement.hash, second.statement.hash, released}
    assert lists[None] == lists[desk.rhys.id]
    assert release["payload"]


@pytest.mark.parametrize("fault", ["leaves out", "adds", "empty"])
def test_lists_that_leave_out_or_add_are_refused(desk: Desk, fault: str) -> None:
    hashes = {
        desk.case.write(desk.hana, [desk.rhys]).statement.hash,
        desk.case.write(desk.rhys, [desk.hana]).statement.hash,
    }
    wrong = {"leaves out": set(list(hashes)[:1]), "adds": hashes | {b64(bytes(32))}, "empty": set()}[fault]
    payload, filled = desk.case.prepare(_people(desk), facilitators=[desk.fay])
    document = kept.build(wrong)
    lists = KeptDocuments(document, desk.case.lists.members)
    payload = case.relist(payload, kept.document_hash(document))
    parts = replace(desk.case.parts(payload, filled), kept=lists)
    with refused(desk.office, "kept-mismatch"):
        _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)


def test_a_message_that_came_in_the_meantime_makes_the_lists_wrong(desk: Desk) -> None:
    payload, filled = desk.case.prepare(_people(desk), facilitators=[desk.fay])
    parts = desk.case.parts(payload, filled)
    secret = desk.case.secret
    desk.case.write(desk.hana, [desk.rhys])
    assert desk.case.secret == secret
    with refused(desk.office, "kept-mismatch"):
        _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)


def test_a_message_between_the_first_signature_and_the_last_is_noticed_too(strict_desk: Desk) -> None:
    desk = strict_desk
    payload, filled = desk.case.prepare(_people(desk), approvals=1)
    parts = desk.case.parts(payload, filled)
    row, _ = _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)
    desk.case.write(desk.hana, [desk.rhys])
    with refused(desk.office, "kept-mismatch"):
        _sign(desk, desk.finn, row.hash, case.sign(payload, desk.finn.sign_seed))


def test_lists_stay_as_they_were_in_a_step_that_gives_no_cause(desk: Desk) -> None:
    document = kept.build([b64(bytes(32))])
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    payload = case.relist(payload, kept.document_hash(document))
    parts = replace(desk.case.parts(payload, filled), kept=KeptDocuments(document, {}))
    with refused(desk.office, "kept-changed"):
        _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)


def test_seals_come_with_a_new_epoch_and_only_then(desk: Desk) -> None:
    payload, filled = desk.case.prepare(_people(desk), facilitators=[desk.fay])
    parts = desk.case.parts(payload, filled)
    envelope = case.sign(payload, desk.fay.sign_seed)
    for wrong in (replace(parts, seals={}), replace(parts, previous_secret=None), replace(parts, previous_secret=b"x")):
        with refused(desk.office, "seals-wrong"):
            _propose(desk, desk.fay, envelope, wrong)
    with refused(desk.office, "seals-wrong"):
        _propose(desk, desk.fay, case.sign(desk.case.renewed(), desk.fay.sign_seed), Parts(seals=parts.seals))


def test_a_filler_that_hides_a_member_is_refused(desk: Desk) -> None:
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    parts = desk.case.parts(payload, filled)
    hidden = replace(parts, documents=[each for each in parts.documents if each.get("assisted") is not True])
    with refused(desk.office, "member-unopened"):
        _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), hidden)


def test_a_step_under_an_expired_roster_is_refused(desk: Desk) -> None:
    desk.case.later(days=31)
    with refused(desk.office, "roster-expired"):
        desk.case.renew()


def test_an_expired_case_is_renewed_under_a_new_roster(desk: Desk) -> None:
    desk.case.later(days=31)
    desk.office.issue(desk.case.now)
    desk.case.renew()
    assert desk.case.head().lapse is None


def test_an_administrator_stands_in_for_a_facilitator_who_cannot_be_had(strict_desk: Desk) -> None:
    desk, ada = strict_desk, strict_desk.office.agency.people["ada"]
    payload, filled = desk.case.prepare(_people(desk), facilitators=[desk.fay], approvals=1)
    parts = desk.case.parts(payload, filled)
    row, _ = _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), parts)
    assert row.state == "proposed"
    row, _ = _sign(desk, ada, row.hash, case.sign(payload, ada.sign_seed))
    assert row.state == "adopted"
    assert desk.case.row.facilitator_ids == {desk.fay.id}


def test_two_administrators_are_not_two_facilitators(strict_desk: Desk) -> None:
    desk = strict_desk
    ada, ben = desk.office.agency.people["ada"], desk.office.agency.people["ben"]
    payload, filled = desk.case.prepare(_people(desk), facilitators=[desk.fay], approvals=1)
    row, _ = _propose(desk, ada, case.sign(payload, ada.sign_seed), desk.case.parts(payload, filled))
    with refused(desk.office, "two-issuers"):
        _sign(desk, ben, row.hash, case.sign(payload, ben.sign_seed))


def test_a_case_of_an_expired_roster_can_lose_a_facilitator_who_left_the_agency(desk: Desk) -> None:
    desk.case.write(desk.hana, [desk.rhys])
    desk.office.issue(NOW + DAY, desk.finn)
    desk.case.now = NOW + DAY
    assert not desk.office.rows(EpochSeal, box_kid=desk.finn.box_kid)
    desk.case.step(_people(desk), facilitators=[desk.fay], signers=[desk.fay])
    assert desk.case.row.facilitator_ids == {desk.fay.id}


def test_another_payload_than_the_proposal_s_is_not_found(strict_desk: Desk) -> None:
    desk = strict_desk
    payload, filled = desk.case.prepare([*_people(desk), assisted("Ann")])
    row, _ = _propose(desk, desk.fay, case.sign(payload, desk.fay.sign_seed), desk.case.parts(payload, filled))
    with refused(desk.office, "not-found", 404):
        _sign(desk, desk.finn, row.hash, case.sign(desk.case.renewed(), desk.finn.sign_seed))
    with refused(desk.office, "not-found", 404):
        _sign(desk, desk.finn, b64(bytes(32)), case.sign(payload, desk.finn.sign_seed))
