"""The statements that find a case at the beginning of every act, each made once: making one costs more than asking it.

Held, a case is locked until the transaction ends, its rows are as they are once this waited, and the key of its audit
trail comes along, which every act in it needs.
"""

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, lazyload
from sqlalchemy.orm.attributes import set_committed_value

from mediation import ledger
from mediation.access import Actor
from mediation.cases.models import Case, CaseFacilitator, Member
from mediation.cases.states import Standing
from mediation.db import ask
from mediation.errors import NotAllowed
from mediation.ledger.models import AuditKey


@dataclass(frozen=True)
class Finding:
    """One way to find a case: without and with holding it."""

    plain: Select[*tuple[Any, ...]]
    held: Select[*tuple[Any, ...]]

    @classmethod
    def by(cls, wanted: Select[*tuple[Any, ...]], *rows: type[Case | Member]) -> "Finding":
        """`wanted` selects `Case` first; holding locks it and `rows`."""
        plain = wanted.options(lazyload(Case.facilitators))
        with_key = plain.add_columns(AuditKey.key).outerjoin(AuditKey, AuditKey.scope == Case.case_id)
        return cls(plain, with_key.with_for_update(of=[Case, *rows]).execution_options(populate_existing=True))

    def one(self, session: Session, parameters: dict[str, Any], *, lock: bool) -> Any:
        """The row, or None. Facilitators are read when they are asked for and never with the lock: they may have
        changed while this waited.
        """
        row = session.execute(self.held if lock else self.plain, parameters).one_or_none()
        if row is not None and lock:
            ledger.note_key(session, row[0].case_id, row[-1])
            session.expire(row[0], ["facilitators"])
        return row


BY_ID: Final = Finding.by(select(Case).where(Case.case_id == bindparam("case_id")))
_OWN: Final = Finding.by(
    select(Case, Member)
    .join(Member, Member.case_id == Case.case_id)
    .where(Case.case_id == bindparam("case_id"), Member.participant_id == bindparam("participant_id")),
    Member,
)


def find_case(session: Session, actor: Actor, how: Finding, parameters: dict[str, Any], *, lock: bool) -> Case | None:
    """A case of the actor's agency, whatever else the actor may do; held if `lock`."""
    row = how.one(session, parameters, lock=lock)
    if row is None or (actor.kind != "system" and row[0].agency_id != actor.agency_id):
        return None
    found: Case = row[0]
    if actor.kind == "staff":
        with session.no_autoflush:
            named = session.scalars(_FACILITATORS, {"of_case": found.case_id}).all()
        set_committed_value(found, "facilitators", list(named))
    return found


_FACILITATORS: Final = select(CaseFacilitator).where(CaseFacilitator.case_id == bindparam("of_case"))


@dataclass(frozen=True)
class HeldCase:
    """A case that is held (see `Case`), and whom its head names, for acts that do not change it."""

    case_id: str
    agency_id: str
    nonce: str
    head_hash: str
    facilitator_ids: frozenset[str]


def holding(case_id: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    """The statement that holds a case, made once for each way to say which."""
    columns = (Case.case_id, Case.agency_id, Case.nonce, Case.head_hash, AuditKey.key)
    wanted = select(*columns).outerjoin(AuditKey, AuditKey.scope == Case.case_id).where(Case.case_id == case_id)
    return wanted.with_for_update(of=Case)


def hold_case(
    session: Session, actor: Actor, how: Select[*tuple[Any, ...]], parameters: dict[str, str]
) -> HeldCase | None:
    """A case of the actor's agency, held, whatever else the actor may do. Whom its head names is asked once it is held:
    that may have changed while this waited.
    """
    row = ask(session, how, parameters).one_or_none()
    if row is None or row.agency_id != actor.agency_id:
        return None
    case_id, agency_id, nonce, head_hash, key = row
    ledger.note_key(session, case_id, key)
    named = ask(session, _NAMED, {"of_case": case_id}).scalars()
    return HeldCase(case_id, agency_id, nonce, head_hash, frozenset(named))


_NAMED: Final = select(CaseFacilitator.staff_id).where(CaseFacilitator.case_id == bindparam("of_case"))


def own_case(session: Session, actor: Actor, *, lock: bool = False) -> tuple[Case, Member]:
    """The participant's own case, held if `lock`, and their own row in it as it is then. Raises `not-admitted`."""
    row = _OWN.one(session, {"case_id": actor.case_id, "participant_id": actor.participant_id}, lock=lock)
    if row is None or not is_admitted(row[1], actor):
        raise NotAllowed("not-admitted")
    return row[0], row[1]


@dataclass(frozen=True)
class OwnCase:
    """A participant's own case and their own row in it (see `Case` and `Member`), held, for acts that change neither.
    """

    case_id: str
    agency_id: str
    nonce: str
    head_hash: str
    epoch: int
    messages: int
    participant_id: str
    standing: Standing
    assisted: bool
    box_kid: str | None
    account_id: str | None
    in_head: bool


def _own_columns() -> list[Any]:
    names = [each.name for each in fields(OwnCase)]
    of_case = names[: names.index("participant_id")]
    return [getattr(Case if name in of_case else Member, name) for name in names]


_OWN_ROW: Final = (
    select(*_own_columns(), AuditKey.key)
    .join_from(Case, Member, Member.case_id == Case.case_id)
    .outerjoin(AuditKey, AuditKey.scope == Case.case_id)
    .where(Case.case_id == bindparam("of_case"), Member.participant_id == bindparam("of_person"))
    .with_for_update(of=[Case, Member])
)


def hold_own(session: Session, actor: Actor) -> OwnCase:
    """The participant's own case, held, and where they stand in it then. Raises `not-admitted`."""
    row = ask(session, _OWN_ROW, {"of_case": actor.case_id, "of_person": actor.participant_id}).one_or_none()
    if row is None or not is_admitted(own := OwnCase(*row[:-1]), actor):
        raise NotAllowed("not-admitted")
    ledger.note_key(session, own.case_id, row[-1])
    return own


def is_admitted(member: Member | OwnCase, actor: Actor) -> bool:
    """Whether this row is the actor's, and in the head."""
    return member.in_head and member.account_id == actor.account_id
