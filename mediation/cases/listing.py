"""Finding many cases at once, through the actor: a page of them, newest first, or those with some ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Executable, Integer, String, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from mediation.access import Actor
from mediation.cases.models import Case, CaseFacilitator

PAGE: Final = 50
"""How many cases a list holds; the rest comes when it is asked for."""
OVERSEE: Final = frozenset({"administrator", "supervisor"})


@dataclass(frozen=True)
class Listed:
    """A case in a list. Of its facilitators only whether the actor is one: that is all that a list depends on."""

    case_id: str
    agency_id: str
    reference: str
    nonce: str
    created_at: datetime
    head_hash: str
    expires_on: date
    facilitator_ids: frozenset[str]


_own, _last = aliased(CaseFacilitator, name="own"), aliased(Case, name="last")
_mine: Final = (_own.case_id == Case.case_id) & (_own.staff_id == bindparam("staff", type_=String))
_every: Final[Any] = (
    select(
        Case.case_id,
        Case.agency_id,
        Case.reference,
        Case.nonce,
        Case.created_at,
        Case.head_hash,
        Case.expires_on,
        _own.staff_id,
    )
    .order_by(Case.number.desc())
)
_after: Final = (
    select(_last.number).where(_last.case_id == bindparam("after", type_=String)).scalar_subquery()
)
_BEYOND: Final = 2**31 - 1


def _page(wanted: Any) -> Executable:
    older = wanted.where(Case.number < func.coalesce(_after, _BEYOND))
    paged: Executable = older.limit(bindparam("size", type_=Integer))
    return paged


def _some(wanted: Any) -> Executable:
    named: Executable = wanted.where(Case.case_id.in_(bindparam("only", expanding=True, type_=String)))
    return named


_OF_ALL: Final = _every.outerjoin(_own, _mine).where(Case.agency_id == bindparam("agency", type_=String))
_OF_OWN: Final = _every.join(_own, _mine)
PAGES: Final = {True: _page(_OF_ALL), False: _page(_OF_OWN)}
SOME: Final = {True: _some(_OF_ALL), False: _some(_OF_OWN)}
"""For those who oversee the agency, and for those who see their own cases."""


def page(session: Session, actor: Actor, after: str | None = None) -> list[Listed]:
    """A page of the actor's cases, newest first, those older than the case `after`: a facilitator's own; every one of
    the agency for a supervisor or an administrator.
    """
    return _found(session, actor, PAGES, after=after, size=PAGE)


def some(session: Session, actor: Actor, case_ids: Sequence[str]) -> list[Listed]:
    """Those of the actor's cases that have these ids, newest first."""
    return _found(session, actor, SOME, only=sorted(set(case_ids)))


def _found(session: Session, actor: Actor, wanted: dict[bool, Executable], **given: Any) -> list[Listed]:
    oversees = not actor.roles.isdisjoint(OVERSEE)
    if actor.kind != "staff" or not (oversees or "facilitator" in actor.roles):
        return []
    given |= {"staff": actor.staff_id} | ({"agency": actor.agency_id} if oversees else {})
    rows = session.connection().execute(wanted[oversees], given)
    return [_listed(row) for row in rows]


def _listed(row: Any) -> Listed:
    *values, staff_id = row
    case_id, agency_id, reference, nonce, created_at, head_hash, expires_on = values
    mine = frozenset() if staff_id is None else frozenset({str(staff_id)})
    return Listed(case_id, agency_id, reference, nonce, created_at, head_hash, expires_on, mine)
