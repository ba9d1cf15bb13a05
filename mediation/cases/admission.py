"""Whoever joins becomes a member with exactly the keys that they brought, and no invitation admits anybody twice, late,
or after its signer has left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.accounts import invitations, operations
from mediation.accounts.models import Invitation
from mediation.cases.heads import Verified
from mediation.cases.models import Member, UsedInvite
from mediation.errors import Invalid
from mediation.protocol import case_review
from mediation.protocol import envelope as envelopes
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.invitation import verify as verify_invite
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Members


def check(session: Session, file: Verified, after: Members, invite_id: str | None, now: datetime) -> Invitation | None:
    """The invitation that a step admits, None for a step that admits nobody with keys. It is judged anew: an invitation
    may have expired since somebody joined with it, and its signer have left the case or the roster.

    Raises `invitation-wrong` (not joined, of another case, or of nobody who is new), `invite-used`, `not-joined`, and
    what `invitation.verify` raises.
    """
    before = file.people
    if invite_id is None:
        case_review.check_admissions(before, after, {})
        return None
    invitation = invitations.joined(session, file.chain.case_id, invite_id)
    joiner = joiner_of(invitation)
    case_review.check_admissions(before, after, {joiner.participant_id: joiner})
    member, earlier = after.find(joiner.participant_id), before.find(joiner.participant_id)
    if member is None or not joiner.is_member(member) or (earlier is not None and joiner.is_member(earlier)):
        raise Invalid("invitation-wrong")
    if session.get(UsedInvite, (file.chain.case_id, joiner.invite_hash)) is not None:
        raise ProtocolError("invite-used")
    verify_invite(invitation.invite, file.chain, file.authority, now)
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
