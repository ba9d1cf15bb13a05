"""Tries are counted over all processes, and forgotten after their window."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from mediation.accounts import throttle
from mediation.accounts.throttle import Bucket
from mediation.db import reading, writing
from mediation.errors import TooManyTries

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAME = Bucket("name", "amber-otter-10", 3)


def _take(engine: Engine, at: datetime = AT, *buckets: Bucket) -> None:
    with writing(engine) as session:
        throttle.take(session, list(buckets) or [NAME], at)
        session.commit()


def _check(engine: Engine, at: datetime) -> None:
    with reading(engine) as session:
        throttle.check(session, [Bucket("address", "198.51.100.7", 1), NAME], at)


def test_so_many_tries_are_allowed_and_no_more(engine: Engine) -> None:
    for _ in range(3):
        _take(engine)
    with pytest.raises(TooManyTries) as caught:
        _take(engine, AT + timedelta(minutes=5))
    assert caught.value.detail == {"retry_after": 600}


def test_after_the_window_tries_are_allowed_again(engine: Engine) -> None:
    for _ in range(3):
        _take(engine)
    _take(engine, AT + throttle.WINDOW)


def test_a_full_bucket_is_noticed_without_a_count(engine: Engine) -> None:
    for left in range(3, 0, -1):
        for _ in range(left):
            _check(engine, AT)
        _take(engine)
    with pytest.raises(TooManyTries) as caught:
        _check(engine, AT + timedelta(minutes=5))
    assert caught.value.detail == {"retry_after": 600}
    _check(engine, AT + throttle.WINDOW)


def test_a_full_bucket_does_not_fill_the_others(engine: Engine) -> None:
    address = Bucket("address", "198.51.100.7", 3)
    for _ in range(3):
        _take(engine, AT, address)
    for _ in range(3):
        with pytest.raises(TooManyTries):
            _take(engine, AT, NAME, address)
    _take(engine, AT, NAME)


def test_buckets_of_different_kinds_are_apart(engine: Engine) -> None:
    for _ in range(3):
        _take(engine)
    _take(engine, AT, Bucket("account", NAME.subject, 3))


def test_no_name_or_address_is_kept(engine: Engine) -> None:
    _take(engine)
    with writing(engine) as session:
        rows = session.execute(text("SELECT * FROM throttle")).all()
    assert NAME.subject not in str(rows)


def test_windows_that_are_over_are_forgotten(engine: Engine) -> None:
    _take(engine)
    with writing(engine) as session:
        throttle.sweep(session, AT + throttle.WINDOW + timedelta(seconds=1))
        assert session.execute(text("SELECT count(*) FROM throttle")).scalar() == 0
