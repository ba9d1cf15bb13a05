"""Issuing a roster: who works here from now on. Newcomers must have joined, leavers lose their sessions at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.accounts import authority, invitations, operations
from mediation.accounts.agency import store_roster
from mediation.accounts.models import Account, Invitation, Staff
from mediation.errors import Conflict, Invalid, NotAllowed
from mediation.protocol import agency as agency_protocol
from mediation.protocol import envelope
from mediation.protocol.anchors import Anchors
from mediation.protocol.authority import Authority, check_current
from mediation.protocol.encoding import unb64
from mediation.protocol.roster import Roster


@dataclass(frozen=True)
class Issued:
    """A stored roster; `left`: the box kid of whoever was on the one before and is not on it with that key, by
    staff_id.
    """

    hash: str
    seq: int
    left: Mapping[str, str]
    new: bool


def issue(
    session: Session,
    actor: Actor,
    statement: dict[str, Any],
    admits: list[str],
    leaves: Mapping[str, str],
    now: datetime,
) -> Issued:
    """Store a roster that follows the newest one, and admit the staff who joined with the invitations in `admits`.

    `leaves` are the anchored hashes of all cases. The newest roster again changes nothing. Raises `roster-moved` (409),
    `not-your-key` (403), `roster-anchors`, `administrator-missing`, `staff-not-joined` (422), what
    `invitations.joined_staff` and verifying raise.
    """
    require(actor, "roster:issue")
    agency = authority.the_agency(session)
    before = authority.of(session, agency.agency_id, now)
    newer = envelope.parse(statement, "roster")
    if newer.hash == before.roster.hash:
        return Issued(newer.hash, before.roster.seq, {}, new=False)
    if newer.payload["prev"] != before.roster.hash:
        raise Conflict("roster-moved")
    word = _follow(session, before, statement, now)
    _check(actor, word, leaves)
    joined = [invitations.joined_staff(session, invite_id, before, now) for invite_id in admits]
    _check_newcomers(before.roster, word.roster, joined)
    store_roster(session, word.roster.statement, now)
    ledger.append(session, "roster.issued", actor=actor, case_id=None, refs={"roster": word.roster.hash}, at=now)
    left = _left(before.roster, word.roster)
    for staff_id in sorted(left):
        _leave(session, actor, staff_id, now)
    for one in joined:
        _admit(session, actor, one, now)
    return Issued(word.roster.hash, word.roster.seq, left, new=True)


def _follow(session: Session, before: Authority, statement: dict[str, Any], now: datetime) -> Authority:
    chain = [each.envelope for each in before.agency.statements]
    rosters = [each.statement.envelope for each in before.rosters]
    word = authority.verified(chain, [*rosters, statement], now)
    check_current(word)
    return word


def _check(actor: Actor, word: Authority, leaves: Mapping[str, str]) -> None:
    issuer = agency_protocol.issuers(word.agency.newest)[word.roster.statement.signers[0]]
    if issuer.staff_id != actor.staff_id:
        raise NotAllowed("not-your-key")
    if word.roster.anchors != Anchors(leaves.items()).field:
        raise Invalid("roster-anchors")
    if not any("administrator" in staff.roles for staff in word.roster.staff.values()):
        raise Invalid("administrator-missing")


def _check_newcomers(before: Roster, after: Roster, joined: list[Invitation]) -> None:
    """Whoever is new, or has other keys, must have joined with exactly these."""
    brought = {one.staff_id: _keys_of(one) for one in joined}
    if len(brought) != len(joined):  # two answers for one person: the other account would be let in as well
        raise Invalid("staff-not-joined")
    for staff_id, staff in after.staff.items():
        old = before.staff.get(staff_id)
        same = old is not None and (old.sign_pk, old.box_pk) == (staff.sign_pk, staff.box_pk)
        if same == (staff_id in brought) or (not same and brought[staff_id] != (staff.sign_pk, staff.box_pk)):
            raise Invalid("staff-not-joined")
    if not set(brought) <= set(after.staff):
        raise Invalid("staff-not-joined")


def _keys_of(invitation: Invitation) -> tuple[bytes, bytes]:
    payload = envelope.parse(invitation.join, "join").payload
    return unb64(payload["sign_pk"]), unb64(payload["box_pk"])


def _left(before: Roster, after: Roster) -> dict[str, str]:
    staying = {(staff_id, staff.box_kid) for staff_id, staff in after.staff.items()}
    return {name: staff.box_kid for name, staff in before.staff.items() if (name, staff.box_kid) not in staying}


def _leave(session: Session, actor: Actor, staff_id: str, now: datetime) -> None:
    staff = session.get_one(Staff, staff_id)
    staff.left_at = now
    if staff.account_id is not None:
        operations.close_account(session, actor, staff.account_id, now)
        staff.account_id = None
    ledger.append(session, "staff.left", actor=actor, case_id=None, refs={"staff": staff_id}, at=now)


def _admit(session: Session, actor: Actor, invitation: Invitation, now: datetime) -> None:
    assert invitation.staff_id is not None
    account = invitations.admit(session, actor, invitation, now)
    staff = session.get(Staff, invitation.staff_id) or Staff(
        staff_id=invitation.staff_id, agency_id=invitation.agency_id
    )
    staff.account_id, staff.left_at = account.account_id, None
    session.add(staff)
    ledger.append(session, "staff.admitted", actor=actor, case_id=None, refs={"staff": invitation.staff_id}, at=now)


def listed(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The staff of the newest roster: {staff_id, display_name, roles, sign_kid, box_kid, issuer, sign_in_name}.

    `sign_in_name` is for administrators, null for anybody else.
    """
    require(actor, "staff:list")
    word = authority.of(session, authority.the_agency(session).agency_id, now)
    issuers = {issuer.staff_id for issuer in agency_protocol.issuers(word.agency.newest).values()}
    wanted = select(Account.staff_id, Account.sign_in_name).where(Account.staff_id.in_(list(word.roster.staff)))
    rows = session.execute(wanted.where(Account.admitted_at.is_not(None), Account.closed_at.is_(None)))
    names = {row.staff_id: row.sign_in_name for row in rows}
    shown = "administrator" in actor.roles
    return [
        {
            "staff_id": staff.staff_id,
            "display_name": staff.display_name,
            "roles": list(staff.roles),
            "sign_kid": staff.sign_kid,
            "box_kid": staff.box_kid,
            "issuer": staff.staff_id in issuers,
            "sign_in_name": names.get(staff.staff_id) if shown else None,
        }
        for staff in word.roster.staff.values()
    ]
