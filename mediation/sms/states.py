"""The states of a queued text and the moves between them; pure."""

from enum import StrEnum
from typing import Final


class TextState(StrEnum):
    """Where a text is. The last six are final."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


TRANSITIONS: Final[dict[tuple[TextState, str], TextState]] = {
    (TextState.QUEUED, "claim"): TextState.SENDING,
    (TextState.QUEUED, "cancel"): TextState.CANCELLED,
    (TextState.QUEUED, "expire"): TextState.EXPIRED,
    (TextState.QUEUED, "suppress"): TextState.SUPPRESSED,
    (TextState.QUEUED, "wait"): TextState.QUEUED,
    (TextState.QUEUED, "accept"): TextState.SENT,  # a receipt came for a text that nobody could find before
    (TextState.SENDING, "accept"): TextState.SENT,
    (TextState.SENDING, "retry"): TextState.QUEUED,
    (TextState.SENDING, "fail"): TextState.FAILED,
    (TextState.SENDING, "cancel"): TextState.CANCELLED,  # it was called back meanwhile, and had not gone out
    (TextState.SENDING, "suppress"): TextState.SUPPRESSED,
    (TextState.SENT, "deliver"): TextState.DELIVERED,
    (TextState.SENT, "lose"): TextState.UNDELIVERED,
    (TextState.SENT, "fail"): TextState.FAILED,
    (TextState.SENT, "suppress"): TextState.SUPPRESSED,
    (TextState.SENT, "retry"): TextState.QUEUED,  # the provider says that it never arrived, and there is time
}

UNREAD: Final = (TextState.QUEUED, TextState.SENDING, TextState.SENT, TextState.DELIVERED)
"""A text in one of these states, not yet followed by a sign-in, is the one alert that a person may have."""


def after(state: TextState, action: str) -> TextState | None:
    """The state that `action` leads to, or None where it is not allowed."""
    return TRANSITIONS.get((state, action))
