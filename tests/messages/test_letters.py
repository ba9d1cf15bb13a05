"""What a participant is shown, and all that they are not."""

import json
from datetime import timedelta
from typing import Any

import pytest

from mediation.messages import choices, letters, participation, taking_back
from mediation.messages.models import MessageRecipient
from mediation.protocol import authority, case_chain, case_head, members, note, reading
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import unb64
from mediation.protocol.message import Sealed
from mediation.protocol.reading import Reader
from tests.cases.fixtures import Desk
from tests.cases.served import message_id
from tests.protocol.world import Person


def _letters(desk: Desk, who: Person) -> dict[str, Any]:
    return desk.case.see(letters.letters, who)


def _head_of(desk: Desk, shown: dict[str, Any]) -> Any:
    """The head as a participant's own client verifies it, from nothing but what it was handed."""
    agency = desk.office.agency
    word = authority.verify(agency.statements, agency.rosters, agency.root_pk, desk.case.now)
    chain = case_chain.follow(shown["statements"], word, nonce=unb64(shown["nonce"]))
    return case_head.assess(chain, word, shown["anchor"])


def test_everything_that_verifying_and_opening_a_letter_takes_is_handed_over(desk: Desk) -> None:
    content_note = note.new("It speaks of the night in March.")
    sealed = desk.case.write(desk.hana, [desk.rhys], "I want to understand.")
    desk.case.release(sealed, desk.rhys, note=content_note)
    shown = desk.case.see(letters.membership, desk.rhys)
    (offer,) = _letters(desk, desk.rhys)["offers"]
    assert (offer["ciphertext"], offer["wrap"]) == (None, None)
    head = _head_of(desk, shown)
    people = members.open_some(head.payload, [shown["document"], *shown["documents"]])
    assert {each.participant_id for each in people.people} == {desk.hana.id, desk.rhys.id}
    reader = Reader(desk.rhys.id, desk.rhys.box_seed, people, frozenset())
    offered = reading.verify_offer(head, reader, offer["decision"], offer["message"], unb64(offer["note"]))
    ciphertext, wrap = desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert reading.open_letter(head, offered, reader, ciphertext, wrap).text == "I want to understand."
    (again,) = _letters(desk, desk.rhys)["offers"]
    assert (unb64(again["ciphertext"]), unb64(again["wrap"])) == (ciphertext, wrap)


def test_a_member_is_given_no_document_but_their_own_and_their_writers(desk: Desk) -> None:
    shown = desk.case.see(letters.membership, desk.rhys)
    assert shown["documents"] == []
    assert shown["others"] == [{"participant_id": desk.hana.id, "side": "person_harmed", "role": "party"}]
    assert (shown["document"]["participant_id"], shown["kept"]) == (desk.rhys.id, None)
    assert [each["staff_id"] for each in shown["facilitators"]] == sorted([desk.fay.id, desk.finn.id])


def test_a_returned_and_rewritten_letter_looks_like_a_first_one(desk: Desk, strict_desk: Desk) -> None:
    desk.case.decide(desk.case.write(desk.hana, [desk.rhys]), Choice("return"))
    desk.case.write(desk.hana, [desk.rhys], revises=message_id(desk.case.messages[0]))
    desk.case.release(desk.case.messages[1], desk.rhys)
    strict_desk.case.write(strict_desk.hana, [strict_desk.rhys])
    strict_desk.case.release(strict_desk.case.messages[0], strict_desk.rhys)
    second = _letters(desk, desk.rhys)["offers"]
    first = _letters(strict_desk, strict_desk.rhys)["offers"]
    assert len(second) == len(first) == 1
    forms = [_form(each) for each in (second[0], first[0])]
    forms[1]["decision"]["signatures"] = forms[0]["decision"]["signatures"]
    assert forms[0] == forms[1]
    membership = json.dumps(desk.case.see(letters.membership, desk.rhys))
    assert message_id(desk.case.messages[0]) not in membership + json.dumps(second)


