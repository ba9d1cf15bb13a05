"""Consent: signed by the person, or written down by a facilitator for somebody without a device. It lifts a pause.

The newest counts, if its signer still does in the head; it is never vouched for by a kept list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.finding import own_case
from mediation.cases.heads import Verified, verified
from mediation.cases.models import Case, Consent, Member
from mediation.cases.queries import MemberNow, case_for, consents_of, member_of, members_now, newest_consent
from mediation.cases.states import Standing, StandingAction, next_standing
from mediation.errors import NotFound
from mediation.protocol import consent as consents
from mediation.protocol import envelope as envelopes
from mediation.protocol.errors import ProtocolError


def give(session: Session, actor: Actor, envelope: Mapping[str, Any], now: datetime) -> tuple[Member, bool]:
    """Record a consent; the member, and whether it is new (the same envelope again changes nothing).

    Raises `not-admitted`, `not-found`, and what `consent.check_submission` raises.
    """
    claimed = envelopes.parse(envelope, "consent").payload
    case, member = _consenting(session, actor, claimed)
    known = newest_consent(session, member.participant_id)
    if known is not None and known.envelope == envelope:
        return member, False
    file = verified(session, case, now)
    previous = None if known is None else envelopes.parse(known.envelope, "consent")
    given = consents.check_submission(file.head, file.people, envelope, previous)
    session.add(
        Consent(
            participant_id=member.participant_id,
            seq=given.seq,
            case_id=case.case_id,
            hash=given.hash,
            envelope=dict(envelope),
            received_at=now,
        )
    )
    _stand(member, now)
    refs = {"consent": given.hash, "participant": member.participant_id}
    ledger.append(session, "consent.given", actor=actor, case_id=case.case_id, refs=refs, at=now)
    return member, True


def _consenting(session: Session, actor: Actor, claimed: Mapping[str, Any]) -> tuple[Case, Member]:
    """The case and the person: themselves, or an assisted one for whom a facilitator writes it down."""
    if actor.kind == "participant":
        case, member = own_case(session, actor, lock=True)
        if (claimed["case_id"], claimed["participant_id"]) != (member.case_id, member.participant_id):
            raise NotFound("not-found")
        require(actor, "consent:give", member)
    else:
        case = case_for(session, actor, claimed["case_id"], lock=True)
        require(actor, "consent:write-down", case)
        member = member_of(session, case, claimed["participant_id"])
    return case, member


def _stand(member: Member, now: datetime) -> None:
    before, member.standing = member.standing, next_standing(member.standing, StandingAction.CONSENT)
    if before is not member.standing:
        member.since = now
        member.acknowledged_at = member.acknowledged_by = None


def _counts(file: Verified, member: MemberNow) -> bool:
    """Whether the signer of somebody's newest consent still counts in the head."""
    try:
        consents.verify(member.consent, file.head, file.people)
    except ProtocolError:
        return False
    return True


@dataclass(frozen=True)
class Willing:
    """What a release rests on: those whom the head names, as they stand, and the newest of their consents that count in
    the head; both by participant_id.
    """

    members: Mapping[str, MemberNow]
    consents: Mapping[str, str]

    @property
    def standing(self) -> frozenset[str]:
        """Those who neither paused nor withdrew."""
        return frozenset(name for name, member in self.members.items() if member.standing is Standing.ACTIVE)


def willing(session: Session, file: Verified) -> Willing:
    """What a release in this case rests on now."""
    people = {person.participant_id for person in file.people.people}
    members = [row for row in members_now(session, file.head.case_id) if row.participant_id in people]
    consented = {row.participant_id: row.consent_hash for row in members if row.consent_hash and _counts(file, row)}
    return Willing({row.participant_id: row for row in members}, consented)


def envelopes_of(session: Session, case_id: str, participant_id: str | None = None) -> list[dict[str, Any]]:
    """The consents of a case or of one person, as they were signed, each person's in their order."""
    return [row.envelope for row in consents_of(session, case_id, participant_id)]
