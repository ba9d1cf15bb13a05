"""Everybody who gets texts is asked again before 90 days are over: a task for their facilitators, once."""

from datetime import timedelta

import pytest

from mediation.messages import participation, rechecking, tasks
from mediation.sms.models import TextTask
from tests.cases.contacts import reached_by
from tests.cases.fixtures import Desk

AGAIN = rechecking.ASKS_AFTER


def _swept(desk: Desk, **later: float) -> int:
    return desk.office.do(rechecking.sweep, desk.case.now + timedelta(**later))


def _waiting(desk: Desk) -> list[TextTask]:
    return [each for each in desk.office.rows(TextTask) if each.done_at is None]


def test_a_week_before_90_days_are_over_somebody_is_asked_once(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    assert _swept(desk, days=82, hours=23) == 0
    assert _swept(desk, days=83) == 1
    assert _swept(desk, days=84) == 0
    (task,) = _waiting(desk)
    assert (task.kind, task.participant_id, task.case_id) == ("contact-due", desk.rhys.id, desk.case.case_id)


@pytest.mark.parametrize("channel", ["call", "none"])
def test_whoever_gets_no_texts_is_not_asked(desk: Desk, channel: str) -> None:
    reached_by(desk, desk.rhys, channel)
    assert _swept(desk, days=400) == 0


def test_recording_it_anew_settles_it(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    _swept(desk, days=83)
    reached_by(desk, desk.rhys)
    assert _waiting(desk) == []


def test_having_asked_counts_for_another_while(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    _swept(desk, days=83)
    (task,) = _waiting(desk)
    when = desk.case.now + timedelta(days=84)
    desk.office.do(tasks.finish, desk.case.actor(desk.fay), task.task_id, when)
    assert _swept(desk, days=85) == 0
    assert _swept(desk, days=84 + AGAIN.days) == 1


def test_whoever_has_stopped_is_left_alone(desk: Desk) -> None:
    reached_by(desk, desk.rhys)
    desk.case.do(participation.change_own, desk.rhys, "withdrawn")
    assert _swept(desk, days=400) == 0
