"""Vectors of `bundle`: keys open for one account, one revision, one passphrase."""

from typing import Any, Final

from mediation.protocol.encoding import pae
from mediation.protocol.primitives import kdf
from tests.vectors.builder import Vector, fixed_aead, identifier, known, refuse, seed, success
from tests.vectors.two_keys import two_key_blob

ABOUT: Final = "The key bundle: a commitment to the key, then AEAD over three times 32 bytes."

WRAP: Final = seed("wrap")
ACCOUNT: Final = identifier("account")
KEYS: Final = {"sign_seed": seed("sign"), "box_seed": seed("box"), "root_pk": seed("root key")}
PLAIN: Final = b"".join(KEYS.values())


def _blob(plain: bytes, place: str) -> bytes:
    aad = pae("mediation/v1/bundle", place.encode())
    return kdf(WRAP, 2, "medbund1") + fixed_aead(kdf(WRAP, 1, "medbund1"), plain, aad)


def _for_two(other: bytes, place: str) -> bytes:
    """A bundle whose ciphertext opens under WRAP and under another passphrase's wrap."""
    keys = kdf(WRAP, 1, "medbund1"), kdf(other, 1, "medbund1")
    return kdf(WRAP, 2, "medbund1") + two_key_blob(*keys, PLAIN, pae("mediation/v1/bundle", place.encode()), 5)


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_opening(), *_closing()]


def _opening() -> list[Vector]:
    good = _blob(PLAIN, f"{ACCOUNT}.7")
    other = seed("another wrap")
    double = _for_two(other, f"{ACCOUNT}.7")
    usual: dict[str, Any] = {"blob": good, "wrap": WRAP, "account_id": ACCOUNT, "revision": 7}
    cases: dict[str, tuple[str, dict[str, Any]]] = {
        "another passphrase": ("commitment-mismatch", {"wrap": seed("another wrap")}),
        "a wrap of 31 bytes": ("bad-length", {"wrap": WRAP[:31]}),
        "another account": ("cannot-open", {"account_id": identifier("another account")}),
        "an earlier revision": ("cannot-open", {"revision": 6}),
        "a blob made for two passphrases, the other one": ("commitment-mismatch", {"blob": double, "wrap": other}),
        "a bit of the commitment flipped": ("commitment-mismatch", {"blob": bytes([good[0] ^ 1]) + good[1:]}),
        "a bit of the nonce flipped": ("cannot-open", {"blob": good[:32] + bytes([good[32] ^ 1]) + good[33:]}),
        "a bit of the ciphertext flipped": ("cannot-open", {"blob": good[:60] + bytes([good[60] ^ 1]) + good[61:]}),
        "a bit of the tag flipped": ("cannot-open", {"blob": good[:-1] + bytes([good[-1] ^ 1])}),
        "a byte cut off": ("cannot-open", {"blob": good[:-1]}),
        "a byte added": ("cannot-open", {"blob": good + b"\0"}),
        "the commitment alone": ("cannot-open", {"blob": good[:32]}),
        "half a commitment": ("commitment-mismatch", {"blob": good[:16]}),
        "nothing": ("commitment-mismatch", {"blob": b""}),
        "the keys themselves": ("commitment-mismatch", {"blob": PLAIN}),
        "the ciphertext without its commitment": ("commitment-mismatch", {"blob": good[32:]}),
        "two keys within": ("bad-length", {"blob": _blob(PLAIN[:64], f"{ACCOUNT}.7")}),
        "four keys within": ("bad-length", {"blob": _blob(PLAIN + bytes(32), f"{ACCOUNT}.7")}),
        "a revision as text": ("bad-integer", {"revision": "7"}),
        "revision 0": ("bad-integer", {"revision": 0}),
        "a revision beyond all": ("bad-integer", {"revision": 2**53}),
        "an account with a dot": ("bad-id", {"account_id": f"{ACCOUNT}.7"}),
        "an account as null": ("bad-id", {"account_id": None}),
    }
    return [
        known("open: a bundle", "bundle.open", KEYS, **usual),
        success("open: a blob made for two passphrases, the first", "bundle.open", **usual | {"blob": double}),
        *(refuse(f"open: {name}", "bundle.open", code, **usual | change) for name, (code, change) in cases.items()),
    ]


def _closing() -> list[Vector]:
    usual: dict[str, Any] = {**KEYS, "wrap": WRAP, "account_id": ACCOUNT, "revision": 1}
    cases: dict[str, tuple[str, dict[str, Any]]] = {
        "a signing seed of 31 bytes": ("bad-length", {"sign_seed": seed("sign", 31)}),
        "a box seed of 33 bytes": ("bad-length", {"box_seed": seed("box", 33)}),
        "no root key": ("bad-length", {"root_pk": b""}),
        "bytes moved from one key to the next": (
            "bad-length",
            {"sign_seed": seed("sign", 31), "box_seed": seed("box", 33)},
        ),
        "a wrap of 33 bytes": ("bad-length", {"wrap": WRAP + b"\0"}),
        "revision 0": ("bad-integer", {"revision": 0}),
        "no account": ("bad-id", {"account_id": ""}),
    }
    operation = "bundle.close_and_open"
    return [
        known("close_and_open: keys", operation, KEYS, **usual),
        *(refuse(f"close_and_open: {n}", operation, code, **usual | change) for n, (code, change) in cases.items()),
    ]
