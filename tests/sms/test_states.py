"""Every state with every action: only what the table names is possible."""

import itertools

import pytest

from mediation.sms.states import TRANSITIONS, TextState, after

ACTIONS = sorted({action for _, action in TRANSITIONS} | {"unknown"})
FINAL = {state for state in TextState if state not in {start for start, _ in TRANSITIONS}}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(TextState, ACTIONS)))
def test_a_move_that_the_table_does_not_name_is_none(state: TextState, action: str) -> None:
    assert after(state, action) == TRANSITIONS.get((state, action))


def test_final_states_are_final() -> None:
    assert {
        TextState.DELIVERED,
        TextState.UNDELIVERED,
        TextState.FAILED,
        TextState.CANCELLED,
        TextState.EXPIRED,
        TextState.SUPPRESSED,
    } == FINAL
