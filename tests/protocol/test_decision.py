"""Decisions: enough of the right people, on what they read themselves, about one message and one recipient."""

import copy
import dataclasses
import functools
from typing import Any

import pytest

from mediation.protocol import decision, decision_signing, note, primitives
from mediation.protocol.decision import Decision
from mediation.protocol.decision_signing import Choice, Proposal
from mediation.protocol.encoding import format_date, new_id
from mediation.protocol.envelope import make
from mediation.protocol.message import Sealed
from mediation.protocol.note import Note
from mediation.protocol.padding import pad
from tests.protocol.forging import also_signed, forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.test_message import World as Messages
from tests.protocol.test_message import reseal
from tests.protocol.world import DAY, NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import CHECKPOINT, Case, document


class World:
    """A case of Fay and Finn; Hana writes to Rob and Sam, and Xan, with help, to Rob."""

    def __init__(self, approvals: int) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn], approvals=approvals)
        self.hana = self.case.welcome(person("Hana"))
        self.rob = self.case.welcome(person("Rob"), "person_responsible")
        self.sam = self.case.welcome(person("Sam"), "person_responsible", "supporter")
        self.xan = self.case.assist("Xan")
        self.letter = self.case.write(self.hana, [self.rob, self.sam])
        self.scribed = self.case.write(self.xan, [self.rob], scribe=self.agency.fay)

    def propose(self, sealed: Sealed | None = None, signer: Person | None = None, **choice: Any) -> Proposal:
        fields = {"decision": "release", "recipient_id": self.rob.id, **choice}
        return self.case.propose(sealed or self.letter, Choice(**fields), signer or self.agency.fay)

    def verify(self, envelope: object, sealed: Sealed | None = None, **options: Any) -> Decision:
        return decision.verify(envelope, self.case.head(), (sealed or self.letter).statement, **options)

    def submit(self, signed: Proposal, sealed: Sealed | None = None, **changes: Any) -> Decision:
        people = self.case.members()
        fields: dict[str, Any] = {
            "message_envelope": (sealed or self.letter).envelope,
            "envelope_": signed.envelope,
            "consents_document": signed.consents,
            "newest": {each: found.hash for each, found in self.case.agreed().items()},
            "standing": {each.participant_id for each in people.people},
            **changes,
        }
        return decision_signing.check_submission(self.case.head(), people, **fields)


@functools.cache
def built(approvals: int) -> World:
    return World(approvals)


@pytest.fixture
def single() -> World:
    """One approval is enough."""
    return copy.deepcopy(built(1))


@pytest.fixture
def double() -> World:
    """Two approvals are needed."""
    return copy.deepcopy(built(2))


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


def bare(world: World) -> Envelope:
    """A release by Finn that rests on nothing."""
    payload = {
        "case_id": world.case.case_id,
        "message_hash": world.letter.statement.hash,
        "decision": "release",
        "recipient_id": world.rob.id,
        "not_before": None,
        "note_hash": None,
        "approvals": 2,
        "consents_hash": "A" * 43,
        "checkpoint": None,
        "decided_on": format_date(NOW.date()),
    }
    return make("decision", payload, [world.agency.finn.sign_seed])


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


# Proposing and signing ----------------------------------------------------------------------------------------------


def test_a_proposal_states_what_the_head_requires(double: World) -> None:
    payload = read(double.propose().envelope, "decision").payload
    assert payload["approvals"] == 2
    assert payload["checkpoint"] == CHECKPOINT
    assert payload["decided_on"] == "2026-03-02"


def test_nobody_signs_what_they_could_not_read_safely(single: World) -> None:
    hidden = _hidden(single)
    with refused("bad-text"):
        single.propose(hidden)
    assert single.propose(hidden, decision="return", recipient_id=None)


def _hidden(world: World) -> Sealed:
    messages = object.__new__(Messages)
    messages.case, messages.hana, messages.rob, messages.agency = world.case, world.hana, world.rob, world.agency
    return reseal(messages, world.letter, {"text": "a \u202e b", "lang": "en", "attachments": []})


