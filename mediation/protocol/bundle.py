"""A person's keys, closed under their passphrase: what opens was closed for exactly this account and revision.

XChaCha20-Poly1305 does not commit to its key, so a commitment stands in front and is compared first.
"""

from dataclasses import dataclass, field
from typing import Final

from mediation.protocol.encoding import MAX_INT, check_id, check_int, pae
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import KEY_SIZE, aead_open, aead_seal, check_size, equal, kdf, random_bytes

CONTEXT: Final = "medbund1"


@dataclass(frozen=True)
class Keys:
    """What a person holds: the seeds of their signing and box keys, and the root key of the agency that they joined."""

    sign_seed: bytes = field(repr=False)
    box_seed: bytes = field(repr=False)
    root_pk: bytes


def new_keys(root_pk: bytes) -> Keys:
    """Fresh keys of somebody who joins the agency with this root key."""
    check_size(root_pk, KEY_SIZE)
    return Keys(random_bytes(KEY_SIZE), random_bytes(KEY_SIZE), root_pk)


def close(keys: Keys, wrap: bytes, account_id: str, revision: int) -> bytes:
    """Commitment, nonce and ciphertext: 168 bytes. `revision` counts from 1 and rises with every change.

    Raises `bad-length`, `bad-id`, `bad-integer`.
    """
    parts = (keys.sign_seed, keys.box_seed, keys.root_pk)
    for part in parts:
        check_size(part, KEY_SIZE)
    return _commitment(wrap) + aead_seal(kdf(wrap, 1, CONTEXT), b"".join(parts), _aad(account_id, revision))


def open_(blob: bytes, wrap: bytes, account_id: str, revision: int) -> Keys:
    """The keys of a bundle.

    Raises `commitment-mismatch` when the passphrase was another one, `cannot-open` when the bundle was altered or is of
    another account or revision, `bad-length`, `bad-id`, `bad-integer`.
    """
    aad = _aad(account_id, revision)
    if not equal(blob[:KEY_SIZE], _commitment(wrap)):
        raise ProtocolError("commitment-mismatch")
    plain = aead_open(kdf(wrap, 1, CONTEXT), blob[KEY_SIZE:], aad)
    check_size(plain, 3 * KEY_SIZE)
    return Keys(plain[:KEY_SIZE], plain[KEY_SIZE : 2 * KEY_SIZE], plain[2 * KEY_SIZE :])


def _commitment(wrap: bytes) -> bytes:
    return kdf(wrap, 2, CONTEXT)


def _aad(account_id: str, revision: int) -> bytes:
    place = f"{check_id(account_id)}.{check_int(revision, 1, MAX_INT)}"
    return pae("mediation/v1/bundle", place.encode("ascii"))
