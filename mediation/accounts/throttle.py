"""Tries are counted in the database, so that all processes share them; buckets are keyed hashes, never names or
addresses.

A try is counted before it is judged, in a transaction of its own, and given back when it was right: many wrong ones at
once cannot slip through together, and being right costs nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from mediation.accounts.models import Throttle
from mediation.db import settings_of, writing
from mediation.errors import TooManyTries
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import mac

WINDOW: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Bucket:
    """What is counted together: a `kind` of try by one `subject` (a name, an address), and how many a window allows."""

    kind: str
    subject: str
    limit: int


def take(engine: Engine, buckets: list[Bucket], now: datetime) -> None:
    """Count one try in each bucket; none is counted when one is full, so that a stranger cannot fill another's.

    Raises `too-many-tries` (429) with `retry_after` in seconds.
    """
    with writing(engine) as session:
        rows = [(bucket, _window(session, bucket, now)) for bucket in buckets]
        waits = [row.window_start + WINDOW - now for bucket, row in rows if row.count >= bucket.limit]
        if waits:
            raise TooManyTries("too-many-tries", retry_after=max(1, int(max(waits).total_seconds())))
        for _, row in rows:
            row.count += 1
        session.commit()


def give_back(session: Session, buckets: list[Bucket]) -> None:
    """The try was right: it does not count."""
    for bucket in buckets:
        row = session.get(Throttle, _key(session, bucket), with_for_update=True)
        if row is not None and row.count > 0:
            row.count -= 1


def _window(session: Session, bucket: Bucket, now: datetime) -> Throttle:
    """The bucket's present window, begun anew when the last one is over."""
    key = _key(session, bucket)
    row = session.get(Throttle, key, with_for_update=True)
    if row is None or now - row.window_start >= WINDOW:
        row = row or Throttle(bucket=key)
        row.count, row.window_start = 0, now
        session.add(row)
    return row


def _key(session: Session, bucket: Bucket) -> str:
    return b64(mac(settings_of(session).peppers[0], f"throttle {bucket.kind} {bucket.subject}".encode()))


def sweep(session: Session, now: datetime) -> None:
    """Forget windows that are over."""
    session.execute(delete(Throttle).where(Throttle.window_start < now - WINDOW))
