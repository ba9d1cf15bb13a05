"""Structured texts and pins: told from prose, and of exactly one form."""

from typing import Any

import pytest

from mediation.protocol import documents, pins
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import b64, new_id
from tests.protocol.refusals import refused
from tests.protocol.world import Agency
from tests.protocol.world_case import CHECKPOINT, Case

DIGEST = b64(bytes(32))


@pytest.mark.parametrize("value", [{}, [], None, {"names": {"é": "\u202e"}, "n": 1}, "text"])
def test_a_structured_text_reads_as_it_was_written(value: Any) -> None:
    assert documents.from_text(documents.to_text("case", value)) == ("case", value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear Rob",
        "mediation-document/v1 case",
        "mediation-document/v2 case\n{}",
        "mediation-document/v1 Case\n{}",
        " mediation-document/v1 case\n{}",
        "mediation-document/v1 \n{}",
        f"mediation-document/v1 {'a' * 41}\n{{}}",
        "Dear Rob\nmediation-document/v1 case\n{}",
    ],
)
def test_prose_is_no_document(text: str) -> None:
    assert documents.from_text(text) is None


@pytest.mark.parametrize("rest", ["", "{ }", "{}\n", "x", '{"a":1,"a":1}'])
def test_a_document_with_another_value_is_refused(rest: str) -> None:
    with refused("not-canonical"):
        documents.from_text(f"mediation-document/v1 case\n{rest}")


@pytest.mark.parametrize("name", ["", "Case", "case\n", "a" * 41, "é", "a b"])
def test_a_document_has_a_plain_name(name: str) -> None:
    with refused("bad-field"):
        documents.to_text(name, {})


def full() -> dict[str, Any]:
    agency = Agency.found()
    case = Case.open(agency, [agency.fay])
    pin = {"seq": 1, "hash": DIGEST}
    author = {"seq": 1, "message_id": new_id(), "seen": 0, "memory": 3}
    return {
        "agency": pin,
        "roster": pin,
        "cases": {case.case_id: case.chain().pin()},
        "consents": {new_id(): pin},
        "checkpoint": CHECKPOINT,
        "authors": {pins.author_key(case.case_id, agency.fay.sign_kid): author},
        "opened": [DIGEST],
    }


def test_pins_are_what_was_verified() -> None:
    assert pins.check(pins.empty()) == pins.empty()
    document = full()
    assert pins.check(document) == document
    assert pins.from_document(document["agency"]) == Pin(1, DIGEST)
    assert pins.from_document(None) is None
    assert pins.to_document(Pin(1, DIGEST)) == document["agency"]


@pytest.mark.parametrize("name", sorted(pins.empty()))
def test_pins_lack_nothing(name: str) -> None:
    with refused("missing-field"):
        pins.check({key: value for key, value in full().items() if key != name})
    with refused("bad-field"):
        pins.check({**full(), name: 7})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"more": 1}, "unknown-field"),
        ({"agency": {"seq": 0, "hash": DIGEST}}, "bad-field"),
        ({"roster": {"seq": 1}}, "missing-field"),
        ({"cases": {"x": {}}}, "bad-field"),
        ({"cases": {new_id(): {}}}, "missing-field"),
        ({"consents": {"x": {"seq": 1, "hash": DIGEST}}}, "bad-field"),
        ({"checkpoint": {"origin": "x y", "size": 0, "root": DIGEST}}, "bad-field"),
        ({"authors": {DIGEST: {}}}, "bad-field"),
        ({"authors": {f"{new_id()}.x": {}}}, "bad-field"),
        ({"authors": {f"{new_id()}.{DIGEST}": {"seq": 1}}}, "missing-field"),
        ({"opened": [DIGEST, DIGEST]}, "bad-field"),
        ({"opened": ["x"]}, "bad-field"),
    ],
)
def test_pins_have_exactly_their_form(changes: dict[str, Any], code: str) -> None:
    with refused(code):
        pins.check({**full(), **changes})
