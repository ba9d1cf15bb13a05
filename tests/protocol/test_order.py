"""The order block: one size, only facilitators read it, and what does not fit raises an alarm."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import epoch, order, primitives
from mediation.protocol.encoding import canonical, new_id, parse_canonical
from mediation.protocol.order import Known, Order, Release
from mediation.protocol.padding import pad_to, unpad_from
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW

SECRET = epoch.new_secret()
FIRST = new_id()
SECOND = Order(seq=2, prev=FIRST, written_at=NOW, case_hash="A" * 43, seen=0, memory=5)
LAST = Order(seq=1, prev=None, written_at=NOW - DAY, case_hash="A" * 43, seen=0, memory=4)
KNOWN = Known(LAST, FIRST)


def sealed(block: bytes) -> bytes:
    return primitives.seal(epoch.public_key(SECRET), block)


def opened(block: bytes) -> Order:
    return order.open_(sealed(block), SECRET, order.block_hash(block))


def changed(**changes: Any) -> bytes:
    fields = {**parse_canonical(unpad_from(order.close(SECOND), order.SIZE)), **changes}
    return pad_to(canonical(fields), order.SIZE)


def test_it_opens_as_it_was_written() -> None:
    full = dataclasses.replace(SECOND, revises=FIRST, provenance="At home, with my sister.", alarm="checkpoint")
    for each in (SECOND, full):
        assert opened(order.close(each)) == each


def test_it_always_has_the_same_size() -> None:
    for provenance in ("", "x" * 600):
        block = order.close(dataclasses.replace(SECOND, provenance=provenance))
        assert len(block) == 1024
        assert len(sealed(block)) == order.SEALED_SIZE
    with refused("too-large"):
        order.close(dataclasses.replace(SECOND, provenance="x" * 1000))


def test_an_honest_writer_sends_no_other_form() -> None:
    with refused("bad-field"):
        order.close(dataclasses.replace(SECOND, seq=0))
    with refused("bad-text"):
        order.close(dataclasses.replace(SECOND, provenance="\u202egnirts"))


def test_two_blocks_of_the_same_order_differ() -> None:
    assert order.close(SECOND) != order.close(SECOND)


def test_nobody_else_opens_it() -> None:
    block = order.close(SECOND)
    with refused("cannot-open"):
        order.open_(sealed(block), epoch.new_secret(), order.block_hash(block))


def test_another_block_than_the_signed_one_is_refused() -> None:
    with refused("order-hash-wrong"):
        order.open_(sealed(order.close(SECOND)), SECRET, order.block_hash(order.close(SECOND)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 0}, "bad-field"),
        ({"seq": "1"}, "bad-field"),
        ({"prev": "x"}, "bad-field"),
        ({"revises": 7}, "bad-field"),
        ({"written_at": "yesterday"}, "bad-field"),
        ({"case_hash": None}, "bad-field"),
        ({"seen": None}, "bad-field"),
        ({"memory": True}, "bad-field"),
        ({"provenance": None}, "bad-text"),
        ({"provenance": "\u202egnirts"}, "bad-text"),
        ({"alarm": "fire"}, "bad-field"),
        ({"salt": ""}, "bad-field"),
        ({"place": ""}, "unknown-field"),
    ],
)
def test_it_has_exactly_its_form(changes: dict[str, Any], code: str) -> None:
    with refused(code):
        opened(changed(**changes))


def test_a_field_that_is_missing_refuses() -> None:
    fields = parse_canonical(unpad_from(order.close(SECOND), order.SIZE))
    for name in fields:
        rest = {key: value for key, value in fields.items() if key != name}
        with refused("missing-field"):
            opened(pad_to(canonical(rest), order.SIZE))


def test_another_padding_refuses() -> None:
    with refused("bad-padding"):
        opened(bytes(1024))
    with refused("bad-padding"):
        opened(pad_to(b"{}", 2048))
    with refused("not-canonical"):
        opened(pad_to(b"{ }", order.SIZE))


# Alarms -------------------------------------------------------------------------------------------------------------


def alarms(known: Known = KNOWN, **changes: Any) -> tuple[str, ...]:
    return order.alarms(dataclasses.replace(SECOND, **changes), known)


def test_what_fits_raises_no_alarm() -> None:
    assert alarms() == ()
    assert order.alarms(LAST, Known()) == ()


@pytest.mark.parametrize("seq", [1, 3])
def test_a_wrong_number_raises_an_alarm(seq: int) -> None:
    assert alarms(seq=seq) == ("seq-wrong",)
    assert order.alarms(dataclasses.replace(LAST, seq=2), Known()) == ("seq-wrong",)


@pytest.mark.parametrize("prev", [None, new_id()], ids=["none", "another"])
def test_a_wrong_predecessor_raises_an_alarm(prev: str | None) -> None:
    assert alarms(prev=prev) == ("prev-wrong",)
    assert order.alarms(dataclasses.replace(LAST, prev=FIRST), Known()) == ("prev-wrong",)


@pytest.mark.parametrize("memory", [4, 3, 0])
def test_a_memory_that_was_rolled_back_raises_an_alarm(memory: int) -> None:
    assert alarms(memory=memory) == ("memory-fell",)


def test_fewer_seen_than_before_raises_an_alarm() -> None:
    known = dataclasses.replace(KNOWN, last=dataclasses.replace(LAST, seen=2), releases=[recent()] * 3)
    assert alarms(known, seen=1) == ("seen-fell",)
    assert alarms(known, seen=2) == ()


def recent(**changes: Any) -> Release:
    return dataclasses.replace(Release(NOW.date()), **changes)


def old(**changes: Any) -> Release:
    return dataclasses.replace(Release((NOW - 2 * DAY).date()), **changes)


def test_more_seen_than_released_raises_an_alarm() -> None:
    known = dataclasses.replace(KNOWN, releases=[recent(), old()])
    assert alarms(known, seen=2) == ()
    assert alarms(known, seen=3) == ("seen-too-many",)


def test_a_release_that_was_withheld_raises_an_alarm() -> None:
    known = dataclasses.replace(KNOWN, releases=[old(), recent()])
    assert alarms(known, seen=1) == ()
    assert alarms(known, seen=0) == ("seen-too-few",)


@pytest.mark.parametrize(
    "release",
    [
        recent(),
        recent(decided_on=(NOW - DAY).date()),
        old(taken_back=True),
        old(not_before=NOW + DAY),
        old(not_before=NOW - DAY + timedelta(seconds=1)),
    ],
)
def test_a_release_that_may_not_have_been_offered_yet_raises_none(release: Release) -> None:
    assert alarms(dataclasses.replace(KNOWN, releases=[release]), seen=0) == ()


def test_a_release_whose_time_came_a_day_ago_must_have_been_seen() -> None:
    release = old(not_before=NOW - DAY)
    assert alarms(dataclasses.replace(KNOWN, releases=[release]), seen=0) == ("seen-too-few",)


def test_a_checkpoint_that_contradicted_reaches_the_facilitator() -> None:
    assert alarms(alarm="checkpoint") == ("checkpoint-contradicted",)


def test_alarms_come_in_their_order() -> None:
    known = Known(dataclasses.replace(LAST, seen=5), FIRST, [old()])
    assert alarms(known, seq=9, prev=None, memory=0, seen=0, alarm="checkpoint") == (
        "seq-wrong",
        "prev-wrong",
        "memory-fell",
        "seen-fell",
        "seen-too-few",
        "checkpoint-contradicted",
    )
