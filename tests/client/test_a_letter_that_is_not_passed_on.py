"""Returned with a suggestion, stopped, held, taken back: the other side sees nothing of any of it."""

import pytest

from mediation.client import ApiError, ClientError, ProtocolError
from tests.client.world import World


def test_a_returned_letter_is_rewritten_in_the_suggested_words_and_signed_by_its_writer(world: World) -> None:
    first = world.mary.write([world.roy.participant_id], "Ring me on 07700 900123.")
    world.case.letters.send_back(first, "Please leave numbers out.", "Let us talk one day.")
    found = world.mary.letters()
    assert found.own[0].status == "returned"
    reason = found.returned(first)
    assert reason is not None
    assert (reason["reason"], reason["suggestion"]) == ("Please leave numbers out.", "Let us talk one day.")

    second = world.mary.accept(first)
    reread = world.case.read().by_id[second]
    assert (reread.text, reread.alarms) == ("Let us talk one day.", ())
    assert reread.opened is not None
    assert reread.opened.order.revises == first

    world.case.letters.release(second, world.roy.participant_id)
    assert world.roy.open(second) == "Let us talk one day."
    assert [each.message_id for each in world.roy.letters().offers] == [second]


def test_there_is_nothing_to_accept_without_a_suggestion(world: World) -> None:
    letter = world.mary.write([world.roy.participant_id], "Hello.")
    with pytest.raises(ClientError, match="nothing-suggested"):
        world.mary.accept(letter)
    world.case.letters.send_back(letter, "Shall we talk about it first?")
    with pytest.raises(ClientError, match="nothing-suggested"):
        world.mary.accept(letter)


def test_a_stopped_letter_is_closed_for_good(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.stop(letter, "We will talk about this in person.")
    assert world.roy.letters().own[0].status == "stopped"
    assert world.roy.letters().returned(letter) == {
        "message_id": letter,
        "decision": "stop",
        "reason": "We will talk about this in person.",
        "suggestion": None,
    }
    with pytest.raises(ProtocolError, match="already-decided"):
        world.case.letters.release(letter, world.mary.participant_id)
    assert world.mary.letters().offers == []


def test_a_held_letter_waits_for_whoever_holds_it(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.hold(letter)
    colleague = world.finn.case(world.case_id)
    with pytest.raises(ApiError, match="message-held"):
        colleague.letters.release(letter, world.mary.participant_id)
    colleague.letters.unhold(letter)
    assert colleague.letters.release(letter, world.mary.participant_id).final
    assert world.roy.letters().own[0].status == "passed_on"


def test_taking_back_looks_the_same_whatever_became_of_the_letter(world: World) -> None:
    waiting, returned, offered, opened = (world.roy.write([world.mary.participant_id], text) for text in "abcd")
    world.case.letters.send_back(returned, "Not yet.")
    for letter in (offered, opened):
        world.case.letters.release(letter, world.mary.participant_id)
    world.mary.open(opened, tell=True)
    answers = [world.roy.take_back(letter) for letter in (waiting, returned, offered, opened)]
    assert answers == [answers[0]] * 4
    assert {(each.status, each.told) for each in world.roy.letters().own} == {("taken_back", None)}
    found = world.mary.letters()
    assert [each.message_id for each in found.offers] == [opened]
    assert list(found.recalled) == [offered]
    with pytest.raises(ClientError, match="not-offered"):
        world.mary.open(offered)


def test_a_letter_that_was_taken_back_cannot_be_released(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.roy.take_back(letter)
    with pytest.raises(ApiError, match="taken-back"):
        world.case.letters.release(letter, world.mary.participant_id)
