"""Checkpoints: what is never signed. What is read, and what follows what, stands in the shared vectors."""

import dataclasses

import pytest

from mediation.protocol import checkpoint, notes
from mediation.protocol.checkpoint import Checkpoint
from tests.protocol.refusals import refused

HEAD = Checkpoint("mediation.example/audit/1", 3, bytes(32))
SEED = bytes(range(32))


def test_what_was_issued_is_opened_again() -> None:
    note = checkpoint.issue(HEAD, [SEED])
    assert checkpoint.opened(note, [notes.verifier_key(HEAD.origin, SEED).text]) == HEAD
    assert HEAD.kept == {"origin": HEAD.origin, "size": 3, "root": "A" * 43}


@pytest.mark.parametrize(
    "change", [{"size": -1}, {"size": 2**53}, {"root": bytes(31)}, {"root": b""}, {"origin": ""}, {"origin": "a\nb"}]
)
def test_a_head_that_could_not_be_read_is_not_signed(change: dict[str, object]) -> None:
    with refused("bad-checkpoint"):
        checkpoint.issue(dataclasses.replace(HEAD, **change), [SEED])  # type: ignore[arg-type]  # on purpose


def test_a_witness_signs_no_time_of_seven_bytes() -> None:
    with refused("note-signature-wrong"):
        notes.cosigned(HEAD.text, bytes([1] * 7))
