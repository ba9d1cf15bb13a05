"""A letter from one side to the other: written, read by a facilitator, released, offered, chosen, opened."""

import pytest

from mediation.client import ApiError, ClientError, Participant
from tests.client.world import HARMED, RESPONSIBLE, World


@pytest.fixture(params=["harmed to responsible", "responsible to harmed"])
def two(request: pytest.FixtureRequest, world: World) -> tuple[Participant, Participant]:
    """Writer and reader: both sides are treated alike."""
    return (world.mary, world.roy) if request.param == "harmed to responsible" else (world.roy, world.mary)


def test_it_is_shown_only_after_release_and_read_only_when_opened(
    world: World, two: tuple[Participant, Participant]
) -> None:
    writer, reader = two
    letter = writer.write([reader.participant_id], "I have wanted to tell you something.")
    assert reader.letters().offers == []
    assert writer.letters().own[0].status == "with_facilitator"

    assert world.case.letters.release(letter, reader.participant_id).final
    [offered] = reader.letters().offers
    assert (offered.state, offered.text, offered.kind, offered.scribe) == ("offered", None, "relay", None)
    assert offered.author == reader.place().people.get(writer.participant_id)
    assert offered.released_by == (world.fay.me.staff_id,)

    assert reader.open(letter) == "I have wanted to tell you something."
    assert reader.letters().offers[0].text == "I have wanted to tell you something."
    assert writer.letters().own[0].status == "passed_on"
    assert writer.letters().own[0].told is None


def test_the_writer_learns_what_the_reader_agrees_to_tell(world: World, two: tuple[Participant, Participant]) -> None:
    writer, reader = two
    letter = writer.write([reader.participant_id], "Hello.")
    world.case.letters.release(letter, reader.participant_id)
    reader.open(letter, tell=True)
    assert writer.letters().own[0].told == [{"participant_id": reader.participant_id, "choice": "opened"}]


def test_a_content_note_is_shown_before_opening(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "That evening…")
    world.case.letters.release(letter, world.mary.participant_id, content_note="He writes about that evening.")
    [offered] = world.mary.letters().offers
    assert (offered.content_note, offered.text) == ("He writes about that evening.", None)


@pytest.mark.parametrize("choice", ["keep", "read_together", "decline"])
def test_any_choice_leaves_the_letter_closed_and_the_writer_untold(world: World, choice: str) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    getattr(world.mary, choice)(letter)
    [offered] = world.mary.letters().offers
    expected = {"keep": "kept", "read_together": "with_facilitator", "decline": "not_wanted"}
    assert (offered.state, offered.text) == (expected[choice], None)
    assert world.roy.letters().own[0].told is None
    assert world.mary.open(letter) == "Hello."  # a choice can be changed


def test_a_letter_that_is_not_wanted_can_be_told_to_its_writer(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    world.mary.decline(letter, tell=True)
    assert world.roy.letters().own[0].told == [{"participant_id": world.mary.participant_id, "choice": "not_wanted"}]


def test_an_answer_names_the_letter_that_it_answers(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    world.mary.open(letter)
    answer = world.mary.write([world.roy.participant_id], "Hello to you.", answers=letter)
    world.case.letters.release(answer, world.roy.participant_id)
    assert world.roy.letters().offers[0].offer.message.payload["answers"] == letter


def test_nobody_answers_what_they_were_not_given(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    with pytest.raises(ApiError, match="answers-unknown"):
        world.mary.write([world.roy.participant_id], "Hello to you.", answers=letter)


def test_what_was_never_offered_cannot_be_opened(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    with pytest.raises(ClientError, match="not-offered"):
        world.mary.open(letter)


def test_a_writer_knows_whom_they_can_write_to(world: World, two: tuple[Participant, Participant]) -> None:
    writer, reader = two
    [other] = writer.others()
    assert (other["participant_id"], other["role"]) == (reader.participant_id, "party")


def test_what_the_other_side_is_called_comes_from_the_facilitators(world: World) -> None:
    world.case.writing.call(world.mary.participant_id, {world.roy.participant_id: "Roy"})
    world.case.writing.describe("The garden gate", {world.roy.participant_id: "Roy Unwin"})
    assert world.mary.letters().called == {world.roy.participant_id: "Roy"}
    described = [each.document for each in world.finn.case(world.case_id).read().messages if each.kind == "note"]
    people = {
        each.participant_id: {"side": side, "role": "party", "assisted": False}
        for each, side in ((world.mary, HARMED), (world.roy, RESPONSIBLE))
    }
    names = {world.roy.participant_id: "Roy Unwin"}
    assert described == [("case", {"title": "The garden gate", "names": names, "notes": "", "people": people})]


def test_somebody_invited_stands_in_the_note_with_their_side(world: World) -> None:
    card = world.case.people.invite(RESPONSIBLE)
    names = {card.participant_id: "Jamie Rowntree"}
    world.case.writing.describe("The bus shelter", names, invited={card.participant_id: RESPONSIBLE})
    [note] = [each for each in world.finn.case(world.case_id).read().messages if each.kind == "note"]
    assert note.document is not None
    assert note.document[1]["people"][card.participant_id] == {"side": RESPONSIBLE, "role": "party", "assisted": False}


def test_a_facilitators_summary_is_labelled_as_their_words(world: World) -> None:
    summary = world.case.writing.summary([world.mary.participant_id], "He asked how you are.")
    world.finn.case(world.case_id).letters.release(summary, world.mary.participant_id)
    [offered] = world.mary.letters().offers
    assert (offered.kind, offered.author) == ("summary", world.mary.place().facilitators[0])
    assert world.mary.open(summary) == "He asked how you are."
