"""A ciphertext that two keys open to two texts, built for real: XChaCha20-Poly1305 does not commit to its key.

Poly1305 is a polynomial over the blocks of the ciphertext, and one block is free: choosing it solves the equation "the
tag under the first key is the tag under the second". ChaCha20 stands here only to learn the one-time Poly1305 keys,
which no library gives out. After Len, Grubbs and Ristenpart, "Partitioning Oracle Attacks" (USENIX Security 2021).
"""

import struct
from typing import Final

from nacl import bindings

from tests.vectors.builder import seed

PRIME: Final = 2**130 - 5
FULL: Final = 2**128
CLAMP: Final = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
ROUNDS: Final = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS: Final = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def two_key_blob(first: bytes, second: bytes, message: bytes, aad: bytes, free_block: int) -> bytes:
    """An AEAD blob that opens under both 32-byte keys.

    Under the first it gives `message` but for the 16 bytes of block number `free_block`, under the second bytes that
    look random. The nonce is the first of a fixed series for which the equation has a solution.
    """
    number = 0
    while True:
        nonce = seed(f"two keys, nonce {number}", 24)
        blob = _try(first, second, nonce, message, aad, free_block)
        if blob is not None:
            return blob
        number += 1


def _try(first: bytes, second: bytes, nonce: bytes, message: bytes, aad: bytes, free_block: int) -> bytes | None:
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, nonce, first)[:-16]
    free = -(-len(aad) // 16) + free_block
    blocks = _blocks(aad, ciphertext)
    (r1, s1), (r2, s2) = _poly_key(first, nonce), _poly_key(second, nonce)
    power = len(blocks) - free
    rest = [block if place != free else 0 for place, block in enumerate(blocks)]
    slope = pow(pow(r1, power, PRIME) - pow(r2, power, PRIME), -1, PRIME)
    for carry in range(-4, 5):  # tags are compared modulo 2^128, sums are taken modulo the prime
        block = (s2 - s1 + carry * FULL - _poly(rest, r1) + _poly(rest, r2)) * slope % PRIME
        solved = [*rest[:free], block, *rest[free + 1 :]]
        tag = (_poly(solved, r1) + s1) % FULL
        if FULL <= block < 2 * FULL and tag == (_poly(solved, r2) + s2) % FULL:
            at = 16 * free_block
            chosen = (block - FULL).to_bytes(16, "little")
            return nonce + ciphertext[:at] + chosen + ciphertext[at + 16 :] + tag.to_bytes(16, "little")
    return None


def _blocks(aad: bytes, ciphertext: bytes) -> list[int]:
    """The numbers that Poly1305 takes in: both padded to 16 bytes, then their lengths, each with a bit on top."""
    lengths = struct.pack("<QQ", len(aad), len(ciphertext))
    whole = aad + bytes(-len(aad) % 16) + ciphertext + bytes(-len(ciphertext) % 16) + lengths
    return [int.from_bytes(whole[at : at + 16], "little") + FULL for at in range(0, len(whole), 16)]


def _poly(blocks: list[int], r: int) -> int:
    total = 0
    for block in blocks:
        total = (total + block) * r % PRIME
    return total


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
