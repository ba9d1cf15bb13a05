"""Vectors of `envelope`: every way in which a signed statement can be almost right."""

import copy
from typing import Any, Final

from mediation.protocol import statements
from mediation.protocol.encoding import b64, canonical, pae, unb64
from mediation.protocol.envelope import make, payload_type
from mediation.protocol.primitives import kid, sign, sign_public_key
from tests.vectors.builder import Vector, digest, known, refuse, seed, success
from tests.vectors.examples import EXAMPLES, SIGNERS
from tests.vectors.make_primitives import ORDER

ABOUT: Final = "Signed statements: strict DSSE envelopes, verified with trusted keys before they are read."

Envelope = dict[str, Any]


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [
        *_examples(),
        *_malformed(),
        *_signatures(),
        *_several(),
        *_payloads(),
        *_doubled(),
        *_sizes(),
        *_making(),
    ]


def _key(name: str) -> bytes:
    return sign_public_key(seed(name))


def _signature(name: str, type_: str, payload: bytes) -> dict[str, str]:
    return {"keyid": kid(_key(name)), "sig": b64(sign(seed(name), pae(payload_type(type_), payload)))}


def _signed(type_: str, payload: bytes, *names: str) -> Envelope:
    """An envelope with real signatures over any bytes."""
    return {
        "payload": b64(payload),
        "payloadType": payload_type(type_),
        "signatures": [_signature(name, type_, payload) for name in names],
    }


def _example(type_: str) -> Envelope:
    return make(type_, EXAMPLES[type_], [seed(name) for name in SIGNERS[type_]])


def _verify(envelope: Any, type_: str, *names: str, required: int = 1) -> dict[str, Any]:
    keys = [_key(name) for name in names or SIGNERS[type_]]
    return {"envelope": envelope, "type": type_, "keys": keys, "required": required}


def _examples() -> list[Vector]:
    vectors = []
    for type_, names in SIGNERS.items():
        seeds, envelope = [seed(name) for name in names], _example(type_)
        made = success(f"make: {type_}", "envelope.make", type=type_, payload=EXAMPLES[type_], seeds=seeds)
        payload = canonical(EXAMPLES[type_])
        vectors += [
            made,
            success(f"parse: {type_}", "envelope.parse", envelope=envelope, type=type_),
            success(f"verify: {type_}", "envelope.verify", **_verify(envelope, type_, required=len(names))),
            success(f"statement_hash: {type_}", "envelope.statement_hash", type=type_, payload=payload),
            refuse(
                f"verify: {type_}, another signer",
                "envelope.verify",
                "unknown-signer",
                **_verify(envelope, type_, "stranger"),
            ),
            *(
                refuse(
                    f"verify: {type_} as {other}", "envelope.verify", "wrong-type", **_verify(envelope, other, *names)
                )
                for other in _others(type_)
            ),
        ]
    return vectors


def _others(type_: str) -> list[str]:
    """Two other types: the next in the story, and one that may carry as many signatures."""
    names = list(SIGNERS)
    following = names[(names.index(type_) + 1) % len(names)]
    return sorted({following, "case", "decision"} - {type_})


