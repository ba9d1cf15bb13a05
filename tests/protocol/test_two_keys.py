"""The attack that commitments are for: it works on the cipher, and the bundle refuses it."""

import pytest

from mediation.protocol import bundle, primitives
from mediation.protocol.encoding import pae
from tests.protocol.refusals import refused
from tests.vectors.builder import identifier, seed
from tests.vectors.two_keys import two_key_blob

FIRST, SECOND = seed("first key"), seed("second key")


@pytest.mark.parametrize(("size", "free_block"), [(96, 5), (1024, 10), (1000, 0)])
def test_one_ciphertext_opens_under_two_keys_to_two_texts(size: int, free_block: int) -> None:
    message = b"a" * size
    blob = two_key_blob(FIRST, SECOND, message, b"place", free_block)
    first, second = (primitives.aead_open(key, blob, b"place") for key in (FIRST, SECOND))
    free = slice(16 * free_block, 16 * free_block + 16)
    assert first[: free.start] + first[free.stop :] == message[: free.start] + message[free.stop :]
    assert first != second
    with refused("cannot-open"):
        primitives.aead_open(seed("third key"), blob, b"place")


def test_a_bundle_that_two_passphrases_would_open_opens_under_one() -> None:
    account, mine, other = identifier("account"), seed("wrap"), seed("another wrap")
    closing = [primitives.kdf(wrap, 1, "medbund1") for wrap in (mine, other)]
    aad = pae("mediation/v1/bundle", f"{account}.1".encode())
    blob = two_key_blob(closing[0], closing[1], bytes(96), aad, 5)
    assert primitives.aead_open(closing[1], blob, aad)
    commitment = primitives.kdf(mine, 2, "medbund1")
    assert bundle.open_(commitment + blob, mine, account, 1)
    with refused("commitment-mismatch"):
        bundle.open_(commitment + blob, other, account, 1)
