"""Every state of a case statement and of a standing with every action."""

import pytest

from mediation.cases.states import (
    STANDING_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    Standing,
    StandingAction,
    StatementAction,
    StatementState,
    next_standing,
    next_statement,
)
from mediation.errors import Conflict

P, A, D = StatementState.PROPOSED, StatementState.ADOPTED, StatementState.DROPPED


@pytest.mark.parametrize(
    ("state", "sign", "adopt", "drop"),
    [(P, P, A, D), (A, None, None, None), (D, None, None, D)],
)
def test_a_case_statement_is_signed_adopted_or_dropped_only_while_it_is_proposed(
    state: StatementState,
    sign: StatementState | None,
    adopt: StatementState | None,
    drop: StatementState | None,
) -> None:
    expected = {StatementAction.SIGN: sign, StatementAction.ADOPT: adopt, StatementAction.DROP: drop}
    for action, after in expected.items():
        assert STATEMENT_TRANSITIONS.get((state, action)) == after
        if after is None:
            with pytest.raises(Conflict, match="proposal-closed"):
                next_statement(state, action)
        else:
            assert next_statement(state, action) is after


@pytest.mark.parametrize("state", Standing)
@pytest.mark.parametrize("action", StandingAction)
def test_a_withdrawal_is_never_made_into_a_pause_and_a_consent_lifts_both(
    state: Standing, action: StandingAction
) -> None:
    if (state, action) == (Standing.WITHDRAWN, StandingAction.PAUSE):
        with pytest.raises(Conflict, match="already-withdrawn"):
            next_standing(state, action)
        return
    wanted = {
        StandingAction.PAUSE: Standing.PAUSED,
        StandingAction.WITHDRAW: Standing.WITHDRAWN,
        StandingAction.CONSENT: Standing.ACTIVE,
    }
    assert next_standing(state, action) is wanted[action]
    assert len(STANDING_TRANSITIONS) == len(Standing) * len(StandingAction) - 1
