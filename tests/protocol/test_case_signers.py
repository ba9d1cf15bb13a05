"""Case statements: who must sign them, and who cannot."""

from __future__ import annotations

from mediation.protocol import case, case_chain, case_signers, members
from tests.protocol.case_steps import assisted, follow, restaffed, signed
from tests.protocol.forging import also_signed
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, person
from tests.protocol.world_case import Case

# Who must sign ------------------------------------------------------------------------------------------------------


def test_a_renewal_needs_one_signature(double: Case) -> None:
    assert follow(double, signed(double.renewed(), double.agency.finn)).seq == 2


def test_anything_else_needs_as_many_as_the_statement_before_required(double: Case) -> None:
    fay, finn, flo = double.agency.fay, double.agency.finn, double.agency.flo
    filler = members.fill([members.build(**assisted())])
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
