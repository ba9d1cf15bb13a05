"""Holds contacts and texts against what the log tells of a case."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.ledger.trail import Told, Trail, hold_against, time
from mediation.ledger.verifying import Report
from mediation.sms.models import Contact, OutboxText
from mediation.sms.states import TextState

STATES: Final = {
    "sms.queued": TextState.QUEUED,
    "sms.claimed": TextState.SENDING,
    "sms.unsure": TextState.SENDING,
    "sms.asked": TextState.SENDING,
    "sms.sent": TextState.SENT,
    "sms.delivered": TextState.DELIVERED,
    "sms.undelivered": TextState.UNDELIVERED,
    "sms.suppressed": TextState.SUPPRESSED,
    "sms.cancelled": TextState.CANCELLED,
    "sms.expired": TextState.EXPIRED,
    "sms.failed": TextState.FAILED,
}

CONTACTS: Final = ("contact.recorded", "contact.confirmed")
TEXTS: Final = (*STATES, "sms.seen", "sms.recalled")


def reconcile(session: Session, trail: Trail, report: Report) -> None:
    """Find what does not agree in a case; the agency sends nothing."""
    if trail.case_id is None:
        return
    contacts = select(Contact.participant_id, Contact.recorded_at).where(Contact.case_id == trail.case_id)
    rows: Told = {row.participant_id: {"recorded_at": time(row.recorded_at)} for row in session.execute(contacts)}
    told: Told = {each.ref("participant"): {"recorded_at": each.at} for each in trail.of("contact.recorded")}
    hold_against(report, "contact", rows, told)
    _check_confirmed(session, trail, report)
    hold_against(report, "text", _texts(session, trail.case_id), _texts_told(trail))


def _check_confirmed(session: Session, trail: Trail, report: Report) -> None:
    """A number counts as confirmed since a code was typed, or (those from before there were codes) since it was
    recorded.
    """
    told = {(each.ref("participant"), each.at) for each in trail.of("contact.confirmed", "contact.recorded")}
    wanted = select(Contact.participant_id, Contact.confirmed_at).where(
        Contact.case_id == trail.case_id, Contact.confirmed_at.is_not(None)
    )
    for row in session.execute(wanted):
        if (row.participant_id, time(row.confirmed_at)) not in told:
            report.find("row-differs", f"contact {row.participant_id}: not as the log tells it (confirmed_at).")


def _texts(session: Session, case_id: str) -> Told:
    columns = (OutboxText.text_id, OutboxText.wording, OutboxText.state, OutboxText.created_at)
    wanted = select(*columns, OutboxText.sent_at, OutboxText.seen_at).where(OutboxText.case_id == case_id)
    return {
        row.text_id: {
            "wording": row.wording,
            "state": row.state,
            "created_at": time(row.created_at),
            "sent_at": time(row.sent_at),
            "seen_at": time(row.seen_at),
        }
        for row in session.execute(wanted)
    }


def _texts_told(trail: Trail) -> Told:
    told: Told = {}
    for each in trail.of(*STATES, "sms.seen"):
        first = {"wording": each.ref("wording"), "created_at": each.at, "sent_at": None, "seen_at": None}
        facts = told.setdefault(each.ref("text"), first)
        if each.kind == "sms.seen":
            facts["seen_at"] = each.at
            continue
        facts["state"] = STATES[each.kind]
        if each.kind == "sms.sent":
            facts["sent_at"] = each.at
    return told
