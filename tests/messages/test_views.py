"""What staff are shown: everything for a case's facilitators, nothing that opens for those who oversee."""

from typing import Any

import pytest

from mediation.cases import heads, summaries
from mediation.cases.models import MemberDocument
from mediation.db import table_of, writing
from mediation.errors import NotFound
from mediation.messages import case_list, choices, holding, participation, rewrapping, taking_back, views
from mediation.protocol import members, note, primitives
from mediation.protocol import message as seal
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.errors import ProtocolError
from tests.cases.fixtures import Desk
from tests.cases.served import Served, message_id
from tests.protocol.world import Person


def _case(desk: Desk, who: Person) -> dict[str, Any]:
    return desk.office.see(views.case_view, desk.case.actor(who), desk.case.case_id, desk.case.now)


def _messages(desk: Desk, who: Person) -> list[dict[str, Any]]:
    return desk.office.see(views.case_messages, desk.case.actor(who), desk.case.case_id, desk.case.now)


def test_a_facilitator_is_given_all_that_opens_the_case(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys], "Good day.")
    shown, (message,) = _case(desk, desk.finn), _messages(desk, desk.finn)
    assert shown["statements"] == desk.case.envelopes
    people = members.open_all(desk.case.chain().payload, shown["documents"])
    assert {each.participant_id for each in people.people} == {desk.hana.id, desk.rhys.id}
    (seal,) = shown["seals"]
    assert (seal["epoch"], seal["box_kid"]) == (1, desk.finn.box_kid)
    assert len(shown["consents"]) == 2
    assert {each["standing"] for each in shown["standings"]} == {"active"}
    assert (shown["links"], shown["proposals"]) == ([], [])
    assert [each["state"] for each in shown["invitations"]] == ["admitted", "admitted"]
    assert shown["left"] == []
    assert shown["kept"] == {"facilitators": None, "members": {desk.hana.id: None, desk.rhys.id: None}}
    opened = primitives.open_seal(desk.case.secret, unb64(message["wrap"]["seal"]))
    assert opened.endswith(sealed.key)
    assert unb64(message["ciphertext"]) == sealed.ciphertext
    assert unb64(message["order_block"]) == sealed.order_block


@pytest.mark.parametrize("name", ["sue", "ada"])
def test_whoever_oversees_is_given_nothing_that_opens_anything(desk: Desk, name: str) -> None:
    who = desk.office.agency.people[name]
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys, note=note.new("Short."))
    shown, (message,) = _case(desk, who), _messages(desk, who)
    assert (shown["seals"], shown["links"], shown["invitations"], shown["contacts"]) == ([], [], [], [])
    assert (message["ciphertext"], message["order_block"], message["wrap"]) == (None, None, None)
    assert message["decisions"][0]["note_epoch"] is None
    assert shown["statements"] == desk.case.envelopes
    assert message["message"] == sealed.envelope


def test_a_message_is_shown_where_it_stands(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])

    def look() -> dict[str, Any]:
        return desk.office.see(views.message_view, desk.case.actor(desk.fay), message_id(sealed), desk.case.now)

    assert (look()["state"], look()["held"], look()["decisions"]) == ("in_review", None, [])
    desk.case.do(holding.hold, desk.finn, message_id(sealed))
    assert look()["held"]["by"] == desk.finn.id
    desk.case.do(holding.unhold, desk.finn, message_id(sealed))
    desk.case.release(sealed, desk.rhys, note=note.new("Short."))
    (recipient,), (decision,) = look()["recipients"], look()["decisions"]
    assert recipient == {"participant_id": desk.rhys.id, "state": "offered", "choice": None, "tell": False}
    assert (decision["state"], decision["needs"], decision["by"]) == ("final", 0, desk.fay.id)
    assert decision["note_epoch"]
    desk.case.do(choices.choose, desk.rhys, message_id(sealed), "kept", tell=True)
    assert look()["recipients"][0] == {**recipient, "choice": "kept", "tell": True}
    desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert (look()["recipients"][0]["state"], look()["recipients"][0]["choice"]) == ("opened", "opened")
    desk.case.do(taking_back.take_back, desk.hana, message_id(sealed))
    assert (look()["state"], look()["taken_back"], look()["recipients"][0]["state"]) == ("released", True, "opened")


@pytest.mark.parametrize(("word", "state"), [("return", "returned"), ("stop", "stopped")])
def test_what_was_decided_otherwise_says_so(desk: Desk, word: str, state: str) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.decide(sealed, Choice(word))
    (message,) = _messages(desk, desk.fay)
    assert (message["state"], message["recipients"][0]["state"]) == (state, state)


