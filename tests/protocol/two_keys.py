"""One XChaCha20-Poly1305 ciphertext that opens under two keys: under the first to a real message, under the second too.

Poly1305 is a polynomial over the integers modulo 2^130 - 5, so one block of 16 bytes can be solved for such that both
keys give the same tag (Len, Grubbs, Ristenpart, "Partitioning Oracle Attacks", 2021; Albertini and others, "How to
Abuse and Fix Authenticated Encryption Without Key Commitment", 2022). Here the solved block stands inside the text, so
what it decrypts to under the first key must be UTF-8: `search` turns a counter in the text until it is.
"""

import itertools
import struct
from dataclasses import dataclass

from mediation.protocol.encoding import canonical
from mediation.protocol.message import CONTEXT, place
from mediation.protocol.padding import pad
from mediation.protocol.primitives import kdf
from tests.vectors.builder import identifier, seed

PRIME = 2**130 - 5
BLOCK = 16
FOUND = 491_291
"""The counter that was found for `letter()`; from 0 the same search takes about half a minute."""


@dataclass(frozen=True)
class TwoKeys:
    """The two message keys K (not yet derived), the text under the first, and nonce, ciphertext and tag."""

    first: bytes
    second: bytes
    text: str
    blob: bytes


# XChaCha20 ----------------------------------------------------------------------------------------------------------


def _rounds(state: list[int]) -> list[int]:
    x = list(state)

    def quarter(a: int, b: int, c: int, d: int) -> None:
        for left, right, mixed, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[left] = (x[left] + x[right]) & 0xFFFFFFFF
            value = x[mixed] ^ x[left]
            x[mixed] = (value << turn | value >> (32 - turn)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return x


def _state(key: bytes, tail: bytes) -> list[int]:
    return [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), *struct.unpack("<4I", tail)]


def _stream(key: bytes, nonce: bytes, blocks: int) -> bytes:
    """Key stream of XChaCha20 (24-byte nonce) from counter 0: the first 32 bytes are Poly1305's key."""
    inner = _rounds(_state(key, nonce[:16]))
    subkey = struct.pack("<8I", *inner[:4], *inner[12:])
    out = b""
    for counter in range(blocks):
        state = _state(subkey, struct.pack("<I", counter) + bytes(4) + nonce[16:])
        mixed = _rounds(state)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(mixed, state, strict=True)))
    return out


# Poly1305 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Key:
    """What one encryption key makes of a nonce: r, s, and the stream for the ciphertext."""

    r: int
    s: int
    stream: bytes


def _key(message_key: bytes, nonce: bytes, size: int) -> _Key:
    whole = _stream(kdf(message_key, 1, CONTEXT), nonce, size // 64 + 2)
    r = int.from_bytes(whole[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    return _Key(r, int.from_bytes(whole[16:32], "little"), whole[64 : 64 + size])


def _blocks(aad: bytes, ciphertext: bytes) -> list[int]:
    """The numbers that Poly1305 sums up, each block with its leading one; the ciphertext's length is a multiple."""
    padded = aad + bytes(-len(aad) % BLOCK) + ciphertext + struct.pack("<QQ", len(aad), len(ciphertext))
    return [int.from_bytes(padded[i : i + BLOCK], "little") + 2**128 for i in range(0, len(padded), BLOCK)]


def _sum(blocks: list[int], r: int) -> int:
    total = 0
    for block in blocks:
        total = (total + block) * r % PRIME
    return total


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


# The search ---------------------------------------------------------------------------------------------------------

BEFORE = "We spoke. "
AFTER = " is what I said."
SOLVED = 3
"""The block of the plaintext that is solved for; the next one holds the counter."""


@dataclass(frozen=True)
class _Line:
    """x = start + counter_block * slope + carry * step (mod p): the solved block for which both sums give one tag."""

    start: int
    slope: int
    step: int


def letter(begin: int = FOUND) -> TwoKeys:
    """The one of the tests: fixed keys, in the case and message that `builder.identifier` names so."""
    return build(
        seed("first key"),
        seed("second key"),
        seed("nonce two keys", 24),
        identifier("case"),
        identifier("message"),
        begin,
    )


def build(first: bytes, second: bytes, nonce: bytes, case_id: str, message_id: str, begin: int = 0) -> TwoKeys:
    """A ciphertext for this place that opens under both message keys."""
    aad = place(case_id, message_id)
    size = len(pad(_plaintext(bytes(BLOCK), 0)))
    keys = _key(first, nonce, size), _key(second, nonce, size)
    line = _line(keys, aad)
    for counter in itertools.count(begin):
        for solved in _candidates(line, keys[0].stream, counter):
            inside = _xor(solved, keys[0].stream[SOLVED * BLOCK : (SOLVED + 1) * BLOCK])
            ciphertext = _xor(pad(_plaintext(inside, counter)), keys[0].stream)
            tags = [_tag(each, aad, ciphertext) for each in keys]
            if tags[0] == tags[1]:
                return TwoKeys(first, second, _text(inside, counter), nonce + ciphertext + tags[0])
    raise AssertionError("unreachable")


def _text(inside: bytes, counter: int) -> str:
    return f"{BEFORE}{inside.decode()}{counter:016d}{AFTER}"


def _plaintext(inside: bytes, counter: int) -> bytes:
    """The plaintext with these 16 bytes in its fourth block."""
    whole = canonical({"attachments": [], "lang": "en", "text": _text(b"?" * BLOCK, counter)})
    before, after = whole.split(b"?" * BLOCK)
    return before + inside + after


def _tag(key: _Key, aad: bytes, ciphertext: bytes) -> bytes:
    return ((_sum(_blocks(aad, ciphertext), key.r) + key.s) % 2**128).to_bytes(BLOCK, "little")


def _line(keys: tuple[_Key, _Key], aad: bytes) -> _Line:
    """Both sums are linear in the two open blocks; equal tags mean that they differ by s2 - s1 + carry * 2^128."""
    ciphertext = bytearray(_xor(pad(_plaintext(bytes(BLOCK), 0)), keys[0].stream))
    blocks = _blocks(aad, bytes(ciphertext))
    solved = -(-len(aad) // BLOCK) + SOLVED
    blocks[solved] = blocks[solved + 1] = 0
    power = len(blocks) - solved
    rest = [_sum(blocks, key.r) for key in keys]
    solved_by, counted_by = ([pow(key.r, each, PRIME) for key in keys] for each in (power, power - 1))
    inverse = pow(solved_by[0] - solved_by[1], -1, PRIME)
    return _Line(
        start=(keys[1].s - keys[0].s + rest[1] - rest[0]) * inverse % PRIME,
        slope=(counted_by[1] - counted_by[0]) * inverse % PRIME,
        step=2**128 * inverse % PRIME,
    )


def _candidates(line: _Line, stream: bytes, counter: int) -> list[bytes]:
    """The ciphertext blocks that might do and read as text under the first key."""
    place_ = (SOLVED + 1) * BLOCK
    counted = int.from_bytes(_xor(b"%016d" % counter, stream[place_ : place_ + BLOCK]), "little") + 2**128
    known = int.from_bytes(stream[place_ - BLOCK : place_], "little")
    found = []
    for carry in range(-4, 5):
        x = (line.start + counted * line.slope + carry * line.step) % PRIME - 2**128
        if 0 <= x < 2**128 and _readable((x ^ known).to_bytes(BLOCK, "little")):
            found.append(x.to_bytes(BLOCK, "little"))
    return found


def _readable(inside: bytes) -> bool:
    try:
        text = inside.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not set(text) & set('"\\?')
