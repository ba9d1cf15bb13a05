"""The log's own work, a few times a second: place what waits, publish when it is time, sign, draw what is looked up.

Each step is a transaction of its own, and begins by reading alone, so that nothing takes the lock of writers where
there is nothing to do. Any number of processes may do it at once.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation.db import reading, writing
from mediation.ledger import integrating, publishing, showing, signing
from mediation.ledger.logs import current_log, newest
from mediation.ledger.models import AuditEvent
from mediation.ledger.state import LedgerError

log = structlog.get_logger("mediation.ledger")


class Upkeep:
    """The log's work on one engine. A refusal to sign is said in the log of the process, once for each code."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.clock = clock
        self.refused: str | None = None

    def turn(self) -> None:
        """Everything that there is to do now."""
        if not self._is(_anything):
            return
        while self._write(integrating.integrate) == integrating.BATCH:
            pass
        if self._is(publishing.due):
            self._write(publishing.publish)
        self._sign()
        while self._write(showing.draw) == showing.BATCH:
            pass

    def _is(self, question: Callable[[Session, datetime], bool]) -> bool:
        with reading(self.engine) as session:
            return question(session, self.clock())

    def _write(self, work: Callable[[Session, datetime], int]) -> int:
        with writing(self.engine) as session:
            count = work(session, self.clock())
            session.commit()
        return count

    def _sign(self) -> None:
        try:
            self._write(lambda session, _: int(signing.sign_newest(session) is not None))
            self.refused = None
        except LedgerError as error:
            if self.refused != error.code:
                log.critical("audit log not signed", code=error.code)
            self.refused = error.code


def _anything(session: Session, now: datetime) -> bool:
    waits = session.scalar(_ANY_WAITING) is not None
    return waits or publishing.due(session, now) or _unsigned(session) or showing.behind(session)


def _unsigned(session: Session) -> bool:
    current = current_log(session)
    head = newest(session, current.number) if current else None
    return head is not None and head.note is None


_ANY_WAITING = select(AuditEvent.qid).where(AuditEvent.idx.is_(None)).limit(1)
