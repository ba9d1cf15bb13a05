"""Envelopes for vectors: real signatures over any bytes, and envelopes with one part changed."""

import copy
from typing import Any

from mediation.protocol.encoding import b64, pae
from mediation.protocol.envelope import make, payload_type
from mediation.protocol.primitives import kid, sign, sign_public_key
from tests.vectors.builder import seed
from tests.vectors.examples import EXAMPLES, SIGNERS

Envelope = dict[str, Any]


def public_key(name: str) -> bytes:
    """Somebody's Ed25519 public key."""
    return sign_public_key(seed(name))


def signature(name: str, type_: str, payload: bytes) -> dict[str, str]:
    """Somebody's entry in `signatures` over these bytes."""
    return {"keyid": kid(public_key(name)), "sig": b64(sign(seed(name), pae(payload_type(type_), payload)))}


def signed(type_: str, payload: bytes, *names: str) -> Envelope:
    """An envelope with real signatures over any bytes."""
    return {
        "payload": b64(payload),
        "payloadType": payload_type(type_),
        "signatures": [signature(name, type_, payload) for name in names],
    }


def example(type_: str) -> Envelope:
    """The example of a type, signed as it should be."""
    return make(type_, EXAMPLES[type_], [seed(name) for name in SIGNERS[type_]])


def verifying(envelope: Any, type_: str, *names: str, required: int = 1) -> dict[str, Any]:
    """The inputs of `envelope.verify`; without names, those who sign the example are trusted."""
    keys = [public_key(name) for name in names or SIGNERS[type_]]
    return {"envelope": envelope, "type": type_, "keys": keys, "required": required}


def without(envelope: Envelope, name: str) -> Envelope:
    """The envelope without one of its fields."""
    return {key: value for key, value in envelope.items() if key != name}


def with_signature(envelope: Envelope, **changes: Any) -> Envelope:
    """The envelope with its first signature changed; `...` drops a field."""
    changed = copy.deepcopy(envelope)
    signature = changed["signatures"][0] | changes
    changed["signatures"][0] = {name: value for name, value in signature.items() if value is not ...}
    return changed
