"""A case's next statement, seen from its messages: what counted before must stay readable, and what can no longer be
decided does not wait for ever.

The server counts anew what the new kept lists must hold; a message that came in the meantime makes them differ, and the
step is refused. Afterwards whatever rests on a key that is gone and is still in review is recalled: nothing new is
decided on it, the writer writes again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.cases import steps
from mediation.cases.heads import verified
from mediation.cases.models import Case, CaseStatement, Member
from mediation.cases.parts import Parts
from mediation.cases.queries import case_for, members_of
from mediation.cases.states import StatementState
from mediation.db import ask
from mediation.messages.models import Decision, Message, MessageRecipient
from mediation.messages.recalling import drop, recall, recall_one
from mediation.messages.rows import RECIPIENTS, Recipient
from mediation.messages.states import RECALLABLE, DecisionState, RecipientState
from mediation.protocol.counted import Record


def record(session: Session, case_id: str) -> Record:
    """The envelopes of every message and every final decision of a case."""
    messages = select(Message.envelope).where(Message.case_id == case_id).order_by(Message.number)
    final = select(Decision.envelope).where(Decision.case_id == case_id, Decision.state == DecisionState.FINAL)
    return Record(tuple(session.scalars(messages)), tuple(session.scalars(final.order_by(Decision.hash))))


def propose_step(
    session: Session, actor: Actor, case_id: str, envelope: Mapping[str, Any], parts: Parts, now: datetime
) -> tuple[CaseStatement, bool]:
    """As `cases.steps.propose`, with the record counted here, and what no longer stands recalled."""
    case = case_for(session, actor, case_id, lock=True)
    row, new = steps.propose(session, actor, case_id, envelope, parts, record(session, case_id), now)
    if new and row.state is StatementState.ADOPTED:
        settle(session, actor, case, now)
    return row, new


def sign_step(
    session: Session, actor: Actor, case_id: str, hash_: str, envelope: Mapping[str, Any], now: datetime
) -> tuple[CaseStatement, bool]:
    """As `cases.steps.sign`, with the record counted here, and what no longer stands recalled."""
    case = case_for(session, actor, case_id, lock=True)
    row, new = steps.sign(session, actor, case_id, hash_, envelope, record(session, case_id), now)
    if new and row.state is StatementState.ADOPTED:
        settle(session, actor, case, now)
    return row, new


def settle(session: Session, actor: Actor, case: Case, now: datetime) -> None:
    """After a new head: recall what is in review by a key that is gone, and what waits for somebody who left; drop
    the proposals that nobody who counts has signed."""
    session.flush()
    session.refresh(case)
    file = verified(session, case, now)
    signing = set(file.head.counting) | {person.sign_kid for person in file.people.people if person.sign_kid}
    for message in _in_review(session, case):
        if message.author_kid not in signing or _has_left(session, message):
            recall(session, actor, message, now, only=(RecipientState.IN_REVIEW,))
    for member in members_of(session, case.case_id):
        if not member.in_head:
            _recall_from(session, actor, member.participant_id, now)
    _drop_unsigned(session, actor, case, set(file.head.counting), now)


def _in_review(session: Session, case: Case) -> list[Message]:
    waiting = select(MessageRecipient.message_id).where(MessageRecipient.state == RecipientState.IN_REVIEW)
    wanted = select(Message).where(Message.case_id == case.case_id, Message.message_id.in_(waiting))
    return list(session.scalars(wanted.order_by(Message.number)))


def _has_left(session: Session, message: Message) -> bool:
    author = session.get(Member, message.author_id)
    return author is not None and not author.in_head


def _recall_from(session: Session, actor: Actor, participant_id: str, now: datetime) -> None:
    """Whoever is no longer a member is offered nothing that they have not opened."""
    wanted = RECIPIENTS.where(
        MessageRecipient.participant_id == participant_id, MessageRecipient.state.in_(RECALLABLE)
    )
    for row in [Recipient(*each) for each in ask(session, wanted)]:
        recall_one(session, actor, row, now)


def _drop_unsigned(session: Session, actor: Actor, case: Case, counting: set[str], now: datetime) -> None:
    wanted = select(Decision).where(Decision.case_id == case.case_id, Decision.state == DecisionState.PROPOSED)
    for decision in session.scalars(wanted.order_by(Decision.hash)):
        if not counting & {signature["keyid"] for signature in decision.envelope["signatures"]}:
            drop(session, actor, decision, now)
