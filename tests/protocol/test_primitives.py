"""The primitives beside libsodium's own: bits flipped everywhere, and randomness where it belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import RawEncoder
from nacl.hash import blake2b

from mediation.protocol import primitives
from mediation.protocol.errors import ProtocolError
from tests.protocol.refusals import refused
from tests.vectors.builder import seed

SEED, MESSAGE = seed("test primitives"), b"a letter of some length"


def flips(data: bytes) -> list[bytes]:
    """The data with each of its bits flipped once."""
    return [bytes([*data[:at], data[at] ^ 1 << bit, *data[at + 1 :]]) for at in range(len(data)) for bit in range(8)]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**53 - 1))
def test_kdf_is_made_from_libsodiums_hash(key: bytes, index: int) -> None:
    salt, person = index.to_bytes(16, "little"), b"medauth1" + bytes(8)
    expected = blake2b(b"", digest_size=32, key=key, salt=salt, person=person, encoder=RawEncoder)
    assert primitives.kdf(key, index, "medauth1") == expected


@given(st.binary())
def test_hash_and_mac_are_libsodiums(message: bytes) -> None:
    assert primitives.hash32(message) == blake2b(message, digest_size=32, encoder=RawEncoder)
    assert primitives.mac(SEED, message) == blake2b(message, digest_size=32, key=SEED, encoder=RawEncoder)


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_what_is_signed_verifies(key_seed: bytes, message: bytes) -> None:
    primitives.verify(primitives.sign_public_key(key_seed), message, primitives.sign(key_seed, message))


def test_no_bit_of_signature_message_or_key_can_be_flipped_although_the_good_one_is_remembered() -> None:
    key, signature = primitives.sign_public_key(SEED), primitives.sign(SEED, MESSAGE)
    primitives.verify(key, MESSAGE, signature)
    flipped = (
        [(key, MESSAGE, each) for each in flips(signature)]
        + [(key, each, signature) for each in flips(MESSAGE)]
        + [(each, MESSAGE, signature) for each in flips(key)]
    )
    for public_key, message, each in flipped:
        with refused("bad-signature"):
            primitives.verify(public_key, message, each)


@given(st.binary(min_size=32, max_size=32))
def test_keys_made_from_seeds_pass_their_checks(key_seed: bytes) -> None:
    sign_pk, box_pk = primitives.sign_public_key(key_seed), primitives.box_public_key(key_seed)
    assert primitives.check_sign_key(sign_pk) == sign_pk
    assert primitives.check_box_key(box_pk) == box_pk


@given(st.binary(min_size=32, max_size=32))
def test_any_key_that_passes_can_be_sealed_to(public_key: bytes) -> None:
    try:
        primitives.check_box_key(public_key)
    except ProtocolError:
        with refused("bad-key"):
            primitives.seal(public_key, b"")
    else:
        assert primitives.seal(public_key, b"")


@given(st.binary())
def test_what_is_sealed_opens(message: bytes) -> None:
    assert primitives.open_seal(SEED, primitives.seal(primitives.box_public_key(SEED), message)) == message


def test_no_bit_of_a_seal_can_be_flipped() -> None:
    for each in flips(primitives.seal(primitives.box_public_key(SEED), MESSAGE)):
        with refused("cannot-open"):
            primitives.open_seal(SEED, each)


@given(st.binary(), st.binary())
def test_what_is_encrypted_opens(message: bytes, place: bytes) -> None:
    assert primitives.aead_open(SEED, primitives.aead_seal(SEED, message, place), place) == message


def test_no_bit_of_a_ciphertext_its_nonce_its_place_or_its_key_can_be_flipped() -> None:
    place = b"place"
    blob = primitives.aead_seal(SEED, MESSAGE, place)
    flipped = (
        [(SEED, each, place) for each in flips(blob)]
        + [(SEED, blob, each) for each in flips(place)]
        + [(each, blob, place) for each in flips(SEED)]
    )
    for key, each, where in flipped:
        with refused("cannot-open"):
            primitives.aead_open(key, each, where)


def test_sealing_and_encrypting_the_same_twice_gives_different_bytes() -> None:
    key = primitives.box_public_key(SEED)
    assert primitives.seal(key, MESSAGE) != primitives.seal(key, MESSAGE)
    assert primitives.aead_seal(SEED, MESSAGE, b"")[:24] != primitives.aead_seal(SEED, MESSAGE, b"")[:24]


@pytest.mark.parametrize("size", [0, 1, 16, 1024])
def test_random_bytes_have_the_size_asked_for(size: int) -> None:
    assert len(primitives.random_bytes(size)) == size


def test_random_bytes_differ() -> None:
    assert primitives.random_bytes(16) != primitives.random_bytes(16)
