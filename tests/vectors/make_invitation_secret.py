"""Vectors of `invitation_secret`: what is printed, typed and derived."""

from typing import Final

from mediation.protocol.invitation_secret import to_code
from tests.vectors.builder import Vector, known, refuse, seed, success

ABOUT: Final = "The secret of an invitation, its printed code in Crockford's base32, and what follows from it."

SECRET: Final = seed("invitation", 16)
CODE: Final = to_code(SECRET)
# Hand-made: 1 in every fifth bit would be 0000100001...; these two need no arithmetic.
ZEROS: Final = "0000-0000-0000-0000-0000-0000-00"
ONES: Final = "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZW"


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_derived(), *_codes()]


def _derived() -> list[Vector]:
    secrets, from_ik = "invitation_secret.secrets", "invitation_secret.secrets_from_ik"
    derived = success("secrets: of S", secrets, secret=SECRET)
    ik = bytes.fromhex(derived["output"]["ik"])
    return [
        derived,
        known("secrets_from_ik: the same", from_ik, derived["output"], ik=ik),
        refuse("secrets: 15 bytes", secrets, "bad-length", secret=SECRET[:15]),
        refuse("secrets: 32 bytes", secrets, "bad-length", secret=ik),
        refuse("secrets_from_ik: S in place of IK", from_ik, "bad-length", ik=SECRET),
        refuse("secrets_from_ik: 33 bytes", from_ik, "bad-length", ik=ik + b"\0"),
    ]


def _codes() -> list[Vector]:
    read, write, code = "invitation_secret.from_code", "invitation_secret.to_code", "bad-invitation-code"
    same = {
        "as printed": CODE,
        "lower case": CODE.lower(),
        "without hyphens": CODE.replace("-", ""),
        "with spaces": f" {CODE.replace('-', ' ')} ",
        "hyphens elsewhere": "-".join(CODE.replace("-", "")),
    }
    bad = {
        "nothing": "",
        "25 symbols": CODE[:-1],
        "27 symbols": f"{CODE}0",
        "52 symbols": CODE + CODE,
        "a U": f"U{ZEROS[1:]}",
        "a lower-case u": f"u{ZEROS[1:]}",
        "the first padding bit set": f"{ZEROS[:-1]}2",
        "the second padding bit set": f"{ZEROS[:-1]}1",
        "both padding bits set": f"{ONES[:-1]}Z",
        "a full stop": f".{ZEROS[1:]}",
        "an underscore between": ZEROS.replace("-", "_"),
        "a check symbol of Crockford's": f"{ZEROS}*",
        "a dotless i, which some make an I": f"\u0131{ZEROS[1:]}",
        "a long s, which some make an S": f"\u017f{ZEROS[1:]}",
        "a Kelvin sign, which some make a k": f"\u212a{ZEROS[1:]}",
        "a fullwidth digit": f"\uff10{ZEROS[1:]}",
        "a typographic hyphen": ZEROS.replace("-", "\u2010"),
        "a no-break space": ZEROS.replace("-", "\u00a0"),
        "a tab": f"{ZEROS}\t",
        "a line feed behind": f"{ZEROS}\n",
        "hexadecimal": SECRET.hex(),
    }
    not_text = {"null": None, "a number": 0, "an array": [ZEROS]}
    return [
        success("to_code: S", write, secret=SECRET),
        known("to_code: all zeros", write, ZEROS, secret=bytes(16)),
        known("to_code: all ones", write, ONES, secret=b"\xff" * 16),
        refuse("to_code: 15 bytes", write, "bad-length", secret=SECRET[:15]),
        refuse("to_code: 17 bytes", write, "bad-length", secret=SECRET + b"\0"),
        *(known(f"from_code: {name}", read, SECRET, code=text) for name, text in same.items()),
        known("from_code: I, L and O", read, bytes.fromhex("0842108421" + "00" * 11), code=f"IiLl-1111-{'oO0-' * 6}"),
        *(refuse(f"from_code: {name}", read, code, code=text) for name, text in bad.items()),
        *(refuse(f"from_code: {name}", read, code, code=value) for name, value in not_text.items()),
    ]
