"""The sheet that an administrator prints at set-up and locks away: the agency's root and recovery keys as codes.

Each code is a 32-byte seed in Crockford's base32: 52 symbols (256 bits and four zero bits) in groups of four.
"""

from dataclasses import dataclass, field
from typing import Final

from mediation.client.errors import ClientError
from mediation.protocol.primitives import KEY_SIZE

SYMBOLS: Final = 52
SPARE: Final = 4
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIASES: Final = str.maketrans("ILOilo", "110110", "- ")


@dataclass(frozen=True)
class RecoverySheet:
    """Two codes, to be printed and never stored on a machine: `root` signs agency statements, `recovery` opens cases
    when nobody is left who can."""

    root: str = field(repr=False)
    recovery: str = field(repr=False)


def to_code(seed: bytes) -> str:
    """The code of a 32-byte seed."""
    number = int.from_bytes(seed) << SPARE
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (SYMBOLS - 1), -1, -5))
    return "-".join(symbols[i : i + 4] for i in range(0, SYMBOLS, 4))


def from_code(code: str) -> bytes:
    """The seed of a typed code; small letters, I and L for 1, O for 0, hyphens and spaces are taken.

    Raises `recovery-code`.
    """
    symbols = code.translate(_ALIASES).upper() if code.isascii() else ""
    if len(symbols) != SYMBOLS or any(symbol not in ALPHABET for symbol in symbols):
        raise ClientError("recovery-code")
    number = 0
    for symbol in symbols:
        number = number << 5 | ALPHABET.index(symbol)
    if number & (1 << SPARE) - 1:
        raise ClientError("recovery-code")
    return (number >> SPARE).to_bytes(KEY_SIZE)
