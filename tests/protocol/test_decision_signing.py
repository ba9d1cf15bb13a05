"""Signing: only what one has read, on the newest consents, and in time; the server checks the same."""

import dataclasses
from typing import Any

import pytest

from mediation.protocol import decision, decision_signing, note, primitives
from mediation.protocol.decision_signing import Choice, Proposal
from mediation.protocol.note import Note
from mediation.protocol.padding import pad
from tests.protocol.correspondence import Decisions as World
from tests.protocol.correspondence import bare, decisions, reseal
from tests.protocol.forging import forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Envelope, Person, person
from tests.protocol.world_case import CHECKPOINT, document

HIDDEN = {"text": "a \u202e b", "lang": "en", "attachments": []}


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


# Proposing and signing ----------------------------------------------------------------------------------------------


def test_a_proposal_states_what_the_head_requires(double: World) -> None:
    payload = read(double.propose().envelope, "decision").payload
    assert payload["approvals"] == 2
    assert payload["checkpoint"] == CHECKPOINT
    assert payload["decided_on"] == "2026-03-02"


def test_nobody_signs_what_they_could_not_read_safely(single: World) -> None:
    hidden = reseal(single.case, single.hana, single.letter, HIDDEN)
    with refused("bad-text"):
        single.propose(hidden)
    assert single.propose(hidden, decision="return", recipient_id=None)


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
    opened = decisions(1).case.read(single.letter)
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
