"""Erasing a case, which need not or must not be kept: whatever the database holds of it and of its participants goes.

What stays: the leaves that rosters have anchored (an identifier and a hash each, without which the proofs of other
cases would not hold), the trail's entries without what they said, and colleagues' own things.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts.models import Account, Agency, Invitation, LoginSession, MemoryDocument
from mediation.cases.models import (
    Case,
    CaseFacilitator,
    CaseStatement,
    Consent,
    EpochLink,
    EpochSeal,
    KeptList,
    Member,
    MemberDocument,
    UsedInvite,
)
from mediation.db import bulk
from mediation.db.rows import NOTED
from mediation.ledger import erasing
from mediation.messages.models import Decision, Message, MessageRecipient, Task, Wrap
from mediation.sms.models import ConfirmationCode, Contact, DemonstrationText, OutboxText, TextTask, TextTry

OF_ACCOUNT: Final[Sequence[Any]] = (LoginSession, MemoryDocument)
OF_MESSAGE: Final[Sequence[Any]] = (Wrap, MessageRecipient)
OF_CASE: Final[Sequence[Any]] = (
    *(Message, Consent, Member, UsedInvite, KeptList, MemberDocument, EpochLink, EpochSeal, CaseStatement),
    *(CaseFacilitator, OutboxText, ConfirmationCode, Contact, Invitation, Account, Case),
)
"""In an order in which nothing points at what is gone."""


def reference(session: Session, case_id: str) -> str | None:
    """What a case is called on paper; None where there is no such case (any more)."""
    return session.scalar(select(Case.reference).where(Case.case_id == case_id))


def erase(session: Session, actor: Actor, case_id: str, now: datetime) -> int:
    """Erase a case, or what is left of it; returns how many events lost what they said. Never commits."""
    require(actor, "case:erase")
    case = session.execute(select(Case.agency_id, Case.number).where(Case.case_id == case_id).with_for_update()).first()
    if case is not None:
        later = update(Agency).where(Agency.agency_id == case.agency_id, Agency.numbered < case.number)
        bulk(session, Agency, later.values(numbered=case.number))
    accounts = select(Account.account_id).where(Account.case_id == case_id)
    messages = select(Message.message_id).where(Message.case_id == case_id)
    texts = select(OutboxText.text_id).where(OutboxText.case_id == case_id)
    for of_account in OF_ACCOUNT:
        _remove(session, of_account, of_account.account_id.in_(accounts))
    for of_text in (DemonstrationText, TextTry):
        _remove(session, of_text, of_text.text_id.in_(texts))
    for table in (Task, TextTask, Decision):
        _remove(session, table, table.case_id == case_id)
    for of_message in OF_MESSAGE:
        _remove(session, of_message, of_message.message_id.in_(messages))
    for of_case in OF_CASE:
        _remove(session, of_case, of_case.case_id == case_id)
    return erasing.erase(session, case_id, now)


def _remove(session: Session, table: Any, where: Any) -> None:
    """What was bound by events that nobody can read any more need not be noted."""
    session.execute(delete(table).where(where).execution_options(synchronize_session=False, **{NOTED: True}))
