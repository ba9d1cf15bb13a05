"""A signed statement is read only after the signatures on its exact bytes have been verified with trusted keys.

Statements travel as strict DSSE envelopes: `{payload, payloadType, signatures: [{keyid, sig}]}`, base64url throughout,
and the payload in RFC 8785 form. `parse` reads one whose key is inside it (a join) or whose signer is not yet known:
what it returns is well formed, nothing more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from mediation.protocol import primitives, statements
from mediation.protocol.encoding import b64, canonical, pae, parse_canonical, unb64
from mediation.protocol.errors import ProtocolError

REMEMBERED: Final = 512
REMEMBERED_SIZE: Final = 8 * 1024
"""How many payloads that were read last are remembered, of up to so many bytes: one request reads the same several
times, the next one often again."""
_ENVELOPE_KEYS: Final = {"payload", "payloadType", "signatures"}
_SIGNATURE_KEYS: Final = {"keyid", "sig"}


@dataclass(frozen=True)
class Statement:
    """A statement read from its envelope. `signers`: the kids whose signatures were verified, none if only parsed.
    `payload` is not to be changed: whoever reads the same bytes is given the same object.
    """

    type: str
    payload: dict[str, Any]
    payload_bytes: bytes
    hash: str
    envelope: dict[str, Any]
    signers: tuple[str, ...]


def payload_type(type_: str) -> str:
    """The DSSE payloadType of a type of statement."""
    return f"application/vnd.mediation.{type_}.v1+json"


def statement_hash(type_: str, payload_bytes: bytes) -> str:
    """B64(H(PAE(payloadType, payload))): what other statements cite. Signatures are not in it."""
    return b64(primitives.hash32(pae(payload_type(type_), payload_bytes)))


def keyring(public_keys: Iterable[bytes]) -> dict[str, bytes]:
    """The keys by their kid, as `verify` takes them."""
    return {primitives.kid(key): key for key in public_keys}


def make(type_: str, payload: dict[str, Any], seeds: list[bytes]) -> dict[str, Any]:
    """The envelope of a payload, signed with each of the 32-byte seeds.

    Raises `bad-json` and what `parse` raises.
    """
    payload_bytes = canonical(payload)
    signatures = [_signature(type_, payload_bytes, seed) for seed in seeds]
    envelope = {"payload": b64(payload_bytes), "payloadType": payload_type(type_), "signatures": signatures}
    return parse(envelope, type_).envelope


def add_signature(envelope: object, type_: str, seed: bytes) -> dict[str, Any]:
    """A new envelope with one more signature over the same payload. Raises what `parse` raises."""
    statement = parse(envelope, type_)
    signatures = [*statement.envelope["signatures"], _signature(type_, statement.payload_bytes, seed)]
    return parse({**statement.envelope, "signatures": signatures}, type_).envelope


def _signature(type_: str, payload_bytes: bytes, seed: bytes) -> dict[str, str]:
    signature = primitives.sign(seed, pae(payload_type(type_), payload_bytes))
    return {"keyid": primitives.kid(primitives.sign_public_key(seed)), "sig": b64(signature)}


def parse(envelope: object, type_: str) -> Statement:
    """A well-formed statement of this type whose signatures nobody has verified.

    Raises `wrong-type`, `bad-envelope`, `bad-base64`, `bad-length`, `too-large`, `too-few-signatures`,
    `too-many-signatures`, `duplicate-signature`, `not-canonical` and what `statements.check` raises.
    """
    payload_bytes, _ = _open(envelope, type_)
    return _read(envelope, type_, payload_bytes, ())


def verify(envelope: object, type_: str, keys: Mapping[str, bytes], required: int = 1) -> Statement:
    """The statement, if `required` distinct keys among `keys` (kid to public key, trusted for this type) signed it.

    Only a type that may carry several signatures can carry one by an unknown key beside; a known one that fails refuses
    all. Raises what `parse` raises, `unknown-signer`, `bad-signature`, `too-few-signatures`.
    """
    if required < 1:
        raise AssertionError("a statement without signatures proves nothing")
    payload_bytes, signatures = _open(envelope, type_)
    message = pae(payload_type(type_), payload_bytes)
    signers = [keyid for keyid in signatures if keyid in keys]
    for keyid in signers:
        primitives.verify(keys[keyid], message, signatures[keyid])
    if not signers:
        raise ProtocolError("unknown-signer")
    if len(signers) < required:
        raise ProtocolError("too-few-signatures")
    return _read(envelope, type_, payload_bytes, tuple(signers))


def _open(envelope: object, type_: str) -> tuple[bytes, dict[str, bytes]]:
    """The payload's bytes, and each signature by its keyid, of a strict envelope of this type."""
    if type_ not in statements.SCHEMA:
        raise ProtocolError("wrong-type")
    fields = _exactly(envelope, _ENVELOPE_KEYS)
    if fields["payloadType"] != payload_type(type_):
        raise ProtocolError("wrong-type" if isinstance(fields["payloadType"], str) else "bad-envelope")
    return _payload(fields["payload"], statements.LIMITS[type_]), _signatures(fields["signatures"], type_)


def _payload(text: object, limit: int) -> bytes:
    if not isinstance(text, str):
        raise ProtocolError("bad-envelope")
    if len(text) > (limit * 4 + 2) // 3:
        raise ProtocolError("too-large")
    return unb64(text)


def _signatures(items: object, type_: str) -> dict[str, bytes]:
    if not isinstance(items, list):
        raise ProtocolError("bad-envelope")
    if not items:
        raise ProtocolError("too-few-signatures")
    if len(items) > (statements.MAX_SIGNATURES if type_ in statements.SEVERAL_SIGNATURES else 1):
        raise ProtocolError("too-many-signatures")
    signatures: dict[str, bytes] = {}
    for item in items:
        fields = _exactly(item, _SIGNATURE_KEYS)
        keyid = b64(unb64(fields["keyid"], primitives.KEY_SIZE))
        if keyid in signatures:
            raise ProtocolError("duplicate-signature")
        signatures[keyid] = unb64(fields["sig"], primitives.SIGNATURE_SIZE)
    return signatures


def _exactly(value: object, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != keys:
        raise ProtocolError("bad-envelope")
    return value


def _read(envelope: object, type_: str, payload_bytes: bytes, signers: tuple[str, ...]) -> Statement:
    read = _remembered if len(payload_bytes) <= REMEMBERED_SIZE else _content
    payload, hash_ = read(type_, payload_bytes)
    return Statement(type_, payload, payload_bytes, hash_, cast(dict[str, Any], envelope), signers)


def _content(type_: str, payload_bytes: bytes) -> tuple[dict[str, Any], str]:
    """The payload, checked, and its hash."""
    return statements.check(type_, parse_canonical(payload_bytes)), statement_hash(type_, payload_bytes)


_remembered = lru_cache(maxsize=REMEMBERED)(_content)
