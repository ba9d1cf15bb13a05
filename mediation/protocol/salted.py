"""Documents that statements cite by hash carry a salt, so that nobody can find out by guessing what they say."""

from typing import Final

from mediation.protocol import statements
from mediation.protocol.encoding import b64, new_id, pae
from mediation.protocol.primitives import hash32

SALT: Final = statements.identifier
"""The check of a salt: 16 bytes in B64, as an identifier is."""


def new_salt() -> str:
    """A fresh salt."""
    return new_id()


def digest(name: str, content: bytes) -> str:
    """B64(H(PAE("mediation/v1/<name>", content)))."""
    return b64(hash32(pae(f"mediation/v1/{name}", content)))
