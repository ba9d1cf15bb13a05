"""When a text may reach somebody: their days and hours on their own clock, but for the dates to avoid; pure.

Hours are what the clock on their wall shows. So the answer goes along every stretch of time in which that clock runs
evenly: what it skips in March is in no window, what it shows twice in October is in a window twice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

DAY: Final = timedelta(days=1)
MINUTES: Final = 24 * 60
ZONE: Final = "Europe/London"
MOST_AVOIDED: Final = 60
"""Dates that one person may name."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Hours:
    """`days`: weekdays, 0 is Monday; from minute `begin` of the day until before minute `end`, or of the next day where
    `end` is not later (the same minute: all day); never on a date in `avoid`; on the clocks of `zone` (an IANA name).
    """

    days: frozenset[int] = frozenset(range(7))
    begin: int = 9 * 60
    end: int = 20 * 60
    avoid: frozenset[date] = frozenset()
    zone: str = ZONE

    def windows(self, day: date) -> list[tuple[int, int]]:
        """The minutes of this date that are allowed, as [from, until)."""
        if day in self.avoid:
            return []
        if self.begin < self.end:
            return [(self.begin, self.end)] if day.weekday() in self.days else []
        last_night = [(0, self.end)] if (day - DAY).weekday() in self.days and self.end else []
        return last_night + ([(self.begin, MINUTES)] if day.weekday() in self.days else [])

    def next_time(self, instant: datetime, until: datetime) -> datetime | None:
        """The first time (UTC) from `instant` on and before `until` at which a text may reach the person; or None."""
        for begin, end, offset in _stretches(self.zone, instant.astimezone(UTC), until.astimezone(UTC)):
            found = self._first(begin + offset, end + offset)
            if found is not None:
                return found - offset
        return None

    def allows(self, instant: datetime) -> bool:
        """Whether a text may reach the person now."""
        return self.next_time(instant, instant + timedelta(microseconds=1)) is not None

    def _first(self, begin: datetime, end: datetime) -> datetime | None:
        """The first allowed moment of a stretch, by the clock on the wall."""
        day = begin.date()
        while day <= end.date():
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            for first, last in self.windows(day):
                at = max(begin, midnight + timedelta(minutes=first))
                if at < min(end, midnight + timedelta(minutes=last)):
                    return at
            day += DAY
        return None

    @property
    def as_json(self) -> dict[str, Any]:
        """As it is stored and sent."""
        return {
            "days": sorted(self.days),
            "begin": _shown(self.begin),
            "end": _shown(self.end),
            "avoid": [each.isoformat() for each in sorted(self.avoid)],
            "zone": self.zone,
        }

    @staticmethod
    def read(value: Mapping[str, Any]) -> "Hours":
        """From what `as_json` makes. Raises ValueError for anything else."""
        if set(value) != {"days", "begin", "end", "avoid", "zone"} or value["zone"] not in _zones():
            raise ValueError("hours")
        days, avoid = value["days"], value["avoid"]
        if not days or not all(type(each) is int and 0 <= each < 7 for each in days) or len(avoid) > MOST_AVOIDED:
            raise ValueError("hours")
        times = _minutes(value["begin"]), _minutes(value["end"])
        return Hours(frozenset(days), *times, frozenset(map(date.fromisoformat, avoid)), value["zone"])


USUAL: Final = Hours()
"""For somebody who has chosen none."""
AT_ANY_HOUR: Final = Hours(begin=0, end=0)


def _stretches(zone: str, begin: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[begin, until) in pieces in which the clocks of the zone run evenly, each with what they are ahead of UTC."""
    clock = ZoneInfo(zone)
    while begin < until:
        offset, end = _offset(clock, begin), min(begin + DAY, until)
        if _offset(clock, end) != offset:
            end = _change(clock, begin, end)
        yield begin, end, offset
        begin = end


def _offset(clock: ZoneInfo, instant: datetime) -> timedelta:
    found = instant.astimezone(clock).utcoffset()
    assert found is not None
    return found


def _change(clock: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """The moment between these at which the clocks are changed; they are changed on whole seconds."""
    offset, low, high = _offset(clock, begin), begin.timestamp(), end.timestamp()
    first, last = int(low), int(high) + 1
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(clock, datetime.fromtimestamp(middle, UTC)) == offset:
            first = middle
        else:
            last = middle
    return datetime.fromtimestamp(last, UTC)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _minutes(text: object) -> int:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError("hours")
    return int(text[:2]) * 60 + int(text[3:])


def _shown(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
