"""A ciphertext that two keys open to two texts, built for real: XChaCha20-Poly1305 does not commit to its key.

Poly1305 is a polynomial over the blocks of the ciphertext, and one block is free: choosing it solves the equation "the
tag under the first key is the tag under the second". ChaCha20 stands here only to learn the one-time Poly1305 keys,
which no library gives out. After Len, Grubbs and Ristenpart, "Partitioning Oracle Attacks" (USENIX Security 2021).
"""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from nacl import bindings

from mediation.protocol.encoding import canonical
from mediation.protocol.message import CONTEXT, place
from mediation.protocol.padding import pad
from mediation.protocol.primitives import kdf
from tests.vectors.builder import identifier, seed

BLOCK: Final = 16
PRIME: Final = 2**130 - 5
FULL: Final = 2**128
CLAMP: Final = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
ROUNDS: Final = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS: Final = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))

FREE_IN_LETTER: Final = 3
"""The block of a letter's plaintext that is solved for; the next one holds a counter."""
FOUND: Final = 491_291
"""The counter that was found for `letter()`; from 0 the same search takes minutes."""


@dataclass(frozen=True)
class TwoKeys:
    """A letter's two keys K (not yet derived), its text under the first, and nonce, ciphertext and tag."""

    first: bytes
    second: bytes
    text: str
    blob: bytes


def two_key_blob(first: bytes, second: bytes, message: bytes, aad: bytes, free_block: int) -> bytes:
    """An AEAD blob that opens under both 32-byte keys.

    Under the first it gives `message` but for the 16 bytes of block number `free_block`, under the second bytes that
    look random. The nonce is the first of a fixed series for which the equation has a solution.
    """
    for number in itertools.count():
        nonce = seed(f"two keys, nonce {number}", 24)
        for blob in _blobs(first, second, nonce, message, aad, free_block):
            return blob
    raise AssertionError("unreachable")


def letter(begin: int = FOUND) -> TwoKeys:
    """A padded message in the case and under the number that `identifier` names so, which opens under two keys.

    The solved block stands inside the text, so it must read as text under the first key: the counter is turned until
    it does.
    """
    first, second, nonce = seed("first key"), seed("second key"), seed("nonce two keys", 24)
    keys, aad = [kdf(each, 1, CONTEXT) for each in (first, second)], place(identifier("case"), identifier("message"))
    for counter in itertools.count(begin):
        for blob in _blobs(keys[0], keys[1], nonce, pad(_plaintext(counter)), aad, FREE_IN_LETTER):
            inside = _free_text(keys[0], nonce, blob)
            if inside is not None:
                return TwoKeys(first, second, _text(inside, counter), blob)
    raise AssertionError("unreachable")


def _text(inside: str, counter: int) -> str:
    return f"We spoke. {inside}{counter:016d} is what I said."


def _plaintext(counter: int) -> bytes:
    return canonical({"attachments": [], "lang": "en", "text": _text("?" * BLOCK, counter)})


def _free_text(key: bytes, nonce: bytes, blob: bytes) -> str | None:
    """What the solved block says under a key, if it can stand in JSON as it is."""
    at = BLOCK * FREE_IN_LETTER
    stream = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(at + BLOCK), b"", nonce, key)
    inside = bytes(a ^ b for a, b in zip(blob[len(nonce) + at :][:BLOCK], stream[at:][:BLOCK], strict=True))
    try:
        text = inside.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and not set(text) & set('"\\?') else None


def _blobs(first: bytes, second: bytes, nonce: bytes, message: bytes, aad: bytes, free_block: int) -> Iterator[bytes]:
    """Every blob for this nonce: none, or a few."""
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, nonce, first)[:-BLOCK]
    free, at = -(-len(aad) // BLOCK) + free_block, BLOCK * free_block
    blocks = _blocks(aad, ciphertext)
    (r1, s1), (r2, s2) = _poly_key(first, nonce), _poly_key(second, nonce)
    power = len(blocks) - free
    rest = [*blocks[:free], 0, *blocks[free + 1 :]]
    gap = s2 - s1 - _poly(rest, r1) + _poly(rest, r2)
    slope = pow(pow(r1, power, PRIME) - pow(r2, power, PRIME), -1, PRIME)
    for carry in range(-4, 5):  # tags are compared modulo 2^128, sums are taken modulo the prime
        block = (gap + carry * FULL) * slope % PRIME
        if FULL <= block < 2 * FULL:
            solved = [*rest[:free], block, *rest[free + 1 :]]
            tag = (_poly(solved, r1) + s1) % FULL
            if tag == (_poly(solved, r2) + s2) % FULL:
                chosen = (block - FULL).to_bytes(BLOCK, "little")
                yield nonce + ciphertext[:at] + chosen + ciphertext[at + BLOCK :] + tag.to_bytes(BLOCK, "little")


def _blocks(aad: bytes, ciphertext: bytes) -> list[int]:
    """The numbers that Poly1305 takes in: both padded to 16 bytes, then their lengths, each with a bit on top."""
    lengths = struct.pack("<QQ", len(aad), len(ciphertext))
    whole = aad + bytes(-len(aad) % BLOCK) + ciphertext + bytes(-len(ciphertext) % BLOCK) + lengths
    return [int.from_bytes(whole[at : at + BLOCK], "little") + FULL for at in range(0, len(whole), BLOCK)]


def _poly(blocks: list[int], r: int) -> int:
    total = 0
    for block in blocks:
        total = (total + block) * r % PRIME
    return total


@cache
def _poly_key(key: bytes, nonce: bytes) -> tuple[int, int]:
    """r and s of a message: the start of ChaCha20's keystream under the key that HChaCha20 derives."""
    words = _permute(_state(key, nonce[:16]))
    subkey = struct.pack("<8L", *words[:4], *words[12:])
    start = _state(subkey, bytes(8) + nonce[16:])
    stream = [(a + b) % 2**32 for a, b in zip(start, _permute(start), strict=True)]
    r, s = struct.pack("<4L", *stream[:4]), struct.pack("<4L", *stream[4:8])
    return int.from_bytes(r, "little") & CLAMP, int.from_bytes(s, "little")


def _state(key: bytes, tail: bytes) -> list[int]:
    return list(struct.unpack("<16L", b"expand 32-byte k" + key + tail))


def _permute(state: list[int]) -> list[int]:
    words = list(state)
    for _ in range(10):
        for places in (*ROUNDS, *DIAGONALS):
            _quarter(words, *places)
    return words


def _quarter(words: list[int], a: int, b: int, c: int, d: int) -> None:
    for to, by, mixed, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        words[to] = (words[to] + words[by]) % 2**32
        word = words[mixed] ^ words[to]
        words[mixed] = (word << turn | word >> 32 - turn) % 2**32
