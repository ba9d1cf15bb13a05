"""Own documents: lengths hidden, nothing alterable."""

from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import memory
from tests.protocol.refusals import refused
from tests.protocol.test_encoding import values
from tests.protocol.test_primitives import flips
from tests.vectors.builder import identifier, seed

SEED, ACCOUNT = seed("own memory"), identifier("account")


@given(values, st.integers(1, 2**53 - 1))
def test_a_document_returns(document: object, revision: int) -> None:
    blob = memory.close(SEED, ACCOUNT, "draft.1", revision, document)
    assert memory.open_(SEED, ACCOUNT, "draft.1", revision, blob) == document


def test_a_short_and_a_longer_draft_are_kept_in_equally_many_bytes() -> None:
    lengths = {len(memory.close(SEED, ACCOUNT, "draft.1", 1, {"text": "a" * size})) for size in (0, 1, 500, 1000)}
    assert lengths == {1024 + 40}


def test_no_bit_of_a_document_can_be_flipped() -> None:
    for each in flips(memory.close(SEED, ACCOUNT, "pins", 1, {})):
        with refused("cannot-open"):
            memory.open_(SEED, ACCOUNT, "pins", 1, each)
