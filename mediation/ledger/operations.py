"""Appending to the audit trail, in the transaction of the act itself: act and event stand or fall together.

An event is RFC 8785 JSON, ASCII, exactly {actor, at, case, kind, n, refs, v}: pseudonyms of the case, never account
ids, and `refs` only of hashes and public ids. `n` counts 0, 1, 2 … for each actor within the case. Source: ledger.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from mediation.access import Actor
from mediation.db import ask, dialect_of, insert, insert_for, table_of
from mediation.db.rows import WRITTEN, Written
from mediation.ledger.binding import REF, Place, manifest, manifest_hash
from mediation.ledger.models import AuditCounter, AuditEvent, AuditKey
from mediation.ledger.vocabulary import KINDS
from mediation.protocol import event
from mediation.protocol.encoding import canonical, format_time, new_id
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import SALT_SIZE, commitment
from mediation.protocol.primitives import aead_open, aead_seal, kdf, random_bytes

AGENCY_SCOPE: Final = "agency"
EVENTS: Final = "ledger events"
"""Key in `session.info`: the events that this transaction has appended and not written yet (see `guarded.py`)."""
UNBOUND: Final = "ledger unbound changes"
"""Key in `session.info`: the audited tables that statements of the ORM's have changed since events were written."""
KEYS: Final = "ledger keys"
"""Key in `session.info`: the keys that this transaction has read, by scope."""


class UnrecordedChangeError(AssertionError):
    """An operation changed these tables and appended nothing that could tell of it."""


_REF = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


@dataclass(frozen=True)
class _Event:
    """An event that was appended, and is written when its transaction is about to end."""

    case_id: str | None
    event_id: str
    key: bytes
    said: dict[str, Any]
    """Everything but `refs`."""
    refs: Mapping[str, str]

    def entry(self, rows: Sequence[tuple[str, Place, Written]]) -> dict[str, Any]:
        """Its row in the trail, with a salt of its own; it binds these rows."""
        bound = manifest(self.key, rows) if rows else b""
        refs = {**self.refs, REF: manifest_hash(bound)} if rows else {**self.refs}
        opening = random_bytes(SALT_SIZE) + canonical({**self.said, "refs": refs})
        sealed = opening + b"\n" + bound if rows else opening
        return {
            "event_id": self.event_id,
            "case_id": self.case_id,
            "commitment": commitment(opening),
            "sealed": aead_seal(kdf(self.key, 2, "medaudit"), sealed, self.event_id.encode("ascii")),
        }


def append(
    session: Session, kind: str, *, actor: Actor, case_id: str | None, refs: Mapping[str, str], at: datetime
) -> str:
    """Append one event of `kind` (a key of KINDS) by `actor`; `refs` maps names to hashes or public ids. Returns its
    event_id. It has its number from now on, and is written when the transaction is about to be committed (`write`),
    since it binds what the whole transaction wrote.

    An unknown kind, or a ref that is not a plain ASCII token of at most 64 characters, is an AssertionError.
    """
    assert kind in KINDS, f"unknown audit event {kind!r}"
    assert all(_REF.fullmatch(name) and _REF.fullmatch(value) for name, value in refs.items()), (
        "refs are ids and hashes"
    )
    scope = case_id or AGENCY_SCOPE
    key = scope_key(session, scope, at)
    who = pseudonym(key, "actor", actor.name)
    said = {
        "actor": who,
        "at": format_time(at),
        "case": pseudonym(key, "case", scope),
        "kind": kind,
        "n": _next_n(session, scope, who),
        "v": 1,
    }
    event = _Event(case_id, new_id(), key, said, dict(refs))
    session.info.setdefault(EVENTS, []).append(event)
    return event.event_id


def write(session: Session) -> None:
    """Write the events that wait, in their order; the last one of a scope binds the rows of that scope which this
    transaction has written until now, and where it has none, the last one of the agency does. What is a message's, the
    last one of the only case does that the transaction tells of.

    Raises UnrecordedChangeError for rows that have no event to bind them, and for what is not bound but changed where
    nothing is told at all.
    """
    session.flush()
    waiting: list[_Event] = session.info.get(EVENTS, [])
    bound = _bound(session.info.get(WRITTEN, {}), waiting)
    if not waiting and session.info.get(UNBOUND):
        raise UnrecordedChangeError(", ".join(sorted(session.info[UNBOUND])))
    entries = [event.entry(bound.get(event.event_id, ())) for event in waiting]
    if entries:
        ask(session, _INSERT, entries if len(entries) > 1 else entries[0])
        for name in (EVENTS, WRITTEN, UNBOUND):
            session.info.pop(name, None)


