"""What the newest roster says; names, roles and keys of staff are read from it and stored nowhere else."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.accounts.models import Account, RosterStatement
from mediation.protocol.encoding import parse_canonical, unb64


def newest(session: Session, agency_id: str) -> RosterStatement | None:
    """The newest roster's row."""
    wanted = select(RosterStatement).where(RosterStatement.agency_id == agency_id)
    return session.scalar(wanted.order_by(RosterStatement.seq.desc()).limit(1))


def entries(row: RosterStatement) -> Mapping[str, Mapping[str, Any]]:
    """The staff of a stored roster by staff_id: {staff_id, display_name, roles, sign_pk, box_pk}."""
    return _entries(row.hash, row.envelope["payload"])


@lru_cache(maxsize=64)
def _entries(hash_: str, payload: str) -> Mapping[str, Mapping[str, Any]]:
    return {entry["staff_id"]: entry for entry in parse_canonical(unb64(payload))["staff"]}


def roles_of(session: Session, account: Account) -> frozenset[str]:
    """The roles of an account's holder on the newest roster; none for somebody not (or no longer) on it."""
    row = newest(session, account.agency_id)
    entry = entries(row).get(account.staff_id or "") if row is not None and account.admitted_at is not None else None
    return frozenset(entry["roles"]) if entry is not None else frozenset()
