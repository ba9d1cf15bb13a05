"""Somebody who lost their passphrase joins anew: new keys, the same letters; nobody else sees anything of it."""

import pytest

from mediation.client import ApiError, Participant, ProtocolError
from tests.client.world import CONSENT, HARMED, World, heard, join


@pytest.fixture
def again(world: World) -> Participant:
    """Mary with new keys, after an exchange of letters and privates, one of them with a content note."""
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id, content_note="A greeting.")
    world.mary.open(letter)
    answer = world.mary.write([world.roy.participant_id], "And to you.", answers=letter)
    world.case.letters.release(answer, world.roy.participant_id)
    world.roy.open(answer)
    world.mary.private("I wonder.")
    world.case.writing.private(world.mary.participant_id, "So do I.")
    invite_id, joined = join(world.site, world.case, HARMED, world.mary.participant_id)
    assert world.case.people.admit(invite_id, heard(joined.words)).state == "adopted"
    return Participant(joined.me)


def test_they_read_everything_again(world: World, again: Participant) -> None:
    found = again.letters()
    assert found.refused == []
    assert [(each.text, each.content_note) for each in found.offers] == [("Hello.", "A greeting.")]
    assert [each.text for each in found.own] == ["And to you."]
    assert [each.text for each in found.private] == ["I wonder.", "So do I."]


def test_consent_is_given_anew(world: World, again: Participant) -> None:
    assert again.place().consent is None
    letter = world.roy.write([again.participant_id], "Still there?")
    with pytest.raises(ProtocolError, match="consent-missing"):
        world.case.letters.release(letter, again.participant_id)
    again.agree(CONSENT)
    assert world.case.letters.release(letter, again.participant_id).final
    assert again.open(letter) == "Still there?"


def test_the_lost_keys_open_nothing_more(world: World, again: Participant) -> None:
    with pytest.raises(ApiError, match="signed-out"):
        world.mary.letters()


def test_the_other_side_sees_nothing_of_it(world: World, again: Participant) -> None:
    found = world.roy.letters()
    assert found.refused == []
    assert [each.text for each in found.offers] == ["And to you."]
    assert [each.status for each in found.own] == ["passed_on"]


def test_facilitators_read_on_without_alarms(world: World, again: Participant) -> None:
    again.agree(CONSENT)
    again.write([world.roy.participant_id], "Here I am.")
    read = world.finn.case(world.case_id).read()
    assert [each.code for each in read.messages] == [None] * len(read.messages)
    assert {each.alarms for each in read.messages} == {()}
    assert read.alarms == ()
