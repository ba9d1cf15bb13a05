"""Vectors of `padding`: one length, one form."""

from typing import Final

from tests.vectors.builder import Vector, known, refuse, success

ABOUT: Final = "PAD (Padmé, at least 1024 bytes, then ISO/IEC 7816-4) and padding to one fixed block."

# Worked out by hand: L = length + 1, E = floor(log2 L), S = floor(log2 E) + 1, a multiple of 2^(E - S).
LENGTHS: Final = {0: 1024, 1: 1024, 1022: 1024, 1023: 1024, 1024: 1088, 1087: 1088, 1088: 1152, 2047: 2048, 2048: 2176}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_pad(), *_unpad(), *_blocks()]


def _padded(content: bytes, size: int) -> bytes:
    return content + b"\x80" + bytes(size - len(content) - 1)


def _pad() -> list[Vector]:
    vectors = []
    for length, size in LENGTHS.items():
        content = b"\x80" * length  # looks like padding itself
        vectors += [
            known(f"pad: {length} bytes", "padding.pad", _padded(content, size), data=content),
            known(f"unpad: {length} bytes", "padding.unpad", content, padded=_padded(content, size)),
        ]
    return [*vectors, success("pad: zeros at the end stay", "padding.pad", data=b"a\0\0")]


def _unpad() -> list[Vector]:
    bad = {
        "nothing": b"",
        "no mark": bytes(1024),
        "the mark has another bit": b"a\x81" + bytes(1022),
        "a byte after the mark": _padded(b"a", 1023) + b"\1",
        "too short for any padded content": _padded(b"a", 512),
        "only the mark": b"\x80",
        "a whole block too much": _padded(b"a", 2048),
        "64 bytes too much": _padded(b"a", 1088),
        "a byte too much": _padded(b"a", 1025),
        "a byte cut off": _padded(b"a", 1023),
        "1025 bytes padded to the next power of two": _padded(bytes(1025), 2048),
        "1023 bytes with a step more than needed": _padded(bytes(1023), 1088),
        "content that was never padded": b"a" * 1024,
    }
    return [refuse(f"unpad: {name}", "padding.unpad", "bad-padding", padded=padded) for name, padded in bad.items()]


def _blocks() -> list[Vector]:
    to, from_ = "padding.pad_to", "padding.unpad_from"
    bad = {
        "a byte short": _padded(b"a", 1023),
        "a byte long": _padded(b"a", 1025),
        "two blocks": _padded(b"a", 2048),
        "no mark": bytes(1024),
        "nothing": b"",
        "a byte after the mark": _padded(b"a", 1023) + b"\1",
    }
    return [
        known("pad_to: a block", to, _padded(b"a", 1024), data=b"a", size=1024),
        known("pad_to: nothing", to, _padded(b"", 1024), data=b"", size=1024),
        known("pad_to: all but one byte", to, _padded(bytes(1023), 1024), data=bytes(1023), size=1024),
        refuse("pad_to: as long as the block", to, "too-large", data=bytes(1024), size=1024),
        refuse("pad_to: longer than the block", to, "too-large", data=bytes(1025), size=1024),
        known("unpad_from: a block", from_, b"a\x80", padded=_padded(b"a\x80", 1024), size=1024),
        *(refuse(f"unpad_from: {name}", from_, "bad-padding", padded=p, size=1024) for name, p in bad.items()),
    ]
