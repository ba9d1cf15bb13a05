"""The audit log's verifier key is a C2SP signed-note key."""

import base64
import hashlib

from mediation.protocol.notes import verifier_key
from mediation.protocol.primitives import sign_public_key


def test_the_verifier_key_names_the_log_its_key_id_and_its_key() -> None:
    seed = b"\x07" * 32
    name, key_id, key = verifier_key("letters.example.org/audit/1", seed).text.split("+", 2)
    data = base64.b64decode(key)
    assert name == "letters.example.org/audit/1"
    assert data == b"\x01" + sign_public_key(seed)
    assert key_id == hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex()
