"""Somebody without a device is a full participant: their words are taken down, their letters printed or read aloud."""

from datetime import timedelta

import pytest

from mediation.client import ApiError, ClientError
from mediation.protocol.errors import ProtocolError
from tests.client.world import CONSENT, RESPONSIBLE, World, welcome


@pytest.fixture
def arthur(world: World) -> str:
    """The participant_id of somebody who takes part with help and has consented."""
    person = world.case.people.add_assisted(RESPONSIBLE)
    world.case.people.agree_for(person, CONSENT, "dictation")
    return person


def test_what_was_taken_down_says_so_and_is_released_by_somebody_else(world: World, arthur: str) -> None:
    letter = world.case.writing.write_down(
        arthur,
        [world.mary.participant_id],
        "I am sorry.",
        means="dictation",
        provenance="At his home, read back to him.",
    )
    proposed = world.case.letters.release(letter, world.mary.participant_id)
    assert proposed.state == "proposed"
    assert world.mary.letters().offers == []
    colleague = world.finn.case(world.case_id)
    read = colleague.read().by_id[letter]
    assert read.opened is not None
    assert (read.opened.order.provenance, read.alarms) == ("At his home, read back to him.", ())
    assert colleague.letters.co_sign(letter, proposed.hash).final
    [offered] = world.mary.letters().offers
    assert offered.scribe == {"staff_id": world.fay.me.staff_id, "means": "dictation"}
    assert offered.offer.message.payload["author_id"] == arthur
    assert world.mary.open(letter) == "I am sorry."


def test_a_colleague_alone_may_release_it(world: World, arthur: str) -> None:
    letter = world.case.writing.write_down(arthur, [world.mary.participant_id], "I am sorry.", means="letter")
    assert world.finn.case(world.case_id).letters.release(letter, world.mary.participant_id).final


def test_a_letter_is_printed_for_them_and_their_choice_written_down(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    world.case.letters.release(letter, arthur, content_note="A short letter.")
    kinds = {each["kind"]: each for each in world.fay.queue()}
    assert kinds["print"]["message_id"] == letter
    printed = world.case.letters.print_for(letter, arthur)
    assert (printed.text, printed.content_note) == ("How are you?", "A short letter.")
    assert printed.author_id == world.mary.participant_id
    world.case.letters.choice_of(letter, arthur, "opened", tell=True)
    assert world.mary.letters().own[0].told == [{"participant_id": arthur, "choice": "opened"}]
    assert "print" not in {each["kind"] for each in world.fay.queue()}


def test_nothing_is_printed_that_was_not_released(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    with pytest.raises(ClientError, match="not-offered"):
        world.case.letters.print_for(letter, arthur)


def test_nothing_is_printed_before_its_time(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    world.case.letters.release(letter, arthur, not_before=world.case.file().head.now + timedelta(hours=1))
    with pytest.raises(ProtocolError, match="not-yet"):
        world.case.letters.print_for(letter, arthur)


def test_nothing_is_printed_that_its_writer_called_back(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    world.case.letters.release(letter, arthur)
    world.mary.take_back(letter)
    with pytest.raises(ClientError, match="recalled"):
        world.case.letters.print_for(letter, arthur)


def test_nothing_new_is_printed_for_somebody_who_paused(world: World, arthur: str) -> None:
    new, known = (world.mary.write([arthur], text) for text in ("How are you?", "Hello."))
    for letter in (new, known):
        world.case.letters.release(letter, arthur)
    world.case.letters.choice_of(known, arthur, "opened")
    world.fay.me.transport.put(f"/cases/{world.case_id}/participants/{arthur}/standing", {"standing": "paused"})
    with pytest.raises(ProtocolError, match="not-standing"):
        world.case.letters.print_for(new, arthur)
    assert world.case.letters.print_for(known, arthur).text == "Hello."


def test_the_choice_of_somebody_with_a_device_is_their_own(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    with pytest.raises(ApiError, match="not-assisted"):
        world.case.letters.choice_of(letter, world.mary.participant_id, "opened")


def test_somebody_with_a_device_now_joins_under_the_same_name(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    world.case.letters.release(letter, arthur)
    person = welcome(world.site, world.case, RESPONSIBLE, arthur)
    assert person.participant_id == arthur
    assert world.case.read().by_id[letter].alarms == ()


def test_with_a_device_they_read_what_they_had_on_paper(world: World, arthur: str) -> None:
    letter = world.mary.write([arthur], "How are you?")
    world.case.letters.release(letter, arthur, content_note="A short letter.")
    own = world.case.writing.write_down(arthur, [world.mary.participant_id], "I am well.", means="dictation")
    world.case.writing.private(arthur, "Welcome.")
    person = welcome(world.site, world.case, RESPONSIBLE, arthur)
    found = person.letters()
    assert found.refused == []
    assert [each.content_note for each in found.offers] == ["A short letter."]
    assert person.open(letter) == "How are you?"
    assert [(each.message_id, each.text) for each in found.own] == [(own, "I am well.")]
    assert [each.text for each in found.private] == ["Welcome."]


def test_what_was_recalled_stays_away_and_hinders_nothing_else(world: World, arthur: str) -> None:
    earlier, letter = (world.mary.write([arthur], text) for text in ("First.", "Second."))
    for each in (earlier, letter):
        world.case.letters.release(each, arthur)
    world.mary.take_back(earlier)
    person = welcome(world.site, world.case, RESPONSIBLE, arthur)
    assert person.open(letter) == "Second."
    with pytest.raises(ClientError, match="not-offered"):
        person.open(earlier)
