"""Vectors of `words`: the same list and the same six words in both languages."""

from typing import Final

from mediation.protocol.encoding import b64
from mediation.protocol.primitives import hash32, sign_public_key
from mediation.protocol.words import WORDS
from tests.vectors.builder import Vector, known, refuse, seed, success

ABOUT: Final = "The EFF's long list (its words joined by line feeds, hashed), and the six words of three keys."

ROOT: Final = sign_public_key(seed("root"))
SIGN: Final = sign_public_key(seed("sign"))
BOX: Final = seed("box key")


def vectors() -> list[Vector]:
    """Every vector of this module."""
    six, size = "words.six_words", "bad-length"
    listed = {"count": 7776, "hash": b64(hash32("\n".join(WORDS).encode()))}
    return [
        known("list: all words in their order", "words.list", listed),
        success("six_words: three keys", six, root_pk=ROOT, sign_pk=SIGN, box_pk=BOX),
        success("six_words: another root", six, root_pk=SIGN, sign_pk=SIGN, box_pk=BOX),
        success("six_words: keys in another order", six, root_pk=ROOT, sign_pk=BOX, box_pk=SIGN),
        success("six_words: zeros", six, root_pk=bytes(32), sign_pk=bytes(32), box_pk=bytes(32)),
        refuse("six_words: a root key of 31 bytes", six, size, root_pk=ROOT[:31], sign_pk=SIGN, box_pk=BOX),
        refuse("six_words: a signing key of 33 bytes", six, size, root_pk=ROOT, sign_pk=SIGN + b"\0", box_pk=BOX),
        refuse("six_words: no box key", six, size, root_pk=ROOT, sign_pk=SIGN, box_pk=b""),
    ]
