"""One value has exactly one encoding: whatever does not re-encode to itself is refused.

Base64url without padding, DSSE pre-authentication encoding (PAE), RFC 8785 JSON, identifiers, whole numbers, times
and dates.
"""

import base64
import binascii
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import nacl.utils
import rfc8785

from mediation.protocol.errors import ProtocolError

MAX_INT: Final = 2**53 - 1
MAX_DEPTH: Final = 32
ID_SIZE: Final = 16
SKEW: Final = timedelta(minutes=10)
"""How far two honest clocks may be apart; add or subtract it when comparing a signed time with now."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z")
_write_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def b64(data: bytes) -> str:
    """Base64url (RFC 4648 section 5) without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: object, size: int | None = None) -> bytes:
    """The bytes of B64 text; `size` is the number of bytes wanted. Raises `bad-base64`, `bad-length`."""
    if not isinstance(text, str):
        raise ProtocolError("bad-base64")
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ProtocolError("bad-base64") from error
    if b64(data) != text:  # other alphabet, padding, stray bits, skipped characters
        raise ProtocolError("bad-base64")
    if size is not None and len(data) != size:
        raise ProtocolError("bad-length")
    return data


def pae(type_: str, message: bytes) -> bytes:
    """DSSE v1 pre-authentication encoding: `"DSSEv1" SP len(type) SP type SP len(message) SP message`."""
    name = type_.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(message), message)


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a value made of str, int 0..2^53-1, bool, None, list and dict. Raises `bad-json`.

    In ASCII they are what Python's own JSON writes, ten times as fast: without any other character the order of keys
    is the same. A test compares.
    """
    _check_value(value, MAX_DEPTH)
    text = _write_json(value)
    return text.encode() if text.isascii() else rfc8785.dumps(value)  # type: ignore[arg-type]  # narrowed by the check


def _check_value(value: object, depth: int) -> None:
    if isinstance(value, str):
        _check_string(value)
    elif isinstance(value, dict | list):
        if depth == 0:
            raise ProtocolError("bad-json")
        if isinstance(value, dict):
            for key in value:
                _check_string(key)
        for item in value.values() if isinstance(value, dict) else value:
            _check_value(item, depth - 1)
    elif value is not None and not isinstance(value, bool):
        check_int(value, 0, MAX_INT, "bad-json")


def _check_string(text: object) -> None:
    if not isinstance(text, str) or not (text.isascii() or _LONE_SURROGATE.search(text) is None):
        raise ProtocolError("bad-json")


def parse_canonical(data: bytes) -> Any:
    """The value of RFC 8785 bytes; anything that is not its own canonical form is refused. Raises `not-canonical`.

    Serialising again and comparing refuses duplicate keys, white space, floats, minus zero, escapes that need not be
    and a byte order mark.
    """
    try:
        value = json.loads(data.decode("utf-8"))
        again = canonical(value)
    except (ValueError, RecursionError, ProtocolError) as error:
        raise ProtocolError("not-canonical") from error
    if again != data:
        raise ProtocolError("not-canonical")
    return value


def new_id() -> str:
    """A fresh identifier: 16 random bytes in B64, 22 characters."""
    return b64(nacl.utils.random(ID_SIZE))


def check_id(value: object) -> str:
    """The value itself if it is an identifier. Raises `bad-id`."""
    try:
        return b64(unb64(value, ID_SIZE))
    except ProtocolError as error:
        raise ProtocolError("bad-id") from error


def le64(number: int) -> bytes:
    """Eight bytes, little endian, of 0..2^53-1. Raises `bad-integer`."""
    return check_int(number, 0, MAX_INT).to_bytes(8, "little")


def be32(number: int) -> bytes:
    """Four bytes, big endian, of 0..2^32-1. Raises `bad-integer`."""
    return check_int(number, 0, 2**32 - 1).to_bytes(4, "big")


def check_int(value: object, low: int, high: int, code: str = "bad-integer") -> int:
    """The value itself if it is a whole number from `low` to `high`, both included. Raises `code`."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ProtocolError(code)
    return value


def parse_time(text: object) -> datetime:
    """The aware UTC time of `YYYY-MM-DDTHH:MM:SSZ`, years 2000 to 2999, no leap second. Raises `bad-time`."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ProtocolError("bad-time")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ProtocolError("bad-time") from error


def format_time(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ` of an aware time; fractions of a second are cut off. Raises `bad-time`."""
    if moment.tzinfo is None or not 2000 <= moment.astimezone(UTC).year <= 2999:
        raise ProtocolError("bad-time")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_date(text: object) -> date:
    """The date of `YYYY-MM-DD`, years 2000 to 2999. Raises `bad-date`."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise ProtocolError("bad-date")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ProtocolError("bad-date") from error


def format_date(day: date) -> str:
    """`YYYY-MM-DD` of a date in the years 2000 to 2999. Raises `bad-date`."""
    if not 2000 <= day.year <= 2999:
        raise ProtocolError("bad-date")
    return day.strftime("%Y-%m-%d")
