"""Every state of a recipient's row and of a decision with every action, written out."""

import pytest

from mediation.errors import Conflict
from mediation.messages.states import (
    CHOICES,
    DECISION_TRANSITIONS,
    RECIPIENT_TRANSITIONS,
    DecisionAction,
    DecisionState,
    RecipientAction,
    RecipientState,
    next_decision,
    next_recipient,
)

S, A = RecipientState, RecipientAction

TABLE = """
                  release   return    stop     offer    keep   ask_to_read_together decline     open    recall
in_review         released  returned  stopped  -        -      -                    -           -       recalled
released          -         -         -        offered  -      -                    -           -       recalled
offered           -         -         -        -        kept   with_facilitator     not_wanted  opened  recalled
kept              -         -         -        -        kept   with_facilitator     not_wanted  opened  recalled
with_facilitator  -         -         -        -        kept   with_facilitator     not_wanted  opened  recalled
not_wanted        -         -         -        -        kept   with_facilitator     not_wanted  opened  recalled
opened            -         -         -        -        -      -                    -           opened  -
returned          -         -         -        -        -      -                    -           -       -
stopped           -         -         -        -        -      -                    -           -       -
recalled          -         -         -        -        -      -                    -           -       -
"""


def _rows() -> list[tuple[RecipientState, RecipientAction, str]]:
    header, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return [(S(line[0]), A(action), after) for line in lines for action, after in zip(header, line[1:], strict=True)]


def test_the_table_names_every_state_and_action() -> None:
    assert {(state, action) for state, action, _ in _rows()} == {(state, action) for state in S for action in A}


@pytest.mark.parametrize(("state", "action", "after"), _rows())
def test_a_message_moves_only_as_the_table_says(state: RecipientState, action: RecipientAction, after: str) -> None:
    if after != "-":
        assert next_recipient(state, action) is S(after)
        assert RECIPIENT_TRANSITIONS[state, action] is S(after)
        return
    with pytest.raises(Conflict) as refused:
        next_recipient(state, action)
    assert refused.value.code == _refusal(state, action)


def _refusal(state: RecipientState, action: RecipientAction) -> str:
    if state is S.RECALLED:
        return "recalled"
    if action in (A.RELEASE, A.RETURN, A.STOP):
        return "already-decided"
    return "already-opened" if state is S.OPENED else "not-offered"


def test_every_choice_of_the_interface_leads_to_the_state_of_its_name() -> None:
    for word, action in CHOICES.items():
        assert next_recipient(S.OFFERED, action) == word


@pytest.mark.parametrize("state", DecisionState)
@pytest.mark.parametrize("action", DecisionAction)
def test_a_decision_is_signed_finished_or_dropped_only_while_it_is_proposed(
    state: DecisionState, action: DecisionAction
) -> None:
    expected = {
        (DecisionState.PROPOSED, DecisionAction.SIGN): DecisionState.PROPOSED,
        (DecisionState.PROPOSED, DecisionAction.FINISH): DecisionState.FINAL,
        (DecisionState.PROPOSED, DecisionAction.DROP): DecisionState.DROPPED,
        (DecisionState.DROPPED, DecisionAction.DROP): DecisionState.DROPPED,
    }
    assert expected == DECISION_TRANSITIONS
    if (state, action) in expected:
        assert next_decision(state, action) is expected[state, action]
    else:
        with pytest.raises(Conflict, match="proposal-closed"):
            next_decision(state, action)
