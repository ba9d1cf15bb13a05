"""One ciphertext really opens under two keys; a wrap with the second is refused all the same."""

from typing import Any

import pytest

from mediation.protocol import message, message_open
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import aead_open, box_public_key, hash32, kdf
from tests.protocol.refusals import refused
from tests.vectors import two_keys
from tests.vectors.builder import identifier, seed
from tests.vectors.two_keys import TwoKeys

CASE, MESSAGE = identifier("case"), identifier("message")
READER = seed("reader")


@pytest.fixture(scope="module")
def built() -> TwoKeys:
    return two_keys.letter()


def payload(built: TwoKeys) -> dict[str, Any]:
    """What the dishonest writer signs: a commitment to the first key, under which facilitators read it."""
    return {
        "case_id": CASE,
        "message_id": MESSAGE,
        "com": b64(message.commitment(built.first)),
        "ct_hash": b64(hash32(built.blob)),
    }


def wrap(key: bytes) -> bytes:
    return message.wrap(key, CASE, MESSAGE, box_public_key(READER))


def test_libsodium_opens_it_under_both_keys_to_two_texts(built: TwoKeys) -> None:
    texts = {
        aead_open(kdf(key, 1, message.CONTEXT), built.blob, message.place(CASE, MESSAGE))
        for key in (built.first, built.second)
    }
    assert len(texts) == 2


def test_the_key_that_was_committed_to_opens_the_letter(built: TwoKeys) -> None:
    text, key = message_open.unlock(payload(built), built.blob, wrap(built.first), READER)
    assert text.text == built.text
    assert key == built.first


def test_a_wrap_with_the_other_key_is_refused(built: TwoKeys) -> None:
    with refused("commitment-mismatch"):
        message_open.unlock(payload(built), built.blob, wrap(built.second), READER)
