"""Rosters: by an issuer in date, nobody and no key twice, never back; and the authority that they make."""

import dataclasses
from datetime import timedelta

import pytest

from mediation.protocol import authority, case, roster
from mediation.protocol.authority import Authority, AuthorityPins
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import SKEW, b64
from tests.protocol.forging import forged, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, MONTH, NOW, Agency, person


@pytest.fixture
def world() -> Agency:
    """An agency with three rosters."""
    founded = Agency.found()
    founded.issue(NOW + DAY)
    founded.issue(NOW + 2 * DAY)
    return founded


def verify(world: Agency, *rosters: object, pinned: AuthorityPins | None = None) -> Authority:
    return authority.verify(world.statements, list(rosters) or world.rosters, world.root_pk, NOW, pinned)


def test_the_newest_roster_holds_and_every_one_can_be_named(world: Agency) -> None:
    verified = verify(world)
    assert verified.roster.seq == 3
    assert [verified.named(each.hash) for each in verified.rosters] == list(verified.rosters)
    assert verified.roster.staff[world.fay.id] == world.fay.staff()
    assert verified.roster.agency_hash == verified.agency.newest.hash


def test_a_run_may_start_later(world: Agency) -> None:
    assert verify(world, *world.rosters[1:]).roster.seq == 3


def test_a_roster_that_was_not_given_cannot_be_named(world: Agency) -> None:
    first = verify(world).rosters[0]
    with refused("roster-unknown"):
        verify(world, *world.rosters[1:]).named(first.hash)


def test_a_roster_by_a_facilitator_is_refused(world: Agency) -> None:
    with refused("unknown-signer"):
        verify(world, resigned(world.rosters[0], "roster", world.fay))


def test_a_roster_issued_outside_the_issuer_s_dates_is_refused(world: Agency) -> None:
    late = {"issued_at": "2027-04-01T00:00:00Z", "expires_at": "2027-04-02T00:00:00Z"}
    with refused("issuer-not-in-date"):
        verify(world, forged(world.rosters[0], "roster", world.ada, **late))


def test_an_issuer_of_a_later_agency_statement_does_not_count_for_an_earlier_one(world: Agency) -> None:
    world.issuers.append(world.fay)
    world.declare()
    with refused("issuer-unknown"):
        verify(world, resigned(world.rosters[0], "roster", world.fay))


def test_an_issuer_who_was_withdrawn_leaves_no_newest_roster_behind(world: Agency) -> None:
    world.issuers.remove(world.ada)
    world.declare()
    with refused("issuer-withdrawn"):
        verify(world)


def test_an_earlier_roster_of_a_withdrawn_issuer_stays_in_the_chain(world: Agency) -> None:
    previous = verify(world).roster
    world.issuers.remove(world.ada)
    world.declare()
    newest = roster.build(
        world.ben.sign_seed,
        agency=world.verified().newest,
        staff=list(world.staff.values()),
        anchors=world.anchors.field,
        issued_at=NOW + 3 * DAY,
        expires_at=NOW + 4 * DAY,
        previous=previous,
    )
    assert verify(world, *world.rosters, newest).roster.seq == 4


def test_a_roster_of_another_agency_is_refused(world: Agency) -> None:
    with refused("agency-mixed"):
        verify(world, forged(world.rosters[0], "roster", world.ada, agency_id=Agency.found().agency_id))


def test_a_roster_under_an_unknown_agency_statement_is_refused(world: Agency) -> None:
    with refused("agency-unknown"):
        verify(world, forged(world.rosters[0], "roster", world.ada, agency="A" * 43))


def test_the_agency_statement_that_rosters_name_never_falls_back(world: Agency) -> None:
    first = verify(world).agency.newest
    world.declare()
    world.issue(NOW + 3 * DAY)
    newest = verify(world).roster
    falling = forged(world.rosters[-1], "roster", world.ada, agency=first.hash, seq=newest.seq + 1, prev=newest.hash)
    with refused("agency-rolled-back"):
        verify(world, *world.rosters, falling)


def test_a_member_of_staff_twice_is_refused(world: Agency) -> None:
    twice = [world.fay.staff().entry, dataclasses.replace(world.finn, id=world.fay.id).staff().entry]
    with refused("staff-repeated"):
        verify(world, forged(world.rosters[0], "roster", world.ada, staff=twice))


@pytest.mark.parametrize("field", ["sign_pk", "box_pk"])
def test_a_key_twice_is_refused(world: Agency, field: str) -> None:
    borrowed = {**world.finn.staff().entry, field: world.fay.staff().entry[field]}
    with refused("key-repeated"):
        verify(world, forged(world.rosters[0], "roster", world.ada, staff=[world.fay.staff().entry, borrowed]))


def test_a_roster_longer_than_thirty_days_is_refused(world: Agency) -> None:
    with refused("bad-field"):
        world.issue(NOW, lasts=MONTH + timedelta(seconds=1))


def test_a_missing_roster_is_noticed(world: Agency) -> None:
    with refused("chain-seq"):
        verify(world, world.rosters[0], world.rosters[2])


def test_a_forked_roster_is_refused(world: Agency) -> None:
    rival = forged(world.rosters[1], "roster", world.ada, staff=[])
    with refused("chain-broken"):
        verify(world, world.rosters[0], rival, world.rosters[2])
    pins = verify(world).pins
    newest = forged(world.rosters[2], "roster", world.ada, staff=[])
    with refused("chain-forked"):
        verify(world, *world.rosters[:2], newest, pinned=pins)


def test_a_roster_chain_that_was_rolled_back_is_refused(world: Agency) -> None:
    with refused("chain-rolled-back"):
        verify(world, *world.rosters[:2], pinned=verify(world).pins)


def test_an_agency_chain_that_was_rolled_back_is_refused(world: Agency) -> None:
    pins = dataclasses.replace(verify(world).pins, agency=Pin(2, "A" * 43))
    with refused("chain-rolled-back"):
        verify(world, pinned=pins)


def test_a_roster_holds_from_its_issue_to_its_expiry_with_ten_minutes_of_skew(world: Agency) -> None:
    verified = verify(world)
    begins, ends = verified.roster.issued_at - SKEW, verified.roster.expires_at + SKEW
    second = timedelta(seconds=1)
    expected = {
        begins - second: "roster-not-yet",
        begins: None,
        ends: None,
        ends + second: "roster-expired",
    }
    for now, lapse in expected.items():
        at = dataclasses.replace(verified, now=now)
        assert at.lapse() == lapse
        if lapse is None:
            authority.check_current(at)
        else:
            with refused(lapse):
                authority.check_current(at)


def test_a_facilitator_counts_only_with_the_role_and_both_keys(world: Agency) -> None:
    newest = verify(world).roster
    entry = case.facilitator(world.fay.staff())
    assert newest.facilitator(entry) == world.fay.staff()
    assert newest.facilitator({**entry, "sign_kid": world.finn.sign_kid}) is None
    assert newest.facilitator({**entry, "box_kid": world.finn.box_kid}) is None
    assert newest.facilitator({**entry, "staff_id": world.finn.id}) is None
    assert newest.facilitator({**entry, "staff_id": person("Mallory").id}) is None
    assert newest.facilitator(case.facilitator(world.sue.staff())) is None


def test_the_keys_of_a_roster_are_the_people_s(world: Agency) -> None:
    entry = verify(world).roster.statement.payload["staff"][2]
    assert entry["sign_pk"] == b64(world.fay.sign_pk)
    assert entry["roles"] == ["facilitator"]
