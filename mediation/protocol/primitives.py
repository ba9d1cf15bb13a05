"""The primitives of the protocol under its own names: libsodium's, through PyNaCl, and BLAKE2b of the standard library,
which is the same function and four times as fast to call.

Whatever libsodium refuses comes out as a `ProtocolError`: PyNaCl itself raises RuntimeError, TypeError, ValueError or
CryptoError depending on the place.
"""

import hmac
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import nacl.exceptions
import nacl.utils
from nacl import bindings

from mediation.protocol.encoding import b64, check_int
from mediation.protocol.errors import ProtocolError

KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64
SALT_SIZE: Final = 16
NONCE_SIZE: Final = 24
TAG_SIZE: Final = 16
CONTEXT_SIZE: Final = 8
MEBIBYTE: Final = 1024 * 1024
OPSLIMITS: Final = (3, 16)
MEMLIMITS: Final = (64 * MEBIBYTE, 256 * MEBIBYTE)
REMEMBERED_KEYS: Final = 4096
"""How many public keys' checks are remembered: rosters repeat theirs, and a check costs 40 microseconds."""
REMEMBERED_SIGNATURES: Final = 512
"""How many good signatures are remembered: the same consents and messages come again, and a check costs 60
microseconds."""
_FIELD_PRIME: Final = 2**255 - 19


def random_bytes(size: int) -> bytes:
    """`size` bytes from the operating system's generator."""
    return nacl.utils.random(size)


def check_size(data: bytes, size: int) -> None:
    """Raise `bad-length` unless `data` has `size` bytes."""
    if len(data) != size:
        raise ProtocolError("bad-length")


def equal(a: bytes, b: bytes) -> bool:
    """Whether two byte strings are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(a, b)


def hash32(message: bytes) -> bytes:
    """H: BLAKE2b-256, unkeyed."""
    return blake2b(message, digest_size=32).digest()


def mac(key: bytes, message: bytes) -> bytes:
    """MAC: BLAKE2b-256 with a 32-byte key. Raises `bad-length`."""
    check_size(key, KEY_SIZE)
    return blake2b(message, digest_size=32, key=key).digest()


def kdf(key: bytes, index: int, context: str) -> bytes:
    """KDF: libsodium's `crypto_kdf_derive_from_key` for 32 bytes; `context` is 8 ASCII characters. Raises `bad-length`.

    PyNaCl does not bind that function; it is BLAKE2b-256 of nothing with the index as salt and the context as person.
    """
    check_size(key, KEY_SIZE)
    person = context.encode("ascii")
    check_size(person, CONTEXT_SIZE)
    salt = index.to_bytes(8, "little") + bytes(8)
    return blake2b(b"", digest_size=32, key=key, salt=salt, person=person + bytes(8)).digest()


def kid(public_key: bytes) -> str:
    """The name of a public key, for signing and box keys alike: B64(H(public key))."""
    return b64(hash32(public_key))


def sign_public_key(seed: bytes) -> bytes:
    """The Ed25519 public key of a 32-byte seed. Raises `bad-length`."""
    check_size(seed, KEY_SIZE)
    return bindings.crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, message: bytes) -> bytes:
    """A detached Ed25519 signature, 64 bytes. Raises `bad-length`."""
    check_size(seed, KEY_SIZE)
    return bindings.crypto_sign(message, bindings.crypto_sign_seed_keypair(seed)[1])[:SIGNATURE_SIZE]


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise `bad-signature` unless `signature` is by `public_key` over `message`.

    libsodium refuses S not below the group order, and public keys that are not canonical or have small order.
    """
    if len(public_key) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        raise ProtocolError("bad-signature")
    try:
        _open_signed(public_key, message, signature)
    except nacl.exceptions.BadSignatureError as error:
        raise ProtocolError("bad-signature") from error


