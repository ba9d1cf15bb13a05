"""Who may write what to whom, and what of a leaver's stays readable."""

from typing import Any

import pytest

from mediation.protocol import message, message_kinds, order
from mediation.protocol.encoding import new_id
from mediation.protocol.members import Members
from mediation.protocol.message import Sealed
from tests.protocol.correspondence import Messages as World
from tests.protocol.correspondence import messages
from tests.protocol.forging import read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import Person, person
from tests.protocol.world_case import document


@pytest.fixture
def world() -> World:
    return messages()


# Who may write what to whom -----------------------------------------------------------------------------------------


def verify(world: World, envelope: object, **options: Any) -> message.Verified:
    return message.verify(envelope, world.case.head(), world.case.members(), **options)


def test_every_kind_by_every_wrong_author_is_refused(world: World) -> None:
    """Each message of each kind, as if everybody else had written it: as themselves or in the author's name."""
    everybody = [world.hana, world.rob, world.agency.fay, world.agency.finn]
    strangers = [world.agency.flo, world.agency.sue, world.agency.ada, person("Mallory")]
    allowed = {
        "relay": {world.hana.id},
        "summary": {world.agency.fay.id, world.agency.finn.id},
        "to_rob": {world.agency.fay.id, world.agency.finn.id},
        "from_rob": {world.hana.id, world.rob.id},
        "note": {world.agency.fay.id, world.agency.finn.id},
    }
    for name, may in allowed.items():
        sealed = getattr(world, name)
        for who in everybody:
            as_themselves = world.forged(sealed, who, author_id=who.id)
            if who.id in may:
                assert verify(world, as_themselves).author is not None
            else:
                with pytest.raises(Exception, match=r"author-wrong|recipient-is-author"):
                    verify(world, as_themselves)
            if who.id != sealed.statement.payload["author_id"]:
                with refused("author-wrong"):
                    verify(world, world.forged(sealed, who))
        for who in strangers:
            with refused("unknown-signer"):
                verify(world, world.forged(sealed, who, author_id=who.id))
            with refused("unknown-signer"):
                verify(world, world.forged(sealed, who))


def test_every_kind_to_every_wrong_reader_is_refused(world: World) -> None:
    hana, rob, fay = world.hana.id, world.rob.id, world.agency.fay.id
    wrong: list[tuple[Sealed, Person, list[str], str]] = [
        (world.relay, world.hana, [], "recipients-wrong"),
        (world.relay, world.hana, [hana], "recipient-is-author"),
        (world.relay, world.hana, sorted([hana, rob]), "recipient-is-author"),
        (world.relay, world.hana, [fay], "member-unknown"),
        (world.relay, world.hana, [new_id()], "member-unknown"),
        (world.summary, world.agency.fay, [], "recipients-wrong"),
        (world.summary, world.agency.fay, [fay], "recipient-is-author"),
        (world.summary, world.agency.fay, [new_id()], "member-unknown"),
        (world.to_rob, world.agency.fay, sorted([hana, rob]), "recipients-wrong"),
        (world.to_rob, world.agency.fay, [], "author-wrong"),
        (world.to_rob, world.agency.fay, [new_id()], "member-unknown"),
        (world.from_rob, world.rob, [hana], "author-wrong"),
        (world.from_rob, world.rob, [rob], "recipient-is-author"),
        (world.note, world.agency.fay, [rob], "recipients-wrong"),
        (world.note, world.agency.fay, [fay], "recipients-wrong"),
    ]
    for sealed, who, recipients, code in wrong:
        with refused(code):
            verify(world, world.forged(sealed, who, recipients=recipients))


def test_recipients_are_listed_once_and_in_order(world: World) -> None:
    for recipients in ([world.rob.id, world.rob.id], sorted([world.rob.id, world.xan.id], reverse=True)):
        with refused("bad-field"):
            world.forged(world.relay, world.hana, recipients=recipients)


def test_another_kid_than_the_signer_s_is_refused(world: World) -> None:
    with refused("author-wrong"):
        verify(world, world.forged(world.relay, world.hana, author_kid=world.rob.sign_kid))


def test_only_a_facilitator_of_the_case_writes_down_and_only_for_who_takes_part_with_help(world: World) -> None:
    fay, scribe = world.agency.fay, {"staff_id": world.agency.fay.id, "means": "letter"}
    assert verify(world, world.scribed.envelope).author == world.case.members().get(world.xan.id)
    with refused("scribe-wrong"):
        verify(world, world.forged(world.relay, fay, scribe=scribe))
    with refused("scribe-wrong"):
        verify(world, world.forged(world.scribed, world.agency.finn))
    with refused("scribe-wrong"):
        verify(world, world.forged(world.scribed, world.hana, scribe={**scribe, "staff_id": world.hana.id}))
    with refused("unknown-signer"):
        flo = world.agency.flo
        verify(world, world.forged(world.scribed, flo, scribe={**scribe, "staff_id": flo.id}))
    with refused("author-wrong"):
        verify(world, world.forged(world.scribed, fay, scribe=None))
    with refused("member-unknown"):
        verify(world, world.forged(world.scribed, fay, author_id=new_id()))


