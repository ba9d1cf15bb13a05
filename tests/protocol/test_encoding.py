"""One value, one encoding: what the shared vectors cannot say one by one."""

import string
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import encoding
from mediation.protocol.errors import ProtocolError
from tests.protocol.refusals import refused

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(0, encoding.MAX_INT) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(st.binary())
def test_base64_returns_the_bytes(data: bytes) -> None:
    assert encoding.unb64(encoding.b64(data), len(data)) == data


@given(st.text(string.ascii_letters + string.digits + "+/-_=", max_size=12))
def test_base64_takes_only_what_encodes_back_to_itself(text: str) -> None:
    try:
        data = encoding.unb64(text)
    except ProtocolError as error:
        assert error.code == "bad-base64"
    else:
        assert encoding.b64(data) == text


@given(values)
def test_canonical_json_returns_the_value(value: object) -> None:
    assert encoding.parse_canonical(encoding.canonical(value)) == value


@given(values | st.dictionaries(st.text(st.characters(max_codepoint=127)), scalars))
def test_canonical_json_is_what_the_library_of_the_rfc_writes(value: Any) -> None:
    assert encoding.canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(texts, st.integers(0, 9)))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert encoding.canonical(dict(reversed(value.items()))) == encoding.canonical(value)


@given(st.binary() | st.text('{}[]:,"\\ \n0123456789.eE+-aénulltruefalse', max_size=30).map(str.encode))
def test_no_bytes_are_read_that_are_not_their_own_canonical_form(data: bytes) -> None:
    try:
        value = encoding.parse_canonical(data)
    except ProtocolError as error:
        assert error.code == "not-canonical"
    else:
        assert encoding.canonical(value) == data


@pytest.mark.parametrize("value", [b"bytes", {1: "a"}, {None: 1}, {"a"}, ("a",), float("nan"), 1.0, object(), -1])
def test_what_json_does_not_have_is_not_written(value: object) -> None:
    with refused("bad-json"):
        encoding.canonical(value)


def test_a_value_inside_itself_is_not_written() -> None:
    endless: list[object] = []
    endless.append(endless)
    with refused("bad-json"):
        encoding.canonical(endless)


@given(st.text(max_size=8), st.binary(max_size=8), st.text(max_size=8), st.binary(max_size=8))
def test_no_two_pairs_have_the_same_pre_authentication_encoding(t1: str, m1: bytes, t2: str, m2: bytes) -> None:
    same = encoding.pae(t1, m1) == encoding.pae(t2, m2)
    assert same == ((t1, m1) == (t2, m2))


def test_new_ids_are_ids_and_differ() -> None:
    ids = {encoding.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(encoding.check_id(each) == each for each in ids)


@given(moments)
def test_a_time_returns_without_its_fraction(moment: datetime) -> None:
    assert encoding.parse_time(encoding.format_time(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize("text", ["2031-05-06T24:00:00Z", "2031-05-06T23:59:60Z", "2031-05-06T12:60:00Z"])
def test_a_time_that_no_clock_shows_is_not_read(text: str) -> None:
    with refused("bad-time"):
        encoding.parse_time(text)


def test_a_time_in_another_zone_is_written_in_utc() -> None:
    moment = datetime(2031, 5, 6, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert encoding.format_time(moment) == "2031-05-05T23:00:00Z"


def test_a_time_without_a_zone_is_not_written() -> None:
    with refused("bad-time"):
        encoding.format_time(datetime(2031, 5, 6))  # noqa: DTZ001 - the naive time is the point


@pytest.mark.parametrize("moment", ["2000-01-01T00:00:00Z", "2999-12-31T23:59:59Z"])
def test_skew_and_months_can_be_counted_from_every_time(moment: str) -> None:
    for span in (encoding.SKEW, timedelta(days=3660)):
        assert encoding.parse_time(moment) - span < encoding.parse_time(moment) + span


@given(st.dates(date(2000, 1, 1), date(2999, 12, 31)))
def test_a_date_returns(day: date) -> None:
    assert encoding.parse_date(encoding.format_date(day)) == day


@given(st.integers(0, encoding.MAX_INT))
def test_eight_bytes_hold_every_number_of_json(number: int) -> None:
    assert int.from_bytes(encoding.le64(number), "little") == number
