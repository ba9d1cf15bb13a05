"""Consent: whose it may be, who signs it, and that it lifts a pause."""

from typing import Any

import pytest

from mediation.cases import consents
from mediation.cases.heads import verified
from mediation.cases.models import Case, Consent, Member
from mediation.messages import participation
from mediation.protocol import consent
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.protocol.world import DAY, NOW, Envelope, Person, person
from tests.protocol.world_case import TEXT_HASH


def _consent(desk: Desk, who: Person, signer: Person | None = None, **changes: Any) -> Envelope:
    given = desk.case.consents.get(who.id)
    fields: dict[str, Any] = {
        "case_id": desk.case.case_id,
        "participant_id": who.id,
        "text_hash": TEXT_HASH,
        "at": desk.case.now,
        "previous": desk.case.newest(who).statement if given else None,
    }
    return consent.build((signer or who).sign_seed, **{**fields, **changes})


def _newest(desk: Desk) -> dict[str, str]:
    def look(session: Any) -> dict[str, str]:
        file = verified(session, session.get(Case, desk.case.case_id), desk.case.now)
        return dict(consents.willing(session, file).consents)

    return desk.office.see(look)


def test_a_consent_is_recorded_once(desk: Desk) -> None:
    given = desk.case.agree(desk.hana)
    with unchanged(desk.office):
        _, new = desk.case.do(consents.give, desk.hana, desk.case.consents[desk.hana.id][-1])
    assert not new
    assert _newest(desk)[desk.hana.id] == given.hash
    assert [row.seq for row in desk.office.rows(Consent, participant_id=desk.hana.id)] == [1, 2]


def test_a_facilitator_writes_it_down_for_an_assisted_person(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    assert _newest(desk)[ann.id]
    desk.case.agree(ann, desk.finn)
    assert len(desk.office.rows(Consent, participant_id=ann.id)) == 2


def test_it_does_not_count_any_more_when_its_scribe_has_left(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    desk.case.agree(ann, desk.finn)
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, facilitators=[desk.fay])
    assert ann.id not in _newest(desk)
    assert set(_newest(desk)) == {desk.hana.id, desk.rhys.id}


def test_an_old_consent_cannot_be_brought_back(desk: Desk) -> None:
    old = desk.case.consents[desk.hana.id][0]
    desk.case.agree(desk.hana)
    with refused(desk.office, "chain-seq"):
        desk.case.do(consents.give, desk.hana, old)


def test_a_consent_after_another_one_than_the_newest_is_refused(desk: Desk) -> None:
    forked = _consent(desk, desk.hana, text_hash="y" * 42 + "8")
    desk.case.agree(desk.hana)
    with refused(desk.office, "chain-seq"):
        desk.case.do(consents.give, desk.hana, forked)


def test_nobody_consents_for_somebody_who_can_themselves(desk: Desk) -> None:
    scribe = {"staff_id": desk.fay.id, "means": "dictation"}
    with refused(desk.office, "consent-scribe-wrong"):
        desk.case.do(consents.give, desk.fay, _consent(desk, desk.hana, desk.fay, scribe=scribe))


def test_nobody_consents_for_the_other_side(desk: Desk) -> None:
    with refused(desk.office, "not-found", 404):
        desk.case.do(consents.give, desk.rhys, _consent(desk, desk.hana))
    with refused(desk.office, "consent-mixed"):
        desk.case.do(consents.give, desk.hana, _consent(desk, desk.hana, desk.rhys))


def test_a_facilitator_of_another_case_is_not_found_here(desk: Desk) -> None:
    flo, ann = desk.office.agency.people["flo"], desk.case.assist("Ann")
    scribe = {"staff_id": flo.id, "means": "dictation"}
    with refused(desk.office, "not-found", 404):
        desk.case.do(consents.give, flo, _consent(desk, ann, flo, scribe=scribe))


def test_whoever_waits_cannot_consent_yet(desk: Desk) -> None:
    kim = person("Kim")
    desk.case.join(kim)
    with refused(desk.office, "not-admitted", 403):
        desk.case.do(consents.give, kim, _consent(desk, kim))


def test_nothing_is_consented_to_in_an_expired_case(desk: Desk) -> None:
    desk.case.now = NOW + 31 * DAY
    with refused(desk.office, "roster-expired"):
        desk.case.do(consents.give, desk.hana, _consent(desk, desk.hana))


@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_a_newer_consent_lifts_a_pause_and_a_withdrawal(desk: Desk, standing: str) -> None:
    desk.case.do(participation.change_own, desk.hana, standing)
    desk.case.later(days=1)
    desk.case.agree(desk.hana)
    (member,) = desk.office.rows(Member, participant_id=desk.hana.id)
    assert (member.standing, member.since, member.acknowledged_at) == ("active", desk.case.now, None)
    assert desk.office.kinds(desk.case.case_id)[-2:] == [f"consent.{standing}", "consent.given"]
