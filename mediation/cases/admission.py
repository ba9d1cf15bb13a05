"""Whoever joins becomes a member with exactly the keys that they brought, and no invitation admits anybody twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.accounts import invitations, operations
from mediation.accounts.models import Invitation
from mediation.cases.models import Member, UsedInvite
from mediation.errors import Invalid
from mediation.protocol import case_review
from mediation.protocol import envelope as envelopes
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Members


def check(session: Session, case_id: str, before: Members, after: Members, invite_id: str | None) -> Invitation | None:
    """The invitation that a step admits, None for a step that admits nobody with keys.

    Raises `invitation-wrong` (not joined, of another case, or of nobody who is new), `invite-used`, `not-joined`.
    """
    invitation = None if invite_id is None else invitations.joined(session, case_id, invite_id)
    joiner = None if invitation is None else joiner_of(invitation)
    case_review.check_admissions(before, after, {} if joiner is None else {joiner.participant_id: joiner})
    if joiner is None:
        return None
    member, earlier = after.find(joiner.participant_id), before.find(joiner.participant_id)
    if member is None or not joiner.is_member(member) or (earlier is not None and joiner.is_member(earlier)):
        raise Invalid("invitation-wrong")
    if session.get(UsedInvite, (case_id, joiner.invite_hash)) is not None:
        raise ProtocolError("invite-used")
    return invitation


def joiner_of(invitation: Invitation) -> Joiner:
    """Who joined with an invitation, as far as the server can tell: it has verified the signatures, but no MAC."""
    invite: Mapping[str, Any] = envelopes.parse(invitation.invite, "invite").payload
    join = envelopes.parse(invitation.join, "join").payload
    return Joiner(
        participant_id=invite["participant_id"],
        side=invite["side"],
        role=invite["role"],
        assisted=invite["assisted"],
        account_id=join["account_id"],
        sign_pk=unb64(join["sign_pk"]),
        box_pk=unb64(join["box_pk"]),
        invite_hash=invitation.invite_hash,
    )


def admit(session: Session, actor: Actor, invitation: Invitation | None, now: datetime) -> dict[str, str]:
    """Admit whoever joined; {participant_id: account_id}. The account of the keys that they had before is closed."""
    if invitation is None or invitation.participant_id is None:
        return {}
    account = invitations.admit(session, actor, invitation, now)
    earlier = session.get(Member, invitation.participant_id)
    if earlier is not None and earlier.account_id not in (None, account.account_id):
        operations.close_account(session, actor, str(earlier.account_id), now)
    return {invitation.participant_id: account.account_id}
