"""One passphrase, typed on different keyboards, gives the same two keys: `auth` for the server, `wrap` for nobody else.

The server cannot get from `auth` to `wrap`, and a passphrase is stretched with Argon2id within bounds that the client
sets itself, whatever the server asks for.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import MEBIBYTE, kdf, pwhash
from mediation.protocol.words import SIX, random_words


class Parameters(NamedTuple):
    """How hard a passphrase is stretched: passes over the memory, and bytes of memory."""

    opslimit: int
    memlimit: int


class Derived(NamedTuple):
    """What a passphrase gives: 32 bytes to show to the server, 32 bytes to close the key bundle with."""

    auth: bytes
    wrap: bytes


PARAMETERS: Final = Parameters(3, 64 * MEBIBYTE)
OWN_LENGTH: Final = 16

# Unicode's White_Space property: Python's own idea of a space takes in U+001C to U+001F as well.
_SPACES: Final = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_REFUSED: Final = frozenset({"Cc", "Cn", "Cs"})


def normalise(passphrase: str) -> bytes:
    """NFKC, trimmed, runs of white space as one space, in UTF-8.

    Raises `bad-passphrase` for what is then empty, or holds control characters, lone surrogates or code points that
    this platform calls unassigned (it could not know their normal form).
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", passphrase)).strip(" ")
    if not text or any(unicodedata.category(character) in _REFUSED for character in text):
        raise ProtocolError("bad-passphrase")
    return text.encode("utf-8")


def derive(passphrase: str, salt: bytes, opslimit: int, memlimit: int) -> Derived:
    """Stretch a passphrase and split the result. Raises `bad-passphrase`, `pwhash-bounds`, `bad-length` (salt)."""
    stretched = pwhash(normalise(passphrase), salt, opslimit, memlimit)
    return Derived(kdf(stretched, 1, "medauth1"), kdf(stretched, 2, "medwrap1"))


def new_passphrase() -> str:
    """Six random words, about 77 bits."""
    return " ".join(random_words(SIX))


def check_own_passphrase(passphrase: str) -> None:
    """Raise `passphrase-too-short` below 16 characters (code points, once normalised), or `bad-passphrase`."""
    if len(normalise(passphrase).decode("utf-8")) < OWN_LENGTH:
        raise ProtocolError("passphrase-too-short")
