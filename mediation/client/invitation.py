"""Joining from a printed code: everything that the invitation carries is verified before any key is made.

What it proves is pinned: the agency's root key in the key bundle, the newest agency statement, roster and case in the
newcomer's own memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mediation.client import trust
from mediation.client.signing_in import Clock, SignedIn, new_account, opened
from mediation.client.transport import Transport
from mediation.protocol import case_signers, invitation_secret, joining
from mediation.protocol import invitation as protocol
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.invitation import Invitation
from mediation.protocol.primitives import box_public_key
from mediation.protocol.roster import Staff


@dataclass(frozen=True)
class Joined:
    """Somebody who has just joined: signed in under a name to note, waiting to be admitted."""

    me: SignedIn
    sign_in_name: str

    @property
    def words(self) -> list[str]:
        """The six words to say to whoever admits them."""
        return self.me.words


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that holds. For staff `side`, `role` and `approvals` are None and there are no facilitators."""

    transport: Transport
    clock: Clock
    proven: Invitation

    @property
    def agency_name(self) -> str:
        """Who invites."""
        return str(self.proven.authority.agency.newest.payload["name"])

    @property
    def for_staff(self) -> bool:
        """Whether this is for a member of staff rather than a participant."""
        return self.proven.chain is None

    @property
    def participant_id(self) -> str:
        """Who is invited: a participant_id, or a staff_id."""
        return str(self.proven.invite.payload["participant_id"])

    @property
    def side(self) -> str | None:
        """`person_harmed`, `person_responsible` or `community`."""
        return _text(self.proven.invite.payload["side"])

    @property
    def role(self) -> str | None:
        """`party`, `supporter`, …"""
        return _text(self.proven.invite.payload["role"])

    @property
    def facilitators(self) -> Sequence[Staff]:
        """Who will be able to read what the newcomer writes."""
        if self.proven.chain is None:
            return ()
        return tuple(case_signers.counting(self.proven.chain.payload, self.proven.authority.roster).values())

    @property
    def approvals(self) -> int | None:
        """How many of them must agree before anything is passed on."""
        chain = self.proven.chain
        return None if chain is None else int(chain.payload["approvals_required"])

    @property
    def expires_at(self) -> str:
        """Until when it can be used."""
        return str(self.proven.invite.payload["expires_at"])

    def join(self, phrase: str) -> Joined:
        """Make keys, send the join, and be signed in; what the invitation proved is pinned.

        Raises `passphrase-too-short`, `bad-passphrase`, ApiError, and what `trust.load` raises.
        """
        account = new_account(self.proven.root_pk, phrase)
        own = self.proven.secrets
        join, mac = joining.build(
            account.keys.sign_seed,
            box_public_key(account.keys.box_seed),
            account_id=account.account_id,
            invite_hash=self.proven.invite.hash,
            k=own.k,
        )
        body = {"join": join, "mac": b64(mac), "account": account.record}
        answer = self.transport.post(f"/invitations/{own.invite_id}/join", body)
        me = opened(self.transport, account.account_id, account.keys, self.clock)
        me.pins.keep(self._pinned)
        trust.load(me)
        return Joined(me, answer["sign_in_name"])

    def _pinned(self, value: dict[str, Any]) -> dict[str, Any]:
        value = trust.pinned(value, self.proven.authority)
        chain = self.proven.chain
        return value if chain is None else {**value, "cases": {**value["cases"], chain.case_id: chain.pin()}}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def open_(transport: Transport, code: str, clock: Clock) -> OpenInvitation:
    """The invitation behind a printed code, verified. Newer statements are fetched and chained to it on joining.

    Raises `bad-invitation-code`, ApiError (404 `invitation-unknown`, 410 `invitation-used`, …) and what
    `protocol.invitation.open_` raises.
    """
    secret = invitation_secret.from_code(code)
    invite_id = invitation_secret.secrets(secret).invite_id
    answer = transport.get(f"/invitations/{invite_id}")
    return OpenInvitation(
        transport, clock, protocol.open_(unb64(answer["blob"]), unb64(answer["mac"]), secret, clock())
    )
