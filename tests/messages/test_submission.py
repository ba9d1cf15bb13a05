"""Handing in a message: who may write what to whom, and that what is stored is exactly what was signed."""

from dataclasses import replace
from typing import Any

import pytest

from mediation.messages import participation, submission
from mediation.messages.models import Message, MessageRecipient, Task, Wrap
from mediation.messages.submission import Submission
from mediation.protocol import envelope, message
from mediation.protocol.encoding import b64
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.primitives import kid, random_bytes
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import Served, message_id
from tests.protocol.world import DAY, NOW, Person, person


def _seal(desk: Desk, who: Person, to: list[Person], kind: str = "relay", **named: Any) -> Sealed:
    """A sealed message that nobody has handed in."""
    case, scribe = desk.case, named.pop("scribe", None)
    writer = scribe or who
    written_by = None if scribe is None else {"staff_id": scribe.id, "means": "dictation"}
    sender = Sender(who.id, writer.sign_seed, written_by)
    content = Content(kind, [each.id for each in to], "Good day.", "en", named.pop("answers", None))
    return message.seal(case.head(), case.members(), sender, content, case.order(writer.sign_kid))


def _submit(desk: Desk, by: Person, sealed: Sealed, **changes: Any) -> tuple[str, bool]:
    return desk.case.do(submission.submit, by, replace(desk.case.submission(sealed), **changes))


def _forge(desk: Desk, sealed: Sealed, signer: Person, **changes: Any) -> Submission:
    """The message with another payload, signed by somebody."""
    payload = {**sealed.statement.payload, **changes}
    return replace(desk.case.submission(sealed), envelope=envelope.make("message", payload, [signer.sign_seed]))


