"""Consents: by the person themselves or a scribe, never an older one again."""

import dataclasses
from datetime import timedelta

import pytest

from mediation.protocol import chain, consent
from mediation.protocol.encoding import SKEW, format_time
from tests.protocol.copies import copied
from tests.protocol.correspondence import People
from tests.protocol.forging import forged, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Person, person
from tests.protocol.world_case import Case, document


class World(People):
    """What is asked about the consents of its three members."""

    def given(self, who: Person, place: int = 0) -> dict[str, object]:
        return self.case.consents[who.id][place]

    def verify(self, envelope: object) -> consent.Consent:
        return consent.verify(envelope, self.case.head(), self.case.members())

    def newest(self, who: Person, *places: int, pinned: chain.Pin | None = None) -> consent.Consent:
        envelopes = [self.given(who, place) for place in places]
        return consent.newest(envelopes, self.case.head(), self.case.members(), who.id, pinned)

    def submit(self, envelope: object, previous: consent.Consent | None) -> consent.Consent:
        statement = None if previous is None else previous.statement
        return consent.check_submission(self.case.head(), self.case.members(), envelope, statement)


@pytest.fixture
def world() -> World:
    return copied(World)


def test_a_person_consents_themselves_or_through_a_scribe(world: World) -> None:
    assert world.verify(world.given(world.hana)).participant_id == world.hana.id
    assert world.verify(world.given(world.xan)).participant_id == world.xan.id


def test_a_consent_by_another_member_is_refused(world: World) -> None:
    with refused("consent-mixed"):
        world.verify(resigned(world.given(world.hana), "consent", world.rob))


def test_a_facilitator_cannot_consent_for_somebody_who_can_themselves(world: World) -> None:
    with refused("consent-mixed"):
        world.verify(resigned(world.given(world.hana), "consent", world.agency.fay))
    scribe = {"staff_id": world.agency.fay.id, "means": "dictation"}
    with refused("consent-scribe-wrong"):
        world.verify(forged(world.given(world.hana), "consent", world.agency.fay, scribe=scribe))


def test_a_consent_is_not_dated_ahead_of_what_honest_clocks_allow(world: World) -> None:
    def dated(ahead: timedelta) -> object:
        return forged(world.given(world.hana), "consent", world.hana, at=format_time(world.case.now + ahead))

    assert world.verify(dated(SKEW)).participant_id == world.hana.id
    with refused("consent-not-yet"):
        world.verify(dated(SKEW + timedelta(seconds=1)))


def test_only_the_scribe_who_is_named_signs(world: World) -> None:
    with refused("consent-scribe-wrong"):
        world.verify(resigned(world.given(world.xan), "consent", world.agency.finn))
    with refused("consent-scribe-wrong"):
        world.verify(resigned(world.given(world.xan), "consent", world.hana))
    with refused("consent-mixed"):
        world.verify(forged(world.given(world.xan), "consent", world.agency.fay, scribe=None))


def test_a_consent_by_a_stranger_or_another_facilitator_is_refused(world: World) -> None:
    for who in (person("Mallory"), world.agency.flo, world.agency.ada):
        with refused("unknown-signer"):
            world.verify(resigned(world.given(world.hana), "consent", who))


def test_a_consent_of_another_case_is_refused(world: World) -> None:
    other = Case.open(world.agency, [world.agency.fay])
    with refused("case-mixed"):
        world.verify(forged(world.given(world.hana), "consent", world.hana, case_id=other.case_id))


def test_a_consent_of_somebody_who_is_not_a_member_is_refused(world: World) -> None:
    with refused("member-unknown"):
        world.verify(forged(world.given(world.hana), "consent", world.hana, participant_id=person("X").id))


def test_a_consent_under_a_replaced_key_is_refused(world: World) -> None:
    hana = person("Hana", world.hana.id)
    world.case.admit(document(world.case.join(hana)))
    with refused("unknown-signer"):
        world.verify(world.given(world.hana))
    world.case.consents.pop(world.hana.id)
    assert world.case.agree(hana).seq == 1


def test_a_consent_that_a_leaver_wrote_down_is_refused(world: World) -> None:
    world.case.step(world.case.documents, facilitators=[world.agency.finn], signers=[world.agency.fay])
    with refused("unknown-signer"):
        world.verify(world.given(world.xan))


def test_the_newest_consent_counts(world: World) -> None:
    world.case.agree(world.hana)
    world.case.agree(world.hana)
    assert world.newest(world.hana, 0, 1, 2).seq == 3
    assert world.newest(world.hana, 1, 2).seq == 3


def test_no_consent_is_none(world: World) -> None:
    with refused("consent-missing"):
        world.newest(world.hana)


def test_an_older_consent_is_refused_once_a_newer_was_seen(world: World) -> None:
    world.case.agree(world.hana)
    pinned = chain.pin(world.newest(world.hana, 0, 1).statement)
    with refused("chain-rolled-back"):
        world.newest(world.hana, 0, pinned=pinned)
    rival = forged(world.given(world.hana, 1), "consent", world.hana, text_hash="B" * 42 + "A")
    world.case.consents[world.hana.id][1] = rival
    with refused("chain-forked"):
        world.newest(world.hana, 0, 1, pinned=pinned)


def test_a_run_of_consents_has_no_gap_and_one_person(world: World) -> None:
    world.case.agree(world.hana)
    world.case.agree(world.hana)
    with refused("chain-seq"):
        world.newest(world.hana, 0, 2)
    other = forged(world.given(world.hana, 1), "consent", world.rob, participant_id=world.rob.id)
    mixed = [world.given(world.hana, 0), other]
    for wanted in (world.hana, world.rob):
        with refused("consent-mixed"):
            consent.newest(mixed, world.case.head(), world.case.members(), wanted.id)


def test_a_consent_after_another_one_is_refused(world: World) -> None:
    world.case.agree(world.hana)
    rival = forged(world.given(world.hana, 0), "consent", world.hana, text_hash="B" * 42 + "A")
    with refused("chain-broken"):
        consent.newest([rival, world.given(world.hana, 1)], world.case.head(), world.case.members(), world.hana.id)


def test_the_server_takes_each_consent_once_and_in_order(world: World) -> None:
    first = world.verify(world.given(world.hana))
    world.case.agree(world.hana)
    second = world.verify(world.given(world.hana, 1))
    assert world.submit(world.given(world.hana), None).seq == 1
    assert world.submit(world.given(world.hana, 1), first).seq == 2
    with refused("chain-seq"):
        world.submit(world.given(world.hana, 1), None)
    for replayed in (0, 1):
        with refused("chain-seq"):
            world.submit(world.given(world.hana, replayed), second)
    with refused("chain-broken"):
        world.submit(forged(world.given(world.hana, 1), "consent", world.hana, prev="A" * 43), first)
    with refused("consent-mixed"):
        world.submit(world.given(world.hana, 1), world.verify(world.given(world.rob)))


def test_nobody_consents_under_an_expired_head(world: World) -> None:
    head = world.case.head(NOW + 40 * DAY)
    with refused("roster-expired"):
        consent.check_submission(head, world.case.members(), world.given(world.hana), None)


def test_a_pin_names_one_consent(world: World) -> None:
    agreed = world.verify(world.given(world.hana))
    assert dataclasses.asdict(chain.pin(agreed.statement)) == {"seq": agreed.seq, "hash": agreed.hash}
