"""Chains of case statements: followed from the start or from a pin, never back."""

from __future__ import annotations

import pytest

from mediation.protocol import case_chain
from mediation.protocol.encoding import format_date
from tests.protocol.case_steps import follow
from tests.protocol.forging import forged, read
from tests.protocol.refusals import refused
from tests.protocol.world import NOW
from tests.protocol.world_case import Case

# Following ----------------------------------------------------------------------------------------------------------


def test_a_chain_is_continued_from_its_pin_with_the_same_result(single: Case) -> None:
    fay, finn = single.agency.fay, single.agency.finn
    single.step([], facilitators=[fay, finn], approvals=2)
    single.renew(finn)
    whole = single.chain()
    for length in (1, 2, 3):
        shorter = case_chain.follow(single.envelopes[:length], single.agency.authority(), nonce=single.nonce)
        pinned = case_chain.check_pin(shorter.pin())
        rest = single.envelopes[length - 1 :]
        authority = single.agency.authority()
        assert case_chain.follow(rest, authority, pinned=pinned).pin() == whole.pin()
        assert case_chain.follow(single.envelopes, authority, nonce=single.nonce, pinned=pinned).pin() == whole.pin()


def test_a_chain_that_was_rolled_back_is_refused(single: Case) -> None:
    single.renew()
    single.renew()
    pinned = single.chain().pin()
    with refused("chain-rolled-back"):
        case_chain.follow(single.envelopes[:2], single.agency.authority(), nonce=single.nonce, pinned=pinned)


def test_a_fork_before_the_pin_is_refused(single: Case) -> None:
    single.renew()
    pinned = single.chain().pin()
    rival = forged(single.envelopes[1], "case", single.agency.fay, expires_on=format_date(NOW.date()))
    for run in ([*single.envelopes[:1], rival], [rival]):
        with refused("chain-forked"):
            case_chain.follow(run, single.agency.authority(), nonce=single.nonce, pinned=pinned)


def test_a_run_that_starts_after_the_pin_is_refused(single: Case) -> None:
    pinned = single.chain().pin()
    single.renew()
    with refused("chain-misses-pin"):
        case_chain.follow(single.envelopes[1:], single.agency.authority(), pinned=pinned)


def test_a_run_needs_its_start(single: Case) -> None:
    with refused("chain-empty"):
        case_chain.follow([], single.agency.authority(), nonce=single.nonce)
    with refused("nonce-missing"):
        case_chain.follow(single.envelopes, single.agency.authority())
    single.renew()
    with refused("chain-seq"):
        case_chain.follow(single.envelopes[1:], single.agency.authority(), nonce=single.nonce)


def test_another_case_than_the_one_asked_for_is_refused(single: Case, double: Case) -> None:
    assert follow(single, case_id=single.case_id).case_id == single.case_id
    with refused("case-mixed"):
        follow(single, case_id=double.case_id)


def test_a_pin_has_exactly_its_form(single: Case) -> None:
    single.renew()
    pin = single.chain().pin()
    assert case_chain.check_pin(pin) == pin
    for name in pin:
        with refused("missing-field"):
            case_chain.check_pin({key: value for key, value in pin.items() if key != name})
    for name, value in [("seq", 0), ("lineage", []), ("before", {}), ("hash", ""), ("changes", [])]:
        with pytest.raises(Exception, match="field"):
            case_chain.check_pin({**pin, name: value})


def test_a_statement_reads_the_same_to_everybody(single: Case) -> None:
    assert read(single.envelopes[0], "case").hash == single.chain().hash