def _malformed() -> list[Vector]:
    good = _example("join")
    cases: dict[str, tuple[str, Any]] = {
        "null": ("bad-envelope", None),
        "text": ("bad-envelope", "{}"),
        "an array": ("bad-envelope", [good]),
        "an empty object": ("bad-envelope", {}),
        "payload dropped": ("bad-envelope", _without(good, "payload")),
        "payloadType dropped": ("bad-envelope", _without(good, "payloadType")),
        "signatures dropped": ("bad-envelope", _without(good, "signatures")),
        "a field added": ("bad-envelope", good | {"extra": 1}),
        "payload renamed": ("bad-envelope", _without(good, "payload") | {"Payload": good["payload"]}),
        "payload as an object": ("bad-envelope", good | {"payload": EXAMPLES["join"]}),
        "payload as null": ("bad-envelope", good | {"payload": None}),
        "payload padded": ("bad-base64", good | {"payload": f"{good['payload']}="}),
        "payload with a line feed": ("bad-base64", good | {"payload": f"{good['payload']}\n"}),
        "payload in plain JSON": ("bad-base64", good | {"payload": canonical(EXAMPLES["join"]).decode()}),
        "payloadType as a number": ("bad-envelope", good | {"payloadType": 1}),
        "payloadType as null": ("bad-envelope", good | {"payloadType": None}),
        "payloadType of another version": ("wrong-type", good | {"payloadType": payload_type("join")[:-7] + "v2+json"}),
        "payloadType in capitals": ("wrong-type", good | {"payloadType": payload_type("join").upper()}),
        "payloadType with a parameter": ("wrong-type", good | {"payloadType": payload_type("join") + "; q=1"}),
        "payloadType is the short type": ("wrong-type", good | {"payloadType": "join"}),
        "payloadType empty": ("wrong-type", good | {"payloadType": ""}),
        "signatures as an object": ("bad-envelope", good | {"signatures": {}}),
        "signatures as null": ("bad-envelope", good | {"signatures": None}),
        "no signatures": ("too-few-signatures", good | {"signatures": []}),
        "two signatures": ("too-many-signatures", _signed("join", unb64(good["payload"]), "writer", "amina")),
        "a signature as text": ("bad-envelope", good | {"signatures": ["sig"]}),
        "a signature as null": ("bad-envelope", good | {"signatures": [None]}),
        "keyid dropped": ("bad-envelope", _with_signature(good, keyid=...)),
        "sig dropped": ("bad-envelope", _with_signature(good, sig=...)),
        "a certificate beside the signature": ("bad-envelope", _with_signature(good, cert="x")),
        "keyid as null": ("bad-base64", _with_signature(good, keyid=None)),
        "keyid padded": ("bad-base64", _with_signature(good, keyid=f"{good['signatures'][0]['keyid']}=")),
        "keyid of 31 bytes": ("bad-length", _with_signature(good, keyid=b64(bytes(31)))),
        "keyid empty": ("bad-length", _with_signature(good, keyid="")),
        "sig as a number": ("bad-base64", _with_signature(good, sig=1)),
        "sig padded": ("bad-base64", _with_signature(good, sig=f"{good['signatures'][0]['sig']}==")),
        "sig of 63 bytes": ("bad-length", _with_signature(good, sig=b64(bytes(63)))),
        "sig of 65 bytes": ("bad-length", _with_signature(good, sig=b64(bytes(65)))),
    }
    return [
        *(refuse(f"parse: {n}", "envelope.parse", code, envelope=e, type="join") for n, (code, e) in cases.items()),
        *(refuse(f"verify: {n}", "envelope.verify", code, **_verify(e, "join")) for n, (code, e) in cases.items()),
        refuse("parse: a type that does not exist", "envelope.parse", "wrong-type", envelope=good, type="receipt"),
        refuse(
            "parse: a type that objects have by nature",
            "envelope.parse",
            "wrong-type",
            envelope=good,
            type="constructor",
        ),
    ]


def _without(envelope: Envelope, name: str) -> Envelope:
    return {key: value for key, value in envelope.items() if key != name}


def _with_signature(envelope: Envelope, **changes: Any) -> Envelope:
    """The envelope with its first signature changed; `...` drops a field."""
    changed = copy.deepcopy(envelope)
    signature = changed["signatures"][0] | changes
    changed["signatures"][0] = {name: value for name, value in signature.items() if value is not ...}
    return changed


def _signatures() -> list[Vector]:
    good = _example("join")
    payload, sig = unb64(good["payload"]), unb64(good["signatures"][0]["sig"])
    more = sig[:32] + (int.from_bytes(sig[32:], "little") + ORDER).to_bytes(32, "little")
    other_payload = canonical(EXAMPLES["join"] | {"account_id": EXAMPLES["consent"]["case_id"]})
    cases: dict[str, Envelope] = {
        "a bit of the signature flipped": _with_signature(good, sig=b64(bytes([sig[0] ^ 1]) + sig[1:])),
        "S with the group order added": _with_signature(good, sig=b64(more)),
        "a signature of zeros": _with_signature(good, sig=b64(bytes(64))),
        "another payload under the signature": good | {"payload": b64(other_payload)},
        "a signature of the payload without its type": _with_signature(good, sig=b64(sign(seed("writer"), payload))),
        "a signature of the encoded payload": _with_signature(
            good, sig=b64(sign(seed("writer"), pae(payload_type("join"), good["payload"].encode())))
        ),
        "a signature under another type": _with_signature(good, sig=_signature("writer", "consent", payload)["sig"]),
        "a signature under the short type": _with_signature(good, sig=b64(sign(seed("writer"), pae("join", payload)))),
        "somebody else's signature under the trusted keyid": _with_signature(
            good, sig=_signature("amina", "join", payload)["sig"]
        ),
    }
    unknown = {
        "a keyid nobody has": _with_signature(good, keyid=digest("nobody")),
        "the keyid of the box key": _with_signature(good, keyid=kid(unb64(EXAMPLES["join"]["box_pk"]))),
        "the key itself as keyid": _with_signature(good, keyid=b64(_key("writer"))),
    }
    return [
        *(refuse(f"verify: {n}", "envelope.verify", "bad-signature", **_verify(e, "join")) for n, e in cases.items()),
        *(
            refuse(f"verify: {n}", "envelope.verify", "unknown-signer", **_verify(e, "join"))
            for n, e in unknown.items()
        ),
        known(
            "parse: looks at no signature",
            "envelope.parse",
            success("", "envelope.parse", envelope=good, type="join")["output"],
            envelope=cases["a signature of zeros"],
            type="join",
        ),
        refuse(
            "verify: no trusted keys",
            "envelope.verify",
            "unknown-signer",
            envelope=good,
            type="join",
            keys_hex=[],
            required=1,
        ),
    ]


