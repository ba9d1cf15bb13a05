"""Case statements: what may be the first, what may follow, and who must sign it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import case, case_chain, case_signers, epoch, members
from mediation.protocol.case_chain import Chain
from mediation.protocol.encoding import b64, format_date, new_id
from mediation.protocol.primitives import random_bytes
from tests.protocol.forging import also_signed, forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, Person, person
from tests.protocol.world_case import Case


@pytest.fixture
def agency() -> Agency:
    return Agency.found()


@pytest.fixture
def single(agency: Agency) -> Case:
    """A case of Fay alone, who may decide alone."""
    return Case.open(agency, [agency.fay])


@pytest.fixture
def double(agency: Agency) -> Case:
    """A case of Fay and Finn, who must both sign."""
    return Case.open(agency, [agency.fay, agency.finn], approvals=2)


def follow(world: Case, *envelopes: Any, **options: Any) -> Chain:
    """The case's chain with more statements."""
    return case_chain.follow([*world.envelopes, *envelopes], world.agency.authority(), nonce=world.nonce, **options)


def restaffed(world: Case, *facilitators: Person, approvals: int = 1) -> dict[str, Any]:
    """The payload of a step to these facilitators and approvals."""
    staff = [world.agency.staff[each.id] for each in facilitators]
    return case.staff(world.renewed(), staff, approvals, epoch.public_key(epoch.new_secret()))


def signed(payload: dict[str, Any], *signers: Person) -> dict[str, Any]:
    return case.sign(payload, *(each.sign_seed for each in signers))


# The first statement ------------------------------------------------------------------------------------------------


def test_a_case_is_created_by_a_facilitator_who_is_named(single: Case) -> None:
    chain = single.chain()
    assert chain.seq == 1
    assert chain.case_id == case.case_id(single.creator.sign_kid, single.nonce)
    assert chain.lineage == (chain.hash,)


def test_a_rival_first_statement_by_somebody_else_is_refused(single: Case) -> None:
    rival = forged(
        single.envelopes[0], "case", single.agency.finn, facilitators=[case.facilitator(single.agency.finn.staff())]
    )
    with refused("case-id-wrong"):
        case_chain.start(rival, single.nonce, single.agency.authority())


def test_another_nonce_makes_another_case(single: Case) -> None:
    with refused("case-id-wrong"):
        case_chain.start(single.envelopes[0], random_bytes(16), single.agency.authority())
    with refused("bad-length"):
        case_chain.start(single.envelopes[0], bytes(15), single.agency.authority())


def test_a_first_statement_by_an_administrator_or_a_supervisor_is_refused(single: Case) -> None:
    for who in (single.agency.ada, single.agency.sue):
        with refused("unknown-signer"):
            case_chain.start(resigned(single.envelopes[0], "case", who), single.nonce, single.agency.authority())


def test_a_creator_who_is_not_named_is_refused(single: Case) -> None:
    others = [case.facilitator(single.agency.finn.staff())]
    with refused("creator-not-named"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, facilitators=others),
            single.nonce,
            single.agency.authority(),
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 2, "prev": "A" * 43}, "chain-seq"),
        ({"epoch": 2}, "epoch-wrong"),
        ({"kept": "A" * 43}, "kept-changed"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"roster": "A" * 43}, "roster-unknown"),
        ({"approvals_required": 0}, "bad-field"),
        ({"approvals_required": 2}, "bad-field"),
        ({"facilitators": []}, "bad-field"),
        ({"members": ["A" * 43]}, "bad-field"),
        ({"expires_on": format_date((NOW + 31 * DAY).date())}, "bad-field"),
        ({"expires_on": format_date((NOW - DAY).date())}, "bad-field"),
    ],
)
def test_a_first_statement_has_exactly_its_form(single: Case, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        envelope = forged(single.envelopes[0], "case", single.agency.fay, **changes)
        case_chain.start(envelope, single.nonce, single.agency.authority())


@pytest.mark.parametrize("field", ["staff_id", "sign_kid", "box_kid"])
def test_a_facilitator_under_another_id_or_key_is_refused(single: Case, field: str) -> None:
    entry = {**case.facilitator(single.agency.finn.staff()), field: case.facilitator(person("M").staff())[field]}
    payload = {"facilitators": [case.facilitator(single.agency.fay.staff()), entry]}
    with refused("facilitator-not-on-roster"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, **payload), single.nonce, single.agency.authority()
        )


def test_a_supervisor_cannot_be_named_as_a_facilitator(single: Case) -> None:
    entries = [case.facilitator(each.staff()) for each in (single.agency.fay, single.agency.sue)]
    with refused("facilitator-not-on-roster"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, facilitators=entries),
            single.nonce,
            single.agency.authority(),
        )


# Who must sign ------------------------------------------------------------------------------------------------------


def test_a_renewal_needs_one_signature(double: Case) -> None:
    assert follow(double, signed(double.renewed(), double.agency.finn)).seq == 2