def test_a_relay_waits_for_facilitators_with_the_keys_of_nobody_else(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    (row,) = desk.office.rows(Message)
    assert (row.envelope, row.ciphertext, row.order_block) == (sealed.envelope, sealed.ciphertext, sealed.order_block)
    assert (row.number, row.kind, row.author_id, row.epoch, row.thread_with) == (1, "relay", desk.hana.id, 1, None)
    (recipient,) = desk.office.rows(MessageRecipient)
    assert (recipient.participant_id, recipient.state, recipient.tell) == (desk.rhys.id, "in_review", False)
    kids = {wrap.box_kid for wrap in desk.office.rows(Wrap)}
    assert kids == {kid(desk.case.head().epoch_pk), desk.hana.box_kid}
    assert desk.office.kinds(desk.case.case_id)[-1] == "message.submitted"


def test_the_same_bytes_again_are_accepted_and_change_nothing(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    with unchanged(desk.office):
        stored, new = _submit(desk, desk.hana, sealed)
    assert (stored, new) == (message_id(sealed), False)
    desk.case.do(participation.change_own, desk.hana, "paused")
    with unchanged(desk.office):
        assert not _submit(desk, desk.hana, sealed)[1]


def test_other_bytes_under_the_same_identifier_are_refused(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    other = _forge(desk, sealed, desk.hana, com=b64(bytes(32)))
    with refused(desk.office, "message-exists", 409):
        desk.case.do(submission.submit, desk.hana, other)
    changed = sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1])
    with refused(desk.office, "message-exists", 409):
        _submit(desk, desk.hana, sealed, ciphertext=changed)


def test_a_private_from_a_member_is_a_task_for_the_facilitators(desk: Desk) -> None:
    desk.case.write(desk.hana, [], kind="private")
    (row,) = desk.office.rows(Message)
    assert row.thread_with == desk.hana.id
    assert not desk.office.rows(MessageRecipient)
    (task,) = desk.office.rows(Task)
    assert (task.kind, task.participant_id, task.done_at) == ("private", desk.hana.id, None)


def test_an_answer_by_a_facilitator_settles_the_task(desk: Desk) -> None:
    desk.case.write(desk.hana, [], kind="private")
    desk.case.later(hours=1)
    desk.case.write(desk.finn, [desk.rhys], kind="private")
    assert desk.office.rows(Task)[0].done_at is None
    desk.case.write(desk.finn, [desk.hana], kind="private")
    (task,) = desk.office.rows(Task)
    assert (task.done_at, task.done_by) == (desk.case.now, desk.finn.id)


def test_a_private_from_a_facilitator_carries_the_key_of_its_reader(desk: Desk) -> None:
    desk.case.write(desk.fay, [desk.hana], kind="private")
    assert desk.hana.box_kid in {wrap.box_kid for wrap in desk.office.rows(Wrap)}
    assert desk.office.rows(Message)[0].thread_with == desk.hana.id


def test_a_note_is_filed(desk: Desk) -> None:
    desk.case.write(desk.fay, [], kind="note")
    (row,) = desk.office.rows(Message)
    assert (row.kind, row.thread_with) == ("note", None)
    assert not desk.office.rows(Task)


def test_what_a_scribe_wrote_down_is_the_assisted_person_s(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    desk.case.write(ann, [desk.rhys], scribe=desk.finn)
    (row,) = desk.office.rows(Message)
    assert (row.author_id, row.author_kid, row.scribe_id) == (ann.id, desk.finn.sign_kid, desk.finn.id)


def test_nobody_hands_in_what_somebody_else_wrote(desk: Desk) -> None:
    with refused(desk.office, "not-signed-by-you", 403):
        _submit(desk, desk.rhys, _seal(desk, desk.hana, [desk.rhys]))
    with refused(desk.office, "not-signed-by-you", 403):
        _submit(desk, desk.fay, _seal(desk, desk.hana, [desk.rhys]))
    with refused(desk.office, "not-signed-by-you", 403):
        _submit(desk, desk.fay, _seal(desk, desk.finn, [desk.hana], "summary"))
    ann = desk.case.assist("Ann")
    with refused(desk.office, "not-signed-by-you", 403):
        _submit(desk, desk.fay, _seal(desk, ann, [desk.rhys], scribe=desk.finn))


def test_a_signature_by_another_key_than_the_writer_s_is_refused(desk: Desk) -> None:
    sealed = _seal(desk, desk.hana, [desk.rhys])
    for signer, code in ((desk.rhys, "author-wrong"), (desk.fay, "author-wrong"), (person("Eve"), "unknown-signer")):
        with refused(desk.office, code):
            desk.case.do(submission.submit, desk.hana, _forge(desk, sealed, signer))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "note"}, "recipients-wrong"),
        ({"kind": "summary"}, "author-wrong"),
        ({"kind": "private", "recipients": []}, None),
        ({"kind": "note", "recipients": []}, "author-wrong"),
        ({"recipients": []}, "recipients-wrong"),
        ({"recipients": ["self"]}, "recipient-is-author"),
        ({"recipients": ["nobody"]}, "member-unknown"),
        ({"agency_id": "A" * 22}, "agency-mixed"),
    ],
)
def test_a_member_writes_relays_to_others_and_privates_to_the_facilitators(
    desk: Desk, changes: dict[str, Any], code: str | None
) -> None:
    named = {"self": desk.hana.id, "nobody": person("Nobody").id}
    if "recipients" in changes:
        changes = {**changes, "recipients": [named[each] for each in changes["recipients"]]}
    given = _forge(desk, _seal(desk, desk.hana, [desk.rhys]), desk.hana, **changes)
    if code is None:
        assert desk.case.do(submission.submit, desk.hana, given)[1]
        return
    with refused(desk.office, code):
        desk.case.do(submission.submit, desk.hana, given)


def test_a_facilitator_writes_no_relay_but_for_an_assisted_person(desk: Desk) -> None:
    sealed = _seal(desk, desk.fay, [desk.hana], "summary")
    with refused(desk.office, "author-wrong"):
        desk.case.do(submission.submit, desk.fay, _forge(desk, sealed, desk.fay, kind="relay"))
    scribe = {"staff_id": desk.fay.id, "means": "dictation"}
    forged = _forge(desk, _seal(desk, desk.hana, [desk.rhys]), desk.fay, scribe=scribe, author_kid=desk.fay.sign_kid)
    with refused(desk.office, "scribe-wrong"):
        desk.case.do(submission.submit, desk.fay, forged)


def test_a_message_moved_to_another_case_is_refused(desk: Desk) -> None:
    other = Served.start(desk.office, [desk.fay])
    sealed = _seal(desk, desk.hana, [desk.rhys])
    with refused(desk.office, "not-found", 404):
        desk.case.do(submission.submit, desk.hana, _forge(desk, sealed, desk.hana, case_id=other.case_id))
    note = _seal(desk, desk.fay, [], "note")
    with refused(desk.office, "wraps-wrong"):
        desk.case.do(submission.submit, desk.fay, _forge(desk, note, desk.fay, case_id=other.case_id))


