"""Every move that a case statement and a person's standing can make, as tables; pure.

What is not in a table cannot happen. `next_state` names the refusal for it.
"""

from enum import StrEnum
from typing import Final

from mediation.errors import Conflict


class StatementState(StrEnum):
    """A case statement on the server: one with too few signatures is a proposal."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    DROPPED = "dropped"


class StatementAction(StrEnum):
    """What happens to a case statement. `sign` leaves signatures still missing, `adopt` was the last one."""

    SIGN = "sign"
    ADOPT = "adopt"
    DROP = "drop"


STATEMENT_TRANSITIONS: Final[dict[tuple[StatementState, StatementAction], StatementState]] = {
    (StatementState.PROPOSED, StatementAction.SIGN): StatementState.PROPOSED,
    (StatementState.PROPOSED, StatementAction.ADOPT): StatementState.ADOPTED,
    (StatementState.PROPOSED, StatementAction.DROP): StatementState.DROPPED,
    (StatementState.DROPPED, StatementAction.DROP): StatementState.DROPPED,
}


class Standing(StrEnum):
    """Whether a participant is taking part. It starts as active; a newer consent makes it so again."""

    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class StandingAction(StrEnum):
    """What a participant does about taking part."""

    PAUSE = "pause"
    WITHDRAW = "withdraw"
    CONSENT = "consent"


STANDING_TRANSITIONS: Final[dict[tuple[Standing, StandingAction], Standing]] = {
    (Standing.ACTIVE, StandingAction.PAUSE): Standing.PAUSED,
    (Standing.ACTIVE, StandingAction.WITHDRAW): Standing.WITHDRAWN,
    (Standing.ACTIVE, StandingAction.CONSENT): Standing.ACTIVE,
    (Standing.PAUSED, StandingAction.PAUSE): Standing.PAUSED,
    (Standing.PAUSED, StandingAction.WITHDRAW): Standing.WITHDRAWN,
    (Standing.PAUSED, StandingAction.CONSENT): Standing.ACTIVE,
    (Standing.WITHDRAWN, StandingAction.WITHDRAW): Standing.WITHDRAWN,
    (Standing.WITHDRAWN, StandingAction.CONSENT): Standing.ACTIVE,
}


def next_statement(state: StatementState, action: StatementAction) -> StatementState:
    """The state after the action. Raises Conflict `proposal-closed`."""
    try:
        return STATEMENT_TRANSITIONS[state, action]
    except KeyError:
        raise Conflict("proposal-closed") from None


def next_standing(state: Standing, action: StandingAction) -> Standing:
    """The standing after the action. Raises Conflict `already-withdrawn` (a withdrawal is not made into a pause)."""
    try:
        return STANDING_TRANSITIONS[state, action]
    except KeyError:
        raise Conflict("already-withdrawn") from None
