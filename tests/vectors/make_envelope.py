"""Vectors of `envelope`: every way in which a signed statement can be almost right."""

from typing import Any, Final

from mediation.protocol.encoding import b64, canonical, pae, unb64
from mediation.protocol.envelope import payload_type
from mediation.protocol.primitives import kid, sign
from tests.vectors import envelope_payloads
from tests.vectors.builder import Vector, digest, known, refuse, seed, success
from tests.vectors.envelope_parts import (
    Envelope,
    example,
    public_key,
    signature,
    signed,
    verifying,
    with_signature,
    without,
)
from tests.vectors.examples import EXAMPLES, SIGNERS
from tests.vectors.make_primitives import ORDER

ABOUT: Final = "Signed statements: strict DSSE envelopes, verified with trusted keys before they are read."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_examples(), *_malformed(), *_signatures(), *_several(), *envelope_payloads.vectors()]


def _examples() -> list[Vector]:
    vectors = []
    for type_, names in SIGNERS.items():
        seeds, envelope = [seed(name) for name in names], example(type_)
        made = success(f"make: {type_}", "envelope.make", type=type_, payload=EXAMPLES[type_], seeds=seeds)
        payload = canonical(EXAMPLES[type_])
        vectors += [
            made,
            success(f"parse: {type_}", "envelope.parse", envelope=envelope, type=type_),
            success(f"verify: {type_}", "envelope.verify", **verifying(envelope, type_, required=len(names))),
            success(f"statement_hash: {type_}", "envelope.statement_hash", type=type_, payload=payload),
            refuse(
                f"verify: {type_}, another signer",
                "envelope.verify",
                "unknown-signer",
                **verifying(envelope, type_, "stranger"),
            ),
            *(
                refuse(
                    f"verify: {type_} as {other}", "envelope.verify", "wrong-type", **verifying(envelope, other, *names)
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


def _retyped(envelope: Envelope, type_: str) -> Envelope:
    return envelope | {"payloadType": payload_type(type_)}


def _malformed() -> list[Vector]:
    good = example("join")
    cases: dict[str, tuple[str, Any]] = {
        "null": ("bad-envelope", None),
        "text": ("bad-envelope", "{}"),
        "an array": ("bad-envelope", [good]),
        "an empty object": ("bad-envelope", {}),
        "payload dropped": ("bad-envelope", without(good, "payload")),
        "payloadType dropped": ("bad-envelope", without(good, "payloadType")),
        "signatures dropped": ("bad-envelope", without(good, "signatures")),
        "a field added": ("bad-envelope", good | {"extra": 1}),
        "payload renamed": ("bad-envelope", without(good, "payload") | {"Payload": good["payload"]}),
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
        "two signatures": ("too-many-signatures", signed("join", unb64(good["payload"]), "writer", "amina")),
        "a signature as text": ("bad-envelope", good | {"signatures": ["sig"]}),
        "a signature as null": ("bad-envelope", good | {"signatures": [None]}),
        "keyid dropped": ("bad-envelope", with_signature(good, keyid=...)),
        "sig dropped": ("bad-envelope", with_signature(good, sig=...)),
        "a certificate beside the signature": ("bad-envelope", with_signature(good, cert="x")),
        "keyid as null": ("bad-base64", with_signature(good, keyid=None)),
        "keyid padded": ("bad-base64", with_signature(good, keyid=f"{good['signatures'][0]['keyid']}=")),
        "keyid of 31 bytes": ("bad-length", with_signature(good, keyid=b64(bytes(31)))),
        "keyid empty": ("bad-length", with_signature(good, keyid="")),
        "sig as a number": ("bad-base64", with_signature(good, sig=1)),
        "sig padded": ("bad-base64", with_signature(good, sig=f"{good['signatures'][0]['sig']}==")),
        "sig of 63 bytes": ("bad-length", with_signature(good, sig=b64(bytes(63)))),
        "sig of 65 bytes": ("bad-length", with_signature(good, sig=b64(bytes(65)))),
    }
    no_types = {"a type that does not exist": "receipt", "a type that objects have by nature": "constructor"}
    return [
        *(refuse(f"parse: {n}", "envelope.parse", code, envelope=e, type="join") for n, (code, e) in cases.items()),
        *(refuse(f"verify: {n}", "envelope.verify", code, **verifying(e, "join")) for n, (code, e) in cases.items()),
        *(
            refuse(f"parse: {name}", "envelope.parse", "wrong-type", envelope=_retyped(good, other), type=other)
            for name, other in no_types.items()
        ),
        *(
            refuse(f"verify: {n}", "envelope.verify", "wrong-type", **verifying(_retyped(good, other), other, "nobody"))
            for n, other in no_types.items()
        ),
        refuse("parse: no envelope, of no type", "envelope.parse", "wrong-type", envelope={}, type="receipt"),
    ]


def _signatures() -> list[Vector]:
    good = example("join")
    payload, sig = unb64(good["payload"]), unb64(good["signatures"][0]["sig"])
    more = sig[:32] + (int.from_bytes(sig[32:], "little") + ORDER).to_bytes(32, "little")
    other_payload = canonical(EXAMPLES["join"] | {"account_id": EXAMPLES["consent"]["case_id"]})
    cases: dict[str, Envelope] = {
        "a bit of the signature flipped": with_signature(good, sig=b64(bytes([sig[0] ^ 1]) + sig[1:])),
        "S with the group order added": with_signature(good, sig=b64(more)),
        "a signature of zeros": with_signature(good, sig=b64(bytes(64))),
        "another payload under the signature": good | {"payload": b64(other_payload)},
        "a signature of the payload without its type": with_signature(good, sig=b64(sign(seed("writer"), payload))),
        "a signature of the encoded payload": with_signature(
            good, sig=b64(sign(seed("writer"), pae(payload_type("join"), good["payload"].encode())))
        ),
        "a signature under another type": with_signature(good, sig=signature("writer", "consent", payload)["sig"]),
        "a signature under the short type": with_signature(good, sig=b64(sign(seed("writer"), pae("join", payload)))),
        "somebody else's signature under the trusted keyid": with_signature(
            good, sig=signature("amina", "join", payload)["sig"]
        ),
    }
    unknown = {
        "a keyid nobody has": with_signature(good, keyid=digest("nobody")),
        "the keyid of the box key": with_signature(good, keyid=kid(unb64(EXAMPLES["join"]["box_pk"]))),
        "the key itself as keyid": with_signature(good, keyid=b64(public_key("writer"))),
    }
    return [
        *(refuse(f"verify: {n}", "envelope.verify", "bad-signature", **verifying(e, "join")) for n, e in cases.items()),
        *(
            refuse(f"verify: {n}", "envelope.verify", "unknown-signer", **verifying(e, "join"))
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
    good = example("decision")
    payload = unb64(good["payload"])
    first, second = good["signatures"]
    stranger = signature("stranger", "decision", payload)
    broken = second | {"sig": b64(bytes(64))}
    many = [f"signer {number}" for number in range(33)]

    def with_(*signatures: dict[str, str]) -> Envelope:
        return good | {"signatures": list(signatures)}

    def verified(name: str, envelope: Envelope, *names: str, required: int = 1) -> Vector:
        return success(
            f"verify: {name}", "envelope.verify", **verifying(envelope, "decision", *names, required=required)
        )

    refusals: list[tuple[str, str, dict[str, Any]]] = [
        ("one where two are required", "too-few-signatures", verifying(with_(first), "decision", required=2)),
        ("two where three are required", "too-few-signatures", verifying(good, "decision", required=3)),
        (
            "one known and one unknown where two are required",
            "too-few-signatures",
            verifying(with_(first, stranger), "decision", required=2),
        ),
        ("the same signature twice", "duplicate-signature", verifying(with_(first, first), "decision")),
        (
            "the same signature twice where two are required",
            "duplicate-signature",
            verifying(with_(first, first), "decision", required=2),
        ),
        (
            "the same keyid twice, once failing",
            "duplicate-signature",
            verifying(with_(first, first | {"sig": second["sig"]}), "decision"),
        ),
        ("an unknown keyid twice", "duplicate-signature", verifying(with_(first, stranger, stranger), "decision")),
        ("a known one that fails beside a good one", "bad-signature", verifying(with_(first, broken), "decision")),
        ("a known one that fails before a good one", "bad-signature", verifying(with_(broken, first), "decision")),
        (
            "signatures swapped between keyids",
            "bad-signature",
            verifying(with_(first | {"sig": second["sig"]}, second | {"sig": first["sig"]}), "decision"),
        ),
        ("only unknown ones", "unknown-signer", verifying(with_(stranger), "decision")),
        (
            "a malformed one beside a good one",
            "bad-length",
            verifying(with_(first, stranger | {"sig": "AAAA"}), "decision"),
        ),
        ("33 signatures", "too-many-signatures", verifying(signed("decision", payload, *many), "decision")),
    ]
    return [
        verified("two where one is required", good),
        verified("two in another order", with_(second, first), required=2),
        verified("an unknown one beside a known one", with_(stranger, first)),
        verified("an unknown one that fails beside a known one", with_(stranger | {"sig": b64(bytes(64))}, first)),
        verified("one of two is trusted", good, "bea"),
        verified("32 signatures", signed("decision", payload, *many[:32]), *many[:32], required=32),
        *(refuse(f"verify: {name}", "envelope.verify", code, **inputs) for name, code, inputs in refusals),
    ]
