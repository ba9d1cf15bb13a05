"""What the newest roster says; names, roles and keys of staff are read from it and stored nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.accounts import authority
from mediation.accounts.models import RosterStatement
from mediation.accounts.recent import Recent
from mediation.protocol.encoding import parse_canonical, unb64

Entries = Mapping[str, Mapping[str, Any]]

_entries: Final[Recent[str, Entries]] = Recent(64)


def newest(session: Session, agency_id: str) -> RosterStatement | None:
    """The newest roster's row."""
    wanted = select(RosterStatement).where(RosterStatement.agency_id == agency_id)
    return session.scalar(wanted.order_by(RosterStatement.seq.desc()).limit(1))


def entries(row: RosterStatement) -> Entries:
    """The staff of a stored roster by staff_id: {staff_id, display_name, roles, sign_pk, box_pk}."""
    return _entries.get(row.hash, lambda: _parsed(row.envelope))


def listed(session: Session, agency_id: str) -> Entries:
    """The staff on the newest roster, as `entries`; nobody before the first."""
    hash_ = authority.state(session, agency_id).roster
    return {} if hash_ is None else _entries.get(hash_, lambda: _stored(session, hash_))


def _stored(session: Session, hash_: str) -> Entries:
    return _parsed(session.scalars(select(RosterStatement.envelope).where(RosterStatement.hash == hash_)).one())


def _parsed(envelope: Mapping[str, Any]) -> Entries:
    return {entry["staff_id"]: entry for entry in parse_canonical(unb64(envelope["payload"]))["staff"]}


def roles_of(session: Session, account: Any) -> frozenset[str]:
    """The roles of an account's holder on the newest roster; none for somebody not (or no longer) on it."""
    if account.admitted_at is None:
        return frozenset()
    entry = listed(session, account.agency_id).get(account.staff_id or "")
    return frozenset(entry["roles"]) if entry is not None else frozenset()
