"""Tries are counted in the database, so that all processes share them; buckets are keyed hashes, never names or
addresses.

Whoever is right writes nothing here and waits for nobody: a try is judged where no bucket is full, and counted when it
was wrong. Wrong tries at one account come one after the other, since whoever judges one holds the account meanwhile; of
those from one address at many accounts, as many may be judged beyond the limit as there are threads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import bindparam, case, delete, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from mediation.accounts.models import Throttle
from mediation.db import ask, dialect_of, insert_for, settings_of
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


def check(session: Session, buckets: Sequence[Bucket], now: datetime) -> None:
    """Raises `too-many-tries` (429) with `retry_after` in seconds when a bucket is full."""
    limits = _limits(session, buckets)
    found = ask(session, _FOUND, {"keys": list(limits), "over": now - WINDOW}).all()
    _refuse(now, [began for key, so_many, began in found if so_many >= limits[key]])


_FOUND: Final = select(Throttle.bucket, Throttle.count, Throttle.window_start).where(
    Throttle.bucket.in_(bindparam("keys", expanding=True)), Throttle.window_start > bindparam("over")
)


def take(session: Session, buckets: Sequence[Bucket], now: datetime) -> None:
    """Count one try in each bucket, whose window begins anew when the last one is over. Whoever counts holds the
    buckets until their transaction ends.

    Raises `too-many-tries` (429) with `retry_after` in seconds when one was full already. The caller rolls back then,
    and none is counted: a stranger cannot fill another's.
    """
    limits = _limits(session, buckets)
    keys = {f"key_{place}": key for place, key in enumerate(limits)}
    counting = _count(dialect_of(session), len(limits))
    found = ask(session, counting, {**keys, "now": now, "over": now - WINDOW}).all()
    _refuse(now, [began for key, so_many, began in found if so_many > limits[key]])


def _limits(session: Session, buckets: Sequence[Bucket]) -> dict[str, int]:
    """In the order of their keys, in which all who hold several hold them."""
    return dict(sorted((_key(session, bucket), bucket.limit) for bucket in buckets))


def _refuse(now: datetime, full_since: Sequence[datetime]) -> None:
    if full_since:
        left = max(full_since) + WINDOW - now
        raise TooManyTries("too-many-tries", retry_after=max(1, int(left.total_seconds())))


@cache
def _count(dialect: str, buckets: int) -> ReturningInsert[str, int, datetime]:
    """The statement for so many buckets, made once."""
    moment = Throttle.window_start.type
    now = bindparam("now", type_=moment)
    tries = insert_for(dialect, Throttle).values(
        [{"bucket": bindparam(f"key_{place}"), "count": 1, "window_start": now} for place in range(buckets)]
    )
    over = Throttle.window_start <= bindparam("over", type_=moment)
    counted = tries.on_conflict_do_update(
        index_elements=[Throttle.bucket],
        set_={
            "count": case((over, tries.excluded.count), else_=Throttle.count + 1),
            "window_start": case((over, tries.excluded.window_start), else_=Throttle.window_start),
        },
    )
    return counted.returning(Throttle.bucket, Throttle.count, Throttle.window_start)


def _key(session: Session, bucket: Bucket) -> str:
    return b64(mac(settings_of(session).peppers[0], f"throttle {bucket.kind} {bucket.subject}".encode()))


def sweep(session: Session, now: datetime) -> None:
    """Forget windows that are over."""
    session.execute(delete(Throttle).where(Throttle.window_start < now - WINDOW))