def _several() -> list[Vector]:
    good = _example("decision")
    payload = unb64(good["payload"])
    first, second = good["signatures"]
    stranger = _signature("stranger", "decision", payload)
    broken = second | {"sig": b64(bytes(64))}
    many = [f"signer {number}" for number in range(33)]

    def with_(*signatures: dict[str, str]) -> Envelope:
        return good | {"signatures": list(signatures)}

    def verified(name: str, envelope: Envelope, *names: str, required: int = 1) -> Vector:
        return success(f"verify: {name}", "envelope.verify", **_verify(envelope, "decision", *names, required=required))

    refusals: list[tuple[str, str, dict[str, Any]]] = [
        ("one where two are required", "too-few-signatures", _verify(with_(first), "decision", required=2)),
        ("two where three are required", "too-few-signatures", _verify(good, "decision", required=3)),
        (
            "one known and one unknown where two are required",
            "too-few-signatures",
            _verify(with_(first, stranger), "decision", required=2),
        ),
        ("the same signature twice", "duplicate-signature", _verify(with_(first, first), "decision")),
        (
            "the same signature twice where two are required",
            "duplicate-signature",
            _verify(with_(first, first), "decision", required=2),
        ),
        (
            "the same keyid twice, once failing",
            "duplicate-signature",
            _verify(with_(first, first | {"sig": second["sig"]}), "decision"),
        ),
        ("an unknown keyid twice", "duplicate-signature", _verify(with_(first, stranger, stranger), "decision")),
        ("a known one that fails beside a good one", "bad-signature", _verify(with_(first, broken), "decision")),
        ("a known one that fails before a good one", "bad-signature", _verify(with_(broken, first), "decision")),
        (
            "signatures swapped between keyids",
            "bad-signature",
            _verify(with_(first | {"sig": second["sig"]}, second | {"sig": first["sig"]}), "decision"),
        ),
        ("only unknown ones", "unknown-signer", _verify(with_(stranger), "decision")),
        (
            "a malformed one beside a good one",
            "bad-length",
            _verify(with_(first, stranger | {"sig": "AAAA"}), "decision"),
        ),
        ("33 signatures", "too-many-signatures", _verify(_signed("decision", payload, *many), "decision")),
    ]
    return [
        verified("two where one is required", good),
        verified("two in another order", with_(second, first), required=2),
        verified("an unknown one beside a known one", with_(stranger, first)),
        verified("an unknown one that fails beside a known one", with_(stranger | {"sig": b64(bytes(64))}, first)),
        verified("one of two is trusted", good, "bea"),
        verified("32 signatures", _signed("decision", payload, *many[:32]), *many[:32], required=32),
        *(refuse(f"verify: {name}", "envelope.verify", code, **inputs) for name, code, inputs in refusals),
    ]


