"""Holds cases, their statements, consents and who is taking part against what the log tells of a case."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.accounts.models import RosterStatement
from mediation.cases.anchors import tree_of
from mediation.cases.models import Case, CaseStatement, Consent, Member, RosterAnchor
from mediation.cases.states import Standing, StatementState
from mediation.ledger.trail import Facts, Told, Trail, hash_of, hold_against, payload_of, time
from mediation.ledger.verifying import Report
from mediation.protocol.errors import ProtocolError

STATES: Final = {
    "case.created": StatementState.ADOPTED,
    "case.stated": StatementState.ADOPTED,
    "case.proposed": StatementState.PROPOSED,
    "case.signed": StatementState.PROPOSED,
    "case.dropped": StatementState.DROPPED,
}
STANDINGS: Final = {
    "consent.given": Standing.ACTIVE,
    "consent.paused": Standing.PAUSED,
    "consent.withdrawn": Standing.WITHDRAWN,
}


def reconcile(session: Session, trail: Trail, report: Report) -> None:
    """Find what does not agree in a case."""
    if trail.case_id is None:
        _check_anchors(session, report)
        return
    hold_against(report, "case", _case(session, trail.case_id), _case_told(trail))
    hold_against(report, "case statement", _statements(session, trail.case_id), _statements_told(trail))
    hold_against(report, "consent", _consents(session, trail.case_id), _consents_told(trail))
    members = _members(session, trail)
    hold_against(report, "member", members, _members_told(trail, members))


def _check_anchors(session: Session, report: Report) -> None:
    """The leaves of each roster are those that it was signed with."""
    known = set()
    for row in session.execute(select(RosterStatement.hash, RosterStatement.envelope)):
        known.add(row.hash)
        try:
            held = tree_of(session, row.hash).field
        except (ProtocolError, ValueError):
            held = None
        if held != payload_of(row.envelope, "roster").get("anchors"):
            report.find("row-differs", f"roster_anchor: roster {row.hash} was signed with other leaves.")
    for hash_ in set(session.scalars(select(RosterAnchor.roster_hash).distinct())) - known:
        report.find("row-unrecorded", f"roster_anchor: there is no roster {hash_}.")


def _case(session: Session, case_id: str) -> Told:
    wanted = select(Case.case_id, Case.head_hash, Case.head_seq, Case.created_at).where(Case.case_id == case_id)
    return {
        row.case_id: {"head_hash": row.head_hash, "head_seq": row.head_seq, "created_at": time(row.created_at)}
        for row in session.execute(wanted)
    }


def _case_told(trail: Trail) -> Told:
    adopted = list(trail.of("case.created", "case.stated"))
    if not adopted:
        return {}
    facts: Facts = {"head_hash": adopted[-1].ref("statement"), "head_seq": len(adopted), "created_at": adopted[0].at}
    return {trail.case_id: facts}


def _statements(session: Session, case_id: str) -> Told:
    columns: tuple[Any, ...] = (
        *(CaseStatement.hash, CaseStatement.seq, CaseStatement.envelope, CaseStatement.state),
        *(CaseStatement.posted_at, CaseStatement.adopted_at),
    )
    return {
        row.hash: {
            "envelope": hash_of(row.envelope, "case"),
            "seq": row.seq,
            "state": row.state,
            "posted_at": time(row.posted_at),
            "adopted_at": time(row.adopted_at),
        }
        for row in session.execute(select(*columns).where(CaseStatement.case_id == case_id))
    }


def _statements_told(trail: Trail) -> Told:
    told: Told = {}
    adopted = 0
    for each in trail.of(*STATES):
        hash_ = each.ref("statement")
        first: Facts = {"envelope": hash_, "posted_at": each.at, "adopted_at": None, "seq": adopted + 1}
        facts = told.setdefault(hash_, first)
        facts["state"] = STATES[each.kind]
        if facts["state"] is StatementState.ADOPTED:
            adopted += 1
            facts["adopted_at"] = each.at
    return told


def _consents(session: Session, case_id: str) -> Told:
    wanted = select(Consent.hash, Consent.participant_id, Consent.seq, Consent.envelope, Consent.received_at)
    return {
        row.hash: {
            "participant": row.participant_id,
            "seq": row.seq,
            "envelope": hash_of(row.envelope, "consent"),
            "received_at": time(row.received_at),
        }
        for row in session.execute(wanted.where(Consent.case_id == case_id))
    }


def _consents_told(trail: Trail) -> Told:
    told: Told = {}
    count: dict[str, int] = {}
    for each in trail.of("consent.given"):
        person, hash_ = each.ref("participant"), each.ref("consent")
        count[person] = count.get(person, 0) + 1
        told[hash_] = {"participant": person, "seq": count[person], "envelope": hash_, "received_at": each.at}
    return told


def _members(session: Session, trail: Trail) -> Told:
    columns = (
        *(Member.participant_id, Member.standing, Member.since, Member.acknowledged_at, Member.acknowledged_by),
    )
    return {
        row.participant_id: {
            "standing": row.standing,
            "since": time(row.since),
            "acknowledged_at": time(row.acknowledged_at),
            "acknowledged_by": trail.name(row.acknowledged_by),
        }
        for row in session.execute(select(*columns).where(Member.case_id == trail.case_id))
    }


def _members_told(trail: Trail, members: Told) -> Told:
    """Whoever has said nothing is taking part."""
    unseen: Facts = {"acknowledged_at": None, "acknowledged_by": None}
    told: Told = {person: {"standing": Standing.ACTIVE, **unseen} for person in members}
    for each in trail.of(*STANDINGS, "consent.acknowledged"):
        facts = told.setdefault(each.ref("participant"), {"standing": Standing.ACTIVE, **unseen})
        if each.kind == "consent.acknowledged":
            facts |= {"acknowledged_at": each.at, "acknowledged_by": each.event.actor}
        elif STANDINGS[each.kind] is not facts["standing"]:
            facts |= {"standing": STANDINGS[each.kind], "since": each.at, **unseen}
    return told