def test_what_needs_no_decision_is_filed_and_what_was_recalled_says_so(desk: Desk) -> None:
    desk.case.write(desk.fay, [], kind="note")
    desk.case.write(desk.hana, [desk.rhys])
    desk.case.do(participation.change_own, desk.hana, "paused")
    assert [each["state"] for each in _messages(desk, desk.fay)] == ["filed", "recalled"]
    standings = {each["participant_id"]: each for each in _case(desk, desk.fay)["standings"]}
    assert (standings[desk.hana.id]["standing"], standings[desk.hana.id]["acknowledged"]) == ("paused", False)


def test_a_list_holds_the_newest_notes_of_each_case(desk: Desk) -> None:
    notes = [message_id(desk.case.write(desk.fay, [], kind="note")) for _ in range(case_list.NOTES_IN_LIST + 1)]
    other = Served.start(desk.office, [desk.fay])
    listed = desk.office.see(case_list.case_list, desk.case.actor(desk.fay))
    assert [each["case_id"] for each in listed] == [other.case_id, desk.case.case_id]
    assert [each["message_id"] for each in listed[1]["notes"]] == notes[1:]
    (only,) = desk.office.see(case_list.case_list, desk.case.actor(desk.finn))
    assert only["reference"] == desk.case.reference


def test_a_note_that_was_sealed_anew_stands_in_the_list_once_and_as_in_its_case(desk: Desk) -> None:
    sealed = desk.case.write(desk.fay, [], kind="note")
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, facilitators=[desk.fay])
    newest = desk.case.head().epoch_pk
    again = seal.wrap(sealed.key, desk.case.case_id, message_id(sealed), newest)
    desk.case.do(rewrapping.rewrap, desk.fay, message_id(sealed), primitives.kid(newest), again)
    (listed,) = desk.office.see(case_list.case_list, desk.case.actor(desk.fay))
    (note_,) = listed["notes"]
    assert note_ == _messages(desk, desk.fay)[0]
    assert note_["wrap"]["epoch"] == 1
    seals = [(each["epoch"], each["box_kid"]) for each in listed["seals"]]
    assert seals == [(1, desk.fay.box_kid), (2, desk.fay.box_kid)]
    assert [each["epoch"] for each in listed["links"]] == [2]


def test_a_case_that_cannot_be_verified_hides_no_other(desk: Desk) -> None:
    other = Served.start(desk.office, [desk.fay])
    documents = table_of(MemberDocument)
    broken = documents.delete().where(documents.c.case_id == desk.case.case_id)
    with writing(desk.office.engine) as session:
        session.connection().execute(broken)
        session.commit()
    heads.forget()
    summaries.forget()
    good, bad = desk.office.see(case_list.case_list, desk.case.actor(desk.fay))
    assert (bad["case_id"], bad["statements"]) == (desk.case.case_id, desk.case.envelopes)
    assert (bad["anchor"], bad["documents"], bad["notes"]) == (None, [], [])
    assert bad.keys() == good.keys()
    assert (good["case_id"], good["statements"]) == (other.case_id, other.envelopes)
    with pytest.raises(ProtocolError):
        desk.office.see(views.case_view, desk.case.actor(desk.fay), desk.case.case_id, desk.case.now)


def test_nobody_looks_into_somebody_else_s_case(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    flo = desk.case.actor(desk.office.agency.people["flo"])
    for query, subject in (
        (views.case_view, desk.case.case_id),
        (views.case_messages, desk.case.case_id),
        (views.message_view, message_id(sealed)),
    ):
        with pytest.raises(NotFound):
            desk.office.see(query, flo, subject, desk.case.now)
    with pytest.raises(NotFound):
        desk.office.see(views.message_view, desk.case.actor(desk.hana), message_id(sealed), desk.case.now)
    with pytest.raises(NotFound):
        desk.office.see(views.message_view, desk.case.actor(desk.fay), b64(bytes(16)), desk.case.now)


def test_whoever_left_is_named_as_such_and_nothing_more_is_told_of_them(desk: Desk) -> None:
    (hana,) = [dict(each) for each in desk.case.documents if each.get("participant_id") == desk.hana.id]
    desk.case.step([hana])
    shown = _case(desk, desk.fay)
    assert shown["left"] == [desk.rhys.id]
    assert [each["participant_id"] for each in (*shown["standings"], *shown["contacts"])] == [desk.hana.id] * 2