def _payloads() -> list[Vector]:
    """Payloads that were really signed and are still refused."""
    text = canonical(EXAMPLES["join"])
    cases: dict[str, tuple[str, bytes]] = {
        "empty": ("not-canonical", b""),
        "no JSON": ("not-canonical", b"join"),
        "bytes that are not UTF-8": ("not-canonical", text[:-1] + b"\xff}"),
        "white space behind": ("not-canonical", text + b"\n"),
        "white space inside": ("not-canonical", text.replace(b":", b": ")),
        "a byte order mark": ("not-canonical", b"\xef\xbb\xbf" + text),
        "keys in the wrong order": ("not-canonical", _reversed(EXAMPLES["join"])),
        "an escaped letter": ("not-canonical", text.replace(b"account_id", b"\\u0061ccount_id")),
        "two documents": ("not-canonical", text + text),
        "null": ("bad-field", b"null"),
        "an array": ("bad-field", b"[]"),
        "an empty object": ("missing-field", b"{}"),
        "a field added": ("unknown-field", canonical(EXAMPLES["join"] | {"extra": 1})),
        "a key of small order": ("bad-key", canonical(EXAMPLES["join"] | {"box_pk": b64(bytes(32))})),
    }
    signed = {name: (code, _signed("join", payload, "writer")) for name, (code, payload) in cases.items()}
    return [
        *(
            refuse(f"verify: a signed payload, {name}", "envelope.verify", code, **_verify(envelope, "join"))
            for name, (code, envelope) in signed.items()
        ),
        # Nothing of a payload is looked at before its signature holds.
        *(
            refuse(
                f"verify: an unsigned payload, {name}",
                "envelope.verify",
                "bad-signature",
                **_verify(_with_signature(envelope, sig=b64(bytes(64))), "join"),
            )
            for name, (_, envelope) in signed.items()
        ),
    ]


def _reversed(payload: dict[str, Any]) -> bytes:
    members = [canonical(name) + b":" + canonical(payload[name]) for name in sorted(payload, reverse=True)]
    return b"{" + b",".join(members) + b"}"


def _doubled() -> list[Vector]:
    """Every top-level field of every type written twice, under real signatures."""
    vectors = []
    for type_, payload in EXAMPLES.items():
        for name in payload:
            member = canonical(name) + b":" + canonical(payload[name])
            text = canonical(payload).replace(member, member + b"," + member, 1)
            envelope = _signed(type_, text, *SIGNERS[type_])
            vectors.append(
                refuse(f"verify: {type_}.{name} twice", "envelope.verify", "not-canonical", **_verify(envelope, type_))
            )
    return vectors


def _sizes() -> list[Vector]:
    """Payloads as large as each type allows, and a byte larger; the padding is not valid JSON for a statement."""
    vectors = []
    for type_, limit in statements.LIMITS.items():
        if type_ == "roster":
            continue  # its quarter of a megabyte is tested in each language by itself
        whole = _signed(type_, b"1" * limit, *SIGNERS[type_][:1])
        larger = _signed(type_, b"1" * (limit + 1), *SIGNERS[type_][:1])
        vectors += [
            refuse(
                f"verify: {type_} at the limit is read", "envelope.verify", "not-canonical", **_verify(whole, type_)
            ),
            refuse(f"verify: {type_} a byte over the limit", "envelope.verify", "too-large", **_verify(larger, type_)),
        ]
    return vectors


def _making() -> list[Vector]:
    decision, join = EXAMPLES["decision"], EXAMPLES["join"]
    amina, bea = seed("amina"), seed("bea")
    once = make("decision", decision, [amina])
    long_name = EXAMPLES["agency"] | {"log_vkeys": [f"{number:03}" + "k" * 190 for number in range(20)]}
    adding, making = "envelope.add_signature", "envelope.make"
    return [
        known("add_signature: the second", adding, _example("decision"), envelope=once, type="decision", seed=bea),
        refuse(
            "add_signature: the same again", adding, "duplicate-signature", envelope=once, type="decision", seed=amina
        ),
        refuse(
            "add_signature: where one is all",
            adding,
            "too-many-signatures",
            envelope=_example("join"),
            type="join",
            seed=amina,
        ),
        refuse("add_signature: to another type", adding, "wrong-type", envelope=once, type="case", seed=bea),
        refuse(
            "add_signature: a seed of 31 bytes", adding, "bad-length", envelope=once, type="decision", seed=bea[:31]
        ),
        refuse("make: no signature", making, "too-few-signatures", type="decision", payload=decision, seeds_hex=[]),
        refuse(
            "make: the same seed twice",
            making,
            "duplicate-signature",
            type="decision",
            payload=decision,
            seeds=[amina, amina],
        ),
        refuse(
            "make: two signatures where one is all",
            making,
            "too-many-signatures",
            type="join",
            payload=join,
            seeds=[amina, bea],
        ),
        refuse(
            "make: a field too many", making, "unknown-field", type="join", payload=join | {"extra": 1}, seeds=[amina]
        ),
        refuse("make: a field too few", making, "missing-field", type="join", payload={}, seeds=[amina]),
        refuse("make: a type that does not exist", making, "wrong-type", type="receipt", payload=join, seeds=[amina]),
        refuse("make: over the limit", making, "too-large", type="agency", payload=long_name, seeds=[seed("root")]),
    ]
