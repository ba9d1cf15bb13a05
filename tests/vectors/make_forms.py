"""Vectors of forms that only a careless or dishonest party would write: each is one wrong in a single field."""

from typing import Any, Final

from mediation.protocol import case, epoch, members, note, pins, primitives, tree
from mediation.protocol.encoding import b64, canonical
from mediation.protocol.padding import pad
from mediation.protocol.primitives import box_public_key
from tests.protocol.world import NOW
from tests.vectors.builder import Vector, digest, identifier, refuse, seed, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Documents that are wrong in one field, and what needs no list."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("forms"):
        setting = Setting()
        return [
            *_without_a_list(setting),
            *_members(setting),
            *_envelopes(setting),
            *_note(setting),
            *_anchors(setting),
            *_pins(setting),
            *_authors(),
            *_proofs(),
            *_words(),
            *_keys(),
        ]


def _without_a_list(setting: Setting) -> list[Vector]:
    """Only a key that is taken away needs lists; Xan, who takes part with help, has none."""
    staying = [each for each in setting.case.documents if each.get("participant_id") not in (None, setting.xan.id)]
    filled = members.fill(staying)
    payload = case.admit(setting.case.renewed(), members.hashes(filled))
    after = {"after_documents": filled, "after_kept": {"facilitators": None, "members": {}}}
    return [
        success(
            "documents filled up with new fillers", "members.fill", documents=[*setting.case.documents, {"side": "x"}]
        ),
        success("somebody without keys leaves", "scene.step", **plain(setting.step(payload, [setting.fay], **after))),
    ]


def _members(setting: Setting) -> list[Vector]:
    """Documents of members, one by one, and whether an entry is one's own."""
    hana, _, xan = (each for each in setting.case.documents if "side" in each)
    own: dict[str, Any] = {"participant_id": setting.hana.id}
    own |= {"sign_pk_hex": setting.hana.sign_pk.hex(), "box_pk_hex": setting.hana.box_pk.hex()}
    wrong: dict[str, dict[str, Any]] = {
        "somebody else's entry": {"participant_id": setting.rob.id},
        "an entry with another signing key": {"sign_pk_hex": setting.rob.sign_pk.hex()},
        "an entry with another box key": {"box_pk_hex": setting.rob.box_pk.hex()},
        "an entry without keys": {"participant_id": setting.xan.id, "document": xan},
    }
    given = {**setting.base(), "documents": [{**hana, "kept": "x"}], "complete": False}
    return [
        refuse("a member's list that is no hash", "scene.members", "bad-field", **plain(given)),
        success("one's own entry", "members.check_admitted", document=hana, **own),
        *(
            refuse(name, "members.check_admitted", "not-me", **{"document": hana, **own, **each})
            for name, each in wrong.items()
        ),
    ]


def _envelopes(setting: Setting) -> list[Vector]:
    """A signature whose parts have other names."""
    good = setting.case.envelopes[0]
    signature = good["signatures"][0]
    renamed = {"keyid": signature["keyid"], "signature": signature["sig"]}
    others = {"as a list": [*signature.values()], "as text": "ab", "under another name": renamed}
    return [
        refuse(
            f"a signature {name}",
            "envelope.parse",
            "bad-envelope",
            envelope={**good, "signatures": [each]},
            type="case",
        )
        for name, each in others.items()
    ]


def _note(setting: Setting) -> list[Vector]:
    """A content note without a salt."""
    block = pad(canonical({"salt": "x", "text": "It mentions the accident."}))
    given: dict[str, Any] = {"sealed": primitives.seal(setting.rob.box_pk, block), "box_seed": setting.rob.box_seed}
    return [refuse("a note without a salt", "scene.note", "bad-field", **given, note_hash=note.Note("", block).hash)]


def _keys() -> list[Vector]:
    """Keys and secrets of another length, and an anchor of a case that has none."""
    secrets, case_id = [seed("epoch 1"), seed("epoch 2")], identifier("case")
    short = epoch.link(secrets[1], secrets[0][:31], case_id, 2)
    keys = [b64(epoch.public_key(each)) for each in secrets]
    box_seed = seed("facilitator")
    given: dict[str, Any] = {
        "seal": epoch.seal(secrets[1], case_id, 2, box_public_key(box_seed)),
        "box_seed": box_seed,
        "case_id": case_id,
        "epoch": 2,
        "epoch_pks": keys,
    }
    hashes = {case_id: digest("statement"), identifier("second case"): digest("second")}
    return [
        refuse("a link to a short secret", "scene.epoch", "epoch-key-wrong", **given, links={"2": short.hex()}),
        *(
            success(f"check_box_key: {name}", "primitives.check_box_key", public_key=key)
            for name, key in {
                "as high as a reduced one can end": b"\xed" + b"\xff" * 30 + b"\x7e",
                "a high end over low bytes": b"\xff" + bytes(30) + b"\x7f",
            }.items()
        ),
        refuse("canonical: bytes", "encoding.canonical_bytes", "bad-json", value=b"{}"),
        refuse("new keys under a short root key", "bundle.new_keys", "bad-length", root_pk=bytes(31)),
        success("new keys", "bundle.new_keys", root_pk=seed("root key")),
        success("the proof of an anchor", "anchors.prove", hashes=hashes, case_id=case_id),
        refuse("the proof of no anchor", "anchors.prove", "anchor-missing", hashes=hashes, case_id=identifier("none")),
    ]


