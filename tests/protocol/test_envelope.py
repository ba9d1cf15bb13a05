"""Signed statements: nothing alterable, nothing shared by accident."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import envelope, primitives, statements
from mediation.protocol.encoding import b64, canonical, unb64
from mediation.protocol.errors import ProtocolError
from tests.protocol.refusals import refused
from tests.protocol.test_encoding import values
from tests.protocol.test_primitives import flips
from tests.vectors.builder import digest, seed
from tests.vectors.examples import EXAMPLES, SIGNERS

WRITER = envelope.keyring([primitives.sign_public_key(seed("writer"))])
BOTH = envelope.keyring(primitives.sign_public_key(seed(name)) for name in SIGNERS["decision"])


def join() -> dict[str, Any]:
    return envelope.make("join", EXAMPLES["join"], [seed("writer")])


def test_a_statement_holds_what_was_signed_and_by_whom() -> None:
    statement = envelope.verify(join(), "join", WRITER)
    assert statement.type == "join"
    assert statement.payload == EXAMPLES["join"]
    assert statement.payload_bytes == canonical(EXAMPLES["join"])
    assert statement.hash == envelope.statement_hash("join", statement.payload_bytes)
    assert statement.signers == tuple(WRITER)
    assert statement.envelope == join()


def test_a_parsed_statement_claims_no_signer() -> None:
    assert envelope.parse(join(), "join").signers == ()


def test_a_statement_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        envelope.parse(join(), "join").hash = ""  # type: ignore[misc]  # the point of the test


def test_signatures_are_not_in_the_hash() -> None:
    once = envelope.make("decision", EXAMPLES["decision"], [seed("amina")])
    twice = envelope.add_signature(once, "decision", seed("bea"))
    assert envelope.parse(once, "decision").hash == envelope.parse(twice, "decision").hash
    assert set(envelope.verify(twice, "decision", BOTH, 2).signers) == set(BOTH)


def test_adding_a_signature_leaves_the_first_envelope_as_it_was() -> None:
    once = envelope.make("decision", EXAMPLES["decision"], [seed("amina")])
    envelope.add_signature(once, "decision", seed("bea"))
    assert len(once["signatures"]) == 1


@pytest.mark.parametrize("part", ["payload", "keyid", "sig"])
def test_no_bit_of_payload_keyid_or_signature_can_be_flipped(part: str) -> None:
    made = join()
    holder = made if part == "payload" else made["signatures"][0]
    for each in flips(unb64(holder[part])):
        changed = {part: b64(each)}
        altered = made | changed if part == "payload" else made | {"signatures": [holder | changed]}
        with refused("unknown-signer" if part == "keyid" else "bad-signature"):
            envelope.verify(altered, "join", WRITER)


def test_no_signature_at_all_can_be_asked_for_only_by_mistake() -> None:
    with pytest.raises(AssertionError):
        envelope.verify(join(), "join", WRITER, 0)


def test_a_roster_may_fill_its_quarter_of_a_megabyte_and_no_more() -> None:
    limit = statements.LIMITS["roster"]
    for size, code in ((limit, "not-canonical"), (limit + 1, "too-large")):
        filled = {
            "payload": b64(b"1" * size),
            "payloadType": envelope.payload_type("roster"),
            "signatures": [{"keyid": digest("key"), "sig": b64(bytes(64))}],
        }
        with refused(code):
            envelope.parse(filled, "roster")


@given(values)
def test_whatever_stands_in_place_of_an_envelope_is_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        envelope.verify(value, "join", WRITER)


@given(st.sampled_from(["payload", "payloadType", "signatures"]), values)
def test_whatever_stands_in_place_of_a_part_of_an_envelope_is_refused(part: str, value: object) -> None:
    with pytest.raises(ProtocolError):
        envelope.verify(join() | {part: value}, "join", WRITER)
