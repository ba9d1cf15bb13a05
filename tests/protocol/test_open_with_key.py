"""A letter that is opened by somebody who was given its key alone, as whoever checks a transcript is."""

import pytest

from mediation.protocol import message, message_open, primitives
from mediation.protocol.encoding import b64, canonical, new_id
from mediation.protocol.errors import ProtocolError
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32, kdf, random_bytes

KEY = random_bytes(32)
CASE, MESSAGE = new_id(), new_id()


def sealed(key: bytes = KEY, attachments: list[str] | None = None) -> bytes:
    plain = canonical({"text": "Hello.", "lang": "en", "attachments": attachments or []})
    return primitives.aead_seal(kdf(key, 1, message.CONTEXT), pad(plain), message.place(CASE, MESSAGE))


def payload(ciphertext: bytes, key: bytes = KEY) -> dict[str, str]:
    com = b64(message.commitment(key))
    return {"case_id": CASE, "message_id": MESSAGE, "com": com, "ct_hash": b64(hash32(ciphertext))}


def test_it_opens_to_its_text() -> None:
    ciphertext = sealed()
    found = message_open.open_with_key(payload(ciphertext), ciphertext, KEY)
    assert (found.text, found.lang) == ("Hello.", "en")


def test_what_is_not_the_signed_ciphertext_or_the_signed_key_is_refused() -> None:
    ciphertext, other = sealed(), random_bytes(32)
    signed = payload(ciphertext)
    refused = {
        "ct-hash-wrong": (signed, sealed(), KEY),
        "commitment-mismatch": (signed, ciphertext, other),
        "cannot-open": (payload(ciphertext, other), ciphertext, other),
        "attachments-not-supported": (payload(sealed_ := sealed(attachments=["a"])), sealed_, KEY),
    }
    for code, given in refused.items():
        with pytest.raises(ProtocolError, match=code):
            message_open.open_with_key(*given)
    moved = {**signed, "message_id": new_id()}
    with pytest.raises(ProtocolError, match="cannot-open"):
        message_open.open_with_key(moved, ciphertext, KEY)
