"""Has each published head stamped by a timestamp authority (RFC 3161), once, whatever number of workers there are.

Whoever asks first sets forward, in the database, when anybody may ask again, so that no two ask for one head and one
that failed is asked again after a minute, then after two, up to an hour. Nobody waits: no transaction is open while
the authority is talked to, and its time and bytes are bounded. An answer is kept only if it holds (`stamps.py`) and its
time can be right; otherwise nothing is, and the log of the process says so once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.db import reading, writing
from mediation.ledger.integrating import hold_log
from mediation.ledger.logs import current_log, newest
from mediation.ledger.models import AuditTimestamp
from mediation.ledger.posting import PostError, post
from mediation.ledger.stamped import stamped

log = structlog.get_logger("mediation.ledger")

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_DOUBLED: Final = 10
CLOCKS: Final = timedelta(minutes=10)
"""By how much the authority's clock and ours may differ."""


class AskError(Exception):
    """The authority could not be asked, or its answer is not kept. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Wanted:
    """A published head that has no timestamp: `made_at` is when the log had grown so far."""

    log: int
    size: int
    note: str
    made_at: datetime


class Stamping:
    """Asks the authority at `url`, believed under the roots in `pem`, on behalf of one engine."""

    def __init__(self, engine: Engine, url: str, pem: str, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.url = url
        self.pem = pem
        self.clock = clock
        self.said: str | None = None

    def turn(self) -> bool:
        """Ask for the newest published head, unless it has been stamped or it is too early; returns whether it was."""
        with reading(self.engine) as session:
            if wanted(session, self.clock()) is None:
                return False
        with writing(self.engine) as session:
            mine = claim(session, self.clock())
            session.commit()
        if mine is None:
            return False
        try:
            self._stamp(mine)
        except AskError as error:
            if self.said != error.code:
                log.warning("timestamp not given", code=error.code)
            self.said = error.code
            return False
        self.said = None
        return True

    def _stamp(self, mine: Wanted) -> None:
        """Ask, check and keep. Raises AskError."""
        from mediation.ledger import stamps  # its libraries take 20 MB

        data = stamped(mine.note)
        request = stamps.request(data)
        answer = self._ask(request.body, stamps.REQUEST_TYPE, stamps.MOST_BYTES)
        try:
            time = stamps.opened(answer, data, stamps.roots_in(self.pem), request.nonce)
        except stamps.StampError as error:
            raise AskError(error.code) from error
        if not mine.made_at - CLOCKS <= time <= self.clock() + CLOCKS:
            raise AskError("timestamp-time-wrong")
        with writing(self.engine) as session:
            session.get_one(AuditTimestamp, (mine.log, mine.size)).answer = answer
            session.commit()

    def _ask(self, body: bytes, kind: str, most: int) -> bytes:
        try:
            status, answer = post(self.url, body, most, {"Content-Type": kind})
        except PostError as error:
            raise AskError(f"timestamp-{error.code}") from error
        if status != httpx.codes.OK:
            raise AskError(f"timestamp-answered-{status}")
        return answer


def wanted(session: Session, now: datetime) -> Wanted | None:
    """The newest published head, if it has no timestamp and it is time to ask for one."""
    current = current_log(session)
    head = newest(session, current.number, signed=True, published=True) if current else None
    if head is None or head.note is None:
        return None
    asked = session.get(AuditTimestamp, (head.log, head.size))
    if asked is not None and (asked.answer is not None or now < asked.not_before):
        return None
    return Wanted(head.log, head.size, head.note, head.made_at)


def claim(session: Session, now: datetime) -> Wanted | None:
    """The same, and from now on nobody else's; None where somebody else was first. Never commits."""
    found = wanted(session, now) if hold_log(session) else None
    if found is None:
        return None
    asked = session.get(AuditTimestamp, (found.log, found.size))
    if asked is None:
        asked = AuditTimestamp(log=found.log, size=found.size, tries=0, not_before=now, answer=None)
        session.add(asked)
    asked.not_before = now + min(FIRST_WAIT * (1 << min(asked.tries, MOST_DOUBLED)), LONGEST_WAIT)
    asked.tries += 1
    session.flush()
    return found
