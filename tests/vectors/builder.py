"""What the generators of vectors share: secrets that are the same on every run, and the shape of a vector.

Nothing here is random, so that the files can be written again byte for byte. A vector's expectation is stated by the
generator and held against the Python implementation at once.
"""

import hashlib
from typing import Any

from nacl import bindings

from mediation.protocol.encoding import b64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import box_public_key, sign_public_key
from tests.protocol.vector_operations import plain, run

Vector = dict[str, Any]


def seed(name: str, size: int = 32) -> bytes:
    """Bytes that look random and belong to a name."""
    return hashlib.shake_256(f"mediation vectors: {name}".encode()).digest(size)


def identifier(name: str) -> str:
    """An id that belongs to a name."""
    return b64(seed(f"id {name}", 16))


def digest(name: str) -> str:
    """32 bytes in B64 that belong to a name."""
    return b64(seed(f"digest {name}"))


def sign_key(name: str) -> str:
    """The Ed25519 public key of somebody's seed, in B64."""
    return b64(sign_public_key(seed(name)))


def box_key(name: str) -> str:
    """The X25519 public key of somebody's seed, in B64."""
    return b64(box_public_key(seed(name)))


def fixed_aead(key: bytes, message: bytes, aad: bytes, nonce_name: str = "nonce") -> bytes:
    """`primitives.aead_seal` with a nonce that is the same on every run."""
    nonce = seed(nonce_name, 24)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, nonce, key)


def fixed_seal(public_key: bytes, message: bytes, ephemeral_name: str = "ephemeral") -> bytes:
    """`primitives.seal` with a one-time key that is the same on every run."""
    ephemeral_pk, ephemeral_sk = bindings.crypto_box_seed_keypair(seed(ephemeral_name))
    nonce = hashlib.blake2b(ephemeral_pk + public_key, digest_size=24).digest()
    return ephemeral_pk + bindings.crypto_box_easy(message, nonce, public_key, ephemeral_sk)


def known(name: str, operation: str, output: Any, /, **inputs: Any) -> Vector:
    """A vector that must succeed with an output known from elsewhere."""
    vector = success(name, operation, **inputs)
    expected = plain(output)
    if vector["output"] != expected:
        raise AssertionError(f"{name}: {vector['output']!r} is not {expected!r}")
    return vector


def success(name: str, operation: str, /, **inputs: Any) -> Vector:
    """A vector that must succeed with the output that Python gives now."""
    stored = _stored(inputs)
    return _vector(name, operation, stored, "success") | {"output": run(operation, stored)}


def refuse(name: str, operation: str, code: str, /, **inputs: Any) -> Vector:
    """A vector that must be refused with this code."""
    stored = _stored(inputs)
    try:
        output = run(operation, stored)
    except ProtocolError as error:
        if error.code != code:
            raise AssertionError(f"{name}: refused with {error}, not {code}") from error
        return _vector(name, operation, stored, code)
    raise AssertionError(f"{name}: not refused, gives {output!r}")


def _vector(name: str, operation: str, inputs: dict[str, Any], expect: str) -> Vector:
    return {"name": name, "operation": operation, "inputs": inputs, "expect": expect}


def _stored(inputs: dict[str, Any]) -> dict[str, Any]:
    return {_stored_name(name, value): plain(value) for name, value in inputs.items()}


def _stored_name(name: str, value: Any) -> str:
    is_bytes = isinstance(value, bytes) or (isinstance(value, list) and any(isinstance(item, bytes) for item in value))
    return f"{name}_hex" if is_bytes else name
