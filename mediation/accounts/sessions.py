"""Sessions that end: idle, after some hours, on signing out, when the account closes; nothing is left to a cookie.

A session's name is a random token; the database holds its hash. The server's half of the unlocking key lives here and
is dropped after 15 idle minutes.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.accounts import authority
from mediation.accounts.models import Account, LoginSession
from mediation.accounts.roster import roles_of
from mediation.db import ask, insert, settings_of
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import hash32

TOUCH_EVERY: Final = timedelta(minutes=1)
HOLDER: Final = ("account_id", "kind", "agency_id", "staff_id", "participant_id", "case_id", "admitted_at")
"""The columns of an account that say who holds it."""
_FIND: Final = (
    select(
        LoginSession.last_seen_at,
        LoginSession.expires_at,
        LoginSession.ended_at,
        *(getattr(Account, name) for name in HOLDER),
        Account.closed_at,
        *authority.newest_hashes(Account.agency_id),
    )
    .join(Account, Account.account_id == LoginSession.account_id)
    .where(LoginSession.token_hash == bindparam("token_hash"))
)
"""Made once, and asked for columns alone: every request of somebody signed in asks this."""


@dataclass(frozen=True)
class Live:
    """A session that lives, and who acts in it."""

    token_hash: str
    last_seen_at: datetime
    actor: Actor


def token_hash(token: str) -> str:
    """What is stored of a session's token."""
    return b64(hash32(b"mediation/session " + token.encode()))


def start(session: Session, account: Any, now: datetime) -> tuple[str, Live]:
    """A new session of this account, and its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    row = LoginSession(
        token_hash=token_hash(token),
        account_id=account.account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=settings_of(session).session_hours),
    )
    insert(session, row)
    return token, Live(row.token_hash, now, _actor(session, account))


def find(session: Session, token: str, now: datetime) -> Live | None:
    """The live session of a token, or None: ended, expired, idle too long, or its account closed. With the same
    question come the account's holder and the state of the agency, which nearly every request needs.
    """
    hash_ = token_hash(token)
    row = ask(session, _FIND, {"token_hash": hash_}).one_or_none()
    if row is None:
        return None
    authority.note_state(session, row[-2], row[-1])
    idle = timedelta(minutes=settings_of(session).session_idle_minutes)
    ended = row.ended_at is not None or row.closed_at is not None
    if ended or now >= row.expires_at or now - row.last_seen_at >= idle:
        return None
    return Live(hash_, row.last_seen_at, _actor(session, row))


def row_of(session: Session, live: Live) -> LoginSession:
    """The stored session."""
    return session.get_one(LoginSession, live.token_hash)


def _actor(session: Session, account: Any) -> Actor:
    """Who acts for an account, or a row of the columns HOLDER. Roles are those of the newest roster."""
    actor = holder(account)
    return actor if actor.kind == "participant" else replace(actor, roles=roles_of(session, account))


def holder(account: Any) -> Actor:
    """Whose account it is (or a row of the columns HOLDER), as an actor without any role."""
    return Actor(
        kind="staff" if account.kind == "staff" else "participant",
        account_id=account.account_id,
        agency_id=account.agency_id,
        staff_id=account.staff_id,
        participant_id=account.participant_id,
        case_id=account.case_id,
    )


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session is in use, at most once a minute; after too long a rest the unlocking key is gone first."""
    mine = LoginSession.token_hash == token_hash(token)
    idle = LoginSession.last_seen_at <= now - _lock_after(session)
    session.execute(update(LoginSession).where(mine, idle).values(lock_half=None))
    due = LoginSession.last_seen_at <= now - TOUCH_EVERY
    session.execute(update(LoginSession).where(mine, due).values(last_seen_at=now))


def lock_half(session: Session, found: LoginSession, now: datetime) -> bytes | None:
    """The server's half of the unlocking key, if there is one and the session has not been idle too long."""
    return None if now - found.last_seen_at >= _lock_after(session) else found.lock_half


def keep_lock_half(session: Session, found: LoginSession, half: bytes, now: datetime) -> bytes:
    """Keep a half; the first that was given stays until it is dropped. Returns the one that is kept."""
    kept = lock_half(session, found, now)
    if kept is None:
        found.lock_half, found.last_seen_at = half, now
        return half
    return kept


def drop_lock_half(found: LoginSession) -> None:
    """Locked: the keys open again only with the passphrase."""
    found.lock_half = None


def _lock_after(session: Session) -> timedelta:
    return timedelta(minutes=settings_of(session).lock_minutes)


def end(session: Session, token: str, now: datetime) -> None:
    """End one session, if its token is of one that lives."""
    mine = update(LoginSession).where(LoginSession.token_hash == token_hash(token), LoginSession.ended_at.is_(None))
    session.execute(mine.values(ended_at=now, lock_half=None))


def end_all(session: Session, account_id: str, now: datetime, *, but: str | None = None) -> None:
    """End every session of an account, except the one with the token hash `but`."""
    ended = update(LoginSession).where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
    if but is not None:
        ended = ended.where(LoginSession.token_hash != but)
    session.execute(ended.values(ended_at=now, lock_half=None))


def sweep(session: Session, now: datetime) -> None:
    """Forget sessions that expired more than a day ago, and unlocking keys that have been idle too long."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now - timedelta(days=1)))
    idle = LoginSession.last_seen_at <= now - _lock_after(session)
    session.execute(update(LoginSession).where(idle, LoginSession.lock_half.is_not(None)).values(lock_half=None))
