"""Pausing and withdrawing: one plain act of a session, without a passphrase, that takes effect at once.

Everything that the person wrote and nobody has opened yet is recalled, proposals that concern them are dropped, their
texts are cancelled. What they are offered is derived from their standing (`offering.is_offered`), not stored twice: it
is there again when a newer consent lifts the pause.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import Actor, require
from mediation.cases.finding import own_case
from mediation.cases.models import Member
from mediation.cases.queries import case_for, member_of
from mediation.cases.states import Standing, StandingAction, next_standing
from mediation.errors import Conflict
from mediation.messages.models import Message
from mediation.messages.offering import offer_in_case
from mediation.messages.recalling import drop_open_for, recall

ACTIONS: Final = {"paused": StandingAction.PAUSE, "withdrawn": StandingAction.WITHDRAW}
EVENTS: Final = {Standing.PAUSED: "consent.paused", Standing.WITHDRAWN: "consent.withdrawn"}


def change_own(session: Session, actor: Actor, standing: str, now: datetime) -> Member:
    """A participant pauses or withdraws. Again: nothing changes. Raises `not-admitted`, `already-withdrawn`."""
    _, member = own_case(session, actor, lock=True)
    require(actor, "participation:change", member)
    return _change(session, actor, member, ACTIONS[standing], now)


def change_for(
    session: Session, actor: Actor, case_id: str, participant_id: str, standing: str, now: datetime
) -> Member:
    """A facilitator does it for somebody who asked. Raises `not-found`, `already-withdrawn`."""
    case = case_for(session, actor, case_id, lock=True)
    require(actor, "participation:change-for", case)
    member = member_of(session, case, participant_id)
    return _change(session, actor, member, ACTIONS[standing], now)


def _change(session: Session, actor: Actor, member: Member, action: StandingAction, now: datetime) -> Member:
    after = next_standing(member.standing, action)
    if after is member.standing:
        return member
    offer_in_case(session, member.case_id, now)
    member.standing, member.since = after, now
    member.acknowledged_at = member.acknowledged_by = None
    refs = {"participant": member.participant_id}
    ledger.append(session, EVENTS[after], actor=actor, case_id=member.case_id, refs=refs, at=now)
    written = select(Message).where(Message.author_id == member.participant_id, Message.kind == "relay")
    for message in session.scalars(written.order_by(Message.number)):
        recall(session, actor, message, now)
    drop_open_for(session, actor, member, now)
    sms.cancel(session, member.participant_id, now=now)
    sms.call_off(session, member.participant_id, member.case_id, now)
    return member


def acknowledge(session: Session, actor: Actor, case_id: str, participant_id: str, now: datetime) -> Member:
    """A facilitator has seen that somebody paused or withdrew. Again: nothing changes.

    Raises `not-found`, `nothing-to-acknowledge`.
    """
    case = case_for(session, actor, case_id, lock=True)
    require(actor, "participation:acknowledge", case)
    member = member_of(session, case, participant_id)
    if member.standing is Standing.ACTIVE:
        raise Conflict("nothing-to-acknowledge")
    if member.acknowledged_at is None:
        member.acknowledged_at, member.acknowledged_by = now, actor.staff_id
        refs = {"participant": member.participant_id}
        ledger.append(session, "consent.acknowledged", actor=actor, case_id=case.case_id, refs=refs, at=now)
    return member
