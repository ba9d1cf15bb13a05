"""Refusal 1, the removed facilitator, in every way: nothing that Finn signs after he was taken off the case is read.

Finn and Fay had a case with one approval. Fay took Finn off it; the agency still employs him unless a test says so.
The server does all it can for him.
"""

from typing import Any

import pytest

from mediation.protocol import authority, case, case_chain, case_head, epoch, members, reading
from mediation.protocol.case_chain import Chain
from mediation.protocol.encoding import format_date
from mediation.protocol.reading import Reader
from tests.protocol.copies import copied
from tests.protocol.correspondence import Decisions
from tests.protocol.forging import forged
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Envelope, Person


class World:
    """Hana's letter to Rob waits; Finn is off the case, and the next roster anchors that."""

    def __init__(self) -> None:
        self.world = Decisions(1)
        self.case, self.agency = self.world.case, self.world.agency
        self.fay, self.finn, self.flo = self.agency.fay, self.agency.finn, self.agency.flo
        self.hana, self.rob, self.letter = self.world.hana, self.world.rob, self.world.letter
        self.before = list(self.case.envelopes)
        self.documents_before = list(self.case.documents)
        self.pinned_before = self.case.chain().pin()
        self.release = self.world.propose(signer=self.finn).envelope
        self.case.step(self.case.documents, facilitators=[self.fay], signers=[self.fay])
        self.agency.issue(NOW)

    def offer(self, release: object) -> object:
        head, reader = self.case.head(), self.case.reader(self.rob, self.hana)
        return reading.verify_offer(head, reader, release, self.letter.envelope)

    def fork(self, *steps: Envelope) -> Chain:
        """The chain from before Fay took him off, and what he signed after it."""
        return case_chain.follow([*self.before, *steps], self.agency.authority(), nonce=self.case.nonce)

    def payload(self, chain: Chain, **changes: Any) -> dict[str, Any]:
        """A renewal of a forked chain, with changes."""
        days = {"issued_on": NOW.date(), "expires_on": (NOW + 30 * DAY).date()}
        return {**case.renew(chain.statement, self.agency.authority().roster, **days), **changes}

    def offer_on(self, chain: Chain, release: object) -> object:
        """What a device makes of a forked chain with the true anchor."""
        head = case_head.assess(chain, self.agency.authority(), self.case.proof())
        given = [each for each in self.documents_before if each.get("participant_id") in (self.rob.id, self.hana.id)]
        reader = Reader(self.rob.id, self.rob.box_seed, members.open_some(chain.payload, given))
        return reading.verify_offer(head, reader, release, self.letter.envelope)


@pytest.fixture
def world() -> World:
    return copied(World)


def signed(payload: dict[str, Any], *signers: Person) -> Envelope:
    return case.sign(payload, *(each.sign_seed for each in signers))


def test_his_release_no_longer_counts(world: World) -> None:
    with refused("unknown-signer"):
        world.offer(world.release)


def test_nor_does_a_back_dated_one(world: World) -> None:
    earlier = format_date((NOW - 3 * DAY).date())
    with refused("unknown-signer"):
        world.offer(forged(world.release, "decision", world.finn, decided_on=earlier))


def test_nor_one_under_the_old_epoch_or_its_own_approvals(world: World) -> None:
    with refused("unknown-signer"):
        world.offer(forged(world.release, "decision", world.finn, approvals=1))
    with refused("too-few-signatures"):
        world.offer(forged(world.release, "decision", world.finn, world.fay, approvals=2))


def test_he_cannot_renew_the_case_that_he_left(world: World) -> None:
    with refused("unknown-signer"):
        case_chain.extend(world.case.chain(), signed(world.case.renewed(), world.finn), world.agency.authority())


def test_his_renewed_fork_is_refused_though_he_is_still_employed(world: World) -> None:
    chain = world.fork(signed(world.payload(world.fork()), world.finn))
    with refused("anchor-not-in-chain"):
        world.offer_on(chain, world.release)