def _bound(
    written: Mapping[Place, Written], waiting: Sequence[_Event]
) -> Mapping[str, Sequence[tuple[str, Place, Written]]]:
    """The rows that each event binds, by event_id."""
    last = {event.case_id: event for event in waiting}
    cases = [event for case_id, event in last.items() if case_id is not None]
    of_case = cases[0] if len(cases) == 1 else None  # of several, nothing says whose message it is
    found: dict[str, list[tuple[str, Place, Written]]] = {}
    homeless = set()
    for place, row in written.items():
        scope = place[0].__scope__
        case_id = None if scope == "agency" or scope == "message" else row.values[scope]
        event = of_case if scope == "message" else last.get(case_id) or last.get(None)
        if event is None:
            homeless.add(place[0].__tablename__)
        else:
            where = case_id if case_id is not None and event.case_id is None else ""
            found.setdefault(event.event_id, []).append((where, place, row))
    if homeless:
        raise UnrecordedChangeError(", ".join(sorted(homeless)))
    return found


_INSERT: Final = table_of(AuditEvent).insert().inline()


def pseudonym(key: bytes, role: str, name: str) -> str:
    """The name of an actor or case within one scope: 22 characters that mean nothing without the scope's key."""
    return event.pseudonym(name_key(key), role, name)


def name_key(key: bytes) -> bytes:
    """What pseudonyms of a scope are made with: it opens nothing, and facilitators of the case may have it."""
    return kdf(key, 1, "medaudit")


def scope_key(session: Session, scope: str, now: datetime) -> bytes:
    """The key of a case or of the agency, made at its first event; read once in a transaction."""
    known: bytes | None = session.info.get(KEYS, {}).get(scope) or ask(session, _KEY, {"of_scope": scope}).scalar()
    if known is None:
        known = random_bytes(32)
        insert(session, AuditKey(scope=scope, key=known, created_at=now))
    note_key(session, scope, known)
    return known


_KEY: Final = select(AuditKey.key).where(AuditKey.scope == bindparam("of_scope"))


def note_key(session: Session, scope: str, key: bytes | None) -> None:
    """Spare this transaction the question, where another one has brought the key along (None: there is none yet)."""
    if key is not None:
        session.info.setdefault(KEYS, {})[scope] = key


def _next_n(session: Session, scope: str, who: str) -> int:
    """Count, in one statement that holds the counter until the transaction ends."""
    counted: int = ask(session, _count(dialect_of(session)), {"of_scope": scope, "of_actor": who}).scalar_one()
    return counted - 1


def hold(session: Session, actor: Actor, case_id: str, at: datetime, *, wait: bool = True) -> bool:
    """Hold an actor's counter in a case before the rows that an act will change, as every act of the case does that
    tells of itself before its rows are written: so no two acts wait for each other. False, and nothing held, without
    `wait` while somebody else holds it.
    """
    who = pseudonym(scope_key(session, case_id, at), "actor", actor.name)
    mine = select(AuditCounter.next_n).where(AuditCounter.scope == case_id, AuditCounter.actor == who)
    return session.scalar(mine.with_for_update(skip_locked=not wait)) is not None


def acts(session: Session, case_id: str) -> dict[str, int]:
    """How many events of a case each of its actors has caused, by pseudonym."""
    counted = select(AuditCounter.actor, AuditCounter.next_n).where(AuditCounter.scope == case_id)
    return {row.actor: row.next_n for row in session.execute(counted)}


@cache
def _count(dialect: str) -> ReturningInsert[int]:
    """The statement, made once."""
    first = insert_for(dialect, AuditCounter).values(scope=bindparam("of_scope"), actor=bindparam("of_actor"), next_n=1)
    counted = first.on_conflict_do_update(
        index_elements=[AuditCounter.scope, AuditCounter.actor], set_={"next_n": AuditCounter.next_n + 1}
    )
    return counted.returning(AuditCounter.next_n)


def open_event(key: bytes, row: AuditEvent | Row[Any]) -> tuple[bytes, bytes]:
    """(salt, event) of a row that has not been erased. Raises ProtocolError `cannot-open`."""
    salt, event, _ = open_whole(key, row)
    return salt, event


def opening_of(key: bytes | None, row: AuditEvent | Row[Any]) -> bytes:
    """salt ‖ event of a row that has not been erased; b"" where nobody can open it any more, because it was changed
    past the application or its key (None) is gone. Whoever checks says so of this one, and it holds up no other.
    """
    try:
        return b"" if key is None else b"".join(open_event(key, row))
    except ProtocolError:
        return b""


def open_whole(key: bytes, row: AuditEvent | Row[Any]) -> tuple[bytes, bytes, bytes]:
    """The same, and the event's manifest, which is empty where it binds no row. An event is one line."""
    assert row.sealed is not None
    opened = aead_open(kdf(key, 2, "medaudit"), row.sealed, row.event_id.encode("ascii"))
    event, _, bound = opened[SALT_SIZE:].partition(b"\n")
    return opened[:SALT_SIZE], event, bound