@lru_cache(maxsize=REMEMBERED_SIGNATURES)
def _open_signed(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raises for a wrong signature, which is not remembered."""
    bindings.crypto_sign_open(signature + message, public_key)


def check_sign_key(public_key: bytes) -> bytes:
    """The key itself if it is a canonical Ed25519 point of the prime-order group. Raises `bad-key`."""
    if len(public_key) != KEY_SIZE or not _is_valid_point(public_key):
        raise ProtocolError("bad-key")
    return public_key


@lru_cache(maxsize=REMEMBERED_KEYS)
def _is_valid_point(public_key: bytes) -> bool:
    return bindings.crypto_core_ed25519_is_valid_point(public_key)


def box_public_key(seed: bytes) -> bytes:
    """The X25519 public key of `crypto_box_seed_keypair(seed)`. Raises `bad-length`."""
    check_size(seed, KEY_SIZE)
    return bindings.crypto_box_seed_keypair(seed)[0]


def check_box_key(public_key: bytes) -> bytes:
    """The key itself if it is a canonical X25519 key that does not have low order. Raises `bad-key`.

    A number that is not reduced would be a second spelling, and so a second `kid`, of the same key.
    """
    _check_reduced(public_key)
    if _has_low_order(public_key):
        raise ProtocolError("bad-key")
    return public_key


@lru_cache(maxsize=REMEMBERED_KEYS)
def _has_low_order(public_key: bytes) -> bool:
    try:
        bindings.crypto_scalarmult(bytes(KEY_SIZE), public_key)
    except nacl.exceptions.RuntimeError:  # the product with a multiple of eight is zero
        return True
    return False


def _check_reduced(public_key: bytes) -> None:
    if len(public_key) != KEY_SIZE or int.from_bytes(public_key, "little") >= _FIELD_PRIME:
        raise ProtocolError("bad-key")


def seal(public_key: bytes, message: bytes) -> bytes:
    """SEAL: `crypto_box_seal`, 48 bytes longer than the message. Raises `bad-key` for a low-order or malformed key."""
    _check_reduced(public_key)
    try:
        return bindings.crypto_box_seal(message, public_key)
    except nacl.exceptions.RuntimeError as error:  # low order
        raise ProtocolError("bad-key") from error


def open_seal(seed: bytes, sealed: bytes) -> bytes:
    """OPEN: the message sealed to `box_public_key(seed)`. Raises `cannot-open`, `bad-length` for the seed."""
    check_size(seed, KEY_SIZE)
    public_key, secret_key = bindings.crypto_box_seed_keypair(seed)
    try:
        return bindings.crypto_box_seal_open(sealed, public_key, secret_key)
    except nacl.exceptions.CryptoError as error:  # PyNaCl's errors for what is too short are kinds of it as well
        raise ProtocolError("cannot-open") from error


def aead_seal(key: bytes, message: bytes, aad: bytes) -> bytes:
    """AEAD: nonce (24 random bytes) followed by XChaCha20-Poly1305-IETF ciphertext and tag. Raises `bad-length`."""
    check_size(key, KEY_SIZE)
    nonce = random_bytes(NONCE_SIZE)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, nonce, key)


def aead_open(key: bytes, blob: bytes, aad: bytes) -> bytes:
    """The message of an AEAD blob. Raises `cannot-open`, and `bad-length` for the key."""
    check_size(key, KEY_SIZE)
    if len(blob) < NONCE_SIZE + TAG_SIZE:  # PyNaCl would allocate a negative length
        raise ProtocolError("cannot-open")
    nonce, ciphertext = blob[:NONCE_SIZE], blob[NONCE_SIZE:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, aad, nonce, key)
    except nacl.exceptions.CryptoError as error:
        raise ProtocolError("cannot-open") from error


def pwhash(passphrase: bytes, salt: bytes, opslimit: int, memlimit: int) -> bytes:
    """PWHASH: Argon2id 1.3, 32 bytes; `memlimit` in bytes. Raises `pwhash-bounds`, `bad-length` for the salt.

    The server chooses the parameters, so they are bounded before any work is done.
    """
    check_int(opslimit, *OPSLIMITS, "pwhash-bounds")
    check_int(memlimit, *MEMLIMITS, "pwhash-bounds")
    check_size(salt, SALT_SIZE)
    return bindings.crypto_pwhash_alg(
        KEY_SIZE, passphrase, salt, opslimit, memlimit, bindings.crypto_pwhash_ALG_ARGON2ID13
    )
