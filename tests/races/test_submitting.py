"""32 clients hand in at once, to two real web processes: every letter is there once, and they are numbered in a row."""

from collections.abc import Iterator

import pytest

from tests.bench.prepared import Prepared
from tests.bench.servers import OURS, Server, serving
from tests.bench.town import environ_for
from tests.races.asking import served_at_once
from tests.races.books import audit
from tests.races.letters import Letter, pens
from tests.races.place import Place

CLIENTS = 32
ALIVE = Prepared("GET", "/healthz", "", None, 200)


@pytest.fixture
def server(place: Place) -> Iterator[Server]:
    """Gunicorn with two processes on the database of the test."""
    with serving(OURS, environ_for(place.settings.instance, place.settings.database_url), ALIVE) as running:
        yield running


def _check(place: Place, letters: list[Letter]) -> None:
    for room in place.rooms:
        mine = {each.message_id for each in letters if each.room is room}
        found = audit(place.engines[0], room.case_id)
        assert {each.message_id for each in found.messages} == mine
        assert {each.state for each in found.recipients} <= {"in_review"}
        assert len(found.recipients) == len(mine)
        assert not found.decisions


def test_to_one_case(place: Place, server: Server) -> None:
    both = pens(place.room)
    letters = [both[number % 2].letter() for number in range(CLIENTS)]
    answers = served_at_once(server, [each.submit for each in letters])
    assert [each.status for each in answers if each.tries == 1] == [201] * sum(each.tries == 1 for each in answers)
    assert all(each.ok for each in answers)
    _check(place, letters)


def test_to_many_cases(place: Place, server: Server) -> None:
    both = [pen for room in place.rooms for pen in pens(room)]
    letters = [both[number % len(both)].letter() for number in range(CLIENTS)]
    answers = served_at_once(server, [each.submit for each in letters])
    assert all(each.ok for each in answers)
    _check(place, letters)


def test_a_submission_sent_twice_by_everybody(place: Place, server: Server) -> None:
    """Four copies each of the same bytes, and as many that claim to be the same message with other bytes."""
    first, second = pens(place.room)
    letters = [first.letter(), second.letter(), first.letter(), second.letter()]
    others = [first.letter("Something else.", each.message_id) for each in letters]
    requests = [each.submit for letter, other in zip(letters, others, strict=True) for each in [letter, other] * 4]
    answers = served_at_once(server, requests)
    found = audit(place.engines[0], place.room.case_id)
    assert {each.message_id for each in found.messages} == {each.message_id for each in letters}
    stored = {each.message_id: each.hash for each in found.messages}
    for number, (letter, other) in enumerate(zip(letters, others, strict=True)):
        given = answers[number * 8 : number * 8 + 8]
        won, lost = given[0::2], given[1::2]
        if stored[letter.message_id] != letter.sealed.statement.hash:
            assert stored[letter.message_id] == other.sealed.statement.hash
            won, lost = lost, won
        assert sorted(each.status for each in won) == [200, 200, 200, 201]
        assert {each.word for each in lost} == {"message-exists"}
