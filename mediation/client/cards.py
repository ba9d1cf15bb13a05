"""An invitation to hand over on paper or in person: its secret is shown once, here, never sent to the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from mediation.client.trust import Trust
from mediation.protocol import invitation, invitation_secret
from mediation.protocol.encoding import b64
from mediation.protocol.invitation_secret import InviteSecrets

LASTS: Final = timedelta(days=7)


@dataclass(frozen=True)
class Card:
    """What is printed: a code to type, and a link with the same code in its fragment. `participant_id` is a staff_id
    on a card for staff."""

    invite_id: str
    participant_id: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    expires_at: datetime


def secrets_of(secret: bytes) -> InviteSecrets:
    """What follows from a card's secret of 16 bytes."""
    return invitation_secret.secrets(secret)


def card(base_url: str, secret: bytes, participant_id: str, expires_at: datetime) -> Card:
    """The card of a secret."""
    code = invitation_secret.to_code(secret)
    own = secrets_of(secret)
    return Card(own.invite_id, participant_id, code, f"{base_url}/join#{code}", expires_at)


@dataclass(frozen=True)
class CaseHistory:
    """A case's statements from the first on, and the 16 bytes of its nonce."""

    statements: Sequence[Any]
    nonce: bytes


def body(
    own: InviteSecrets,
    trust: Trust,
    case: CaseHistory | None,
    invite: Mapping[str, Any],
    sealed_secret: bytes | None,
) -> dict[str, Any]:
    """What the server is sent of an invitation: the closed blob, and IK sealed for the case's facilitators.

    `case` and `sealed_secret` are None for staff.
    """
    statements, nonce = ((), None) if case is None else (case.statements, case.nonce)
    blob, mac = invitation.close(trust.agency, trust.rosters, statements, nonce, invite, own.k)
    return {
        "invite_id": own.invite_id,
        "blob": b64(blob),
        "mac": b64(mac),
        "sealed_secret": None if sealed_secret is None else b64(sealed_secret),
    }
