"""Facilitators who decide at once: about one letter, about different letters, and while one of them is taken off."""

import json
from collections.abc import Sequence

from sqlalchemy import select

from mediation.cases.models import EpochSeal
from mediation.client import steps
from mediation.client.case_room import staff_named
from mediation.client.steps import Change
from mediation.db import reading
from mediation.protocol.decision_signing import Choice
from mediation.protocol.primitives import kid
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of
from tests.races.asking import Answer, together
from tests.races.books import Books, audit
from tests.races.letters import Desk, Letter, pens
from tests.races.place import Place, Room


def _hand_in(place: Place, room: Room, number: int) -> list[Letter]:
    both = pens(room)
    letters = [both[each % 2].letter() for each in range(number)]
    return _handed_in(place, letters)


def _handed_in(place: Place, letters: list[Letter]) -> list[Letter]:
    assert all(place.town.ask(each.submit).ok for each in letters)
    return letters


def _desks(place: Place, room: Room) -> list[Desk]:
    return [Desk(me, room) for me in place.facilitators]


def test_about_one_letter_one_decision_is_made(place: Place) -> None:
    letters = _hand_in(place, place.room, 5)
    fay, finn, flo = _desks(place, place.room)
    asks: list[Prepared] = []
    for each in letters:
        asks += [fay.release(each), finn.decide(each, Choice("stop")), flo.decide(each, Choice("return"))]
    answers = place.town.at_once(asks)
    found = audit(place.engines[0], place.room.case_id)
    for number, letter in enumerate(letters):
        mine = answers[number * 3 : number * 3 + 3]
        assert sorted(each.word for each in mine) == ["already-decided", "already-decided", "ok"]
        won = next(place_ for place_, each in enumerate(mine) if each.ok)
        assert found.state_of(letter.message_id) == ("offered", "stopped", "returned")[won]
    assert len(found.decisions) == len(letters)


def test_the_same_release_by_two_is_made_once(place: Place) -> None:
    """Each has signed a release of their own; and each sends it twice, as a double click does."""
    letters = _hand_in(place, place.room, 4)
    fay, finn, _ = _desks(place, place.room)
    asks = [ask for each in letters for ask in [fay.release(each), finn.release(each)] * 2]
    asks = [asks[place_ * 4 + turn] for turn in range(4) for place_ in range(len(letters))]
    answers = place.town.at_once(asks)
    found = audit(place.engines[0], place.room.case_id)
    for number, letter in enumerate(letters):
        mine = answers[number :: len(letters)]
        assert sorted((each.status, each.word) for each in mine) == [
            (200, "ok"),
            (201, "ok"),
            (409, "already-decided"),
            (409, "already-decided"),
        ]
        assert found.state_of(letter.message_id) == "offered"
    assert found.kinds()["message.released"] == len(letters)


def test_about_different_letters_every_decision_is_made(place: Place) -> None:
    letters = [each for room in place.rooms[:2] for each in _hand_in(place, room, 6)]
    desks = {room.case_id: _desks(place, room) for room in place.rooms[:2]}
    asks = [desks[each.room.case_id][number % 3].release(each) for number, each in enumerate(letters)]
    assert all(each.status == 201 for each in place.town.at_once(asks) if each.tries == 1)
    for room in place.rooms[:2]:
        found = audit(place.engines[0], room.case_id)
        assert {each.state for each in found.recipients} == {"offered"}
        assert found.kinds()["message.released"] == found.kinds()["message.offered"] == 6


def test_a_hold_and_a_release_of_somebody_else(place: Place) -> None:
    letters = _hand_in(place, place.room, 6)
    fay, finn, flo = _desks(place, place.room)
    asks = [ask for each in letters for ask in (fay.hold(each), flo.hold(each), finn.release(each))]
    answers = place.town.at_once(asks)
    found = audit(place.engines[0], place.room.case_id)
    for number, letter in enumerate(letters):
        *holds, released = answers[number * 3 : number * 3 + 3]
        row = next(each for each in found.messages if each.message_id == letter.message_id)
        if released.ok:
            assert {each.word for each in holds} <= {"ok", "not-in-review"}
            assert (found.state_of(letter.message_id), row.held_by) == ("offered", None)
        else:
            assert released.word == "message-held"
            assert sorted(each.word for each in holds) == ["message-held", "ok"]
            assert (found.state_of(letter.message_id), row.held_by is None) == ("in_review", False)