def test_so_is_the_chain_as_it_was_before_he_left(world: World) -> None:
    with refused("anchor-not-in-chain"):
        world.offer_on(world.fork(), world.release)


def test_so_is_a_back_dated_hand_over_to_an_accomplice(world: World) -> None:
    accomplice = case.staff(
        world.payload(world.fork(), roster=world.agency.authority().rosters[0].hash),
        [world.agency.staff[world.flo.id]],
        1,
        epoch.public_key(epoch.new_secret()),
    )
    back_dated = {name: format_date((NOW - days * DAY).date()) for name, days in (("issued_on", 2), ("expires_on", 1))}
    handed_over = signed({**accomplice, **back_dated}, world.finn)
    chain = world.fork(handed_over)
    renewed = signed(world.payload(chain), world.flo)
    with refused("anchor-not-in-chain"):
        world.offer_on(world.fork(handed_over, renewed), forged(world.release, "decision", world.flo))


def test_and_so_it_is_on_a_device_whose_memory_was_rolled_back(world: World) -> None:
    fork = signed(world.payload(world.fork()), world.finn)
    chain = case_chain.follow(
        [world.before[-1], fork], world.agency.authority(), nonce=world.case.nonce, pinned=world.pinned_before
    )
    with refused("anchor-not-in-chain"):
        world.offer_on(chain, world.release)


def test_a_device_that_saw_the_new_head_refuses_the_fork_at_once(world: World) -> None:
    pinned = world.case.chain().pin()
    fork = signed(world.payload(world.fork()), world.finn)
    with refused("chain-forked"):
        case_chain.follow([*world.before, fork], world.agency.authority(), nonce=world.case.nonce, pinned=pinned)
    with refused("chain-rolled-back"):
        case_chain.follow(world.before, world.agency.authority(), nonce=world.case.nonce, pinned=pinned)


def test_when_he_left_the_agency_too_his_fork_lapses_even_without_the_anchor(world: World) -> None:
    fork = signed(world.payload(world.fork()), world.finn)
    world.agency.dismiss(world.finn)
    world.agency.issue(NOW)
    chain = world.fork()
    with refused("anchor-not-in-chain"):
        world.offer_on(chain, world.release)
    with refused("facilitator-not-on-roster"):
        case_chain.extend(chain, signed(world.payload(chain), world.fay), world.agency.authority())
    assert world.fork(fork).seq == chain.seq + 1


def test_his_signature_counts_at_the_latest_until_the_roster_expires(world: World) -> None:
    """A server that hides the newest roster as well is stopped by the expiry of the one before."""

    def on(days: int) -> object:
        old = authority.verify(
            world.agency.statements, world.agency.rosters[:1], world.agency.root_pk, NOW + days * DAY
        )
        chain = case_chain.follow(world.before, old, nonce=world.case.nonce)
        head = case_head.assess(chain, old, None)
        given = [each for each in world.documents_before if each.get("participant_id") in (world.rob.id, world.hana.id)]
        reader = Reader(world.rob.id, world.rob.box_seed, members.open_some(chain.payload, given))
        return reading.verify_offer(head, reader, world.release, world.letter.envelope)

    assert on(29)
    with refused("roster-expired"):
        on(31)


def test_one_who_renews_the_statement_from_before_approvals_rose_is_refused(world: World) -> None:
    before = list(world.case.envelopes)
    chain_before = case_chain.follow(before, world.agency.authority(), nonce=world.case.nonce)
    world.case.step(world.case.documents, facilitators=[world.fay, world.flo], approvals=2, signers=[world.fay])
    world.agency.issue(NOW)
    fork = signed(world.payload(chain_before), world.fay)
    chain = case_chain.follow([*before, fork], world.agency.authority(), nonce=world.case.nonce)
    with refused("anchor-not-in-chain"):
        case_head.assess(chain, world.agency.authority(), world.case.proof())
