"""The states of an invitation and the moves between them; pure."""

from enum import StrEnum
from typing import Final

from mediation.errors import Conflict, Gone


class InvitationState(StrEnum):
    """Where an invitation is. Expiry is not a state: an open one past its time is refused as expired."""

    OPEN = "open"
    JOINED = "joined"
    ADMITTED = "admitted"
    CANCELLED = "cancelled"


TRANSITIONS: Final[dict[tuple[InvitationState, str], InvitationState]] = {
    (InvitationState.OPEN, "join"): InvitationState.JOINED,
    (InvitationState.OPEN, "cancel"): InvitationState.CANCELLED,
    (InvitationState.JOINED, "admit"): InvitationState.ADMITTED,
    (InvitationState.JOINED, "cancel"): InvitationState.CANCELLED,
    (InvitationState.CANCELLED, "cancel"): InvitationState.CANCELLED,
}


def after(state: str, action: str) -> InvitationState:
    """The state that `action` leads to. Raises `invitation-used`, `invitation-cancelled` (410),
    `invitation-not-joined`, `invitation-admitted` (409).
    """
    reached = TRANSITIONS.get((InvitationState(state), action))
    if reached is not None:
        return reached
    if action == "join":
        raise Gone("invitation-cancelled" if state == InvitationState.CANCELLED else "invitation-used")
    raise Conflict("invitation-not-joined" if action == "admit" else "invitation-admitted")
