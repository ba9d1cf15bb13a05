"""Key bundles: what is kept, and what never shows."""

import pytest

from mediation.protocol import bundle
from mediation.protocol.encoding import pae
from mediation.protocol.primitives import aead_open, kdf
from tests.protocol.refusals import refused
from tests.protocol.test_primitives import flips
from tests.vectors.builder import identifier, seed
from tests.vectors.two_keys import two_key_blob

ACCOUNT, WRAP = identifier("account"), seed("wrap")


def test_new_keys_are_fresh_and_keep_the_root_key() -> None:
    first, second = bundle.new_keys(seed("root")), bundle.new_keys(seed("root"))
    assert first.root_pk == second.root_pk == seed("root")
    assert len({first.sign_seed, first.box_seed, second.sign_seed, second.box_seed}) == 4


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_root_key_of_another_size_is_refused(size: int) -> None:
    with refused("bad-length"):
        bundle.new_keys(bytes(size))


def test_secrets_do_not_show_when_keys_are_printed() -> None:
    keys = bundle.Keys(b"S" * 32, b"B" * 32, b"R" * 32)
    assert "SSS" not in repr(keys)
    assert "BBB" not in repr(keys)


def test_a_bundle_has_168_bytes_and_is_new_each_time() -> None:
    keys = bundle.new_keys(seed("root"))
    first, second = bundle.close(keys, WRAP, ACCOUNT, 1), bundle.close(keys, WRAP, ACCOUNT, 1)
    assert len(first) == len(second) == 168
    assert first[32:] != second[32:]


def test_no_bit_of_a_bundle_can_be_flipped() -> None:
    blob = bundle.close(bundle.new_keys(seed("root")), WRAP, ACCOUNT, 1)
    for number, each in enumerate(flips(blob)):
        with refused("commitment-mismatch" if number < 32 * 8 else "cannot-open"):
            bundle.open_(each, WRAP, ACCOUNT, 1)


def test_a_ciphertext_made_for_two_passphrases_opens_under_the_one_committed_to() -> None:
    keys = [kdf(wrap, 1, "medbund1") for wrap in (WRAP, seed("another wrap"))]
    aad = pae("mediation/v1/bundle", f"{ACCOUNT}.1".encode())
    blob = two_key_blob(keys[0], keys[1], bytes(96), aad, 5)
    assert aead_open(keys[0], blob, aad) != aead_open(keys[1], blob, aad)
    committed = kdf(WRAP, 2, "medbund1") + blob
    assert bundle.open_(committed, WRAP, ACCOUNT, 1)
    with refused("commitment-mismatch"):
        bundle.open_(committed, seed("another wrap"), ACCOUNT, 1)