def _anchors(setting: Setting) -> list[Vector]:
    setting.agency.issue(NOW)
    proof = setting.case.proof() or {}
    wrong: dict[str, dict[str, Any]] = {
        "an anchor's hash as a number": {"hash": 5},
        "an anchor's place as text": {"index": "0"},
        "an anchor's path as text": {"path": "AAAA"},
        "an anchor's path of short hashes": {"path": ["AAAA"]},
    }
    base = {"trust": setting.trust()}
    return [
        refuse(name, "scene.head", "bad-field", **plain({**base, "case": setting.history(anchor={**proof, **each})}))
        for name, each in wrong.items()
    ]


def _pins(setting: Setting) -> list[Vector]:
    """The pin of a case, field by field."""
    pin, key = setting.case.chain().pin(), identifier("case")
    wrong: dict[str, dict[str, Any]] = {
        "number": {"seq": 0},
        "hash": {"hash": "x"},
        "roster": {"roster_seq": 0},
        "first roster": {"first_roster": "x"},
        "lineage": {"lineage": []},
        "epochs": {"epochs": []},
        "epoch's key": {"epochs": ["x"]},
        "changes": {"changes": []},
        "change": {"changes": [{"seq": 0, "roster_seq": 1}]},
        "change's roster": {"changes": [{"seq": 1, "roster_seq": 0}]},
        "stand-ins": {"stand_ins": None},
        "stand-in's step": {"stand_ins": [{"seq": 0, "staff_id": key}]},
        "stand-in": {"stand_ins": [{"seq": 1, "staff_id": "x"}]},
        "statement before": {"before": 1},
    }
    full = {**pins.empty(), "cases": {key: pin}}
    return [success("the pin of a case", "pins.check", document=full)] + [
        _refused_pins(f"a case's pin with another {name}", {**full, "cases": {key: {**pin, **each}}})
        for name, each in wrong.items()
    ]


def _authors() -> list[Vector]:
    case_id, author = identifier("case"), {"seq": 1, "message_id": identifier("message"), "seen": 0, "memory": 0}
    key = pins.author_key(case_id, digest("author"))
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "a wrong case": (pins.author_key("x", digest("author")), {}),
        "a wrong key": (pins.author_key(case_id, "x"), {}),
        "no message": (key, {"seq": 0}),
        "a wrong message": (key, {"message_id": "x"}),
        "less than nothing seen": (key, {"seen": -1}),
        "a memory before the first": (key, {"memory": -1}),
    }
    return [
        _refused_pins(f"pins of an author with {name}", {**pins.empty(), "authors": {at: {**author, **each}}})
        for name, (at, each) in wrong.items()
    ] + [
        _refused_pins("a pin without a hash", {**pins.empty(), "agency": {"seq": 1, "hash": "x"}}),
        _refused_pins(
            "pins of consents of nobody", {**pins.empty(), "consents": {"x": {"seq": 1, "hash": digest("c")}}}
        ),
        _refused_pins("a checkpoint without a log", {**pins.empty(), "checkpoint": {**_CHECKPOINT, "origin": ""}}),
        _refused_pins("a checkpoint without a root", {**pins.empty(), "checkpoint": {**_CHECKPOINT, "root": "x"}}),
        _refused_pins(
            "a checkpoint of a size below nothing", {**pins.empty(), "checkpoint": {**_CHECKPOINT, "size": -1}}
        ),
        *(_refused_pins(f"pins of cases as {name}", {**pins.empty(), "cases": each}) for name, each in _OTHER.items()),
    ]


_OTHER: Final[dict[str, Any]] = {"nothing": None, "a list": [], "text": "x", "a number": 5}
_CHECKPOINT: Final = {"origin": "example/audit/1", "size": 4, "root": digest("root")}


def _refused_pins(name: str, document: dict[str, Any]) -> Vector:
    return refuse(name, "pins.check", "bad-field", document=document)


def _proofs() -> list[Vector]:
    """The second of two leaves, passed off as the only one."""
    leaves = [b"first", b"second"]
    given = {"leaf": leaves[1], "index": 0, "size": 1, "root": tree.root(leaves)}
    beside = tree.inclusion_proof(leaves, 1)
    alone: dict[str, Any] = {"leaf": leaves[0], "size": 1, "proof_hex": [], "root": tree.root(leaves[:1])}
    return [
        refuse("a proof that climbs over the root", "tree.verify_inclusion", "bad-proof", proof=beside, **given),
        success("the only leaf", "tree.verify_inclusion", index=0, **alone),
        refuse("a place before the only leaf", "tree.verify_inclusion", "bad-proof", index=-1, **alone),
    ]


def _words() -> list[Vector]:
    payload = {
        "case_id": identifier("case"),
        "message_hash": digest("message"),
        "decision": "postpone",
        "recipient_id": None,
        "not_before": None,
        "note_hash": None,
        "approvals": 1,
        "consents_hash": digest("consents"),
        "checkpoint": None,
        "decided_on": "2026-03-02",
    }
    return [refuse("a decision of another kind", "statements.check", "bad-field", type="decision", payload=payload)]
