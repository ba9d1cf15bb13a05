"""A colleague proposes a statement that leaves out, adds or hides: the second facilitator's client refuses to sign it.

(Refusals 2 of the specification. The real server refuses most of these too; here it is on the colleague's side.)
"""

from collections.abc import Mapping
from typing import Any

import pytest

from mediation.client import ProtocolError, people, steps
from mediation.client.case_room import Case
from mediation.client.signing_in import new_account
from mediation.client.steps import Change, Step
from mediation.protocol import envelope
from mediation.protocol.counted import Record
from mediation.protocol.encoding import new_id
from mediation.protocol.joining import Joiner
from mediation.protocol.primitives import box_public_key, random_bytes, sign_public_key
from tests.client.forging import any_hash
from tests.client.hostile import altered
from tests.client.world import CONSENT, HARMED, PHRASE, World


@pytest.fixture
def colleague(world: World) -> Case:
    """Finn's desk, in a case that now requires two, with a letter in it."""
    world.case.change_staff(approvals=2)
    for person in (world.mary, world.roy):
        person.agree(CONSENT)
    world.roy.write([world.mary.participant_id], "Hello.")
    return world.finn.case(world.case_id)


def propose(world: World, step: Step, **changes: Any) -> str:
    """Let the server show Fay a proposal; its hash."""
    body: Mapping[str, Any] = step.body
    view = {
        "hash": envelope.parse(body["case"], "case").hash,
        "case": body["case"],
        "by": world.finn.me.staff_id,
        "proposed_at": "2026-01-01T00:00:00Z",
        "documents": body["documents"],
        "kept": body["kept"],
        "admits": body["admits"],
        "needs": 1,
    }
    world.wire(world.fay.me).evil = altered(
        f"/cases/{world.case_id}", lambda answer: answer | {"proposals": [view | changes]}
    )
    return str(view["hash"])


def fewer(world: World) -> Change:
    """Fay alone stays, and one approval is enough."""
    staff = world.ada.authority().roster.staff
    return Change(facilitators=[staff[str(world.fay.me.staff_id)]], approvals=1)


def test_an_honest_proposal_passes_these_checks(world: World, colleague: Case) -> None:
    """So that the refusals below are not refusals of anything at all: what then refuses is the real server."""
    file = colleague.file()
    hash_ = propose(world, steps.build(file, fewer(world), steps.record(file)))
    with pytest.raises(Exception, match="not-found"):
        world.case.sign(hash_)


def test_lists_that_leave_a_letter_out(world: World, colleague: Case) -> None:
    hash_ = propose(world, steps.build(colleague.file(), fewer(world), Record()))
    with pytest.raises(ProtocolError, match=r"kept-mismatch: .*leaves out"):
        world.case.sign(hash_)


def test_lists_that_add_something(world: World, colleague: Case) -> None:
    file = colleague.file()
    step = steps.build(file, fewer(world), steps.record(file))
    hash_ = propose(world, step)
    known = world.wire(world.fay.me).evil
    assert known is not None
    nothing = altered("/messages", lambda answer: [])
    world.wire(world.fay.me).evil = lambda request, response: nothing(request, response) or known(request, response)
    with pytest.raises(ProtocolError, match=r"kept-mismatch: .*adds"):
        world.case.sign(hash_)


def test_a_list_that_is_not_the_one_signed(world: World, colleague: Case) -> None:
    file = colleague.file()
    step = steps.build(file, fewer(world), steps.record(file))
    hash_ = propose(world, step, kept={**step.body["kept"], "facilitators": None})
    with pytest.raises(ProtocolError, match="kept-document-wrong"):
        world.case.sign(hash_)


def test_somebody_with_keys_who_never_joined(world: World, colleague: Case) -> None:
    account = new_account(random_bytes(32), PHRASE)
    sign_pk, box_pk = sign_public_key(account.keys.sign_seed), box_public_key(account.keys.box_seed)
    ghost = Joiner(new_id(), HARMED, "party", False, new_id(), sign_pk, box_pk, any_hash())
    change = Change(people={ghost.participant_id: people.document_of(ghost, None)}, joiner=ghost)
    file = colleague.file()
    hash_ = propose(world, steps.build(file, change, steps.record(file)))
    with pytest.raises(ProtocolError, match="not-joined"):
        world.case.sign(hash_)


def test_a_member_hidden_behind_a_filler(world: World, colleague: Case) -> None:
    _, document = people.new_member(HARMED)
    file = colleague.file()
    step = steps.build(file, Change(people={document["participant_id"]: document}), steps.record(file))
    shown = [each for each in step.documents if each != document]
    hash_ = propose(world, step, documents=shown)
    with pytest.raises(ProtocolError, match="member-unopened"):
        world.case.sign(hash_)


def test_a_proposal_that_forks_the_case(world: World, colleague: Case) -> None:
    file = colleague.file()
    step = steps.build(file, fewer(world), steps.record(file))
    assert world.case.renew().state == "adopted"
    hash_ = propose(world, step)
    with pytest.raises(ProtocolError, match="chain-seq"):
        world.case.sign(hash_)
