"""An epoch's secret reaches its facilitators and nobody else, and one seal opens the case's whole history.

The secret is a 32-byte seed of a box key pair. It is sealed to each facilitator and to the recovery key; beside it
stands the previous epoch's secret, encrypted under the new one.
"""

from collections.abc import Mapping, Sequence

from mediation.protocol import primitives
from mediation.protocol.encoding import be32, pae, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import (
    KEY_SIZE,
    aead_open,
    aead_seal,
    box_public_key,
    equal,
    hash32,
    kdf,
    kid,
    random_bytes,
)


def new_secret() -> bytes:
    """A fresh 32-byte seed."""
    return random_bytes(KEY_SIZE)


def public_key(secret: bytes) -> bytes:
    """The epoch's box key, as `epoch_pk` in the case statement."""
    return box_public_key(secret)


def seal(secret: bytes, case_id: str, epoch: int, box_pk: bytes) -> bytes:
    """The secret sealed to a facilitator or to the recovery key. Raises `bad-key`."""
    return primitives.seal(box_pk, _sealed(secret, case_id, epoch, box_pk))


def open_seal(blob: bytes, box_seed: bytes, case_id: str, epoch: int, epoch_pk: bytes) -> bytes:
    """The secret of an epoch from a seal to one's own key.

    Raises `cannot-open`, `epoch-seal-misplaced` (another case, epoch or key), `epoch-key-wrong`.
    """
    opened = primitives.open_seal(box_seed, blob)
    secret = opened[-KEY_SIZE:]
    if not equal(opened, _sealed(secret, case_id, epoch, box_public_key(box_seed))):
        raise ProtocolError("epoch-seal-misplaced")
    return _check(secret, epoch_pk)


def _sealed(secret: bytes, case_id: str, epoch: int, box_pk: bytes) -> bytes:
    return pae("mediation/v1/epoch", unb64(case_id) + be32(epoch) + hash32(box_pk) + secret)


def _check(secret: bytes, epoch_pk: bytes) -> bytes:
    if len(secret) != KEY_SIZE or not equal(public_key(secret), epoch_pk):
        raise ProtocolError("epoch-key-wrong")
    return secret


def link(secret: bytes, previous: bytes, case_id: str, epoch: int) -> bytes:
    """The secret of epoch - 1, encrypted under the secret of `epoch`."""
    return aead_seal(_link_key(secret), previous, _link_place(case_id, epoch))


def follow_link(secret: bytes, blob: bytes, case_id: str, epoch: int, previous_pk: bytes) -> bytes:
    """The secret of epoch - 1, from the link beside `epoch`. Raises `cannot-open`, `epoch-key-wrong`."""
    return _check(aead_open(_link_key(secret), blob, _link_place(case_id, epoch)), previous_pk)


def _link_key(secret: bytes) -> bytes:
    return kdf(secret, 1, "medepoch")


def _link_place(case_id: str, epoch: int) -> bytes:
    return pae("mediation/v1/epoch-prev", f"{case_id}.{epoch}".encode("ascii"))


def open_history(
    secret: bytes, case_id: str, epoch_pks: Sequence[bytes], links: Mapping[int, bytes]
) -> dict[str, bytes]:
    """Every epoch's secret by the kid of its key, from the newest secret.

    `epoch_pks[0]` is the key of epoch 1, the last one that of the newest; `links[n]` stands beside epoch n. Raises
    `epoch-key-wrong`, `epoch-link-missing`, `cannot-open`.
    """
    secrets = {kid(epoch_pks[-1]): _check(secret, epoch_pks[-1])}
    for epoch in range(len(epoch_pks), 1, -1):
        if epoch not in links:
            raise ProtocolError("epoch-link-missing")
        secret = follow_link(secret, links[epoch], case_id, epoch, epoch_pks[epoch - 2])
        secrets[kid(epoch_pks[epoch - 2])] = secret
    return secrets
