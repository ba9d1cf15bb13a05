"""Every move that a message can make on its way to one recipient, and a decision to being final, as tables; pure.

What is not in a table cannot happen. A message that needs no decision (`private`, `note`) has no recipient states. An
offer whose time has come is derived from RELEASED (see `queries`); the stored state follows it.
"""

from enum import StrEnum
from typing import Final

from mediation.errors import Conflict


class RecipientState(StrEnum):
    """Where a message stands for one of its recipients."""

    IN_REVIEW = "in_review"
    RELEASED = "released"
    OFFERED = "offered"
    KEPT = "kept"
    WITH_FACILITATOR = "with_facilitator"
    NOT_WANTED = "not_wanted"
    OPENED = "opened"
    RETURNED = "returned"
    STOPPED = "stopped"
    RECALLED = "recalled"


class RecipientAction(StrEnum):
    """What happens to it: facilitators decide, time offers, the recipient chooses, the writer's side recalls."""

    RELEASE = "release"
    RETURN = "return"
    STOP = "stop"
    OFFER = "offer"
    KEEP = "keep"
    ASK_TO_READ_TOGETHER = "ask_to_read_together"
    DECLINE = "decline"
    OPEN = "open"
    RECALL = "recall"


_S = RecipientState
_A = RecipientAction

UNOPENED: Final = (_S.OFFERED, _S.KEPT, _S.WITH_FACILITATOR, _S.NOT_WANTED)
"""Offered, and not opened yet: the recipient may still choose, and it can be recalled."""

RECALLABLE: Final = (_S.IN_REVIEW, _S.RELEASED, *UNOPENED)
"""What a writer's taking back, pause or withdrawal recalls."""

RECIPIENT_TRANSITIONS: Final[dict[tuple[RecipientState, RecipientAction], RecipientState]] = {
    (_S.IN_REVIEW, _A.RELEASE): _S.RELEASED,
    (_S.IN_REVIEW, _A.RETURN): _S.RETURNED,
    (_S.IN_REVIEW, _A.STOP): _S.STOPPED,
    (_S.RELEASED, _A.OFFER): _S.OFFERED,
    **{(state, _A.KEEP): _S.KEPT for state in UNOPENED},
    **{(state, _A.ASK_TO_READ_TOGETHER): _S.WITH_FACILITATOR for state in UNOPENED},
    **{(state, _A.DECLINE): _S.NOT_WANTED for state in UNOPENED},
    **{(state, _A.OPEN): _S.OPENED for state in (*UNOPENED, _S.OPENED)},
    **{(state, _A.RECALL): _S.RECALLED for state in RECALLABLE},
}

CHOICES: Final[dict[str, RecipientAction]] = {
    "kept": _A.KEEP,
    "with_facilitator": _A.ASK_TO_READ_TOGETHER,
    "not_wanted": _A.DECLINE,
    "opened": _A.OPEN,
}
"""The words of the interface for a recipient's choice, and the action that each one is."""

_REFUSALS: Final = {
    _S.IN_REVIEW: "not-offered",
    _S.RELEASED: "not-offered",
    _S.OPENED: "already-opened",
    _S.RECALLED: "recalled",
}


def next_recipient(state: RecipientState, action: RecipientAction) -> RecipientState:
    """The state after the action. Raises Conflict: `already-decided` for a decision; `not-offered`, `already-opened`
    or `recalled` for the rest."""
    try:
        return RECIPIENT_TRANSITIONS[state, action]
    except KeyError:
        pass
    if action in (_A.RELEASE, _A.RETURN, _A.STOP):
        raise Conflict("recalled" if state is _S.RECALLED else "already-decided")
    raise Conflict(_REFUSALS.get(state, "not-offered"))


class DecisionState(StrEnum):
    """A decision on the server: a proposal until as many facilitators as required have signed it."""

    PROPOSED = "proposed"
    FINAL = "final"
    DROPPED = "dropped"


class DecisionAction(StrEnum):
    """What happens to a decision. `sign` leaves signatures still missing, `finish` was the last one."""

    SIGN = "sign"
    FINISH = "finish"
    DROP = "drop"


DECISION_TRANSITIONS: Final[dict[tuple[DecisionState, DecisionAction], DecisionState]] = {
    (DecisionState.PROPOSED, DecisionAction.SIGN): DecisionState.PROPOSED,
    (DecisionState.PROPOSED, DecisionAction.FINISH): DecisionState.FINAL,
    (DecisionState.PROPOSED, DecisionAction.DROP): DecisionState.DROPPED,
    (DecisionState.DROPPED, DecisionAction.DROP): DecisionState.DROPPED,
}


def next_decision(state: DecisionState, action: DecisionAction) -> DecisionState:
    """The state after the action. Raises Conflict `proposal-closed`."""
    try:
        return DECISION_TRANSITIONS[state, action]
    except KeyError:
        raise Conflict("proposal-closed") from None
