"""The journey of letters between two people, through the Python client."""

from tests.client.world import World


def test_a_letter_is_written_released_offered_and_opened(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "I am sorry.")
    assert world.mary.letters().offers == []

    world.case.letters.release(letter, world.mary.participant_id)
    [offered] = world.mary.letters().offers
    assert (offered.state, offered.text, offered.kind) == ("offered", None, "relay")
    assert offered.author == world.mary.place().people.get(world.roy.participant_id)

    assert world.mary.open(letter) == "I am sorry."
    assert world.mary.letters().offers[0].text == "I am sorry."
