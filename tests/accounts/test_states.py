"""Every state of an invitation with every action: only what the table names is possible, each refusal has its code."""

import itertools

import pytest

from mediation.accounts.states import TRANSITIONS, InvitationState, after
from mediation.errors import MediationError

REFUSALS = {
    (InvitationState.OPEN, "admit"): (409, "invitation-not-joined"),
    (InvitationState.JOINED, "join"): (410, "invitation-used"),
    (InvitationState.ADMITTED, "join"): (410, "invitation-used"),
    (InvitationState.ADMITTED, "admit"): (409, "invitation-not-joined"),
    (InvitationState.ADMITTED, "cancel"): (409, "invitation-admitted"),
    (InvitationState.CANCELLED, "join"): (410, "invitation-cancelled"),
    (InvitationState.CANCELLED, "admit"): (409, "invitation-not-joined"),
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(InvitationState, ("join", "admit", "cancel"))))
def test_every_move_is_in_one_of_the_two_tables(state: InvitationState, action: str) -> None:
    assert ((state, action) in TRANSITIONS) != ((state, action) in REFUSALS)
    if (state, action) in TRANSITIONS:
        assert after(state, action) is TRANSITIONS[(state, action)]
        return
    with pytest.raises(MediationError) as caught:
        after(state, action)
    assert (caught.value.status, caught.value.code) == REFUSALS[(state, action)]
