"""Vectors of `envelope` about what is inside: payloads that were really signed and are still refused, sizes, making."""

from typing import Any

from mediation.protocol import statements
from mediation.protocol.encoding import b64, canonical
from mediation.protocol.envelope import make
from tests.vectors.builder import Vector, known, refuse, seed
from tests.vectors.envelope_parts import example, signed, verifying, with_signature
from tests.vectors.examples import EXAMPLES, SIGNERS


def vectors() -> list[Vector]:
    """Every vector of this half."""
    return [*_payloads(), *_doubled(), *_sizes(), *_making()]


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
    envelopes = {name: (code, signed("join", payload, "writer")) for name, (code, payload) in cases.items()}
    return [
        *(
            refuse(f"verify: a signed payload, {name}", "envelope.verify", code, **verifying(envelope, "join"))
            for name, (code, envelope) in envelopes.items()
        ),
        # Nothing of a payload is looked at before its signature holds.
        *(
            refuse(
                f"verify: an unsigned payload, {name}",
                "envelope.verify",
                "bad-signature",
                **verifying(with_signature(envelope, sig=b64(bytes(64))), "join"),
            )
            for name, (_, envelope) in envelopes.items()
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
            envelope = signed(type_, text, *SIGNERS[type_])
            vectors.append(
                refuse(
                    f"verify: {type_}.{name} twice", "envelope.verify", "not-canonical", **verifying(envelope, type_)
                )
            )
    return vectors


def _sizes() -> list[Vector]:
    """Payloads as large as each type allows, and a byte larger; the padding is not valid JSON for a statement."""
    vectors = []
    for type_, limit in sorted(statements.LIMITS.items()):
        if type_ == "roster":
            continue  # its quarter of a megabyte is tested in each language by itself
        whole = signed(type_, b"1" * limit, *SIGNERS[type_][:1])
        larger = signed(type_, b"1" * (limit + 1), *SIGNERS[type_][:1])
        vectors += [
            refuse(
                f"verify: {type_} at the limit is read", "envelope.verify", "not-canonical", **verifying(whole, type_)
            ),
            refuse(
                f"verify: {type_} a byte over the limit", "envelope.verify", "too-large", **verifying(larger, type_)
            ),
        ]
    return vectors


def _making() -> list[Vector]:
    decision, join = EXAMPLES["decision"], EXAMPLES["join"]
    amina, bea = seed("amina"), seed("bea")
    once = make("decision", decision, [amina])
    long_name = EXAMPLES["agency"] | {"log_vkeys": [f"{number:03}" + "k" * 190 for number in range(20)]}
    adding, making = "envelope.add_signature", "envelope.make"
    return [
        known("add_signature: the second", adding, example("decision"), envelope=once, type="decision", seed=bea),
        refuse(
            "add_signature: the same again", adding, "duplicate-signature", envelope=once, type="decision", seed=amina
        ),
        refuse(
            "add_signature: where one is all",
            adding,
            "too-many-signatures",
            envelope=example("join"),
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
