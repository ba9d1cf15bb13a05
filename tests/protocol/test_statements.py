"""What a payload must contain: the place of what is wrong, and no other error whatever comes in."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import statements
from mediation.protocol.errors import ProtocolError
from tests.protocol.refusals import refused
from tests.protocol.test_encoding import values
from tests.vectors.examples import EXAMPLES


def test_every_type_has_a_schema_a_limit_and_an_example() -> None:
    assert set(statements.SCHEMA) == set(statements.LIMITS) == set(EXAMPLES)
    assert set(statements.SCHEMA) >= statements.SEVERAL_SIGNATURES


def test_a_refusal_names_the_field() -> None:
    roster = copy.deepcopy(EXAMPLES["roster"])
    roster["staff"][1]["sign_pk"] = "AAAA"
    with refused("bad-field", "staff.1.sign_pk"):
        statements.check("roster", roster)
    del roster["staff"][1]["sign_pk"]
    with refused("missing-field", "staff.1.sign_pk"):
        statements.check("roster", roster)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(ProtocolError) as refusal:
        statements.check("join", EXAMPLES["join"] | {"a secret": 1})
    assert "a secret" not in str(refusal.value)


@given(st.sampled_from(sorted(EXAMPLES)), values)
def test_whatever_stands_in_place_of_a_payload_is_refused(type_: str, value: object) -> None:
    with pytest.raises(ProtocolError):
        statements.check(type_, value)


@given(st.data(), st.sampled_from(sorted(EXAMPLES)), values)
def test_whatever_stands_in_place_of_a_field_is_taken_or_refused(
    data: st.DataObject, type_: str, value: object
) -> None:
    name = data.draw(st.sampled_from(sorted(EXAMPLES[type_])))
    payload = EXAMPLES[type_] | {name: value}
    try:
        assert statements.check(type_, payload) is payload
    except ProtocolError as error:
        assert error.code in {"bad-field", "bad-key", "bad-text", "missing-field", "unknown-field"}
