"""Decisions: enough of the right people, about one message and one recipient."""

from typing import Any

import pytest

from mediation.protocol import decision
from mediation.protocol.decision_signing import Choice, Proposal
from mediation.protocol.encoding import new_id
from tests.protocol.correspondence import Decisions as World
from tests.protocol.correspondence import bare, decisions
from tests.protocol.forging import also_signed, forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case


@pytest.fixture
def single() -> World:
    """One approval is enough."""
    return decisions(1)


@pytest.fixture
def double() -> World:
    """Two approvals are needed."""
    return decisions(2)


def changed(world: World, proposal: Proposal, *signers: Person, **changes: Any) -> Envelope:
    return forged(proposal.envelope, "decision", *(signers or [world.agency.fay]), **changes)


# Enough of the right people -----------------------------------------------------------------------------------------


def test_a_release_by_one_facilitator_counts_where_one_is_enough(single: World) -> None:
    verified = single.verify(single.propose().envelope)
    assert verified.signers == (single.agency.fay.id,)
    assert (verified.decision, verified.recipient_id, verified.not_before) == ("release", single.rob.id, None)


def test_one_where_two_are_required_is_too_few(double: World) -> None:
    proposal = double.propose()
    with refused("too-few-signatures"):
        double.verify(proposal.envelope)
    both = double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    assert double.verify(both).signers == (double.agency.fay.id, double.agency.finn.id)


def test_a_release_by_anybody_else_is_refused(single: World) -> None:
    outsiders = [single.hana, single.rob, single.agency.flo, single.agency.sue, single.agency.ada, person("Mallory")]
    for who in (*outsiders, Agency.found().fay):
        with refused("unknown-signer"):
            single.verify(resigned(single.propose().envelope, "decision", who))


def test_signatures_of_others_do_not_add_up(double: World) -> None:
    mixed = also_signed(double.propose().envelope, "decision", double.hana, double.agency.flo, double.agency.ada)
    with refused("too-few-signatures"):
        double.verify(mixed)


def test_the_same_facilitator_twice_is_refused(double: World) -> None:
    proposal = double.propose()
    once = proposal.envelope
    with refused("duplicate-signature"):
        double.verify({**once, "signatures": once["signatures"] * 2})
    with refused("duplicate-signature"):
        double.case.co_sign(double.letter, once, proposal.consents, double.agency.fay)


def test_one_person_with_two_keys_is_one(double: World) -> None:
    """Fay's earlier key and her new one, before and after the case takes notice of it."""
    earlier, again = double.agency.fay, person("Fay", double.agency.fay.id)
    release = resigned(bare(double), "decision", again, earlier)
    double.agency.employ(again)
    double.agency.issue(NOW)
    with refused("unknown-signer"):
        double.verify(release)
    finn = double.agency.finn
    double.case.step(double.case.documents, facilitators=[again, finn], signers=[finn, double.agency.ada])
    with refused("too-few-signatures"):
        double.verify(release)


def test_a_signature_that_fails_refuses_all(double: World) -> None:
    proposal = double.propose()
    other = changed(double, proposal, double.agency.finn, decision="stop", recipient_id=None)
    wrong = {**proposal.envelope, "signatures": [*proposal.envelope["signatures"], *other["signatures"]]}
    with refused("bad-signature"):
        double.verify(wrong)


def test_somebody_off_the_roster_does_not_count(double: World) -> None:
    proposal = double.propose()
    both = double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    double.agency.dismiss(double.agency.finn)
    double.agency.issue(NOW)
    with refused("too-few-signatures"):
        double.verify(both)


def test_what_was_required_when_proposed_stays_required(double: World) -> None:
    """A dropped proposal of one signature is not revived when approvals fall; new ones need what the head needs."""
    proposal = double.propose()
    double.case.step(double.case.documents, approvals=1)
    with refused("too-few-signatures"):
        double.verify(proposal.envelope)
    assert double.verify(double.propose().envelope).signers == (double.agency.fay.id,)


def test_a_decision_from_before_approvals_rose_no_longer_counts(single: World) -> None:
    release = single.propose().envelope
    single.case.step(single.case.documents, approvals=2)
    with refused("too-few-signatures"):
        single.verify(release)


