"""The head: who counts today, when nothing new may be done, and which history the newest roster vouches for."""

from datetime import timedelta

import pytest

from mediation.protocol import anchors, authority, case_chain, case_head
from mediation.protocol.anchors import Anchors
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import SKEW, b64, new_id
from mediation.protocol.roster import Roster
from tests.protocol.case_steps import restaffed, signed
from tests.protocol.forging import also_signed, forged
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, person
from tests.protocol.world_case import Case


@pytest.fixture
def agency() -> Agency:
    return Agency.found()


@pytest.fixture
def world(agency: Agency) -> Case:
    """A case of Fay and Finn with two approvals."""
    return Case.open(agency, [agency.fay, agency.finn], approvals=2)


def test_it_tells_who_counts_today(world: Case) -> None:
    head = world.head()
    assert {staff.staff_id for staff in head.counting.values()} == {world.agency.fay.id, world.agency.finn.id}
    assert (head.lapse, head.anchor_lags) == (None, False)
    assert (head.agency_id, head.case_id, head.hash) == (world.agency.agency_id, world.case_id, world.chain().hash)
    assert (head.epoch, head.approvals_required, head.kept, head.now) == (1, 2, None, NOW)


def lapse(world: Case, moment: timedelta) -> str | None:
    head = world.head(NOW + moment)
    if head.lapse is None:
        case_head.check_current(head)
    else:
        with refused(head.lapse):
            case_head.check_current(head)
    return head.lapse


def test_a_case_holds_to_the_end_of_its_last_day(agency: Agency) -> None:
    world = Case.open(agency, [agency.fay], days=3)
    midnight = NOW.replace(hour=0) + 4 * DAY - NOW
    assert lapse(world, midnight) is None
    assert lapse(world, midnight + SKEW - timedelta(seconds=1)) is None
    assert lapse(world, midnight + SKEW) == "case-expired"


def test_a_case_dated_in_the_future_does_not_hold(agency: Agency) -> None:
    world = Case.open(agency, [agency.fay], now=NOW + DAY)
    midnight = NOW.replace(hour=0) + DAY - NOW
    assert lapse(world, timedelta(0)) == "case-not-yet"
    assert lapse(world, midnight - SKEW - timedelta(seconds=1)) == "case-not-yet"
    assert lapse(world, midnight - SKEW) is None


def test_an_expired_roster_lapses_every_case(world: Case) -> None:
    assert lapse(world, timedelta(days=30) + SKEW + timedelta(seconds=1)) == "roster-expired"
    assert lapse(world, -DAY) == "roster-not-yet"


def test_an_expired_head_can_be_followed_by_the_next_step(agency: Agency) -> None:
    world = Case.open(agency, [agency.fay], days=3)
    world.now = NOW + 10 * DAY
    assert world.head().lapse == "case-expired"
    world.renew()
    assert world.head().lapse is None


def test_somebody_off_the_roster_does_not_count(world: Case) -> None:
    world.agency.dismiss(world.agency.finn)
    world.agency.issue(NOW)
    assert {staff.staff_id for staff in world.head().counting.values()} == {world.agency.fay.id}


def test_a_re_keyed_facilitator_in_a_roster_alone_does_not_count(world: Case) -> None:
    world.agency.employ(person("Finn", world.agency.finn.id))
    world.agency.issue(NOW)
    assert {staff.staff_id for staff in world.head().counting.values()} == {world.agency.fay.id}


def test_a_head_whose_signer_left_the_agency_lapses_until_somebody_who_stays_signs(world: Case) -> None:
    world.renew(world.agency.finn)
    world.agency.dismiss(world.agency.finn)
    world.agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"
    with refused("head-signatures-lapsed"):
        case_head.check_current(world.head())
    world.take(restaffed(world, world.agency.fay), [world.agency.fay, world.agency.ada])
    assert world.head().lapse is None
    assert world.head().signed.stand_in is not None


