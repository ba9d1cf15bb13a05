"""An event has one form; whatever else is read in its place is refused."""

import json
from typing import Any

import pytest

from mediation.protocol import event
from mediation.protocol.encoding import canonical
from tests.protocol.logs import flipped
from tests.protocol.refusals import refused

SALT = bytes(32)
GOOD: dict[str, Any] = {
    "actor": "FaJbl-hjllW1JwdNfqZ6dw",
    "at": "2026-03-02T12:00:00Z",
    "case": "lvEy1F4uO79rCkqSiWw5Bw",
    "kind": "message.taken-back",
    "n": 0,
    "refs": {"message": "kK5GzZMRcOVBOjA-ZvkLKJdbZKWRjob9SLpYC5cDRvY"},
    "v": 1,
}
BYTES = canonical(GOOD)
REORDERED = [BYTES.replace(b'"refs":{', b'"refs":{"%b":"first",' % name) for name in (b"more", b"message")]
"""Names of refs out of their order, and one that stands twice."""


def of_bytes(size: int) -> bytes:
    """A whole event of so many bytes, about 8,000."""
    refs = {f"r{number:03}": "a" * 64 for number in range(109)}
    over = len(canonical(GOOD | {"refs": refs})) - size
    return canonical(GOOD | {"refs": refs | {"r000": "a" * (64 - over)}})


def test_an_event_may_be_so_long_and_no_longer() -> None:
    assert len(event.parse(of_bytes(event.MOST_BYTES)).refs) == 109
    with refused("bad-event"):
        event.parse(of_bytes(event.MOST_BYTES + 1))


def test_an_event_is_opened_by_its_commitment_alone() -> None:
    entry = event.commitment(SALT + BYTES)
    found = event.opened(entry, SALT + BYTES)
    assert vars(found) | {"v": 1} == GOOD
    for opening in (*flipped(SALT + BYTES), b"", SALT, (SALT + BYTES)[1:], SALT + BYTES + b"\n"):
        with refused("commitment-mismatch"):
            event.opened(entry, opening)
    for other in (entry[:31], b"", event.commitment(SALT[:31] + b"\1" + BYTES)):
        with refused("commitment-mismatch"):
            event.opened(other, SALT + BYTES)


@pytest.mark.parametrize("opening", [b"", SALT[:31], SALT, BYTES, SALT[:31] + BYTES])
def test_an_opening_without_salt_or_event_opens_nothing(opening: bytes) -> None:
    with refused("bad-event"):
        event.opened(event.commitment(opening), opening)


REFS: list[Any] = [None, [], "", {"a": 1}, {"a": None}, {"": "b"}, {"a": ""}, {"a": "b c"}, {"a": "b" * 65}]
REFS += [{"a" * 65: "b"}, {"é": "b"}, {"a": "é"}, {"a": {"b": "c"}}]
CHANGES: list[dict[str, Any]] = [
    *({"actor": value} for value in ("", "fay", None, 1, "FaJbl-hjllW1JwdNfqZ6dx", "FaJbl-hjllW1JwdNfqZ6dw=")),
    *({"case": value} for value in ("", "FaJbl", None, "lvEy1F4uO79rCkqSiWw5B")),
    *({"at": value} for value in ("", "2026-02-30T12:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T12:00:00+00:00", 0)),
    *({"kind": value} for value in ("", "message", ".sent", "a.b.c", "A.b", "a.b\n", "a.-b", None, "message.senté")),
    *({"n": value} for value in (-1, 2**53, "0", None, True)),
    *({"v": value} for value in (0, 2, "1", None, True)),
    *({"refs": value} for value in REFS),
    {"more": 1},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_field_with_another_value_is_refused(change: dict[str, Any]) -> None:
    data = json.dumps(GOOD | change, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    with refused("bad-event"):
        event.parse(data)


@pytest.mark.parametrize("name", GOOD)
def test_a_field_that_is_absent_is_refused(name: str) -> None:
    with refused("bad-event"):
        event.parse(canonical({key: value for key, value in GOOD.items() if key != name}))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"null", b"[]", b"1", BYTES + b"\n", b" " + BYTES, b"\xef\xbb\xbf" + BYTES, BYTES[:-1]),
        BYTES.replace(b'"n":0', b'"n":0,"n":0'),
        BYTES.replace(b'"n":0', b'"n":0.0'),
        BYTES.replace(b'"n":0', b'"n":-0'),
        BYTES.replace(b'"n":0', b'"n":1e0'),
        BYTES.replace(b'"kind"', b'"\\u006bind"'),
        b'{"v":1,' + BYTES[1:].replace(b',"v":1', b""),
        *REORDERED,
    ],
)
def test_bytes_that_are_not_the_one_form_are_refused(data: bytes) -> None:
    with refused("bad-event"):
        event.parse(data)
