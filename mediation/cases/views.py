"""What is shown of a case to facilitators, overseers and members: plain dicts that the API and the pages share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.access import Actor, require
from mediation.accounts import invitations, roster
from mediation.cases import anchors, consents, heads
from mediation.cases.heads import Verified, kept_documents, verified
from mediation.cases.models import Case, CaseFacilitator, CaseStatement, EpochLink, EpochSeal, Member
from mediation.cases.queries import consents_of, is_facilitator, members_of
from mediation.cases.states import StatementState
from mediation.protocol import case_chain
from mediation.protocol.encoding import b64, format_date, format_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members


def summary(session: Session, actor: Actor, case: Case, file: Verified, from_seq: int = 1) -> dict[str, Any]:
    """What verifying a case and opening its epochs takes; seals and links only for its facilitators."""
    return unverified(session, actor, case, from_seq) | {
        "anchor": anchors.proof(session, file.authority.roster.hash, case.case_id),
        "documents": file.people.documents,
        "kept": kept(session, case.case_id, file.head.kept, file.people),
    }


def unverified(session: Session, actor: Actor, case: Case, from_seq: int = 1) -> dict[str, Any]:
    """As `summary`, from the rows alone: for a case that cannot be verified, which a client finds out for itself."""
    require(actor, "case:read", case)
    sealed = is_facilitator(actor, case)
    return {
        "case_id": case.case_id,
        "reference": case.reference,
        "nonce": case.nonce,
        "created_on": format_date(case.created_at.date()),
        "expires_on": format_date(case.expires_on),
        "statements": heads.adopted(session, case.case_id, from_seq),
        "anchor": None,
        "seals": _seals(session, actor, case) if sealed else [],
        "links": _links(session, case) if sealed else [],
        "documents": [],
        "kept": {"facilitators": None, "members": {}},
        "consents": consents.envelopes_of(session, case.case_id),
        "standings": [standing(member) for member in members_of(session, case.case_id) if member.in_head],
    }


def details(session: Session, actor: Actor, case: Case, file: Verified) -> dict[str, Any]:
    """What changing a case takes besides; invitations and contacts only for its facilitators."""
    require(actor, "case:read", case)
    own = is_facilitator(actor, case)
    everybody = members_of(session, case.case_id)
    people = [member for member in everybody if member.in_head]
    return {
        "left": [member.participant_id for member in everybody if not member.in_head],
        "proposals": _proposals(session, case, file),
        "invitations": invitations.listed(session, case.case_id) if own else [],
        "contacts": [contact(session, member.participant_id) for member in people] if own else [],
    }


def standing(member: Member) -> dict[str, Any]:
    """Whether somebody takes part: {participant_id, standing, since, acknowledged}."""
    return {
        "participant_id": member.participant_id,
        "standing": str(member.standing),
        "since": format_time(member.since),
        "acknowledged": member.acknowledged_at is not None,
    }


def contact(session: Session, participant_id: str) -> dict[str, Any]:
    """How somebody may be reached: {participant_id, channel, masked, wording}; nothing recorded yet is `none`."""
    found = sms.contact_of(session, participant_id)
    return {
        "participant_id": participant_id,
        "channel": "none" if found is None else found.channel,
        "masked": None if found is None else sms.masked(found.number),
        "wording": None if found is None else found.wording,
    }


def kept(session: Session, case_id: str, of_facilitators: str | None, people: Members) -> dict[str, Any]:
    """What the lists of the head open to: {facilitators, members}."""
    stored = kept_documents(session, case_id, [of_facilitators, *(person.kept for person in people.people)])
    return {
        "facilitators": stored.get(of_facilitators or ""),
        "members": {person.participant_id: stored.get(person.kept or "") for person in people.people},
    }


def _seals(session: Session, actor: Actor, case: Case) -> list[dict[str, Any]]:
    mine = select(CaseFacilitator.box_kid).where(
        CaseFacilitator.case_id == case.case_id, CaseFacilitator.staff_id == actor.staff_id
    )
    wanted = select(EpochSeal).where(EpochSeal.case_id == case.case_id, EpochSeal.box_kid.in_(mine))
    rows = session.scalars(wanted.order_by(EpochSeal.epoch))
    return [{"epoch": row.epoch, "box_kid": row.box_kid, "seal": b64(row.seal)} for row in rows]


def _links(session: Session, case: Case) -> list[dict[str, Any]]:
    rows = session.scalars(select(EpochLink).where(EpochLink.case_id == case.case_id).order_by(EpochLink.epoch))
    return [{"epoch": row.epoch, "previous_secret": b64(row.previous_secret)} for row in rows]


def _proposals(session: Session, case: Case, file: Verified) -> list[dict[str, Any]]:
    wanted = select(CaseStatement).where(CaseStatement.case_id == case.case_id)
    return [
        proposal(row, file) for row in session.scalars(wanted.where(CaseStatement.state == StatementState.PROPOSED))
    ]


def proposal(row: CaseStatement, file: Verified) -> dict[str, Any]:
    """A step that waits for signatures, with what came beside it; `needs` counts those missing."""
    return {
        "hash": row.hash,
        "case": row.envelope,
        "by": row.posted_by,
        "proposed_at": format_time(row.posted_at),
        "documents": row.parts["documents"],
        "kept": row.parts["kept"],
        "admits": row.parts["admits"],
        "needs": _needs(row, file),
    }


def _needs(row: CaseStatement, file: Verified) -> int:
    try:
        _, signed = case_chain.check_proposal(file.chain, row.envelope, file.authority)
    except ProtocolError:  # nobody who signed it counts any more
        return file.head.approvals_required
    return max(0, signed.required - len(signed.facilitators) - (signed.stand_in is not None))


def facilitators(session: Session, case: Case) -> list[dict[str, str]]:
    """The names of those whom the head names, as far as they are on the roster: [{staff_id, display_name}]."""
    row = roster.newest(session, case.agency_id)
    listed: Mapping[str, Mapping[str, Any]] = {} if row is None else roster.entries(row)
    named = sorted(case.facilitator_ids & set(listed))
    return [{"staff_id": staff_id, "display_name": listed[staff_id]["display_name"]} for staff_id in named]


def waiting(session: Session, actor: Actor, case: Case, state: str) -> dict[str, Any]:
    """Somebody's membership before they are admitted (`waiting`), or after a head has left them out (`removed`)."""
    return {
        "case_id": case.case_id,
        "participant_id": actor.participant_id,
        "state": state,
        "nonce": case.nonce,
        "statements": [],
        "anchor": None,
        "document": None,
        "documents": [],
        "others": [],
        "kept": None,
        "consents": [],
        "standing": None,
        "facilitators": facilitators(session, case),
    }


