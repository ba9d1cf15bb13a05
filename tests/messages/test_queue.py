"""The queue: everything that waits, for whom, for how long; and the tasks that are marked as done."""

from datetime import timedelta
from typing import Any

import pytest

from mediation.errors import NotAllowed
from mediation.messages import choices, deciding, handover, holding, participation, queue, tasks
from mediation.messages.models import Task
from mediation.protocol import case
from mediation.protocol.decision_signing import Choice
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import Served, assisted, message_id
from tests.protocol.world import Person, person


def _queue(desk: Desk, who: Person) -> list[dict[str, Any]]:
    return desk.case.see(queue.queue, who)


def _kinds(desk: Desk, who: Person) -> list[str]:
    return [item["kind"] for item in _queue(desk, who)]


def test_an_empty_queue_is_empty(desk: Desk) -> None:
    assert _queue(desk, desk.fay) == []


def test_a_message_waits_for_review_and_grows_old(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    (item,) = _queue(desk, desk.fay)
    assert item == {
        "kind": "review",
        "task_id": None,
        "case_id": desk.case.case_id,
        "reference": "BW-0001",
        "message_id": message_id(sealed),
        "participant_id": desk.hana.id,
        "hash": None,
        "invite_id": None,
        "since": "2026-03-02T09:00:00Z",
        "days": 0,
        "ageing": "new",
    }
    for days, ageing in ((1, "new"), (2, "waiting"), (4, "waiting"), (5, "late"), (9, "late")):
        desk.case.now = desk.case.now.replace(day=2 + days)
        assert (_queue(desk, desk.fay)[0]["days"], _queue(desk, desk.fay)[0]["ageing"]) == (days, ageing)


def test_one_on_hold_says_so(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.later(days=1)
    desk.case.do(holding.hold, desk.fay, message_id(sealed))
    (item,) = _queue(desk, desk.finn)
    assert (item["kind"], item["days"]) == ("held", 0)


def test_a_proposal_waits_for_whoever_has_not_signed_it(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), Choice("release", desk.rhys.id)
    proposal = desk.case.propose(sealed, choice)
    row, _ = desk.case.do(
        deciding.propose, desk.fay, message_id(sealed), desk.case.proposed(proposal, sealed, choice, False)
    )
    assert _kinds(desk, desk.fay) == []
    (item,) = _queue(desk, desk.finn)
    assert (item["kind"], item["hash"]) == ("second-approval", row.hash)
    assert _kinds(desk, desk.office.agency.people["sue"]) == ["second-approval"]


def test_the_rest_of_a_message_for_several_goes_on_waiting_for_review(desk: Desk) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    sealed = desk.case.write(desk.hana, sorted([desk.rhys, ann], key=lambda each: each.id))
    desk.case.release(sealed, desk.rhys)
    assert _kinds(desk, desk.fay) == ["review"]
    desk.case.release(sealed, ann)
    assert _kinds(desk, desk.fay) == ["print"]


def test_a_step_waits_for_whoever_has_not_signed_it(strict_desk: Desk) -> None:
    desk = strict_desk
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    payload, filled = desk.case.prepare([*people, assisted("Ann")])
    envelope = case.sign(payload, desk.fay.sign_seed)
    desk.case.do(handover.propose_step, desk.fay, desk.case.case_id, envelope, desk.case.parts(payload, filled))
    assert (_kinds(desk, desk.fay), _kinds(desk, desk.finn)) == ([], ["second-signature"])


def test_a_join_waits_to_be_admitted(desk: Desk) -> None:
    kim = person("Kim")
    desk.case.join(kim)
    (item,) = _queue(desk, desk.finn)
    assert (item["kind"], item["participant_id"], item["invite_id"]) == ("admit", kim.id, desk.case.admitting)


def test_a_pause_waits_to_be_seen(desk: Desk) -> None:
    desk.case.do(participation.change_own, desk.hana, "paused")
    (item,) = _queue(desk, desk.fay)
    assert (item["kind"], item["participant_id"]) == ("acknowledge", desk.hana.id)
    desk.case.do(participation.acknowledge, desk.fay, desk.case.case_id, desk.hana.id)
    assert _queue(desk, desk.fay) == []


def test_tasks_wait_until_they_are_done(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    desk.case.do(choices.choose, desk.rhys, message_id(sealed), "with_facilitator", tell=False)
    (item,) = _queue(desk, desk.fay)
    assert (item["kind"], item["participant_id"]) == ("read-together", desk.rhys.id)
    desk.case.do(participation.change_own, desk.rhys, "paused")
    assert _kinds(desk, desk.fay) == ["acknowledge"]
    desk.case.agree(desk.rhys)
    desk.case.do(tasks.finish, desk.finn, item["task_id"])
    assert _queue(desk, desk.fay) == []
    with unchanged(desk.office):
        desk.case.do(tasks.finish, desk.fay, item["task_id"])
    assert desk.office.rows(Task)[0].done_by == desk.finn.id


def test_only_the_case_s_facilitators_finish_its_tasks(desk: Desk) -> None:
    desk.case.write(desk.hana, [], kind="private")
    (task,) = desk.office.rows(Task)
    people = desk.office.agency.people
    for who, code in ((people["flo"], "not-found"), (people["sue"], "not-allowed"), (desk.hana, "not-allowed")):
        with refused(desk.office, code):
            desk.case.do(tasks.finish, who, task.task_id)
    with refused(desk.office, "not-found", 404):
        desk.case.do(tasks.finish, desk.fay, "A" * 22)


def test_a_case_is_to_be_renewed_from_ten_days_before_it_runs_out(desk: Desk) -> None:
    desk.case.later(days=20)
    assert _kinds(desk, desk.fay) == []
    desk.case.later(days=1)
    assert _kinds(desk, desk.fay) == ["renew-case"]
    desk.case.renew()
    assert _kinds(desk, desk.fay) == []


def test_a_case_whose_facilitator_has_left_the_agency_is_to_be_changed(desk: Desk) -> None:
    desk.case.later(days=1)
    desk.office.issue(desk.case.now, desk.finn)
    assert _kinds(desk, desk.fay) == ["renew-case"]


def test_everybody_sees_their_own_cases_and_a_supervisor_all(desk: Desk) -> None:
    flo, sue = desk.office.agency.people["flo"], desk.office.agency.people["sue"]
    other = Served.start(desk.office, [flo])
    other.welcome(person("Kim"))
    other.write(flo, [], kind="note")
    other.write(other.welcome(person("Lou"), "person_responsible"), [], kind="private")
    desk.case.write(desk.hana, [desk.rhys])
    assert (_kinds(desk, desk.fay), _kinds(desk, flo)) == (["review"], ["private"])
    assert sorted(_kinds(desk, sue)) == ["private", "review"]
    for who in (desk.office.agency.people["ada"], desk.hana):
        with pytest.raises(NotAllowed):
            _queue(desk, who)


def test_the_oldest_comes_first(desk: Desk) -> None:
    desk.case.write(desk.hana, [desk.rhys])
    desk.case.now += timedelta(days=1)
    desk.case.write(desk.rhys, [], kind="private")
    desk.case.now += timedelta(days=1)
    desk.case.write(desk.hana, [desk.rhys])
    assert _kinds(desk, desk.fay) == ["review", "private", "review"]


def test_whoever_paused_or_stopped_comes_before_what_is_older(desk: Desk) -> None:
    desk.case.write(desk.hana, [desk.rhys])
    desk.case.now += timedelta(days=6)
    desk.case.do(participation.change_own, desk.rhys, "paused")
    paused, older = _queue(desk, desk.fay)
    assert (paused["kind"], paused["participant_id"], paused["ageing"]) == ("acknowledge", desk.rhys.id, "new")
    assert (older["kind"], older["ageing"]) == ("review", "late")
    desk.case.now += timedelta(days=1)
    desk.case.do(participation.change_own, desk.hana, "withdrawn")
    assert [item["participant_id"] for item in _queue(desk, desk.fay)] == [desk.rhys.id, desk.hana.id]
