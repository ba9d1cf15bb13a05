"""Invitations: made by whoever may admit, used once by whoever holds the printed secret, admitted or cancelled.

The server sees neither the secret nor what it derives. It keeps the blob and its MAC for the person invited, and the
join and its MAC for the person who admits; both ends check what the server cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased

from mediation import ledger
from mediation.access import Actor, OfCase, require
from mediation.accounts import authority, operations, records, sessions
from mediation.accounts.models import Account, Invitation
from mediation.accounts.records import AccountRecord, Holder
from mediation.accounts.states import InvitationState, after
from mediation.errors import Conflict, Gone, Invalid, NotFound
from mediation.protocol import case_head, envelope, invitation
from mediation.protocol.authority import Authority, check_current
from mediation.protocol.encoding import b64, format_time, parse_canonical, parse_time, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError

MAC_SIZE: Final = 32
BLOB_PARTS: Final = 5
PAGE: Final = 50
"""How many invitations to the staff a list holds; the rest comes when it is asked for."""


@dataclass(frozen=True)
class Offered:
    """What the inviter's browser sends: the blob is the RFC 8785 array that the joiner checks."""

    invite_id: str
    blob: bytes
    mac: str
    sealed_secret: str | None


def invite_of(blob: bytes) -> dict[str, Any]:
    """The invite's envelope in a blob [agency, rosters, case, nonce, invite]. Raises `not-canonical`, `bad-field`."""
    parts = parse_canonical(blob)
    if not isinstance(parts, list) or len(parts) != BLOB_PARTS or not isinstance(parts[-1], dict):
        raise ProtocolError("bad-field", "blob")
    return parts[-1]


def create_for_case(
    session: Session, actor: Actor, case: OfCase, head: case_head.Head, given: Offered, now: datetime
) -> Invitation:
    """Store an invitation to a case, signed by a facilitator of its verified head.

    The same one again changes nothing. Raises `invitation-exists` (409), what `invitation.verify` raises.
    """
    require(actor, "invitation:create-for-case", case)
    case_head.check_current(head)
    word = authority.of(session, head.agency_id, now)
    invite = invitation.verify(invite_of(given.blob), head.chain, word, now)
    if given.sealed_secret is None:
        raise Invalid("secret-missing")
    return _store(session, actor, given, invite, now)


def create_for_staff(session: Session, actor: Actor, given: Offered, now: datetime) -> Invitation:
    """Store an invitation to the staff, signed by an issuer. Raises as `create_for_case`."""
    require(actor, "invitation:create-for-staff")
    word = authority.of(session, authority.the_agency(session).agency_id, now)
    check_current(word)
    invite = invitation.verify_staff(invite_of(given.blob), word, now)
    return _store(session, actor, given, invite, now)


def _store(session: Session, actor: Actor, given: Offered, invite: Statement, now: datetime) -> Invitation:
    stored = session.get(Invitation, given.invite_id)
    if stored is not None:
        if (stored.blob, stored.mac) != (given.blob, given.mac):
            raise Conflict("invitation-exists")
        return stored
    if session.scalar(select(Invitation.invite_id).where(Invitation.invite_hash == invite.hash)) is not None:
        raise Conflict("invitation-exists")  # the same invite under another id
    unb64(given.mac, MAC_SIZE)
    payload = invite.payload
    for_staff = payload["case_id"] is None
    row = Invitation(
        invite_id=given.invite_id,
        agency_id=payload["agency_id"],
        case_id=payload["case_id"],
        staff_id=payload["participant_id"] if for_staff else None,
        participant_id=None if for_staff else payload["participant_id"],
        blob=given.blob,
        mac=given.mac,
        invite=invite.envelope,
        invite_hash=invite.hash,
        sealed_secret=given.sealed_secret,
        state=InvitationState.OPEN,
        created_at=now,
        expires_at=parse_time(payload["expires_at"]),
    )
    session.add(row)
    _record(session, "invitation.created", actor, row, now)
    return row


def shown(session: Session, invite_id: str, now: datetime) -> dict[str, str]:
    """{blob, mac} for whoever holds the card. Raises `invitation-unknown`, `invitation-used|-cancelled|-expired`."""
    row = _open(session, invite_id, now, lock=False)
    return {"blob": b64(row.blob), "mac": row.mac}


def _open(session: Session, invite_id: str, now: datetime, *, lock: bool = True) -> Invitation:
    row = session.get(Invitation, invite_id, with_for_update=lock)
    if row is None:
        raise NotFound("invitation-unknown")
    after(row.state, "join")
    if now >= row.expires_at:
        raise Gone("invitation-expired")
    return row


def join(
    session: Session,
    actor: Actor,
    invite_id: str,
    statement: dict[str, Any],
    mac: str,
    record: AccountRecord,
    now: datetime,
) -> tuple[Account, bool]:
    """Use an invitation: the join is kept for the person who admits, and an account is made that can only wait; the
    account, and whether it is new.

    The same join again, until somebody admits, is answered with the account that it made: an answer may be lost.
    Raises as `shown`, `join-invite-wrong`, `account-mixed` (422), `account-exists` (409), and what verifying raises.
    """
    require(actor, "invitation:accept")
    if (made := _made_by(session, invite_id, statement, mac, record)) is not None:
        return made, False
    row = _open(session, invite_id, now)
    own_key = unb64(envelope.parse(statement, "join").payload["sign_pk"])
    joined = envelope.verify(statement, "join", envelope.keyring([own_key]))
    if joined.payload["invite_hash"] != row.invite_hash:
        raise Invalid("join-invite-wrong")
    if joined.payload["account_id"] != record.account_id:
        raise Invalid("account-mixed")
    unb64(mac, MAC_SIZE)
    holder = Holder(row.agency_id, staff_id=row.staff_id, participant_id=row.participant_id, case_id=row.case_id)
    account = records.create(session, record, holder, now)
    row.state, row.join, row.join_mac, row.account_id = after(row.state, "join"), statement, mac, account.account_id
    _record(session, "invitation.joined", sessions.holder(account), row, now)
    return account, True