def test_nothing_new_is_decided_on_what_is_only_kept(single: World) -> None:
    again = person("Hana", single.hana.id)
    single.case.admit(document(single.case.join(again)))
    single.case.consents[again.id] = []
    single.case.agree(again)
    assert single.case.read(single.letter).stands
    with refused("message-only-kept"):
        single.propose()
    proposal = bare(single)
    with refused("unknown-signer"):
        single.submit(Proposal(proposal, {}))


def test_the_newest_consents_of_both_are_cited(single: World) -> None:
    proposal = single.propose()
    newest = single.case.agreed()
    cited = {each.id: newest[each.id].hash for each in (single.hana, single.rob)}
    assert proposal.consents["consents"] == cited
    assert single.submit(proposal)


@pytest.mark.parametrize("who", ["hana", "rob"])
def test_without_a_consent_nobody_signs(single: World, who: str) -> None:
    del single.case.consents[getattr(single, who).id]
    with refused("consent-missing"):
        single.propose()


def test_a_return_needs_no_consent(single: World) -> None:
    single.case.consents.clear()
    proposal = single.propose(decision="return", recipient_id=None)
    assert proposal.consents["consents"] == {}
    assert single.submit(proposal).decision == "return"


def test_an_older_consent_is_refused_by_signers_and_server(double: World) -> None:
    proposal = double.propose()
    double.case.agree(double.rob)
    with refused("consents-wrong"):
        double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    with refused("consents-wrong"):
        double.submit(proposal)


def test_other_consents_than_those_that_were_signed_are_refused(double: World) -> None:
    proposal = double.propose()
    consents = proposal.consents["consents"]
    without = {key: value for key, value in consents.items() if key != double.hana.id}
    for wrong in (
        decision.consents_document(consents),
        {**proposal.consents, "consents": without},
        {**proposal.consents, "consents": {**consents, double.sam.id: "A" * 43}},
    ):
        with refused("consents-wrong"):
            double.case.co_sign(double.letter, proposal.envelope, wrong, double.agency.finn)
        with refused("consents-wrong"):
            double.submit(dataclasses.replace(proposal, consents=wrong))


def test_more_or_fewer_consents_than_concern_it_are_refused(double: World) -> None:
    newest = {each: found.hash for each, found in double.case.agreed().items()}
    for people in ([double.rob], [double.hana], [double.hana, double.rob, double.sam], []):
        cited = decision.consents_document({each.id: newest[each.id] for each in people})
        envelope = changed(double, double.propose(), consents_hash=decision.consents_hash(cited))
        with refused("consents-wrong"):
            double.case.co_sign(double.letter, envelope, cited, double.agency.finn)


@pytest.mark.parametrize(
    ("consents", "code"),
    [
        ({}, "missing-field"),
        ({"salt": "A" * 22}, "missing-field"),
        ({"salt": "A" * 22, "consents": []}, "bad-field"),
        ({"salt": "A" * 22, "consents": {"x": "A" * 43}}, "bad-field"),
        ({"salt": "A" * 22, "consents": {"A" * 22: "x"}}, "bad-field"),
        ({"salt": "A" * 21, "consents": {}}, "bad-field"),
        ({"salt": "A" * 22, "consents": {}, "more": 1}, "unknown-field"),
    ],
)
def test_a_consents_document_has_exactly_its_form(single: World, consents: Any, code: str) -> None:
    with refused(code):
        single.submit(dataclasses.replace(single.propose(), consents=consents))


def test_a_proposal_is_good_for_seven_days(double: World) -> None:
    proposal = double.propose()
    double.case.now = NOW + 7 * DAY
    assert double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    assert double.submit(proposal)
    double.case.now = NOW + 8 * DAY
    with refused("proposal-too-old"):
        double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    with refused("proposal-too-old"):
        double.submit(proposal)


def test_a_proposal_from_the_future_is_refused(double: World) -> None:
    double.case.now = NOW + DAY
    proposal = double.propose()
    double.case.now = NOW
    with refused("decided-in-future"):
        double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    with refused("decided-in-future"):
        double.submit(proposal)


def test_nothing_is_decided_under_an_expired_head(single: World) -> None:
    proposal = single.propose()
    single.case.now = NOW + 40 * DAY
    with refused("roster-expired"):
        single.submit(proposal, newest={})
    opened = copy.deepcopy(built(1)).case.read(single.letter)
    with refused("roster-expired"):
        decision_signing.propose(
            single.case.head(),
            opened,
            Choice("return"),
            consents={},
            checkpoint=None,
            decided_on=NOW.date(),
            seed=single.agency.fay.sign_seed,
        )