def test_anything_else_needs_as_many_as_the_statement_before_required(double: Case) -> None:
    fay, finn, flo = double.agency.fay, double.agency.finn, double.agency.flo
    filler = members.fill([members.build(**_assisted())])
    steps = [
        restaffed(double, fay, finn, approvals=1),
        restaffed(double, fay, finn, flo, approvals=2),
        restaffed(double, fay, approvals=1),
        case.admit(double.renewed(), members.hashes(filler)),
    ]
    for payload in steps:
        for signer in (fay, finn):
            with refused("too-few-signatures"):
                follow(double, signed(payload, signer))
            with refused("too-few-signatures"):
                follow(double, signed(payload, signer, flo))
        assert follow(double, signed(payload, fay, finn)).seq == 2


def _assisted() -> dict[str, Any]:
    none = {"sign_pk": None, "box_pk": None, "invite_hash": None}
    return {"participant_id": new_id(), "side": "person_harmed", "role": "party", "assisted": True, **none}


def test_raised_approvals_bind_from_the_next_step_on(single: Case) -> None:
    fay, finn = single.agency.fay, single.agency.finn
    single.step(single.documents, facilitators=[fay, finn], approvals=2)
    with refused("too-few-signatures"):
        follow(single, signed(restaffed(single, fay, approvals=1), fay))


def test_the_same_facilitator_twice_is_one(double: Case) -> None:
    once = signed(restaffed(double, double.agency.fay), double.agency.fay)
    doubled = {**once, "signatures": once["signatures"] * 2}
    with refused("duplicate-signature"):
        follow(double, doubled)


def test_a_signature_that_fails_refuses_all(double: Case) -> None:
    fay, finn, flo = double.agency.fay, double.agency.finn, double.agency.flo
    good = signed(restaffed(double, fay), fay, finn)
    other = signed(restaffed(double, fay), finn)
    with refused("bad-signature"):
        follow(double, {**good, "signatures": [good["signatures"][0], other["signatures"][0]]})
    assert follow(double, also_signed(good, "case", flo)).seq == 2


def test_somebody_who_is_not_a_facilitator_of_the_case_signs_nothing(single: Case) -> None:
    for who in (single.agency.finn, single.agency.sue, person("Mallory")):
        with refused("unknown-signer"):
            follow(single, signed(single.renewed(), who))
        with refused("unknown-signer"):
            follow(single, signed(restaffed(single, single.agency.finn), who))


def test_a_newcomer_does_not_sign_themselves_in(single: Case) -> None:
    with refused("unknown-signer"):
        follow(single, signed(restaffed(single, single.agency.fay, single.agency.finn), single.agency.finn))


def test_an_issuer_may_stand_in_for_one(double: Case) -> None:
    fay, flo, ada = double.agency.fay, double.agency.flo, double.agency.ada
    chain = follow(double, signed(restaffed(double, fay, flo), fay, ada))
    assert chain.stand_ins == ((2, ada.id),)


def test_an_issuer_alone_may_stand_in_where_one_signature_is_enough(single: Case) -> None:
    chain = follow(single, signed(restaffed(single, single.agency.finn), single.agency.ada))
    assert chain.stand_ins == ((2, single.agency.ada.id),)
    assert follow(single, signed(single.renewed(), single.agency.ben)).stand_ins == ((2, single.agency.ben.id),)


def test_two_issuers_are_refused(double: Case) -> None:
    with refused("two-issuers"):
        follow(double, signed(restaffed(double, double.agency.flo), double.agency.ada, double.agency.ben))


def test_an_issuer_who_is_named_cannot_stand_in(agency: Agency) -> None:
    """Ada is a facilitator too, with another key as issuer."""
    issuing = person("Ada issuing", agency.fay.id)
    agency.issuers.append(issuing)
    agency.declare()
    agency.issue(NOW)
    named_before = Case.open(agency, [agency.fay, agency.finn], approvals=2)
    with refused("issuer-involved"):
        follow(named_before, signed(restaffed(named_before, agency.finn), agency.finn, issuing))
    named_after = Case.open(agency, [agency.finn, agency.flo], approvals=2)
    with refused("issuer-involved"):
        follow(named_after, signed(restaffed(named_after, agency.fay), agency.finn, issuing))
    with refused("issuer-involved"):
        follow(named_before, signed(restaffed(named_before, agency.finn), agency.fay, issuing))


def test_an_issuer_who_is_also_a_facilitator_of_the_case_counts_once(agency: Agency) -> None:
    """One person with one key for both."""
    agency.issuers.append(agency.fay)
    agency.declare()
    agency.issue(NOW)
    world = Case.open(agency, [agency.fay, agency.finn], approvals=2)
    with refused("too-few-signatures"):
        follow(world, signed(restaffed(world, agency.fay), agency.fay))


