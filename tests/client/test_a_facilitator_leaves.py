"""A facilitator leaves a case: what they signed stays readable, nothing that they sign counts any more."""

import pytest

from mediation.client import ApiError, ClientError, ProtocolError
from tests.client.world import CONSENT, World


@pytest.fixture
def read_before(world: World) -> str:
    """A letter that Finn alone released, and Mary opened."""
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.finn.case(world.case_id).letters.release(letter, world.mary.participant_id, content_note="A greeting.")
    world.mary.open(letter)
    return letter


def leave(world: World) -> None:
    """Finn leaves the case, and Flo takes his place."""
    adopted = world.case.change_staff([str(world.fay.me.staff_id), str(world.flo.me.staff_id)])
    assert adopted.state == "adopted"


def test_what_they_released_is_still_there(world: World, read_before: str) -> None:
    leave(world)
    found = world.mary.letters()
    assert [(each.message_id, each.text, each.content_note) for each in found.offers] == [
        (read_before, "Hello.", "A greeting.")
    ]
    assert found.refused == []
    assert world.roy.letters().own[0].text == "Hello."


def test_the_newcomer_reads_the_whole_history(world: World, read_before: str) -> None:
    leave(world)
    [message] = world.flo.case(world.case_id).read().messages
    assert (message.text, message.alarms, message.code) == ("Hello.", (), None)
    assert message.rulings[0].note is not None
    assert message.rulings[0].note.text == "A greeting."


def test_whoever_left_is_handed_nothing(world: World, read_before: str) -> None:
    leave(world)
    with pytest.raises(ApiError, match="not-found"):
        world.finn.case(world.case_id).file()


def test_letters_go_on_under_the_new_key(world: World, read_before: str) -> None:
    leave(world)
    letter = world.mary.write([world.roy.participant_id], "And to you.", answers=read_before)
    assert world.flo.case(world.case_id).letters.release(letter, world.roy.participant_id).final
    assert world.roy.open(letter) == "And to you."
    assert {each.alarms for each in world.case.read().messages} == {()}


def test_what_waited_is_reviewed_by_those_who_stay(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    leave(world)
    assert world.flo.case(world.case_id).letters.release(letter, world.mary.participant_id).final
    assert world.mary.open(letter) == "Hello."


def test_nothing_new_is_decided_on_what_they_wrote_down(world: World) -> None:
    desk = world.finn.case(world.case_id)
    arthur = desk.people.add_assisted("person_responsible")
    desk.people.agree_for(arthur, CONSENT)
    letter = desk.writing.write_down(arthur, [world.mary.participant_id], "Hello.", means="letter")
    leave(world)
    assert world.case.read().by_id[letter].text == "Hello."
    with pytest.raises(ProtocolError, match="message-only-kept"):
        world.case.letters.release(letter, world.mary.participant_id)


def test_leaving_the_agency_ends_what_they_signed_even_before_the_case_changes(world: World, read_before: str) -> None:
    world.ada.remove(str(world.finn.me.staff_id))
    found = world.mary.letters()
    assert [each.code for each in found.refused] == ["unknown-signer"]
    leave(world)
    # Their release rests on somebody who is off the staff already: it counted under the head before, so it is kept.
    assert world.mary.letters().offers[0].text == "Hello."


def test_a_case_whose_signer_left_the_agency_is_signed_anew(world: World) -> None:
    assert world.finn.case(world.case_id).renew().state == "adopted"
    world.ada.remove(str(world.finn.me.staff_id))
    assert "head-signatures-lapsed" in world.case.file().alarms
    with pytest.raises(ProtocolError, match="head-signatures-lapsed"):
        world.mary.write([world.roy.participant_id], "Hello.")
    leave(world)
    assert world.case.file().head.lapse is None
    world.mary.write([world.roy.participant_id], "Hello.")


def test_nobody_is_named_who_is_no_facilitator(world: World) -> None:
    with pytest.raises(ClientError, match="not-mine"):
        world.case.change_staff([str(world.fay.me.staff_id), str(world.ada.me.staff_id)])
