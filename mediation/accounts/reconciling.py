"""Holds invitations, accounts, staff and the agency's chains against what the log tells of a case or of the agency."""

from collections import Counter
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.accounts.models import Account, AgencyStatement, Invitation, RosterStatement, Staff
from mediation.accounts.states import InvitationState
from mediation.ledger.trail import Told, Trail, hash_of, hold_against, payload_of, time
from mediation.ledger.verifying import Report

STATES: Final = {
    "invitation.created": InvitationState.OPEN,
    "invitation.joined": InvitationState.JOINED,
    "invitation.admitted": InvitationState.ADMITTED,
    "invitation.cancelled": InvitationState.CANCELLED,
}


def reconcile(session: Session, trail: Trail, report: Report) -> None:
    """Find what does not agree, in a case or in the agency."""
    hold_against(report, "invitation", _invitations(session, trail), _invitations_told(trail))
    _check_closed(session, trail, report)
    if trail.case_id is None:
        hold_against(report, "agency statement", _chain(session, AgencyStatement, "agency"), _agency_told(trail))
        hold_against(report, "roster", _chain(session, RosterStatement, "roster"), _rosters_told(trail))
        hold_against(report, "member of staff", _staff(session), _staff_told(session, trail))


def _invitations(session: Session, trail: Trail) -> Told:
    columns: tuple[Any, ...] = (
        *(Invitation.invite_hash, Invitation.invite, Invitation.state, Invitation.created_at, Invitation.join),
        *(Account.created_at.label("joined_at"), Account.admitted_at),
    )
    wanted = select(*columns).outerjoin(Account, Account.account_id == Invitation.account_id)
    return {
        row.invite_hash: {
            "invite": hash_of(row.invite, "invite"),
            "state": row.state,
            "created_at": time(row.created_at),
            "joined": row.join is not None,
            "joined_at": time(row.joined_at),
            "admitted_at": time(row.admitted_at),
        }
        for row in session.execute(wanted.where(Invitation.case_id == trail.case_id))
    }


def _invitations_told(trail: Trail) -> Told:
    told: Told = {}
    for each in trail.of(*STATES):
        hash_ = each.ref("invite")
        facts = told.setdefault(hash_, {"invite": hash_, "joined": False, "joined_at": None, "admitted_at": None})
        facts["state"] = STATES[each.kind]
        if each.kind == "invitation.created":
            facts["created_at"] = each.at
        elif each.kind == "invitation.joined":
            facts |= {"joined": True, "joined_at": each.at}
        elif each.kind == "invitation.admitted":
            facts["admitted_at"] = each.at
    return told


def _check_closed(session: Session, trail: Trail, report: Report) -> None:
    """As many accounts of each person are closed as the log tells of."""
    holder = func.coalesce(Account.staff_id, Account.participant_id).label("holder")
    wanted = select(holder, Account.closed_at).where(Account.case_id == trail.case_id, Account.closed_at.is_not(None))
    rows = Counter((row.holder, time(row.closed_at)) for row in session.execute(wanted))
    told = Counter((each.ref("holder"), each.at) for each in trail.of("account.closed"))
    if rows != told:
        where = "the agency" if trail.case_id is None else f"case {trail.case_id}"
        report.find("row-differs", f"{where}: other accounts are closed than the log tells of.")


def _chain(session: Session, table: type[AgencyStatement] | type[RosterStatement], kind: str) -> Told:
    wanted = select(table.hash, table.seq, table.envelope, table.created_at)
    return {
        row.hash: {"envelope": hash_of(row.envelope, kind), "seq": row.seq, "created_at": time(row.created_at)}
        for row in session.execute(wanted)
    }


def _agency_told(trail: Trail) -> Told:
    stated = [(each.ref("agency"), each.at) for each in trail.of("agency.set-up", "agency.stated")]
    return _in_order(stated)


def _rosters_told(trail: Trail) -> Told:
    return _in_order([(each.ref("roster"), each.at) for each in trail.of("agency.set-up", "roster.issued")])


def _in_order(stated: list[tuple[str, str]]) -> Told:
    return {
        hash_: {"envelope": hash_, "seq": number, "created_at": at} for number, (hash_, at) in enumerate(stated, 1)
    }


def _staff(session: Session) -> Told:
    wanted = select(Staff.staff_id, Staff.left_at, Staff.account_id)
    return {
        row.staff_id: {"left_at": time(row.left_at), "may_sign_in": row.account_id is not None}
        for row in session.execute(wanted)
    }


def _staff_told(session: Session, trail: Trail) -> Told:
    """The first roster names whoever set the agency up."""
    first = session.scalar(select(RosterStatement.envelope).where(RosterStatement.seq == 1))
    named = payload_of(first, "roster").get("staff", [])
    told: Told = {each["staff_id"]: {"left_at": None, "may_sign_in": True} for each in named}
    for each in trail.of("staff.admitted", "staff.left"):
        left = each.kind == "staff.left"
        told[each.ref("staff")] = {"left_at": each.at if left else None, "may_sign_in": not left}
    return told
