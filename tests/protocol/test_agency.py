"""The agency's chain: the root key and nobody else, without a gap, never back."""

import dataclasses

import pytest

from mediation.protocol import agency, chain
from mediation.protocol.chain import Pin
from tests.protocol.forging import forged, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, Person, person


@pytest.fixture
def world() -> Agency:
    """An agency with three statements."""
    founded = Agency.found()
    founded.declare()
    founded.declare()
    return founded


def root(world: Agency) -> Person:
    return dataclasses.replace(world.ada, sign_seed=world.root_seed)


def test_its_newest_statement_holds_and_every_one_can_be_named(world: Agency) -> None:
    verified = agency.verify_chain(world.statements, world.root_pk)
    assert verified.agency_id == world.agency_id
    assert verified.newest.payload["seq"] == 3
    assert verified.recovery_pk == world.recovery.box_pk
    assert [verified.named(each.hash) for each in verified.statements] == list(verified.statements)
    assert verified.pin == Pin(3, verified.newest.hash)


def test_an_agency_may_have_no_recovery_key(world: Agency) -> None:
    world.statements = [forged(world.statements[0], "agency", root(world), recovery_pk=None)]
    assert world.verified().recovery_pk is None


def test_a_statement_that_was_not_given_cannot_be_named(world: Agency) -> None:
    with refused("agency-unknown"):
        world.verified().named("A" * 43)


def test_a_statement_by_another_key_is_refused(world: Agency) -> None:
    with refused("unknown-signer"):
        agency.verify_chain([resigned(world.statements[0], "agency", world.ada)], world.root_pk)


def test_another_root_key_opens_nothing(world: Agency) -> None:
    with refused("unknown-signer"):
        agency.verify_chain(world.statements, person("Mallory").sign_pk)


def test_a_statement_that_names_another_root_key_is_refused(world: Agency) -> None:
    other = Agency.found()
    forgery = forged(other.statements[0], "agency", root(world))
    with refused("root-key-wrong"):
        agency.verify_chain([forgery], world.root_pk)


def test_another_agency_under_the_same_root_key_is_refused(world: Agency) -> None:
    first = world.verified().statements[0]
    other = forged(world.statements[1], "agency", root(world), agency_id=Agency.found().agency_id, prev=first.hash)
    with refused("agency-mixed"):
        agency.verify_chain([world.statements[0], other], world.root_pk)


def test_no_statement_is_no_agency(world: Agency) -> None:
    with refused("chain-empty"):
        agency.verify_chain([], world.root_pk)


def test_the_chain_starts_with_its_first_statement(world: Agency) -> None:
    with refused("chain-seq"):
        agency.verify_chain(world.statements[1:], world.root_pk)


def test_a_missing_statement_is_noticed(world: Agency) -> None:
    with refused("chain-seq"):
        agency.verify_chain([world.statements[0], world.statements[2]], world.root_pk)


def test_a_statement_after_another_one_is_refused(world: Agency) -> None:
    rival = forged(world.statements[1], "agency", root(world), name="Another name")
    with refused("chain-broken"):
        agency.verify_chain([world.statements[0], rival, world.statements[2]], world.root_pk)


def test_what_was_pinned_must_be_in_the_chain(world: Agency) -> None:
    pins = [chain.pin(each) for each in world.verified().statements]
    for pin in pins:
        assert agency.verify_chain(world.statements, world.root_pk, pin).newest.payload["seq"] == 3
    with refused("chain-rolled-back"):
        agency.verify_chain(world.statements[:2], world.root_pk, pins[2])


def test_a_fork_of_what_was_pinned_is_refused(world: Agency) -> None:
    rival = forged(world.statements[1], "agency", root(world), name="Another name")
    pin = chain.pin(world.verified().statements[1])
    with refused("chain-forked"):
        agency.verify_chain([world.statements[0], rival], world.root_pk, pin)


def test_a_run_that_starts_after_the_pin_is_refused(world: Agency) -> None:
    statements = world.verified().statements
    with refused("chain-misses-pin"):
        chain.check_pin(statements[1:], chain.pin(statements[0]))


def test_an_issuer_signs_only_in_date(world: Agency) -> None:
    newest, kid = world.verified().newest, world.ada.sign_kid
    assert agency.issuer_in_date(newest, kid, NOW).staff_id == world.ada.id
    for outside in (NOW - 2 * DAY, NOW + 366 * DAY):
        with refused("issuer-not-in-date"):
            agency.issuer_in_date(newest, kid, outside)
        with refused("issuer-not-in-date"):
            agency.issuer_on_day(newest, kid, outside.date())


def test_an_issuer_stands_in_on_the_whole_of_their_first_and_last_day(world: Agency) -> None:
    newest, kid = world.verified().newest, world.ada.sign_kid
    issuer = agency.issuers(newest)[kid]
    for day in (issuer.not_before.date(), issuer.not_after.date()):
        assert agency.issuer_on_day(newest, kid, day) == issuer


def test_somebody_who_is_not_named_is_no_issuer(world: Agency) -> None:
    with refused("issuer-unknown"):
        agency.issuer_in_date(world.verified().newest, world.fay.sign_kid, NOW)
    with refused("issuer-unknown"):
        agency.issuer_on_day(world.verified().newest, world.fay.sign_kid, NOW.date())
