"""A proof in a file: what it shows, and that nothing a line or a bit away from it shows anything."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import checkpoint, log_proof, notes, tiles
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.log_proof import LogProof
from tests.protocol.logs import ORIGIN, SEED, Tiled, entries_of, flipped
from tests.protocol.refusals import refused

LOG = Tiled()
LOG.grow(entries_of(7))
HEAD = Checkpoint(ORIGIN, LOG.size, LOG.root)
NOTE = checkpoint.issue(HEAD, [SEED])
KEYS = [notes.verifier_key(ORIGIN, SEED).text]
PROOF = LogProof(4, b"salt and event", tuple(tiles.inclusion_proof(4, 7, LOG.read)), NOTE)
TEXT = PROOF.text


def test_a_proof_shows_the_entry_under_the_head() -> None:
    assert TEXT.startswith("c2sp.org/tlog-proof@v1\nextra c2FsdCBhbmQgZXZlbnQ=\nindex 4\n")
    assert TEXT.endswith("=\n\n" + NOTE)
    assert log_proof.verify(log_proof.parse(TEXT), b"entry 4", KEYS) == HEAD


@given(st.integers(0, 2**53 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.none() | st.binary())
def test_what_is_written_is_read_again(index: int, hashes: list[bytes], extra: bytes | None) -> None:
    proof = LogProof(index, extra, tuple(hashes), NOTE)
    assert log_proof.parse(proof.text) == proof


def test_a_proof_of_something_else_is_refused() -> None:
    bad = [dataclasses.replace(PROOF, index=index) for index in (0, 3, 5, 6, 7, 2**53 - 1)]
    bad += [dataclasses.replace(PROOF, hashes=each) for each in ((), PROOF.hashes[1:], (*PROOF.hashes, bytes(32)))]
    for i, one in enumerate(PROOF.hashes):
        bad += [dataclasses.replace(PROOF, hashes=(*PROOF.hashes[:i], x, *PROOF.hashes[i + 1 :])) for x in flipped(one)]
    for proof in bad:
        with refused("bad-proof"):
            log_proof.verify(proof, b"entry 4", KEYS)
    with refused("bad-proof"):
        log_proof.verify(PROOF, b"entry 5", KEYS)


def test_a_head_that_nobody_known_has_signed_proves_nothing() -> None:
    with refused("note-unsigned"):
        log_proof.verify(PROOF, b"entry 4", [])
    with refused("witnesses-too-few"):
        log_proof.verify(PROOF, b"entry 4", KEYS, [], 1)
    with refused("bad-note"):
        log_proof.verify(dataclasses.replace(PROOF, note=NOTE[:-1]), b"entry 4", KEYS)


HASH = notes.encode(PROOF.hashes[0])
ALTERED = {
    "nothing": "",
    "no first line": TEXT.partition("\n")[2],
    "another version": TEXT.replace("@v1", "@v2"),
    "a space behind": TEXT.replace("@v1", "@v1 "),
    "a line in front": "\n" + TEXT,
    "no head": TEXT.partition("\n\n")[0],
    "no index": TEXT.replace("index 4\n", ""),
    "no index, no hash": "c2sp.org/tlog-proof@v1\n\n" + NOTE,
    "two indices": TEXT.replace("index 4\n", "index 4\nindex 4\n"),
    "a zero in front": TEXT.replace("index 4", "index 04"),
    "a sign": TEXT.replace("index 4", "index -4"),
    "a digit of another script": TEXT.replace("index 4", "index ٤"),
    "an index beyond numbers": TEXT.replace("index 4", f"index {2**53}"),
    "no word before the index": TEXT.replace("index 4", "4"),
    "another word before the index": TEXT.replace("index 4", "place 4"),
    "no number": TEXT.replace("index 4", "index "),
    "extra behind index": TEXT.replace("index 4\n", "index 4\nextra AA==\n"),
    "extra twice": TEXT.replace("index 4\n", "extra AA==\nindex 4\n"),
    "extra in the other alphabet": TEXT.replace("extra ", "extra _-__"),
    "extra without padding": TEXT.replace("ZXZlbnQ=", "ZXZlbnQ"),
    "a hash of 31 bytes": TEXT.replace(HASH, notes.encode(PROOF.hashes[0][:31])),
    "a hash without padding": TEXT.replace(HASH, HASH[:-1]),
    "white space behind a hash": TEXT.replace(HASH, HASH + " "),
    "carriage returns": TEXT.replace("\n", "\r\n"),
    "64 hashes": LogProof(0, None, (bytes(32),) * 64, NOTE).text,
}


@pytest.mark.parametrize("name", ALTERED)
def test_a_file_in_another_form_is_refused(name: str) -> None:
    assert ALTERED[name] != TEXT
    with refused("bad-log-proof"):
        log_proof.parse(ALTERED[name])