def _others(session: Session, file: Verified, member: Member) -> list[dict[str, str]]:
    """Whom a member may write to: the other members who have ever consented, by side and role. That somebody paused
    does not show, and until they first consented not even that they are here."""
    consented = {consent.participant_id for consent in consents_of(session, member.case_id)} - {member.participant_id}
    return [
        {"participant_id": person.participant_id, "side": person.side, "role": person.role}
        for person in file.people.people
        if person.participant_id in consented
    ]


def membership(
    session: Session, case: Case, member: Member, writers: frozenset[str], now: datetime, from_seq: int = 1
) -> dict[str, Any]:
    """A member's own view: the chain, their own document, list and consents, and the documents of `writers`."""
    file = verified(session, case, now)
    own = file.people.get(member.participant_id)
    return {
        "case_id": case.case_id,
        "participant_id": member.participant_id,
        "state": "admitted",
        "nonce": case.nonce,
        "statements": heads.adopted(session, case.case_id, from_seq),
        "anchor": anchors.proof(session, file.authority.roster.hash, case.case_id),
        "document": own.document,
        "documents": [person.document for person in file.people.people if person.participant_id in writers],
        "others": _others(session, file, member),
        "kept": kept_documents(session, case.case_id, [own.kept]).get(own.kept or ""),
        "consents": consents.envelopes_of(session, case.case_id, member.participant_id),
        "standing": standing(member),
        "facilitators": facilitators(session, case),
    }
