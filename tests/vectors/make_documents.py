"""Vectors of the small parts: structured texts, pins, alarms of the order block, checkpoints."""

from typing import Any, Final

from mediation.protocol import pins
from mediation.protocol.encoding import format_time
from tests.protocol.world import DAY, NOW
from tests.vectors.builder import Vector, digest, identifier, refuse, success

ABOUT: Final = "Structured texts, the pins document, alarms of the order block, and checkpoints."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_documents(), *_pins(), *_alarms(), *_checkpoints()]


def _documents() -> list[Vector]:
    read = "documents.from_text"
    return [
        success("a document", read, text='mediation-document/v1 called\n{"a":"é","b":[1,null]}'),
        success("prose", read, text="Dear Rob"),
        success("a document of another version", read, text="mediation-document/v2 called\n{}"),
        success("a document not in the first line", read, text="Dear Rob\nmediation-document/v1 called\n{}"),
        refuse("a document with spaces", read, "not-canonical", text="mediation-document/v1 called\n{ }"),
        refuse("a document without a value", read, "not-canonical", text="mediation-document/v1 called\n"),
        refuse("a document with more after it", read, "not-canonical", text="mediation-document/v1 called\n{}\n"),
        success("a document written", "documents.to_text", name="case", value={"title": "x", "names": {"ä": "b"}}),
        refuse("a document with another name", "documents.to_text", "bad-field", name="Case", value={}),
        refuse("a document of a fraction", "documents.to_text", "bad-json", name="case", value=0.5),
    ]


def _pins() -> list[Vector]:
    pin = {"seq": 2, "hash": digest("pinned")}
    author = {"seq": 3, "message_id": identifier("message"), "seen": 1, "memory": 9}
    key = pins.author_key(identifier("case"), digest("author"))
    full = {
        **pins.empty(),
        "agency": pin,
        "roster": pin,
        "consents": {identifier("member"): pin},
        "checkpoint": {"origin": "example/audit/1", "size": 4, "root": digest("root")},
        "authors": {key: author},
        "opened": sorted([digest("one"), digest("two")]),
    }
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "pins with more": ("unknown-field", {**full, "more": 1}),
        "pins without a part": ("missing-field", {name: full[name] for name in full if name != "opened"}),
        "a pin from before the first": ("bad-field", {**full, "agency": {**pin, "seq": 0}}),
        "pins of an author without a case": ("bad-field", {**full, "authors": {digest("author"): author}}),
        "hashes out of order": ("bad-field", {**full, "opened": sorted(full["opened"], reverse=True)}),
        "a case's pin of another form": ("missing-field", {**full, "cases": {identifier("case"): pin}}),
    }
    return [
        success("no pins yet", "pins.check", document=pins.empty()),
        success("pins", "pins.check", document=full),
        *(refuse(name, "pins.check", code, document=each) for name, (code, each) in wrong.items()),
    ]


def _alarms() -> list[Vector]:
    first = identifier("first")
    order = {
        "seq": 2,
        "prev": first,
        "revises": None,
        "written_at": format_time(NOW),
        "case_hash": digest("head"),
        "seen": 1,
        "memory": 5,
        "provenance": "",
        "alarm": None,
    }
    last = {**order, "seq": 1, "prev": None, "seen": 0, "memory": 4}
    release = {"decided_on": "2026-02-28", "not_before": None, "taken_back": False}
    known = {"last": last, "last_id": first, "releases": [release]}
    later = {**release, "not_before": format_time(NOW - DAY)}
    cases: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "an order that fits": (order, known),
        "a first message": (last, {"last": None, "last_id": None, "releases": []}),
        "a wrong number": ({**order, "seq": 3}, known),
        "a wrong predecessor": ({**order, "prev": None}, known),
        "a memory that repeats": ({**order, "memory": 4}, known),
        "fewer seen than before": ({**order, "seen": 0}, {**known, "last": {**last, "seen": 1}}),
        "more seen than released": ({**order, "seen": 2}, known),
        "a release withheld": ({**order, "seen": 0}, known),
        "a release withheld after its time": ({**order, "seen": 0}, {**known, "releases": [later]}),
        "a release taken back": ({**order, "seen": 0}, {**known, "releases": [{**release, "taken_back": True}]}),
        "a release of yesterday": (
            {**order, "seen": 0},
            {**known, "releases": [{**release, "decided_on": "2026-03-01"}]},
        ),
        "a checkpoint that contradicted": ({**order, "alarm": "checkpoint"}, known),
    }
    return [success(name, "order.alarms", order=given, known=seen) for name, (given, seen) in cases.items()]


def _checkpoints() -> list[Vector]:
    kept = {"origin": "example/audit/1", "size": 4, "root": digest("root")}
    other = {**kept, "root": digest("another")}
    cases: dict[str, tuple[dict[str, Any] | None, dict[str, Any], bool | None]] = {
        "a first checkpoint": (None, kept, None),
        "the same checkpoint": (kept, kept, None),
        "the same size with another root": (kept, other, None),
        "a larger size without a proof": (kept, {**other, "size": 9}, None),
        "a larger size with a proof": (kept, {**other, "size": 9}, True),
        "a larger size with a proof that fails": (kept, {**other, "size": 9}, False),
        "a smaller size with a proof": (kept, {**other, "size": 2}, True),
        "another log": (kept, {**kept, "origin": "example/audit/2"}, None),
    }
    return [
        success(name, "reading.compare_checkpoint", kept=was, offered=now, consistent=consistent)
        for name, (was, now, consistent) in cases.items()
    ]
