"""The codes and sentences of refusals, the same in both languages."""

import json
import re
from pathlib import Path

import pytest

from mediation.protocol.errors import CODES, ProtocolError

ERRORS_JS = Path(__file__).parents[2] / "static" / "js" / "protocol" / "errors.js"


def test_javascript_has_the_same_table() -> None:
    entries = re.findall(r'^  ("[a-z0-9-]+"): ("[^\n]*"),$', ERRORS_JS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {json.loads(code): json.loads(sentence) for code, sentence in entries} == CODES


def test_the_table_is_sorted() -> None:
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_kebab_case_and_has_a_sentence(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    assert CODES[code][0].isupper()
    assert CODES[code].endswith(".")


def test_a_code_outside_the_table_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(AssertionError):
        ProtocolError("no-such-code")


def test_a_refusal_tells_its_code_its_sentence_and_the_place() -> None:
    refusal = ProtocolError("bad-field", "staff.0.sign_pk")
    assert (refusal.code, refusal.detail) == ("bad-field", "staff.0.sign_pk")
    assert refusal.sentence == CODES["bad-field"]
    assert str(refusal) == f"bad-field: {CODES['bad-field']} (staff.0.sign_pk)"
    assert str(ProtocolError("bad-field")) == f"bad-field: {CODES['bad-field']}"
