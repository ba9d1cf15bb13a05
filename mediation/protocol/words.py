"""Words that people say to each other and type: both ends see the same six only if they hold the same three keys.

The list is the EFF's long list of 7776 words (Creative Commons Attribution), carried by the `xkcdpass` package. One
that differed in a single letter would make honest people disagree, so its digest is checked when it is read.
"""

import hashlib
from importlib.resources import files
from typing import Final

from mediation.protocol.encoding import pae
from mediation.protocol.primitives import KEY_SIZE, check_size, hash32, random_bytes

LIST_SHA256: Final = "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"
SIX: Final = 6
_DRAW: Final = 2**16


def _read() -> tuple[str, ...]:
    data = files("xkcdpass").joinpath("static/eff-long").read_bytes()
    if hashlib.sha256(data).hexdigest() != LIST_SHA256:
        raise RuntimeError("the word list is not the EFF's long list")
    return tuple(data.decode("ascii").split())


WORDS: Final = _read()
"""The 7776 words in their printed order."""


def six_words(root_pk: bytes, sign_pk: bytes, box_pk: bytes) -> list[str]:
    """The words that a newcomer and a facilitator compare, from three 32-byte keys. Raises `bad-length`.

    Six big-endian 32-bit numbers from the start of H(PAE("mediation/v1/words", the keys)), each modulo 7776.
    """
    for key in (root_pk, sign_pk, box_pk):
        check_size(key, KEY_SIZE)
    digest = hash32(pae("mediation/v1/words", root_pk + sign_pk + box_pk))
    return [WORDS[int.from_bytes(digest[4 * i : 4 * i + 4]) % len(WORDS)] for i in range(SIX)]


def random_words(number: int) -> list[str]:
    """`number` words, each equally likely."""
    return [_random_word() for _ in range(number)]


def _random_word() -> str:
    fair = _DRAW - _DRAW % len(WORDS)  # drawing again above this leaves no word likelier than another
    while (drawn := int.from_bytes(random_bytes(2))) >= fair:
        pass
    return WORDS[drawn % len(WORDS)]