@pytest.mark.parametrize("kind", ["summary", "private", "note"])
def test_only_a_relay_is_written_down(world: World, kind: str) -> None:
    recipients = {"summary": [world.rob.id], "private": [], "note": []}[kind]
    with refused("scribe-wrong"):
        verify(world, world.forged(world.scribed, world.agency.fay, kind=kind, recipients=recipients))


def test_a_reader_who_is_given_few_members_still_checks_the_author(world: World) -> None:
    reader = world.case.reader(world.rob, world.hana)
    verified = message.verify(world.relay.envelope, world.case.head(), reader.people)
    assert verified.author == world.case.members().get(world.hana.id)
    with refused("unknown-signer"):
        message.verify(world.relay.envelope, world.case.head(), world.case.reader(world.rob).people)


def test_an_answer_is_to_something_that_every_recipient_knows(world: World) -> None:
    answered = new_id()
    payload = {**world.relay.statement.payload, "answers": answered, "recipients": [world.rob.id, world.xan.id]}
    message_kinds.check_answers(world.relay.statement.payload, {})
    message_kinds.check_answers(payload, {world.rob.id: [answered], world.xan.id: {answered}})
    for known in ({}, {world.rob.id: [answered]}, {world.rob.id: [answered], world.xan.id: [new_id()]}):
        with refused("answers-unknown"):
            message_kinds.check_answers(payload, known)


def test_which_kinds_wait_for_a_decision() -> None:
    assert frozenset({"relay", "summary"}) == message_kinds.DECIDED


# Kept ---------------------------------------------------------------------------------------------------------------


def test_a_leaver_s_message_is_read_only_if_it_is_kept(world: World) -> None:
    world.case.step(world.case.documents, facilitators=[world.agency.finn], signers=[world.agency.fay])
    with refused("unknown-signer"):
        verify(world, world.note.envelope)
    kept = world.case.kept().facilitators
    verified = verify(world, world.note.envelope, kept=kept)
    assert verified.stands
    assert verified.author is None
    late = world.forged(world.note, world.agency.fay, message_id=new_id())
    with refused("unknown-signer"):
        verify(world, late, kept=kept)


def test_a_kept_message_whose_writer_still_counts_names_them(world: World) -> None:
    world.case.step(world.case.documents, facilitators=[world.agency.finn], signers=[world.agency.fay])
    verified = verify(world, world.relay.envelope, kept=world.case.kept().facilitators)
    assert not verified.stands
    assert verified.author is not None


def test_a_kept_message_is_still_of_this_case_and_form(world: World) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"case_id": new_id()}, "case-mixed"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"recipients": []}, "recipients-wrong"),
    ]
    for changes, code in wrong:
        forgery = world.forged(world.relay, person("Mallory"), **changes)
        with refused(code):
            verify(world, forgery, kept=[read(forgery, "message").hash])


def test_a_member_under_a_new_key_no_longer_counts_under_the_old(world: World) -> None:
    again = person("Hana", world.hana.id)
    world.case.admit(document(world.case.join(again)))
    with refused("unknown-signer"):
        verify(world, world.relay.envelope)
    assert verify(world, world.relay.envelope, kept=world.case.kept().of(world.rob.id) | world.case.kept().facilitators)


def test_a_returned_message_and_its_rewriting_look_like_a_first_one(world: World) -> None:
    """What a recipient or the server sees of a second attempt has the same form and sizes."""
    first = world.relay
    second = world.case.write(world.hana, [world.rob], revises=first.statement.payload["message_id"])
    assert set(second.statement.payload) == set(first.statement.payload)
    assert second.statement.payload["answers"] is None
    assert len(second.statement.payload_bytes) == len(first.statement.payload_bytes)
    assert len(second.ciphertext) == len(first.ciphertext)
    assert len(second.order_block) == len(first.order_block)
    assert first.statement.payload["message_id"] not in str(second.envelope)


def test_a_message_signed_by_another_case_s_facilitator_is_refused(world: World) -> None:
    with refused("unknown-signer"):
        verify(world, resigned(world.summary.envelope, "message", world.agency.flo))


def test_no_members_at_all_open_nothing_of_theirs(world: World) -> None:
    with refused("unknown-signer"):
        message.verify(world.relay.envelope, world.case.head(), Members((), (), complete=False))
    assert len(order.close(world.case.order(world.hana.sign_kid))) == order.SIZE