def test_whoever_wrote_it_down_does_not_release_it_alone(single: World, double: World) -> None:
    with refused("scribe-alone"):
        single.verify(single.propose(single.scribed).envelope, single.scribed)
    by_finn = single.propose(single.scribed, single.agency.finn)
    assert single.verify(by_finn.envelope, single.scribed).signers == (single.agency.finn.id,)
    proposal = double.propose(double.scribed)
    both = double.case.co_sign(double.scribed, proposal.envelope, proposal.consents, double.agency.finn)
    assert len(double.verify(both, double.scribed).signers) == 2


def test_a_scribe_may_return_alone_and_release_where_nobody_else_is(single: World) -> None:
    returned = single.propose(single.scribed, decision="return", recipient_id=None)
    assert single.verify(returned.envelope, single.scribed).decision == "return"
    alone = Case.open(single.agency, [single.agency.fay])
    rob, xan = alone.welcome(person("Rob"), "person_responsible"), alone.assist("Xan")
    scribed = alone.write(xan, [rob], scribe=single.agency.fay)
    assert alone.release(scribed, rob)


# About one message and one recipient --------------------------------------------------------------------------------


def test_a_decision_about_another_message_or_case_is_refused(single: World) -> None:
    proposal = single.propose()
    with refused("decision-of-another-message"):
        single.verify(proposal.envelope, single.scribed)
    with refused("case-mixed"):
        single.verify(changed(single, proposal, case_id=new_id()))


def test_a_release_to_somebody_who_is_no_recipient_is_refused(single: World) -> None:
    for who in (single.hana, single.xan, person("Mallory")):
        with refused("recipient-wrong"):
            single.verify(changed(single, single.propose(), recipient_id=who.id))


@pytest.mark.parametrize("kind", ["private", "note"])
def test_only_relays_and_summaries_are_decided(single: World, kind: str) -> None:
    to = [single.rob] if kind == "private" else []
    sealed = single.case.write(single.agency.fay, to, kind=kind)
    with refused("decision-not-needed"):
        single.verify(changed(single, single.propose(), message_hash=sealed.statement.hash), sealed)


def test_a_summary_is_decided_without_its_author_s_consent(single: World) -> None:
    summary = single.case.write(single.agency.fay, [single.rob], kind="summary")
    proposal = single.propose(summary)
    assert set(proposal.consents["consents"]) == {single.rob.id}
    assert single.submit(proposal, summary).decision == "release"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decision": "return"}, "bad-field"),
        ({"recipient_id": None}, "bad-field"),
        ({"decision": "stop", "recipient_id": None, "note_hash": "A" * 43}, "bad-field"),
        ({"decision": "stop", "recipient_id": None, "not_before": "2026-03-03T00:00:00Z"}, "bad-field"),
        ({"approvals": 0}, "bad-field"),
        ({"decision": "hold"}, "bad-field"),
    ],
)
def test_a_decision_has_exactly_its_form(single: World, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        changed(single, single.propose(), **changes)


def test_a_return_or_stop_closes_the_message_for_everyone_it_was_not_released_to(single: World) -> None:
    message = single.letter.statement
    assert decision.closed([], message) == set()
    released = single.verify(single.case.release(single.letter, single.rob))
    assert decision.closed([released], message) == {single.rob.id}
    stopped = single.verify(single.case.decide(single.letter, Choice("stop")))
    assert decision.closed([stopped], message) == {single.rob.id, single.sam.id}
    releases = [Choice("release", each.id) for each in (single.rob, single.sam)]
    for choice in (*releases, Choice("return"), Choice("stop")):
        with refused("already-decided"):
            single.case.propose(single.letter, choice)


def test_each_recipient_is_decided_once(single: World) -> None:
    single.case.release(single.letter, single.rob)
    with refused("already-decided"):
        single.propose()
    single.case.release(single.letter, single.sam)
    with refused("already-decided"):
        single.propose(decision="return", recipient_id=None)


def test_a_kept_decision_stands_for_reading(double: World) -> None:
    release = double.case.release(double.letter, double.rob)
    double.case.step(double.case.documents, facilitators=[double.agency.flo, double.agency.finn], approvals=2)
    with refused("too-few-signatures"):
        double.verify(release)
    kept = double.case.kept()
    for each in (kept.facilitators, kept.of(double.rob.id)):
        assert double.verify(release, kept=each).stands
    with refused("too-few-signatures"):
        double.verify(release, kept=kept.of(double.hana.id))


def test_a_kept_decision_that_still_counts_names_its_signers(double: World) -> None:
    release = double.case.release(double.letter, double.rob)
    verified = double.verify(release, kept=[read(release, "decision").hash])
    assert not verified.stands
    assert len(verified.signers) == 2
