"""A padded length says little about the length within, and padding has one form only.

PAD is Padmé (Nikitin and others, PoPETS 2019) with a floor of 1024 bytes, then libsodium's ISO/IEC 7816-4 padding.
"""

from typing import Final

import nacl.exceptions
from nacl import bindings

from mediation.protocol.errors import ProtocolError

FLOOR: Final = 1024


def target(length: int) -> int:
    """The padded length, in bytes, of `length` bytes: Padmé of `length` + 1, at least 1024."""
    least = length + 1
    if least <= FLOOR:
        return FLOOR
    exponent = least.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-least // step) * step


def pad(data: bytes) -> bytes:
    """PAD: `data` filled up to `target(len(data))` bytes."""
    return bindings.sodium_pad(data, target(len(data)))


def unpad(padded: bytes) -> bytes:
    """The data of PAD; the length of `padded` must be the one that PAD gives. Raises `bad-padding`."""
    data = _unpad(padded, len(padded))
    if target(len(data)) != len(padded):
        raise ProtocolError("bad-padding")
    return data


def pad_to(data: bytes, size: int) -> bytes:
    """`data` filled up to exactly `size` bytes; at least one is padding. Raises `too-large`."""
    if len(data) >= size:
        raise ProtocolError("too-large")
    return bindings.sodium_pad(data, size)


def unpad_from(padded: bytes, size: int) -> bytes:
    """The data of `pad_to`. Raises `bad-padding`."""
    if len(padded) != size:
        raise ProtocolError("bad-padding")
    return _unpad(padded, size)


def _unpad(padded: bytes, size: int) -> bytes:
    try:
        return bindings.sodium_unpad(padded, size)
    except nacl.exceptions.CryptoError as error:
        raise ProtocolError("bad-padding") from error