def test_the_ciphertext_order_block_and_wraps_are_those_that_were_signed_for(desk: Desk) -> None:
    sealed = _seal(desk, desk.hana, [desk.rhys])
    wraps = dict(sealed.wraps)
    faults: list[tuple[str, dict[str, Any]]] = [
        ("ct-hash-wrong", {"ciphertext": sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1])}),
        ("ciphertext-size", {"ciphertext": b""}),
        ("ciphertext-size", {"ciphertext": sealed.ciphertext + b"x"}),
        ("order-block-size", {"order_block": sealed.order_block[:-1]}),
        ("wraps-wrong", {"wraps": {}}),
        ("wraps-wrong", {"wraps": {desk.hana.box_kid: wraps[desk.hana.box_kid]}}),
        ("wraps-wrong", {"wraps": {**wraps, desk.rhys.box_kid: wraps[desk.hana.box_kid]}}),
        ("wraps-wrong", {"wraps": dict.fromkeys(wraps, b"short")}),
    ]
    for code, changes in faults:
        with refused(desk.office, code):
            _submit(desk, desk.hana, sealed, **changes)


def test_nothing_is_written_in_an_expired_case(desk: Desk) -> None:
    sealed = _seal(desk, desk.hana, [desk.rhys])
    desk.case.now = NOW + 31 * DAY
    with refused(desk.office, "roster-expired"):
        _submit(desk, desk.hana, sealed)


@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_whoever_paused_writes_to_their_facilitators_only(desk: Desk, standing: str) -> None:
    relay, private = _seal(desk, desk.hana, [desk.rhys]), _seal(desk, desk.hana, [], "private")
    desk.case.do(participation.change_own, desk.hana, standing)
    with refused(desk.office, "not-standing", 409):
        _submit(desk, desk.hana, relay)
    assert _submit(desk, desk.hana, private)[1]
    desk.case.agree(desk.hana)
    assert _submit(desk, desk.hana, relay)[1]


def test_nothing_is_written_down_for_an_assisted_person_who_paused(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    desk.case.do(participation.change_for, desk.fay, desk.case.case_id, ann.id, "paused")
    with refused(desk.office, "not-standing", 409):
        _submit(desk, desk.fay, _seal(desk, ann, [desk.rhys], scribe=desk.fay))


def test_whoever_waits_or_works_elsewhere_writes_nothing(desk: Desk) -> None:
    kim, flo = person("Kim"), desk.office.agency.people["flo"]
    desk.case.join(kim)
    sealed = _seal(desk, desk.hana, [desk.rhys])
    with refused(desk.office, "not-admitted", 403):
        _submit(desk, kim, sealed)
    with refused(desk.office, "not-found", 404):
        _submit(desk, flo, sealed)
    with refused(desk.office, "not-allowed", 403):
        _submit(desk, desk.office.agency.people["sue"], sealed)


def test_an_answer_is_to_something_that_every_reader_wrote_or_was_given(desk: Desk) -> None:
    first = desk.case.write(desk.hana, [desk.rhys])
    with refused(desk.office, "answers-unknown"):
        desk.case.write(desk.rhys, [desk.hana], answers=message_id(first))
    desk.case.release(first, desk.rhys)
    desk.case.write(desk.rhys, [desk.hana], answers=message_id(first))
    ann = desk.case.assist("Ann")
    with refused(desk.office, "answers-unknown"):
        desk.case.write(desk.rhys, sorted([desk.hana, ann], key=lambda each: each.id), answers=message_id(first))
    with refused(desk.office, "answers-unknown"):
        desk.case.write(desk.hana, [desk.rhys], answers=b64(random_bytes(16)))


def test_a_private_can_answer_a_letter_of_its_reader_s_own(desk: Desk) -> None:
    first = desk.case.write(desk.hana, [desk.rhys])
    desk.case.write(desk.fay, [desk.hana], kind="private", answers=message_id(first))
    with refused(desk.office, "answers-unknown"):
        desk.case.write(desk.fay, [desk.rhys], kind="private", answers=message_id(first))
    desk.case.write(desk.hana, [], kind="private", answers=message_id(first))
    with refused(desk.office, "answers-unknown"):
        desk.case.write(desk.rhys, [], kind="private", answers=message_id(first))