def _made_by(
    session: Session, invite_id: str, statement: dict[str, Any], mac: str, record: AccountRecord
) -> Account | None:
    """The account that exactly this join made, None where it made none: every byte counts, the secret one too."""
    row = session.get(Invitation, invite_id, with_for_update=True)
    if row is None or row.state != InvitationState.JOINED or (row.join, row.join_mac) != (statement, mac):
        return None
    account = session.get_one(Account, row.account_id)
    return account if account.closed_at is None and records.is_same(session, account, record) else None


def joined(session: Session, case_id: str, invite_id: str) -> Invitation:
    """The joined invitation of a case. Raises `invitation-wrong` (422)."""
    row = _joined(session, invite_id)
    if row.case_id != case_id:
        raise Invalid("invitation-wrong")
    return row


def joined_staff(session: Session, invite_id: str, word: Authority, now: datetime) -> Invitation:
    """A joined invitation to the staff, judged anew: it may have expired, or its issuer have been withdrawn.

    Raises `invitation-wrong` (422), and what `invitation.verify_staff` raises.
    """
    row = _joined(session, invite_id)
    if row.staff_id is None:
        raise Invalid("invitation-wrong")
    invitation.verify_staff(row.invite, word, now)
    return row


def _joined(session: Session, invite_id: str) -> Invitation:
    row = session.get(Invitation, invite_id, with_for_update=True)
    if row is None or row.state != InvitationState.JOINED:
        raise Invalid("invitation-wrong")
    return row


def admit(session: Session, actor: Actor, row: Invitation, now: datetime) -> Account:
    """Whoever joined is in: called by the operation that adopts the case statement or roster naming their keys."""
    row.state = after(row.state, "admit")
    account = session.get_one(Account, row.account_id)
    account.admitted_at = now
    _record(session, "invitation.admitted", actor, row, now)
    return account


def for_cancelling(session: Session, invite_id: str) -> Invitation:
    """Any invitation. Raises `invitation-unknown` (404). The caller checks the right on what it belongs to."""
    row = session.get(Invitation, invite_id, with_for_update=True)
    if row is None:
        raise NotFound("invitation-unknown")
    return row


def cancel(session: Session, actor: Actor, row: Invitation, case: OfCase | None, now: datetime) -> None:
    """Cancel an open or joined invitation; whoever joined can no longer sign in. Again changes nothing.

    `case` is the invitation's, None for staff. Raises `invitation-admitted` (409).
    """
    require(actor, "invitation:cancel-for-staff" if case is None else "invitation:cancel-for-case", case)
    state = after(row.state, "cancel")
    if state == row.state:
        return
    row.state = state
    if row.account_id is not None:
        operations.close_account(session, actor, row.account_id, now)
    _record(session, "invitation.cancelled", actor, row, now)


def for_case(session: Session, actor: Actor, case: OfCase) -> list[dict[str, Any]]:
    """The invitations of a case, for its facilitators."""
    require(actor, "invitation:list-for-case", case)
    return listed(session, case.case_id)


def for_staff(
    session: Session, actor: Actor, after: str | None = None, states: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """A page of the invitations to the staff, newest first, for administrators: those before the invitation `after`,
    and only those in one of `states` if any are named.
    """
    require(actor, "invitation:list-for-staff")
    place = (Invitation.created_at, Invitation.invite_id)
    wanted = select(Invitation).where(Invitation.staff_id.is_not(None)).limit(PAGE)
    if states:
        wanted = wanted.where(Invitation.state.in_(states))
    if after is not None:
        last = aliased(Invitation)
        end = select(last.created_at, last.invite_id).where(last.invite_id == after).subquery()
        wanted = wanted.join(end, tuple_(*place) < tuple_(end.c.created_at, end.c.invite_id))
    return [as_dict(row) for row in session.scalars(wanted.order_by(*(each.desc() for each in place)))]


def one_for_staff(session: Session, actor: Actor, invite_id: str) -> dict[str, Any]:
    """One invitation to the staff, for administrators. Raises `not-found` (404)."""
    require(actor, "invitation:list-for-staff")
    row = session.get(Invitation, invite_id)
    if row is None or row.staff_id is None:
        raise NotFound("not-found")
    return as_dict(row)


def listed(session: Session, case_id: str) -> list[dict[str, Any]]:
    """The invitations of a case, newest first, as the person who admits needs them."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.case_id == case_id)
        .order_by(Invitation.created_at.desc(), Invitation.invite_id)
    )
    return [as_dict(row) for row in rows]


def as_dict(row: Invitation) -> dict[str, Any]:
    """One invitation: {invite_id, staff_id, participant_id, invite, blob, sealed_secret, state, expires_at, join,
    join_mac}.
    """
    return {
        "invite_id": row.invite_id,
        "staff_id": row.staff_id,
        "participant_id": row.participant_id,
        "invite": row.invite,
        "blob": b64(row.blob),
        "sealed_secret": row.sealed_secret,
        "state": row.state,
        "created_at": format_time(row.created_at),
        "expires_at": format_time(row.expires_at),
        "join": row.join,
        "join_mac": row.join_mac,
    }


def _record(session: Session, kind: str, actor: Actor, row: Invitation, now: datetime) -> None:
    ledger.append(session, kind, actor=actor, case_id=row.case_id, refs={"invite": row.invite_hash}, at=now)
