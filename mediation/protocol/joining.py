"""Nobody is admitted whose keys did not come from the person who holds the invitation, and who said the six words.

The join is signed by the joining key itself and bound to the invitation by a MAC under its secret.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.protocol import envelope, invitation, primitives
from mediation.protocol.authority import Authority
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import b64, canonical, pae, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.invitation_secret import secrets_from_ik
from mediation.protocol.members import Member
from mediation.protocol.primitives import equal, mac, sign_public_key
from mediation.protocol.words import six_words


@dataclass(frozen=True)
class Joiner:
    """Somebody whose answer to an invitation holds; `participant_id` is the staff_id for staff, `side` and `role`
    are None then."""

    participant_id: str
    side: str | None
    role: str | None
    assisted: bool
    account_id: str
    sign_pk: bytes
    box_pk: bytes
    invite_hash: str

    def words(self, root_pk: bytes) -> list[str]:
        """The six words that both sides compare before anybody is admitted."""
        return six_words(root_pk, self.sign_pk, self.box_pk)

    def is_member(self, member: Member) -> bool:
        """Whether a member document is this joiner's."""
        return (self.participant_id, self.side, self.role, self.assisted, self.invite_hash) == (
            member.participant_id,
            member.side,
            member.role,
            member.assisted,
            member.invite_hash,
        ) and (self.sign_pk, self.box_pk) == (member.sign_pk, member.box_pk)


def build(
    sign_seed: bytes, box_pk: bytes, *, account_id: str, invite_hash: str, k: bytes
) -> tuple[dict[str, Any], bytes]:
    """The envelope of a join and its MAC under k."""
    payload = {
        "invite_hash": invite_hash,
        "account_id": account_id,
        "sign_pk": b64(sign_public_key(sign_seed)),
        "box_pk": b64(box_pk),
    }
    joined = envelope.make("join", payload, [sign_seed])
    return joined, _mac(k, joined)


def _mac(k: bytes, join: Mapping[str, Any]) -> bytes:
    return mac(k, pae("mediation/v1/join", canonical(join)))


def check(
    join: object, mac_: bytes, invite: object, ik: bytes, head: Head, used: Collection[str], now: datetime
) -> Joiner:
    """A facilitator's checks of the answer to an invite of this case; `used` are the invite hashes of members of
    this and every earlier head.

    Raises what `invitation.verify` raises, `invite-used`, `invite-key-wrong`, `join-mac-wrong`, `join-invite-wrong`,
    and what `envelope.verify` raises.
    """
    statement = invitation.verify(invite, head.chain, head.authority, now)
    return _check(join, mac_, statement, ik, used)


def check_staff(
    join: object, mac_: bytes, invite: object, ik: bytes, authority: Authority, used: Collection[str], now: datetime
) -> Joiner:
    """An issuer's checks of the answer to an invite to the staff. Raises what `check` and `verify_staff` raise."""
    return _check(join, mac_, invitation.verify_staff(invite, authority, now), ik, used)


def _check(join: object, mac_: bytes, invite: Statement, ik: bytes, used: Collection[str]) -> Joiner:
    if invite.hash in used:
        raise ProtocolError("invite-used")
    own = secrets_from_ik(ik)
    invitation.check_secret(invite, own)
    claimed = envelope.parse(join, "join")
    if not equal(_mac(own.k, claimed.envelope), mac_):
        raise ProtocolError("join-mac-wrong")
    sign_pk = unb64(claimed.payload["sign_pk"])
    statement = envelope.verify(join, "join", {primitives.kid(sign_pk): sign_pk})
    if statement.payload["invite_hash"] != invite.hash:
        raise ProtocolError("join-invite-wrong")
    return _joiner(statement.payload, invite)


def _joiner(join: Mapping[str, Any], invite: Statement) -> Joiner:
    return Joiner(
        participant_id=invite.payload["participant_id"],
        side=invite.payload["side"],
        role=invite.payload["role"],
        assisted=invite.payload["assisted"],
        account_id=join["account_id"],
        sign_pk=unb64(join["sign_pk"]),
        box_pk=unb64(join["box_pk"]),
        invite_hash=invite.hash,
    )


def check_admitted(member: Member, participant_id: str, sign_pk: bytes, box_pk: bytes) -> None:
    """Raise `not-me` unless the entry in the case is the joiner's own: their id and their keys."""
    if (member.participant_id, member.sign_pk, member.box_pk) != (participant_id, sign_pk, box_pk):
        raise ProtocolError("not-me")
