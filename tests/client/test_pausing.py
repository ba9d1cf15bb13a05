"""Pausing and withdrawing take effect at once; coming back takes a new consent."""

import pytest

from mediation.client import ApiError, ClientError, Participant
from tests.client.world import CONSENT, World


@pytest.fixture(params=["harmed", "responsible"])
def two(request: pytest.FixtureRequest, world: World) -> tuple[Participant, Participant]:
    """Who pauses, and the other: both sides are treated alike."""
    return (world.mary, world.roy) if request.param == "harmed" else (world.roy, world.mary)


@pytest.mark.parametrize("how", ["pause", "withdraw"])
def test_nothing_reaches_or_leaves_somebody_who_stopped(
    world: World, two: tuple[Participant, Participant], how: str
) -> None:
    person, other = two
    to_them, from_them = other.write([person.participant_id], "a"), person.write([other.participant_id], "b")
    world.case.letters.release(to_them, person.participant_id)
    world.case.letters.release(from_them, other.participant_id)
    getattr(person, how)()
    assert person.letters().offers == []
    assert other.letters().offers == []
    assert list(other.letters().recalled) == [from_them]
    with pytest.raises(ClientError, match="not-offered"):
        person.open(to_them)
    with pytest.raises(ApiError, match="not-standing"):
        person.write([other.participant_id], "c")
    waiting = other.write([person.participant_id], "d")
    with pytest.raises(ApiError, match="not-standing"):
        world.case.letters.release(waiting, person.participant_id)


def test_somebody_who_paused_reads_what_they_opened_and_writes_to_their_facilitators(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    world.mary.open(letter)
    world.mary.pause()
    assert [each.text for each in world.mary.letters().offers] == ["Hello."]
    world.mary.private("I need a while.")
    assert world.case.read().messages[-1].text == "I need a while."


def test_a_new_consent_brings_unopened_letters_back(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    world.mary.pause()
    world.mary.agree(CONSENT)
    assert world.mary.open(letter) == "Hello."
    assert world.mary.place().standing == "active"


def test_facilitators_are_asked_to_acknowledge_it(world: World) -> None:
    world.mary.pause()
    [item] = [each for each in world.fay.queue() if each["kind"] == "acknowledge"]
    assert item["participant_id"] == world.mary.participant_id
    world.case.people.acknowledge(world.mary.participant_id)
    assert [each for each in world.fay.queue() if each["kind"] == "acknowledge"] == []


def test_a_facilitator_pauses_for_somebody_who_asked(world: World) -> None:
    world.case.people.set_standing(world.mary.participant_id, "paused")
    assert world.mary.place().standing == "paused"


def test_after_a_number_was_used_no_alarm_is_raised(world: World) -> None:
    world.mary.pause()
    with pytest.raises(ApiError, match="not-standing"):
        world.mary.write([world.roy.participant_id], "refused")
    world.mary.agree(CONSENT)
    letter = world.mary.write([world.roy.participant_id], "accepted")
    assert world.case.read().by_id[letter].alarms == ()
