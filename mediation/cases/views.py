"""What is shown of a case to facilitators, overseers and members: plain dicts that the API and the pages share."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.access import Actor, require
from mediation.accounts import invitations, roster
from mediation.cases import anchors
from mediation.cases.heads import Verified, kept_documents
from mediation.cases.models import Case, CaseStatement, Member
from mediation.cases.queries import is_facilitator, members_of
from mediation.cases.states import StatementState
from mediation.cases.summaries import CONSENTS, Summaries, by_case, standing, statements_of
from mediation.protocol import case_chain
from mediation.protocol.encoding import format_time
from mediation.protocol.errors import ProtocolError


def summary(session: Session, actor: Actor, case: Case, from_seq: int = 1) -> dict[str, Any]:
    """What verifying a case and opening its epochs takes; seals and links only for its facilitators."""
    return Summaries(session, actor, [case]).of(case, from_seq)


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
        "contacts": contacts(session, [member.participant_id for member in people]) if own else [],
    }


def contact(session: Session, participant_id: str) -> dict[str, Any]:
    """How somebody may be reached: {participant_id, channel, masked, wording, language, code_word, hours,
    confirmed_at}; nothing recorded yet is `none`.
    """
    return _contact(participant_id, sms.contact_of(session, participant_id))


def contacts(session: Session, participant_ids: Sequence[str]) -> list[dict[str, Any]]:
    """As `contact`, for several at once."""
    found = sms.contacts_of(session, participant_ids)
    return [_contact(participant_id, found.get(participant_id)) for participant_id in participant_ids]


def _contact(participant_id: str, found: Any) -> dict[str, Any]:
    return {
        "participant_id": participant_id,
        "channel": "none" if found is None else found.channel,
        "masked": None if found is None else sms.masked(found.number),
        "wording": None if found is None else found.wording,
        "language": None if found is None else found.language,
        "code_word": None if found is None else found.code_word,
        "hours": None if found is None else found.hours,
        "confirmed_at": None if found is None or found.confirmed_at is None else format_time(found.confirmed_at),
    }


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


def facilitators(session: Session, agency_id: str, named: Iterable[str]) -> list[dict[str, str]]:
    """The names of those whom a head names, as far as they are on the roster: [{staff_id, display_name}]."""
    listed = roster.listed(session, agency_id)
    return [
        {"staff_id": staff_id, "display_name": listed[staff_id]["display_name"]}
        for staff_id in sorted(set(named) & listed.keys())
    ]


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
        "facilitators": facilitators(session, case.agency_id, case.facilitator_ids),
    }


def _others(file: Verified, member: Member, given: Sequence[Any]) -> list[dict[str, str]]:
    """Whom a member may write to: the other members who have ever consented, by side and role. That somebody paused
    does not show, and until they first consented not even that they are here."""
    consented = {consent.participant_id for consent in given} - {member.participant_id}
    return [
        {"participant_id": person.participant_id, "side": person.side, "role": person.role}
        for person in file.people.people
        if person.participant_id in consented
    ]


def membership(
    session: Session, case: Case, member: Member, file: Verified, writers: frozenset[str], from_seq: int = 1
) -> dict[str, Any]:
    """A member's own view: the chain, their own document, list and consents, and the documents of `writers`."""
    own = file.people.get(member.participant_id)
    given = by_case(session, CONSENTS, cases=[case.case_id])[case.case_id]
    chain = statements_of(session, case)
    return {
        "case_id": case.case_id,
        "participant_id": member.participant_id,
        "state": "admitted",
        "nonce": case.nonce,
        "statements": chain if from_seq == 1 else chain[from_seq - 1 :],
        "anchor": anchors.proof(session, file.authority.roster.hash, case.case_id),
        "document": own.document,
        "documents": [person.document for person in file.people.people if person.participant_id in writers],
        "others": _others(file, member, given),
        "kept": kept_documents(session, case.case_id, [own.kept]).get(own.kept or "") if own.kept else None,
        "consents": [row.envelope for row in given if row.participant_id == member.participant_id],
        "standing": standing(member),
        "facilitators": facilitators(session, case.agency_id, _named(file)),
    }


def _named(file: Verified) -> list[str]:
    return [entry["staff_id"] for entry in file.head.payload["facilitators"]]