def _form(value: Any) -> Any:
    """The shape of a value: keys, kinds and lengths, but no content."""
    if isinstance(value, dict):
        return {key: _form(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_form(each) for each in value]
    return len(value) if isinstance(value, str) else value


def test_no_time_of_day_is_shown_of_the_other_side_s_acts(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.later(days=1, hours=5)
    desk.case.release(sealed, desk.rhys)
    shown = _letters(desk, desk.rhys)
    assert shown["offers"][0]["offered_on"] == desk.case.now.date().isoformat()
    desk.case.write(desk.fay, [desk.rhys], kind="private")
    texts = [value for offer in _letters(desk, desk.rhys)["offers"] for value in offer.values()]
    texts += [value for private in _letters(desk, desk.rhys)["private"] for value in private.values()]
    assert not [
        text for text in texts if isinstance(text, str) and "T" in text and text.endswith("Z") and len(text) == 20
    ]


def test_letters_of_one_day_stand_in_the_order_in_which_this_person_came_to_know_them(desk: Desk) -> None:
    first = desk.case.write(desk.rhys, [desk.hana])
    desk.case.later(minutes=10)
    asked = desk.case.write(desk.hana, [desk.rhys])
    desk.case.later(minutes=10)
    second = desk.case.write(desk.rhys, [desk.hana])
    desk.case.later(minutes=10)
    desk.case.release(second, desk.hana)
    desk.case.later(minutes=10)
    desk.case.release(first, desk.hana)
    desk.case.later(minutes=10)
    last = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(asked, desk.rhys)

    def order(who: Person) -> list[str]:
        shown = _letters(desk, who)
        places = {each["place"]: each["message_id"] for each in [*shown["offers"], *shown["own"]]}
        return [places[place] for place in range(len(places))]

    assert order(desk.hana) == [message_id(each) for each in (asked, second, first, last)]
    assert order(desk.rhys) == [message_id(each) for each in (first, second, asked)]


def test_the_status_of_one_s_own_letter_follows_decisions_and_never_its_reader(desk: Desk) -> None:
    def status() -> list[str]:
        return [each["status"] for each in _letters(desk, desk.hana)["own"]]

    sealed = desk.case.write(desk.hana, [desk.rhys])
    assert status() == ["with_facilitator"]
    desk.case.release(sealed, desk.rhys)
    assert status() == ["passed_on"]
    for choice in ("kept", "with_facilitator", "not_wanted"):
        desk.case.do(choices.choose, desk.rhys, message_id(sealed), choice, tell=False)
        assert (status(), _letters(desk, desk.hana)["own"][0]["told"]) == (["passed_on"], None)
    desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert (status(), _letters(desk, desk.hana)["own"][0]["told"]) == (["passed_on"], None)
    returned, stopped = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
    desk.case.decide(returned, Choice("return"))
    desk.case.decide(stopped, Choice("stop"))
    assert status() == ["passed_on", "returned", "stopped"]


def test_the_writer_learns_a_choice_only_where_the_reader_agreed_to_tell(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    desk.case.do(choices.choose, desk.rhys, message_id(sealed), "kept", tell=True)
    assert _told(desk) == [{"participant_id": desk.rhys.id, "choice": "kept"}]
    desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=True)
    assert _told(desk) == [{"participant_id": desk.rhys.id, "choice": "opened"}]
    desk.case.do(taking_back.take_back, desk.hana, message_id(sealed))
    assert _told(desk) is None


def _told(desk: Desk) -> Any:
    return _letters(desk, desk.hana)["own"][0]["told"]


@pytest.mark.parametrize("choice", ["kept", "with_facilitator", "not_wanted", "opened"])
def test_what_was_told_shows_no_later_choice_that_was_not(desk: Desk, choice: str) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    desk.case.do(choices.choose, desk.rhys, message_id(sealed), "kept", tell=True)
    before = _letters(desk, desk.hana)["own"]
    if choice == "opened":
        desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    else:
        desk.case.do(choices.choose, desk.rhys, message_id(sealed), choice, tell=False)
    assert _letters(desk, desk.hana)["own"] == before


def test_a_recall_does_not_change_what_was_told(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    desk.case.do(choices.choose, desk.rhys, message_id(sealed), "kept", tell=True)
    before = _told(desk)
    desk.case.do(participation.change_own, desk.hana, "paused")
    assert desk.office.rows(MessageRecipient)[0].state == "recalled"
    assert _told(desk) == before


def test_the_private_thread_is_one_s_own(desk: Desk) -> None:
    mine = desk.case.write(desk.hana, [], kind="private")
    answer = desk.case.write(desk.fay, [desk.hana], kind="private")
    desk.case.write(desk.fay, [desk.rhys], kind="private")
    desk.case.write(desk.fay, [], kind="note")
    shown = _letters(desk, desk.hana)["private"]
    assert [each["message_id"] for each in shown] == [message_id(mine), message_id(answer)]
    assert all(each["wrap"] for each in shown)
    assert len(_letters(desk, desk.rhys)["private"]) == 1


def test_a_summary_reaches_each_recipient_by_its_own_release(desk: Desk) -> None:
    both = sorted([desk.hana, desk.rhys], key=lambda each: each.id)
    sealed = desk.case.write(desk.fay, both, kind="summary")
    desk.case.release(sealed, desk.rhys, desk.finn)
    assert len(_letters(desk, desk.rhys)["offers"]) == 1
    assert _letters(desk, desk.hana)["offers"] == []
    assert _letters(desk, desk.hana)["own"] == []


def test_offers_come_in_the_order_of_their_release(desk: Desk) -> None:
    first, second = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(second, desk.rhys)
    desk.case.later(days=1)
    desk.case.release(first, desk.rhys)
    shown = [each["message_id"] for each in _letters(desk, desk.rhys)["offers"]]
    assert shown == [message_id(second), message_id(first)]


def test_offers_of_one_day_come_in_the_order_of_their_release_too(desk: Desk) -> None:
    written = [desk.case.write(desk.hana, [desk.rhys]) for _ in range(4)]
    for each in reversed(written):
        desk.case.later(minutes=5)
        desk.case.release(each, desk.rhys)
    offers = _letters(desk, desk.rhys)["offers"]
    assert [each["message_id"] for each in offers] == [message_id(each) for each in reversed(written)]
    assert len({each["offered_on"] for each in offers}) == 1


def test_one_letter_is_found_by_its_reader_alone(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    look = (letters.letter, desk.rhys, message_id(sealed))
    found = desk.case.see(*look)
    assert found is not None and found | {"place": 0} == _letters(desk, desk.rhys)["offers"][0]
    assert desk.case.see(letters.letter, desk.hana, message_id(sealed)) is None


def test_what_was_opened_before_a_facilitator_left_is_verified_by_the_reader_s_list(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys], "Before.")
    desk.case.release(sealed, desk.rhys, desk.finn)
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, facilitators=[desk.fay])
    shown, (offer,) = desk.case.see(letters.membership, desk.rhys), _letters(desk, desk.rhys)["offers"]
    head = _head_of(desk, shown)
    known = members.open_some(head.payload, [shown["document"], *shown["documents"]])
    kept = frozenset(shown["kept"]["hashes"])
    reader = Reader(desk.rhys.id, desk.rhys.box_seed, known, kept)
    offered = reading.verify_offer(head, reader, offer["decision"], offer["message"], None)
    ciphertext, wrap = desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert reading.open_letter(head, offered, reader, ciphertext, wrap).text == "Before."


def test_the_chain_is_resumed_from_a_pinned_statement(desk: Desk) -> None:
    newest = desk.case.row.head_seq
    shown = desk.office.see(letters.membership, desk.case.actor(desk.rhys), desk.case.now, newest)
    assert [each["payload"] for each in shown["statements"]] == [desk.case.envelopes[-1]["payload"]]


def test_with_several_recipients_one_s_own_letter_has_one_status(desk: Desk) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    both = sorted([desk.rhys, ann], key=lambda each: each.id)
    sealed = desk.case.write(desk.hana, both)
    desk.case.release(sealed, ann, not_before=desk.case.now + timedelta(days=3))
    assert _letters(desk, desk.hana)["own"][0]["status"] == "with_facilitator"
    desk.case.release(sealed, desk.rhys)
    assert _letters(desk, desk.hana)["own"][0]["status"] == "passed_on"
    other: Sealed = desk.case.write(desk.hana, both)
    desk.case.release(other, ann)
    desk.case.decide(other, Choice("return"))
    assert _letters(desk, desk.hana)["own"][1]["status"] == "returned"
    assert len(desk.office.rows(MessageRecipient)) == 4
