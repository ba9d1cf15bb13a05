"""A case in which two facilitators must sign: one signature passes nothing on, and each checks for themselves."""

import pytest

from mediation.client import ApiError, ClientError, ProtocolError
from mediation.client.case_room import Case
from tests.client.forging import withholding_decisions
from tests.client.world import CONSENT, HARMED, World, heard, join, welcome


@pytest.fixture
def second(world: World) -> Case:
    """The case at the second facilitator's desk, now that it requires two."""
    assert world.case.change_staff(approvals=2).state == "adopted"
    for person in (world.mary, world.roy):
        person.agree(CONSENT)
    return world.finn.case(world.case_id)


def test_the_second_signature_releases(world: World, second: Case) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    proposed = world.case.letters.release(letter, world.mary.participant_id, content_note="A greeting.")
    assert proposed.state == "proposed"
    assert world.mary.letters().offers == []
    [ruling] = second.read().by_id[letter].rulings
    assert (ruling.needs, ruling.note.text if ruling.note else None) == (1, "A greeting.")
    assert second.letters.co_sign(letter, proposed.hash).final
    [offered] = world.mary.letters().offers
    assert set(offered.released_by) == {world.fay.me.staff_id, world.finn.me.staff_id}
    assert offered.content_note == "A greeting."
    assert world.mary.open(letter) == "Hello."


def test_the_second_does_not_sign_an_answer_to_what_its_reader_was_not_given(world: World, second: Case) -> None:
    mary, letters = world.mary.participant_id, world.case.letters
    first = world.roy.write([mary], "Hello.")
    second.letters.co_sign(first, letters.release(first, mary).hash)
    answer = world.roy.write([mary], "I forgot something.", answers=first)
    proposed = letters.release(answer, mary).hash
    world.wire(world.finn.me).evil = withholding_decisions(first)
    with pytest.raises(ProtocolError, match="answers-unknown"):
        second.letters.co_sign(answer, proposed)
    world.wire(world.finn.me).evil = None
    assert second.letters.co_sign(answer, proposed).final


def test_one_person_does_not_sign_twice(world: World, second: Case) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    proposed = world.case.letters.release(letter, world.mary.participant_id)
    with pytest.raises(ProtocolError, match="duplicate-signature"):
        world.case.letters.co_sign(letter, proposed.hash)


def test_a_proposal_can_be_dropped_and_never_be_signed_again(world: World, second: Case) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    proposed = world.case.letters.release(letter, world.mary.participant_id)
    second.letters.drop(proposed.hash)
    with pytest.raises(ClientError, match="proposal-unknown"):
        second.letters.co_sign(letter, proposed.hash)
    assert world.case.letters.release(letter, world.mary.participant_id).state == "proposed"


def test_a_proposal_rests_on_the_newest_consents(world: World, second: Case) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    proposed = world.case.letters.release(letter, world.mary.participant_id)
    world.mary.agree("I agree to something else.")
    with pytest.raises(ProtocolError, match="consents-wrong"):
        second.letters.co_sign(letter, proposed.hash)


def test_the_reason_of_a_return_is_sent_once_it_is_final(world: World, second: Case) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    proposed = world.case.letters.send_back(letter, "Let us talk first.")
    assert world.roy.letters().private == []
    second.letters.co_sign(letter, proposed.hash, "Let us talk first.")
    reason = world.roy.letters().returned(letter)
    assert reason is not None
    assert reason["reason"] == "Let us talk first."


def test_both_hear_the_words_of_somebody_new(world: World, second: Case) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    asked = world.case.people.admit(invite_id, heard(joined.words))
    assert asked.state == "proposed"
    [proposal] = second.proposals()
    assert proposal.admits == invite_id
    with pytest.raises(ClientError, match="words-differ"):
        second.sign(asked.hash, heard(["some", "other", "words"]))
    with pytest.raises(ClientError, match="words-differ"):
        second.sign(asked.hash)
    assert second.sign(asked.hash, heard(joined.words)).state == "adopted"


def test_a_statement_that_waits_can_be_dropped(world: World, second: Case) -> None:
    asked = world.case.change_staff([str(world.fay.me.staff_id)], approvals=1)
    assert asked.state == "proposed"
    with pytest.raises(ApiError, match="proposal-exists"):
        second.people.add_assisted(HARMED)
    second.drop(asked.hash)
    assert second.proposals() == []
    with pytest.raises(ClientError, match="proposal-unknown"):
        second.sign(asked.hash)


def test_lowering_approvals_takes_both(world: World, second: Case) -> None:
    asked = world.case.change_staff(approvals=1)
    assert asked.state == "proposed"
    assert second.sign(asked.hash).state == "adopted"
    assert second.file().head.approvals_required == 1
    assert welcome(world.site, world.case, HARMED).state() == "admitted"
