"""The secret on a printed invitation: it has one code, and the id that the server sees says nothing of the rest.

The code is Crockford's base32: 26 symbols carry 128 bits and two bits that must be zero.
"""

from dataclasses import dataclass, field
from typing import Final

from mediation.protocol.encoding import b64, pae
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import check_size, hash32, kdf, random_bytes

SIZE: Final = 16
SYMBOLS: Final = 26
CONTEXT: Final = "medinvit"
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Written out: upper() would also turn other alphabets' letters into I, K and S.
_VALUES: Final = {
    **{symbol: value for value, symbol in enumerate(ALPHABET)},
    **{symbol.lower(): value for value, symbol in enumerate(ALPHABET)},
    **dict.fromkeys("IiLl", 1),
    **dict.fromkeys("Oo", 0),
}


@dataclass(frozen=True)
class InviteSecrets:
    """What both sides of an invitation derive: the server sees `invite_id`, the statement commits to k by `key_com`."""

    ik: bytes = field(repr=False)
    invite_id: str
    k: bytes = field(repr=False)
    key_com: str


def new_secret() -> bytes:
    """S: 16 random bytes."""
    return random_bytes(SIZE)


def secrets(secret: bytes) -> InviteSecrets:
    """Everything that follows from S. Raises `bad-length`."""
    check_size(secret, SIZE)
    return secrets_from_ik(hash32(pae("mediation/v1/invite-secret", secret)))


def secrets_from_ik(ik: bytes) -> InviteSecrets:
    """Everything that follows from IK, which the inviter keeps. Raises `bad-length`."""
    return InviteSecrets(ik, b64(kdf(ik, 1, CONTEXT)), kdf(ik, 2, CONTEXT), b64(kdf(ik, 3, CONTEXT)))


def to_code(secret: bytes) -> str:
    """The code to print: six groups of four symbols and one of two, with hyphens between. Raises `bad-length`."""
    check_size(secret, SIZE)
    number = int.from_bytes(secret) << 2
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (SYMBOLS - 1), -1, -5))
    return "-".join(symbols[i : i + 4] for i in range(0, SYMBOLS, 4))


def from_code(code: object) -> bytes:
    """S of a typed code; lower case, I and L for 1, O for 0, hyphens and spaces are taken.

    Raises `bad-invitation-code`.
    """
    if not isinstance(code, str):
        raise ProtocolError("bad-invitation-code")
    symbols = code.replace("-", "").replace(" ", "")
    if len(symbols) != SYMBOLS or any(symbol not in _VALUES for symbol in symbols):
        raise ProtocolError("bad-invitation-code")
    number = 0
    for symbol in symbols:
        number = number << 5 | _VALUES[symbol]
    if number & 3:
        raise ProtocolError("bad-invitation-code")
    return (number >> 2).to_bytes(SIZE)
