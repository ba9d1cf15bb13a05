"""Finding cases and their people, always through the actor: somebody else's case is a 404."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from mediation.access import Actor, OfCase
from mediation.cases.finding import BY_ID, find_case, is_admitted
from mediation.cases.models import Case, Consent, Member
from mediation.cases.states import Standing
from mediation.db import ask
from mediation.errors import NotAllowed, NotFound


def case_for(session: Session, actor: Actor, case_id: str | None, *, lock: bool = False) -> Case:
    """The case, if the actor may know of it: its facilitators, its admitted participants, supervisors, administrators.

    `lock` holds the case until the transaction ends: whatever changes anything in a case takes it first, so that the
    acts of one case come one after the other. Raises `not-found`.
    """
    case = find_case(session, actor, BY_ID, {"case_id": case_id}, lock=lock)
    if case is None or not may_see(session, actor, case):
        raise NotFound("not-found")
    return case


def may_see(session: Session, actor: Actor, case: OfCase) -> bool:
    """Whether the actor may know of this case of their agency."""
    if actor.kind == "participant":
        member = _own_row(session, actor)
        return member is not None and member.case_id == case.case_id
    if actor.kind == "staff":
        oversees = not actor.roles.isdisjoint({"administrator", "supervisor"})
        return oversees or ("facilitator" in actor.roles and actor.staff_id in case.facilitator_ids)
    return actor.kind == "system"


def _own_row(session: Session, actor: Actor) -> Member | None:
    member = session.get(Member, actor.participant_id) if actor.participant_id else None
    return member if member is not None and is_admitted(member, actor) else None


def own_member(session: Session, actor: Actor) -> Member:
    """The participant's own row. Raises `not-admitted` (403) while they wait, or after a head has left them out."""
    member = _own_row(session, actor)
    if member is None:
        raise NotAllowed("not-admitted")
    return member


def member_of(session: Session, case: OfCase, participant_id: str) -> Member:
    """A member of this case, in the head. Raises `not-found`."""
    member = session.get(Member, participant_id)
    if member is None or member.case_id != case.case_id or not member.in_head:
        raise NotFound("not-found")
    return member


def members_of(session: Session, case_id: str) -> list[Member]:
    """Everybody who was ever a member, in a stable order."""
    return list(session.scalars(_MEMBERS, {"of_case": case_id}))


_MEMBERS: Final = select(Member).where(Member.case_id == bindparam("of_case")).order_by(Member.participant_id)


def is_facilitator(actor: Actor, case: OfCase) -> bool:
    """Whether the actor is one of the case's own facilitators, who alone are handed sealed things."""
    return actor.kind == "staff" and "facilitator" in actor.roles and actor.staff_id in case.facilitator_ids


def newest_consent(session: Session, participant_id: str) -> Consent | None:
    """The newest consent that a participant gave, whatever its key counts for now."""
    wanted = select(Consent).where(Consent.participant_id == participant_id)
    return session.scalar(wanted.order_by(Consent.seq.desc()).limit(1))


@dataclass(frozen=True)
class MemberNow:
    """Somebody who was ever a member, as they stand (see `Member`), with the newest consent that they gave, if any."""

    participant_id: str
    standing: Standing
    assisted: bool
    box_kid: str | None
    account_id: str | None
    consent_hash: str | None
    consent: dict[str, Any] | None


def members_now(session: Session, case_id: str) -> list[MemberNow]:
    """Everybody who was ever a member of a case."""
    return [MemberNow(*row) for row in ask(session, _MEMBERS_NOW, {"of_case": case_id})]


_newer: Final = aliased(Consent)
_MEMBERS_NOW: Final = (
    select(
        Member.participant_id,
        Member.standing,
        Member.assisted,
        Member.box_kid,
        Member.account_id,
        Consent.hash,
        Consent.envelope,
    )
    .outerjoin(
        Consent,
        (Consent.participant_id == Member.participant_id)
        & (
            Consent.seq
            == select(func.max(_newer.seq)).where(_newer.participant_id == Consent.participant_id).scalar_subquery()
        ),
    )
    .where(Member.case_id == bindparam("of_case"))
)


def consents_of(session: Session, case_id: str, participant_id: str | None = None) -> list[Consent]:
    """The consents of a case, or of one participant, each person's in their order."""
    wanted = select(Consent).where(Consent.case_id == case_id)
    if participant_id is not None:
        wanted = wanted.where(Consent.participant_id == participant_id)
    return list(session.scalars(wanted.order_by(Consent.participant_id, Consent.seq)))