def test_whoever_signed_a_step_counts_though_they_are_not_named_any_more(world: Case) -> None:
    world.take(restaffed(world, world.agency.flo), [world.agency.fay, world.agency.finn])
    assert world.head().lapse is None
    assert set(world.head().signed.facilitators) == {world.agency.fay.id, world.agency.finn.id}


def test_an_issuer_whose_dates_were_moved_no_longer_stands_in(world: Case) -> None:
    agency = world.agency
    world.take(restaffed(world, agency.fay), [agency.fay, agency.ben])
    agency.declare(issuers=[agency.ada.issuer(), agency.ben.issuer(NOW + 3 * DAY)])
    agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"


def test_a_first_statement_lapses_when_its_creator_leaves(world: Case) -> None:
    world.agency.dismiss(world.agency.fay)
    world.agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"


def test_a_step_that_a_withdrawn_issuer_signed_lapses(world: Case) -> None:
    agency = world.agency
    world.take(restaffed(world, agency.fay), [agency.fay, agency.ben])
    assert world.head().lapse is None
    agency.issuers.remove(agency.ben)
    agency.declare()
    agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"


def test_one_who_signed_as_facilitator_does_not_count_as_issuer_later(agency: Agency) -> None:
    """Fay has one key for both, signs, and then gives up facilitating."""
    agency.issuers.append(agency.fay)
    agency.declare()
    agency.issue(NOW)
    world = Case.open(agency, [agency.fay, agency.finn])
    world.renew(agency.fay)
    agency.employ(agency.fay, "administrator")
    agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"


def test_two_signers_who_turn_issuers_do_not_refuse_the_chain(agency: Agency) -> None:
    world = Case.open(agency, [agency.fay, agency.finn], approvals=2)
    world.take(restaffed(world, agency.flo), [agency.fay, agency.finn])
    for each in (agency.fay, agency.finn):
        agency.employ(each, "administrator")
        agency.issuers.append(each)
    agency.declare()
    agency.issue(NOW)
    assert world.head().lapse == "head-signatures-lapsed"


def test_more_signatures_can_be_added_to_a_head(world: Case) -> None:
    world.renew(world.agency.finn)
    world.agency.dismiss(world.agency.finn)
    world.agency.issue(NOW)
    world.envelopes[-1] = also_signed(world.envelopes[-1], "case", world.agency.fay)
    assert world.head().lapse is None


def test_a_pinned_chain_is_assessed_like_a_whole_one(world: Case) -> None:
    world.renew(world.agency.finn)
    pinned = world.chain().pin()
    for expected in (None, "head-signatures-lapsed"):
        resumed = case_chain.follow(world.envelopes[-1:], world.agency.authority(), pinned=pinned)
        assert case_head.assess(resumed, world.agency.authority(), world.proof()).lapse == expected
        if expected is None:
            world.agency.dismiss(world.agency.finn)
        world.agency.issue(NOW)


# Anchors ------------------------------------------------------------------------------------------------------------


def assess(world: Case, proof: object) -> Head:
    return case_head.assess(world.chain(), world.agency.authority(), proof)


def test_a_case_younger_than_the_roster_needs_no_anchor(world: Case) -> None:
    assert assess(world, None).lapse is None


def test_an_older_case_without_its_anchor_is_refused(world: Case) -> None:
    world.agency.issue(NOW)
    with refused("anchor-missing"):
        assess(world, None)
    assert assess(world, world.proof()).lapse is None


def test_the_anchor_is_the_newest_statement_that_changed_facilitators(world: Case) -> None:
    agency = world.agency
    world.take(restaffed(world, agency.fay), [agency.fay, agency.finn])
    world.anchored = world.chain().hash
    world.renew(agency.fay)
    agency.issue(NOW)
    assert not assess(world, world.proof()).anchor_lags