def test_a_content_note_is_signed_with_the_release(double: World) -> None:
    written = note.new("It mentions the accident.")
    proposal = double.propose(note=written)
    both = double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn, written)
    assert double.verify(both).payload["note_hash"] == written.hash
    for wrong in (None, note.new("It mentions the accident.")):
        with refused("note-hash-wrong"):
            double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn, wrong)
    plain = double.propose()
    with refused("note-hash-wrong"):
        double.case.co_sign(double.letter, plain.envelope, plain.consents, double.agency.finn, written)


# The server ---------------------------------------------------------------------------------------------------------


def test_the_server_takes_a_proposal_and_then_the_next_signature(double: World) -> None:
    proposal = double.propose()
    submitted = double.submit(proposal)
    message = double.letter.statement
    assert not decision_signing.is_final(submitted, double.case.head(), message)
    both = double.case.co_sign(double.letter, proposal.envelope, proposal.consents, double.agency.finn)
    final = double.submit(dataclasses.replace(proposal, envelope=both), proposal=False)
    assert decision_signing.is_final(final, double.case.head(), message)


def test_the_server_wants_the_approvals_of_the_head(double: World) -> None:
    proposal = double.propose()
    for approvals in (1, 3):
        wrong = dataclasses.replace(proposal, envelope=changed(double, proposal, approvals=approvals))
        with refused("approvals-wrong"):
            double.submit(wrong)
        assert double.submit(wrong, proposal=False)


@pytest.mark.parametrize("who", ["hana", "rob"])
def test_the_server_releases_nothing_of_or_to_somebody_who_paused(single: World, who: str) -> None:
    standing = {single.hana.id, single.rob.id, single.sam.id} - {getattr(single, who).id}
    with refused("not-standing"):
        single.submit(single.propose(), standing=standing)
    returned = single.propose(decision="return", recipient_id=None)
    assert single.submit(returned, standing=standing).decision == "return"


def test_the_server_decides_nothing_that_was_taken_back_or_decided(single: World) -> None:
    proposal = single.propose()
    with refused("taken-back"):
        single.submit(proposal, taken_back=True)
    final = single.verify(proposal.envelope)
    with refused("already-decided"):
        single.submit(proposal, decided=[final])


def test_the_server_refuses_a_message_whose_writer_does_not_count(single: World) -> None:
    with refused("unknown-signer"):
        single.submit(single.propose(), message_envelope=resigned(single.letter.envelope, "message", single.agency.flo))


# Content notes ------------------------------------------------------------------------------------------------------


def test_a_note_opens_only_for_whom_it_was_sealed_and_as_it_was_signed(single: World) -> None:
    written = note.new("It mentions the accident.")
    sealed = note.seal(written, single.rob.box_pk)
    assert note.open_(sealed, single.rob.box_seed, written.hash) == written
    with refused("cannot-open"):
        note.open_(sealed, single.hana.box_seed, written.hash)
    with refused("note-hash-wrong"):
        note.open_(sealed, single.rob.box_seed, note.new("It mentions the accident.").hash)


def test_a_note_hides_its_length_and_says_only_what_it_shows() -> None:
    assert len(note.new("").block) == len(note.new("x" * 800).block) == 1024
    with refused("bad-text"):
        note.new("a \u202e b")


def test_a_note_has_exactly_its_form(single: World) -> None:
    wrong = {
        b"{}": "missing-field",
        b'{"salt":"AAAAAAAAAAAAAAAAAAAAAA","text":7}': "bad-text",
        b'{"salt":"AAAA","text":""}': "bad-field",
        b'{"html":"","salt":"AAAAAAAAAAAAAAAAAAAAAA","text":""}': "unknown-field",
        b"[]": "bad-field",
        b"{ }": "not-canonical",
    }
    blocks = {pad(content): code for content, code in wrong.items()} | {bytes(1024): "bad-padding"}
    for block, code in blocks.items():
        with refused(code):
            note.open_(primitives.seal(single.rob.box_pk, block), single.rob.box_seed, Note("", block).hash)
