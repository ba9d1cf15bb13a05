"""Signing in, the unlocking key, own memory, and closing an account.

What somebody learns from a refused sign-in is nothing: an unknown name gets parameters of the same shape, the same ones
every time, after the same work, and the same refusal as a wrong passphrase.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import ANYONE, Actor, require
from mediation.accounts import authority, records, sessions
from mediation.accounts.models import Account, LoginSession, MemoryDocument
from mediation.accounts.records import Stored
from mediation.db import ask, settings_of, table_of
from mediation.errors import Conflict, NotFound, SignedOut, TooLarge
from mediation.ledger.models import AuditKey
from mediation.protocol.encoding import b64
from mediation.protocol.passphrase import PARAMETERS
from mediation.protocol.primitives import equal, mac

NOBODY: Final = bytes(32)
MEMORY_DOCUMENTS: Final = 500
MEMORY_BYTES: Final = 30_000_000
"""Of all of an account's documents together."""


def parameters(session: Session, name: str) -> dict[str, str | int]:
    """{salt, opslimit, memlimit} of a sign-in name; for an unknown one made from a server secret and the name."""
    name = records.normal_name(name)
    account = ask(session, _BY_NAME, {"of_name": name}).one_or_none()
    made_up = b64(mac(settings_of(session).peppers[-1], b"salt " + name.encode())[: records.SALT_SIZE])
    if account is None:
        return {"salt": made_up, "opslimit": PARAMETERS.opslimit, "memlimit": PARAMETERS.memlimit}
    return {"salt": account.salt, "opslimit": account.opslimit, "memlimit": account.memlimit}


def hold_named(session: Session, name: str) -> Stored | None:
    """The account of this name, held, so that whoever tries to prove it theirs comes one after the other. With the same
    question come the key of the trail that a sign-in is told in, and the state of the agency.
    """
    row = ask(session, _HOLD_BY_NAME, {"of_name": records.normal_name(name)}).one_or_none()
    if row is not None:
        ledger.note_key(session, row.case_id or ledger.AGENCY_SCOPE, row[-3])
        authority.note_state(session, row[-2], row[-1])
    return row


_BY_NAME: Final = select(*table_of(Account).columns).where(Account.sign_in_name == bindparam("of_name"))
_HOLD_BY_NAME: Final = (
    _BY_NAME.add_columns(AuditKey.key, *authority.newest_hashes(Account.agency_id))
    .outerjoin(AuditKey, AuditKey.scope == func.coalesce(Account.case_id, ledger.AGENCY_SCOPE))
    .with_for_update(of=Account, key_share=True)
)


def prove(session: Session, account: Stored | None, auth: bytes) -> Stored:
    """The account, if `auth` is its. Raises `sign-in-failed` (401), whatever was wrong; `account-closed` (401) only for
    somebody who has proved that the account was theirs. Changes nothing.
    """
    require(ANYONE, "session:start")
    if account is None:
        equal(mac(settings_of(session).peppers[0], auth), NOBODY)  # the work of a known name
        raise SignedOut("sign-in-failed")
    if not records.proves(session, account, auth):
        raise SignedOut("sign-in-failed")
    if account.closed_at is not None:
        raise SignedOut("account-closed")
    return account


def sign_in(session: Session, account: Stored, auth: bytes, now: datetime) -> None:
    """The holder of an account, who has proved it, is here."""
    records.move_over(session, account, auth)
    ledger.append(session, "session.started", actor=sessions.holder(account), case_id=account.case_id, refs={}, at=now)
    if account.participant_id is not None:
        sms.seen(session, account.participant_id, now=now)


def hold_own(session: Session, actor: Actor) -> Account:
    """The account of somebody who is signed in, held as `hold_named` holds it; so what their pages remember at the same
    time comes one after the other, too.
    """
    return session.get_one(Account, actor.account_id, with_for_update={"key_share": True}, populate_existing=True)


def end_session(session: Session, actor: Actor, found: LoginSession, now: datetime) -> None:
    """Sign out: the session and its half of the unlocking key are gone."""
    require(actor, "session:end", found)
    found.ended_at, found.lock_half = now, None
    ledger.append(session, "session.ended", actor=actor, case_id=actor.case_id, refs={}, at=now)


def close_account(session: Session, actor: Actor, account_id: str, now: datetime) -> None:
    """Nobody can sign in to this account any more, and its sessions end. Closing it again changes nothing."""
    require(actor, "account:close", None)
    account = session.get(Account, account_id)
    if account is None or account.closed_at is not None:
        return
    account.closed_at = now
    sessions.end_all(session, account_id, now)
    holder = str(account.staff_id or account.participant_id)  # the trail names nobody by their account
    ledger.append(session, "account.closed", actor=actor, case_id=account.case_id, refs={"holder": holder}, at=now)


def read_memory(session: Session, actor: Actor, name: str) -> MemoryDocument:
    """One of the actor's own documents. Raises `not-found` (404)."""
    document = session.get(MemoryDocument, (actor.account_id, name))
    if document is None:
        raise NotFound("not-found")
    require(actor, "memory:read", document)
    return document


def read_memories(session: Session, actor: Actor, names: Sequence[str]) -> dict[str, Any]:
    """Those of the actor's own documents that there are, by name: rows of (name, revision, blob)."""
    mine = {"account": actor.account_id, "names": list(names)}
    return {row.name: row for row in session.connection().execute(_REMEMBERED, mine)}


_REMEMBERED: Final = select(MemoryDocument.name, MemoryDocument.revision, MemoryDocument.blob).where(
    MemoryDocument.account_id == bindparam("account", type_=String),
    MemoryDocument.name.in_(bindparam("names", expanding=True, type_=String)),
)


def write_memory(
    session: Session, actor: Actor, name: str, revision: int, blob: bytes, now: datetime
) -> MemoryDocument:
    """Compare and swap: `revision` must be the stored one plus 1 (1 for a new document).

    The same bytes again are accepted. Raises `memory-conflict` (409, with the stored `revision`), `memory-full` (413).
    """
    hold_own(session, actor)
    document = session.get(MemoryDocument, (actor.account_id, name))
    stored = 0 if document is None else document.revision
    if document is not None and (revision, blob) == (stored, document.blob):
        return document
    if revision != stored + 1:
        raise Conflict("memory-conflict", revision=stored)
    _check_room(session, actor, document, blob)
    if document is None:
        document = MemoryDocument(account_id=actor.account_id, name=name)
    require(actor, "memory:write", document)
    document.revision, document.blob, document.changed_at = revision, blob, now
    session.add(document)
    return document


def _check_room(session: Session, actor: Actor, document: MemoryDocument | None, blob: bytes) -> None:
    """Room for one more document, or for what a document grows by; one that shrinks is always taken."""
    held = select(func.count(), func.coalesce(func.sum(func.length(MemoryDocument.blob)), 0))
    count, size = session.execute(held.where(MemoryDocument.account_id == actor.account_id)).one()
    growth = len(blob) - (0 if document is None else len(document.blob))
    if (document is None and count >= MEMORY_DOCUMENTS) or (growth > 0 and size + growth > MEMORY_BYTES):
        raise TooLarge("memory-full")


def delete_memory(session: Session, actor: Actor, name: str) -> None:
    """Remove one of the actor's own documents; none is fine too."""
    hold_own(session, actor)
    document = session.get(MemoryDocument, (actor.account_id, name))
    if document is not None:
        require(actor, "memory:write", document)
        session.delete(document)
