"""The audit log's verifier key in the form of C2SP signed-note: `<name>+<key id>+<base64(0x01 ‖ public key)>`.

The key id is the first four bytes of SHA-256(name ‖ "\\n" ‖ 0x01 ‖ public key) in hexadecimal.
"""

import base64
import hashlib
from typing import Final

from mediation.protocol.primitives import sign_public_key

ED25519: Final = b"\x01"


def verifier_key(name: str, seed: bytes) -> str:
    """The verifier key of the log `name` (its origin line) with this Ed25519 seed."""
    key = ED25519 + sign_public_key(seed)
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(key).decode()}"
