"""Hours are those of the clock on the wall, also in the nights in which it is changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.sms.hours import Hours

LONDON = ZoneInfo("Europe/London")
EVERY_DAY = frozenset(range(7))
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(begin: str, end: str, **other: Any) -> Hours:
    value = {"days": [*range(7)], "avoid": [], "zone": "Europe/London", **other}
    return Hours.read({**value, "begin": begin, "end": end})


def by_the_wall(profile: Hours, instant: datetime) -> bool:
    """The same said by looking at the clock."""
    local = instant.astimezone(ZoneInfo(profile.zone))
    minute = local.hour * 60 + local.minute
    return any(first <= minute < last for first, last in profile.windows(local.date()))


@pytest.mark.parametrize(
    ("begin", "end", "now", "expected"),
    [
        ("09:00", "20:00", "2026-11-23T12:00:30", "2026-11-23T12:00:30"),
        ("09:00", "20:00", "2026-11-23T08:59:59", "2026-11-23T09:00:00"),
        ("09:00", "20:00", "2026-11-23T20:00:00", "2026-11-24T09:00:00"),
        ("09:00", "20:00", "2026-07-01T07:00:00", "2026-07-01T08:00:00"),  # summer time is an hour ahead
        ("22:00", "02:00", "2026-11-23T01:59:59", "2026-11-23T01:59:59"),
        ("22:00", "02:00", "2026-11-23T02:00:00", "2026-11-23T22:00:00"),
        # The clock shows 00:59 and then 02:00.
        ("01:15", "01:45", "2027-03-28T00:00:00", "2027-03-29T00:15:00"),
        ("01:30", "02:30", "2027-03-28T00:00:00", "2027-03-28T01:00:00"),
        # The clock shows 01:00 to 01:59 twice.
        ("01:30", "01:45", "2026-10-25T00:50:00", "2026-10-25T01:30:00"),
        ("01:30", "01:45", "2026-10-25T00:30:00", "2026-10-25T00:30:00"),
    ],
)
def test_the_next_time(begin: str, end: str, now: str, expected: str) -> None:
    assert hours(begin, end).next_time(at(now), at(now) + timedelta(days=3)) == at(expected)


def test_a_date_to_avoid_ends_at_midnight_on_the_wall() -> None:
    profile = hours("22:00", "02:00", avoid=["2026-07-10"])
    assert profile.allows(at("2026-07-09T22:59:59"))
    assert not profile.allows(at("2026-07-09T23:00:00"))  # it is the 10th in London
    assert profile.next_time(at("2026-07-09T23:00:00"), at("2026-07-14T00:00:00")) == at("2026-07-10T23:00:00")


def test_the_same_time_twice_is_all_day() -> None:
    profile = hours("09:00", "09:00")
    assert all(profile.allows(at("2026-11-23T00:00:00") + timedelta(minutes=17 * step)) for step in range(200))


def test_only_on_their_days() -> None:
    profile = hours("09:00", "10:00", days=[0])
    assert profile.next_time(at("2026-11-23T10:00:00"), at("2026-12-23T00:00:00")) == at("2026-11-30T09:00:00")
    night = hours("22:00", "02:00", days=[6])
    assert night.allows(at("2026-11-23T01:00:00"))  # Monday, but the night of Sunday
    assert not night.allows(at("2026-11-22T01:00:00"))


def test_never_within_the_time_that_there_is() -> None:
    profile = hours("09:00", "10:00", days=[0])
    assert profile.next_time(at("2026-11-23T10:00:00"), at("2026-11-30T09:00:00")) is None
    assert profile.next_time(at("2026-11-23T09:30:00"), at("2026-11-23T09:30:00")) is None


PROFILES = st.builds(
    Hours,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
    avoid=st.frozensets(st.sampled_from([SPRING, AUTUMN, SPRING + timedelta(1), AUTUMN - timedelta(1)])),
    zone=st.sampled_from(["Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"]),
)
NIGHTS = st.sampled_from([at("2027-03-27T18:00:00"), at("2026-10-24T18:00:00"), at("2026-10-03T10:00:00")])


@given(PROFILES, NIGHTS, st.integers(0, 20 * 3600))
def test_it_is_the_first_moment_that_the_clock_allows(profile: Hours, night: datetime, seconds: int) -> None:
    now = night + timedelta(seconds=seconds)
    until = now + timedelta(hours=30)
    found = profile.next_time(now, until)
    minutes = [now + timedelta(minutes=step) for step in range(30 * 60)]
    first = next((each for each in minutes if by_the_wall(profile, each)), None)
    assert profile.allows(now) == by_the_wall(profile, now)
    if found is None:
        assert first is None
        return
    assert by_the_wall(profile, found)
    assert found == now or not by_the_wall(profile, found - timedelta(microseconds=1))
    assert first is None or found <= first
    assert not any(by_the_wall(profile, each) for each in minutes if each < found)


@given(PROFILES)
def test_what_is_stored_is_read_again(profile: Hours) -> None:
    assert Hours.read(profile.as_json) == profile


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": []},
        {"days": [7]},
        {"days": [True]},
        {"days": ["1"]},
        {"begin": "24:00"},
        {"begin": "9:00"},
        {"begin": 9},
        {"avoid": ["tomorrow"]},
        {"avoid": ["2026-01-01"] * 61},
        {"zone": "Europe/Atlantis"},
        {"zone": "../etc/passwd"},
        {"more": 1},
    ],
)
def test_hours_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"hours|isoformat"):
        Hours.read({**Hours().as_json, **wrong})
