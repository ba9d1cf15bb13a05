"""Vectors of `memory`: a document opens under its own name and revision, for its own writer."""

from typing import Any, Final

from mediation.protocol.encoding import canonical, pae
from mediation.protocol.padding import pad
from mediation.protocol.primitives import box_public_key, kdf
from tests.vectors.builder import Vector, fixed_aead, fixed_seal, identifier, known, refuse, seed

ABOUT: Final = "A person's own documents: AEAD, under a key from their own seed, over padded RFC 8785 JSON."

SEED: Final = seed("sign")
ACCOUNT: Final = identifier("account")
DOCUMENT: Final = {"text": "Dear you", "seq": 3}


def _blob(plain: bytes, place: str = f"{ACCOUNT}.draft.1.3", key: bytes | None = None) -> bytes:
    return fixed_aead(key or kdf(SEED, 3, "medself1"), plain, pae("mediation/v1/self", place.encode()))


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_opening(), *_closing()]


def _opening() -> list[Vector]:
    good = _blob(pad(canonical(DOCUMENT)))
    place: dict[str, Any] = {"sign_seed": SEED, "account_id": ACCOUNT, "name": "draft.1", "revision": 3}
    usual = {**place, "blob": good}
    cases: dict[str, tuple[str, dict[str, Any]]] = {
        "somebody else's seed": ("cannot-open", {"sign_seed": seed("another")}),
        "another account": ("cannot-open", {"account_id": identifier("another account")}),
        "another name": ("cannot-open", {"name": "draft.2"}),
        "another revision": ("cannot-open", {"revision": 2}),
        "a name that swallows the revision": ("cannot-open", {"name": "draft", "revision": 1}),
        "a bit of the nonce flipped": ("cannot-open", {"blob": bytes([good[0] ^ 1]) + good[1:]}),
        "a bit of the ciphertext flipped": ("cannot-open", {"blob": good[:30] + bytes([good[30] ^ 1]) + good[31:]}),
        "a byte cut off": ("cannot-open", {"blob": good[:-1]}),
        "a byte added": ("cannot-open", {"blob": good + b"\0"}),
        "nothing": ("cannot-open", {"blob": b""}),
        "the document itself": ("cannot-open", {"blob": pad(canonical(DOCUMENT))}),
        "closed with the seed as key": ("cannot-open", {"blob": _blob(pad(canonical(DOCUMENT)), key=SEED)}),
        "sealed to one's own public key": ("cannot-open", {"blob": fixed_seal(_own_key(), pad(canonical(DOCUMENT)))}),
        "not padded": ("bad-padding", {"blob": _blob(canonical(DOCUMENT))}),
        "padded to another length": ("bad-padding", {"blob": _blob(canonical(DOCUMENT) + b"\x80" + bytes(2000))}),
        "not canonical": ("not-canonical", {"blob": _blob(pad(b'{"text": "Dear you"}'))}),
        "not JSON": ("not-canonical", {"blob": _blob(pad(b"Dear you"))}),
        "nothing within": ("not-canonical", {"blob": _blob(pad(b""))}),
        "a seed of 31 bytes": ("bad-length", {"sign_seed": SEED[:31]}),
        "no name": ("bad-field", {"name": ""}),
        "a name with a space": ("bad-field", {"name": "draft 1"}),
        "a name with a line feed behind": ("bad-field", {"name": "draft.1\n"}),
        "a name from outside ASCII": ("bad-field", {"name": "dr\u00e4ft"}),
        "a name of 129 characters": ("bad-field", {"name": "d" * 129}),
        "an account with a dot": ("bad-id", {"account_id": f"{ACCOUNT}.draft"}),
        "revision 0": ("bad-integer", {"revision": 0}),
        "a revision as text": ("bad-integer", {"revision": "3"}),
    }
    return [
        known("open: a document", "memory.open", DOCUMENT, **usual),
        *(refuse(f"open: {name}", "memory.open", code, **usual | change) for name, (code, change) in cases.items()),
    ]


def _own_key() -> bytes:
    return box_public_key(SEED)


def _closing() -> list[Vector]:
    operation = "memory.close_and_open"
    usual: dict[str, Any] = {"sign_seed": SEED, "account_id": ACCOUNT, "name": "pins", "revision": 1}
    return [
        known("close_and_open: a document", operation, DOCUMENT, **usual, document=DOCUMENT),
        known("close_and_open: every sort of name", operation, [], **usual | {"name": "a/B:9_-."}, document=[]),
        known("close_and_open: a name of 128", operation, "", **usual | {"name": "d" * 128}, document=""),
        refuse("close_and_open: a fraction", operation, "bad-json", **usual, document={"seq": 0.5}),
        refuse("close_and_open: no name", operation, "bad-field", **usual | {"name": ""}, document=DOCUMENT),
        refuse("close_and_open: revision 0", operation, "bad-integer", **usual | {"revision": 0}, document=DOCUMENT),
        refuse("close_and_open: no account", operation, "bad-id", **usual | {"account_id": ""}, document=DOCUMENT),
    ]
