"""The one-time code with which an agency is set up: printed once, kept hashed in the instance directory, of no use
after.

Whoever starts the server reads it from the terminal; it keeps a stranger from setting up the agency first.
"""

import os
from pathlib import Path
from typing import Final

from mediation.protocol.encoding import b64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.invitation_secret import from_code, new_secret, to_code
from mediation.protocol.primitives import equal, hash32

FILE: Final = "set-up-code"


def make(instance: Path) -> str:
    """A new code, which replaces an earlier one."""
    secret = new_secret()
    path = instance / FILE
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_hash(secret))
    draft.replace(path)
    return to_code(secret)


def fits(instance: Path, code: str) -> bool:
    """Whether this is the code, however it was typed."""
    path = instance / FILE
    try:
        typed = _hash(from_code(code)).encode()
    except ProtocolError:
        return False
    return path.exists() and equal(typed, path.read_bytes())


def _hash(secret: bytes) -> str:
    return b64(hash32(b"mediation/set-up-code " + secret))