def test_an_anchor_that_lags_is_noticed(world: Case) -> None:
    agency = world.agency
    world.take(restaffed(world, agency.fay), [agency.fay, agency.finn])
    agency.issue(NOW)
    assert assess(world, world.proof()).anchor_lags


def test_a_change_under_the_newest_roster_is_no_lag(world: Case) -> None:
    agency = world.agency
    agency.issue(NOW)
    world.take(restaffed(world, agency.fay), [agency.fay, agency.finn])
    assert not assess(world, world.proof()).anchor_lags


def test_a_fork_from_before_the_anchored_statement_is_refused(world: Case) -> None:
    """Finn was taken off the case, stays employed, and renews the statement before."""
    agency = world.agency
    fork = signed(world.renewed(), agency.finn)
    world.take(restaffed(world, agency.fay), [agency.fay, agency.finn])
    world.anchored = world.chain().hash
    agency.issue(NOW)
    proof = world.proof()
    forked = case_chain.follow([world.envelopes[0], fork], agency.authority(), nonce=world.nonce)
    with refused("anchor-not-in-chain"):
        case_head.assess(forked, agency.authority(), proof)


def test_a_proof_for_another_case_or_place_is_refused(world: Case, agency: Agency) -> None:
    other = Case.open(agency, [agency.flo])
    agency.issue(NOW)
    proof, theirs = world.proof(), other.proof()
    assert proof is not None
    assert theirs is not None
    wrong = [
        theirs,
        {**proof, "index": 1 - proof["index"]},
        {**proof, "path": []},
        {**proof, "path": proof["path"] * 2},
        {**proof, "path": [b64(bytes(32))]},
        {**proof, "hash": b64(bytes(32))},
        Anchors([(world.case_id, world.anchored)]).prove(world.case_id),
        Anchors([(world.case_id, world.anchored), (new_id(), b64(bytes(32)))]).prove(world.case_id),
    ]
    for each in wrong:
        with refused("anchor-wrong"):
            assess(world, each)


@pytest.mark.parametrize("proof", [{}, [], "x", {"hash": "A" * 43, "index": -1, "path": []}])
def test_something_else_is_no_proof(world: Case, proof: object) -> None:
    with pytest.raises(Exception, match="field"):
        assess(world, proof)


@pytest.mark.parametrize("given", [("", "A" * 43), ("A" * 22, ""), ("A" * 22, "A" * 44), ("é" * 22, "A" * 43)])
def test_what_is_no_case_and_hash_is_not_anchored(given: tuple[str, str]) -> None:
    with refused("anchor-wrong"):
        Anchors([(new_id(), b64(bytes(32))), given])


def test_a_case_that_nobody_anchored_has_no_proof() -> None:
    with refused("anchor-missing"):
        Anchors(()).prove(new_id())


def test_every_case_is_proven_in_trees_of_any_size(agency: Agency) -> None:
    for size in range(1, 10):
        hashes = {new_id(): b64(bytes([place] * 32)) for place in range(size)}
        tree = Anchors(hashes.items())
        agency.anchors = tree
        roster = _roster_with(agency, tree)
        for case_id, hash_ in hashes.items():
            assert anchors.check(roster, case_id, tree.prove(case_id)) == hash_


def _roster_with(agency: Agency, tree: Anchors) -> Roster:
    envelope = forged(agency.rosters[0], "roster", agency.ada, anchors=tree.field)
    return authority.verify(agency.statements, [envelope], agency.root_pk, NOW).roster


def test_a_chain_that_names_a_newer_roster_than_the_newest_given_is_refused(world: Case) -> None:
    older = world.agency.authority()
    world.agency.issue(NOW)
    world.renew()
    with refused("roster-rolled-back"):
        case_head.assess(world.chain(), older, None)


def test_a_chain_of_another_agency_is_refused(world: Case) -> None:
    with refused("agency-mixed"):
        case_head.assess(world.chain(), Agency.found().authority(), None)