def test_an_issuer_out_of_date_cannot_stand_in(single: Case) -> None:
    single.agency.declare(issuers=[single.agency.ada.issuer(), single.agency.ben.issuer(NOW - 400 * DAY)])
    single.agency.issue(NOW)
    with refused("issuer-not-in-date"):
        follow(single, signed(single.renewed(), single.agency.ben))
    assert follow(single, signed(single.renewed(), single.agency.ada)).seq == 2


def test_a_facilitator_off_the_roster_that_the_step_names_does_not_count(double: Case) -> None:
    fay, finn, flo = double.agency.fay, double.agency.finn, double.agency.flo
    double.agency.dismiss(finn)
    double.agency.issue(NOW + DAY)
    double.now = NOW + DAY
    with refused("too-few-signatures"):
        follow(double, signed(restaffed(double, fay, flo), fay, finn))
    assert follow(double, signed(restaffed(double, fay, flo), fay, double.agency.ada)).seq == 2


def test_a_facilitator_re_keyed_in_the_roster_alone_does_not_count(single: Case) -> None:
    renewed = single.agency.employ(person("Fay", single.agency.fay.id))
    single.agency.issue(NOW + DAY)
    with refused("facilitator-not-on-roster"):
        follow(single, signed(single.renewed(), single.agency.ada))
    with refused("unknown-signer"):
        follow(single, signed(restaffed(single, renewed), renewed))


def test_a_proposal_tells_who_has_signed_so_far(double: Case) -> None:
    proposal = signed(restaffed(double, double.agency.fay), double.agency.fay)
    _, so_far = case_chain.check_proposal(double.chain(), proposal, double.agency.authority())
    assert so_far.facilitators == (double.agency.fay.id,)
    assert so_far.required == 2
    assert not so_far.enough
    with refused("too-few-signatures"):
        case_signers.check_enough(so_far)
    both = also_signed(proposal, "case", double.agency.finn)
    assert case_chain.check_proposal(double.chain(), both, double.agency.authority())[1].enough


# What may follow ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 3}, "chain-seq"),
        ({"prev": "A" * 43}, "chain-broken"),
        ({"case_id": new_id()}, "case-mixed"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"epoch": 2}, "epoch-wrong"),
        ({"epoch_pk": b64(epoch.public_key(bytes(32)))}, "epoch-wrong"),
        ({"kept": "A" * 43}, "kept-changed"),
        ({"roster": "A" * 43}, "roster-unknown"),
    ],
)
def test_a_step_changes_nothing_without_cause(single: Case, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        follow(single, signed({**single.renewed(), **changes}, single.agency.fay))


def test_other_facilitators_or_approvals_need_a_new_epoch(double: Case) -> None:
    fay, finn = double.agency.fay, double.agency.finn
    lowered = restaffed(double, fay, finn, approvals=1)
    chain = double.chain()
    for changes, code in [
        ({"epoch": 1}, "epoch-wrong"),
        ({"epoch": 3}, "epoch-wrong"),
        ({"epoch_pk": chain.payload["epoch_pk"]}, "epoch-key-reused"),
    ]:
        with refused(code):
            follow(double, signed({**lowered, **changes}, fay, finn))


def test_a_key_of_an_earlier_epoch_never_comes_back(single: Case) -> None:
    fay, finn = single.agency.fay, single.agency.finn
    first = single.chain().payload["epoch_pk"]
    single.step([], facilitators=[fay, finn])
    with refused("epoch-key-reused"):
        follow(single, signed({**restaffed(single, fay), "epoch_pk": first}, fay))


def test_the_same_facilitators_in_another_order_are_no_change(double: Case) -> None:
    swapped = {**double.renewed(), "facilitators": double.chain().payload["facilitators"][::-1]}
    with refused("too-few-signatures"):
        follow(double, signed(swapped, double.agency.fay))
    assert follow(double, signed(swapped, double.agency.fay, double.agency.finn)).payload["epoch"] == 1


def test_a_step_under_an_older_roster_is_refused(single: Case) -> None:
    older = single.agency.authority().roster
    single.agency.issue(NOW)
    single.renew()
    with refused("roster-rolled-back"):
        follow(single, signed({**single.renewed(), "roster": older.hash}, single.agency.fay))


def test_a_step_longer_than_thirty_days_is_refused(single: Case) -> None:
    long = {**single.renewed(), "expires_on": format_date(NOW.date() + timedelta(days=31))}
    with refused("bad-field"):
        signed(long, single.agency.fay)


def test_the_facilitators_list_may_change_with_the_members(single: Case) -> None:
    filled = members.fill([members.build(**_assisted())])
    payload = {**case.admit(single.renewed(), members.hashes(filled)), "kept": "A" * 43}
    assert follow(single, signed(payload, single.agency.fay)).changes == ((1, 1), (2, 1))


def test_another_statement_of_the_same_case_by_another_agency_s_facilitator_is_refused(single: Case) -> None:
    other = Agency.found()
    with refused("unknown-signer"):
        follow(single, signed(single.renewed(), other.fay))


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