def test_where_two_must_agree_two_have_signed(place: Place) -> None:
    """Two propose each letter, then all who may sign do, twice; nothing goes out by one hand."""
    room = place.strict_room
    letters = _hand_in(place, room, 4)
    desks = _desks(place, room)
    proposals = [[desk.release(each) for desk in desks[:2]] for each in letters]
    first = place.town.at_once([ask for pair in proposals for ask in pair])
    signing: list[Prepared] = []
    for number, letter in enumerate(letters):
        pair = first[number * 2 : number * 2 + 2]
        assert sorted(each.word for each in pair) == ["decision-open", "ok"]
        won = next(place_ for place_, each in enumerate(pair) if each.ok)
        assert pair[won].body["state"] == "proposed"
        signing += _co_signatures(desks, won, letter, proposals[number][won], pair[won].body["hash"]) * 2
    second = place.town.at_once(signing)
    assert {each.word for each in second} <= {"ok", "proposal-closed"}
    found = audit(place.engines[0], room.case_id)
    assert {each.state for each in found.recipients} == {"offered"}
    assert all(len(each.envelope["signatures"]) == 2 for each in found.decisions)
    assert found.kinds()["decision.signed"] == found.kinds()["message.released"] == len(letters)


def _co_signatures(desks: Sequence[Desk], won: int, letter: Letter, proposal: Prepared, hash_: str) -> list[Prepared]:
    body = json.loads(proposal.body or b"{}")
    others = [desk for place_, desk in enumerate(desks) if place_ != won]
    return [desk.co_sign(letter, hash_, body["decision"], body["consents"]) for desk in others]


def _without(place: Place, room: Room, staff_ids: Sequence[str]) -> Prepared:
    """The step after which only these facilitate a case."""
    file = Desk(place.fay, room).file
    staff = staff_named(file.trust.authority.roster.staff.values(), staff_ids)
    step = steps.build(file, Change(facilitators=staff), steps.record(file))
    return Prepared.call("POST", f"/cases/{room.case_id}/statements", cookie_of(place.fay), step.body, 201)


def test_whoever_is_taken_off_at_the_same_moment(place: Place) -> None:
    """The step is ready, and sent with the releases: whichever comes first, the other is refused or made anew."""
    room, everybody = place.room, [str(each.staff_id) for each in place.facilitators]
    for turn in range(3):
        both = pens(room)
        letters = _handed_in(place, [both[number % 2].letter() for number in range(6)])
        taking_off = _without(place, room, everybody[:2])
        desks = [Desk(me, room) for me in (place.finn, place.flo)]
        releases = [desks[number % 2].release(each) for number, each in enumerate(letters)]
        answers = place.town.at_once([*releases[: turn * 2], taking_off, *releases[turn * 2 :]])
        stepped = answers.pop(turn * 2)
        assert stepped.word in ("ok", "kept-mismatch")
        found = audit(place.engines[0], room.case_id)
        for number, (letter, answer) in enumerate(zip(letters, answers, strict=True)):
            assert answer.word in (("ok", "not-found") if stepped.ok and number % 2 else ("ok",))
            assert found.state_of(letter.message_id) == ("offered" if answer.ok else "in_review")
        if stepped.ok:
            _check_nothing_after(place, found, stepped.body["hash"])
            assert place.town.ask(_without(place, room, everybody)).ok


def test_whoever_is_taken_off_while_they_release_one_after_the_other(place: Place) -> None:
    """Fay makes the step anew until it is adopted, as her client asks her to when a decision came in between."""
    room, everybody = place.room, [str(each.staff_id) for each in place.facilitators]
    letters = _hand_in(place, room, 24)
    desks = [Desk(me, room) for me in (place.finn, place.flo)]
    asks = [desks[number % 2].release(each) for number, each in enumerate(letters)]

    def take_off() -> list[Answer]:
        answers = [place.town.ask(_without(place, room, everybody[:2]))]
        while not answers[-1].ok:
            answers.append(place.town.ask(_without(place, room, everybody[:2])))
        return answers

    by_finn, by_flo, steps_taken = together(
        lambda: [place.town.ask(each) for each in asks[0::2]],
        lambda: [place.town.ask(each) for each in asks[1::2]],
        take_off,
    )
    assert {each.word for each in by_finn} == {"ok"}
    words = [each.word for each in by_flo]
    made = words.count("ok")
    assert words == ["ok"] * made + ["not-found"] * (len(words) - made)
    assert {each.word for each in steps_taken[:-1]} <= {"kept-mismatch"}
    found = audit(place.engines[0], room.case_id)
    _check_nothing_after(place, found, steps_taken[-1].body["hash"])
    states = [found.state_of(each.message_id) for each in letters[1::2]]
    assert states == ["offered"] * made + ["in_review"] * (len(words) - made)


def _check_nothing_after(place: Place, found: Books, statement: str) -> None:
    """Nothing that Flo did in the case comes after the step that took her off, and her key to it is gone."""
    place_ = next(number for number, each in enumerate(found.events) if each["refs"].get("statement") == statement)
    who = found.pseudonym(str(place.flo.staff_id))
    assert who not in {each["actor"] for each in found.events[place_:]}
    with reading(place.engines[0]) as session:
        seals = select(EpochSeal).where(EpochSeal.case_id == found.case.case_id)
        assert kid(place.flo.box_pk) not in {each.box_kid for each in session.scalars(seals)}
