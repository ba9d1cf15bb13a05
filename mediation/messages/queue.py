"""What waits for facilitators today: whoever paused or stopped first, then oldest first, so that age is seen.

Everything is derived from where cases and messages stand, but for the stored tasks.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts import roster
from mediation.accounts.models import Account, Invitation
from mediation.accounts.states import InvitationState
from mediation.cases.models import Case, CaseStatement, Member
from mediation.cases.queries import cases_for, is_facilitator
from mediation.cases.states import Standing, StatementState
from mediation.messages.models import Decision, Message, MessageRecipient
from mediation.messages.states import DecisionState, RecipientState
from mediation.messages.tasks import TaskKind, open_tasks
from mediation.protocol.encoding import format_time, unb64
from mediation.protocol.primitives import kid

WAITING_AFTER: Final = timedelta(days=2)
LATE_AFTER: Final = timedelta(days=5)
RENEW_BEFORE: Final = timedelta(days=10)
FOR_THE_ACTIVE: Final = (TaskKind.PRINT, TaskKind.READ_TOGETHER)
"""Tasks that rest while the person has paused."""
STANDING: Final = "acknowledge"
"""Somebody has paused or stopped. Until a facilitator has seen it, their page tells them so: it outranks any age."""


def queue(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Everything that waits in the actor's cases; a supervisor sees it for the whole agency."""
    require(actor, "queue:read")
    every = cases_for(session, actor)
    cases = {case.case_id: case for case in every if "supervisor" in actor.roles or is_facilitator(actor, case)}
    found = [
        *_messages(session, list(cases)),
        *_decisions(session, actor, cases),
        *_proposals(session, actor, cases),
        *_joins(session, list(cases)),
        *_standings(session, list(cases)),
        *_tasks(session, list(cases)),
        *_renewals(session, cases.values(), now),
    ]
    ordered = sorted(found, key=lambda item: (item["kind"] != STANDING, item["since"]))
    return [_aged(item, cases[item["case_id"]], now) for item in ordered]


def _item(kind: str, case_id: str, since: datetime, **refs: str | None) -> dict[str, Any]:
    blank = dict.fromkeys(("task_id", "message_id", "participant_id", "hash", "invite_id"))
    return {"kind": kind, "case_id": case_id, "since": since} | blank | refs


def _aged(item: dict[str, Any], case: Case, now: datetime) -> dict[str, Any]:
    age = max(timedelta(0), now - item["since"])
    ageing = "late" if age >= LATE_AFTER else "waiting" if age >= WAITING_AFTER else "new"
    since = format_time(item["since"])
    return item | {"reference": case.reference, "since": since, "days": age.days, "ageing": ageing}


def _messages(session: Session, case_ids: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Messages on hold, and those for whose recipients nobody has proposed anything yet."""
    wanted = (
        select(Message, MessageRecipient.participant_id)
        .join(MessageRecipient)
        .where(Message.case_id.in_(case_ids), MessageRecipient.state == RecipientState.IN_REVIEW)
    )
    proposed = _proposed_for(session, case_ids)
    seen = set()
    for message, recipient_id in session.execute(wanted):
        covered = proposed.get(message.message_id, set()) & {None, recipient_id}
        if message.message_id in seen or (covered and message.held_by is None):
            continue
        seen.add(message.message_id)
        kind, since = ("review", message.submitted_at) if message.held_at is None else ("held", message.held_at)
        yield _item(kind, message.case_id, since, message_id=message.message_id, participant_id=message.author_id)


def _open_decisions(session: Session, case_ids: Sequence[str]) -> Sequence[Decision]:
    wanted = select(Decision).where(Decision.case_id.in_(case_ids), Decision.state == DecisionState.PROPOSED)
    return session.scalars(wanted).all()


def _proposed_for(session: Session, case_ids: Sequence[str]) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for decision in _open_decisions(session, case_ids):
        found.setdefault(decision.message_id, set()).add(decision.recipient_id)
    return found


def _own_kid(actor: Actor, case: Case) -> str | None:
    return next((row.sign_kid for row in case.facilitators if row.staff_id == actor.staff_id), None)


def _signed_by(row: Decision | CaseStatement, own_kid: str | None) -> bool:
    return any(signature["keyid"] == own_kid for signature in row.envelope["signatures"])


def _decisions(session: Session, actor: Actor, cases: dict[str, Case]) -> Iterable[dict[str, Any]]:
    for row in _open_decisions(session, list(cases)):
        if not _signed_by(row, _own_kid(actor, cases[row.case_id])):
            refs = {"message_id": row.message_id, "participant_id": row.recipient_id, "hash": row.hash}
            yield _item("second-approval", row.case_id, row.proposed_at, **refs)


def _proposals(session: Session, actor: Actor, cases: dict[str, Case]) -> Iterable[dict[str, Any]]:
    wanted = select(CaseStatement).where(CaseStatement.case_id.in_(cases))
    for row in session.scalars(wanted.where(CaseStatement.state == StatementState.PROPOSED)):
        if not _signed_by(row, _own_kid(actor, cases[row.case_id])):
            yield _item("second-signature", row.case_id, row.posted_at, hash=row.hash)


def _joins(session: Session, case_ids: Sequence[str]) -> Iterable[dict[str, Any]]:
    wanted = select(Invitation, Account.created_at).join(Account, Account.account_id == Invitation.account_id)
    joined = wanted.where(Invitation.case_id.in_(case_ids), Invitation.state == InvitationState.JOINED)
    for row, since in session.execute(joined):
        refs = {"invite_id": row.invite_id, "participant_id": row.participant_id}
        yield _item("admit", str(row.case_id), since, **refs)


def _standings(session: Session, case_ids: Sequence[str]) -> Iterable[dict[str, Any]]:
    wanted = select(Member).where(Member.case_id.in_(case_ids), Member.in_head.is_(True))
    unseen = wanted.where(Member.standing != Standing.ACTIVE, Member.acknowledged_at.is_(None))
    for row in session.scalars(unseen):
        yield _item(STANDING, row.case_id, row.since, participant_id=row.participant_id)


def _tasks(session: Session, case_ids: list[str]) -> Iterable[dict[str, Any]]:
    for task in open_tasks(session, case_ids):
        standing = session.get_one(Member, task.participant_id).standing
        if task.kind in FOR_THE_ACTIVE and standing is not Standing.ACTIVE:
            continue
        refs = {"task_id": task.task_id, "message_id": task.message_id, "participant_id": task.participant_id}
        yield _item(task.kind, task.case_id, task.created_at, **refs)


def _renewals(session: Session, cases: Iterable[Case], now: datetime) -> Iterable[dict[str, Any]]:
    """Cases that expire soon, and those with a facilitator on whom the newest roster no longer agrees."""
    for case in cases:
        expires = datetime.combine(case.expires_on, time(), UTC) + timedelta(days=1)
        if now >= expires - RENEW_BEFORE:
            yield _item("renew-case", case.case_id, expires - RENEW_BEFORE)
            continue
        row = roster.newest(session, case.agency_id)
        if row is not None and not all(_agrees(roster.entries(row), one) for one in case.facilitators):
            yield _item("renew-case", case.case_id, row.created_at)


def _agrees(entries: Any, named: Any) -> bool:
    entry = entries.get(named.staff_id)
    return entry is not None and kid(unb64(entry["sign_pk"])) == named.sign_kid
