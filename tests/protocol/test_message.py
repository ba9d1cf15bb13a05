"""Messages: who may write what to whom, what the server takes, and what opens."""

import copy
import functools
from collections.abc import Mapping
from typing import Any

import pytest

from mediation.protocol import message, message_kinds, message_open, order, primitives
from mediation.protocol.encoding import b64, canonical, new_id, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.members import Members
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.message_open import Opened
from mediation.protocol.order import Known
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32, random_bytes
from tests.protocol.forging import forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case, document


class World:
    """A case of Fay and Finn with Hana, Rob, and, with help, Xan; one message of each kind."""

    def __init__(self) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn])
        self.hana = self.case.welcome(person("Hana"))
        self.rob = self.case.welcome(person("Rob"), "person_responsible")
        self.xan = self.case.assist("Xan")
        self.relay = self.case.write(self.hana, [self.rob])
        self.scribed = self.case.write(self.xan, [self.rob], scribe=self.agency.fay)
        self.summary = self.case.write(self.agency.fay, [self.rob], kind="summary")
        self.to_rob = self.case.write(self.agency.fay, [self.rob], kind="private")
        self.from_rob = self.case.write(self.rob, [], kind="private")
        self.note = self.case.write(self.agency.fay, [], kind="note")

    @property
    def all(self) -> list[Sealed]:
        return self.case.messages

    def submit(self, sealed: Sealed, **changes: Any) -> Statement:
        fields: dict[str, Any] = {
            "envelope_": sealed.envelope,
            "ciphertext": sealed.ciphertext,
            "order_block": sealed.order_block,
            "wraps": sealed.wraps,
            **changes,
        }
        return message.check_submission(self.case.head(), self.case.members(), **fields)

    def open(self, sealed: Sealed, **changes: Any) -> Opened:
        fields: dict[str, Any] = {
            "kept": (),
            "envelope": sealed.envelope,
            "ciphertext": sealed.ciphertext,
            "wraps": sealed.wraps,
            "order_block": sealed.order_block,
            "secrets": self.case.secrets(),
            **changes,
        }
        return message_open.open_as_facilitator(self.case.head(), self.case.members(), **fields)

    def forged(self, sealed: Sealed, *signers: Person, **changes: Any) -> Envelope:
        if signers:
            changes.setdefault("author_kid", signers[0].sign_kid)
        return forged(sealed.envelope, "message", *(signers or [self.hana]), **changes)


@functools.cache
def built() -> World:
    return World()


@pytest.fixture
def world() -> World:
    return copy.deepcopy(built())


# What opens ---------------------------------------------------------------------------------------------------------


def test_facilitators_open_every_kind(world: World) -> None:
    for sealed in world.all:
        opened = world.open(sealed)
        assert opened.text == "I would like to understand what happened."
        assert (opened.lang, opened.alarms, opened.marked, opened.stands) == ("en", (), False, False)
        assert opened.key == sealed.key
        assert world.submit(sealed) == sealed.statement


def test_an_order_that_does_not_fit_raises_alarms_beside_the_text(world: World) -> None:
    opened = world.open(world.relay, known=Known(None, new_id()))
    assert opened.alarms == ("prev-wrong",)
    assert opened.text


def test_a_facilitator_who_joined_later_opens_what_was_written_before(world: World) -> None:
    secrets_before = world.case.secrets()
    world.case.step(world.case.documents, facilitators=[world.agency.fay, world.agency.flo])
    assert world.open(world.relay).text
    with refused("wrap-missing"):
        world.open(world.case.write(world.hana, [world.rob]), secrets=secrets_before)


def test_hidden_characters_are_marked_for_facilitators(world: World) -> None:
    sealed = reseal(world, world.relay, {"text": "safe \u202egnihton", "lang": "en", "attachments": []})
    opened = world.open(sealed)
    assert opened.marked
    assert opened.alarms == ("bad-text",)
    assert opened.text == "safe \u202egnihton"


def test_an_honest_writer_sends_no_hidden_characters(world: World) -> None:
    with refused("bad-text"):
        world.case.write(world.hana, [world.rob], "safe \u202egnihton")
    with refused("bad-field"):
        message.seal(
            world.case.head(),
            world.case.members(),
            Sender(world.hana.id, world.hana.sign_seed),
            Content("relay", [world.rob.id], "Hello", ""),
            world.case.order(world.hana.sign_kid),
        )


def reseal(world: World, sealed: Sealed, plaintext: Any, *, padded: bytes | None = None) -> Sealed:
    """Hana's message with any plaintext, otherwise made as it should be."""
    payload = sealed.statement.payload
    content = pad(canonical(plaintext)) if padded is None else padded
    place = message.place(payload["case_id"], payload["message_id"])
    ciphertext = primitives.aead_seal(primitives.kdf(sealed.key, 1, message.CONTEXT), content, place)
    envelope = world.forged(sealed, ct_hash=b64(hash32(ciphertext)))
    statement = message.verify(envelope, world.case.head(), world.case.members()).statement
    return Sealed(statement, ciphertext, sealed.order_block, sealed.wraps, sealed.key)


@pytest.mark.parametrize(
    ("plaintext", "code"),
    [
        ({"text": "x", "lang": "en"}, "missing-field"),
        ({"text": "x", "attachments": []}, "missing-field"),
        ({"lang": "en", "attachments": []}, "missing-field"),
        ({"text": "x", "lang": "en", "attachments": [], "html": ""}, "unknown-field"),
        ({"text": None, "lang": "en", "attachments": []}, "bad-field"),
        ({"text": "x", "lang": "", "attachments": []}, "bad-field"),
        ({"text": "x", "lang": None, "attachments": []}, "bad-field"),
        ({"text": "x", "lang": "en", "attachments": {}}, "bad-field"),
        ({"text": "x", "lang": "en", "attachments": [{}]}, "attachments-not-supported"),
        ("x", "bad-field"),
    ],
)
def test_a_plaintext_has_exactly_its_form(world: World, plaintext: Any, code: str) -> None:
    with refused(code):
        world.open(reseal(world, world.relay, plaintext))


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        (bytes(1024), "bad-padding"),
        (pad(b"{}")[:-1] + b"\1", "bad-padding"),
        (b"\x80" + bytes(2047), "bad-padding"),
        (pad(b'{"text":"x", "lang":"en","attachments":[]}'), "not-canonical"),
        (pad(b"plain text"), "not-canonical"),
    ],
)
def test_a_padding_has_exactly_its_form(world: World, padded: bytes, code: str) -> None:
    with refused(code):
        world.open(reseal(world, world.relay, None, padded=padded))


# Every bit ----------------------------------------------------------------------------------------------------------


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_flipped_bit_of_the_ciphertext_is_refused(world: World) -> None:
    for bit in [*range(256), *range(256, 8 * len(world.relay.ciphertext), 101)]:
        changed = flipped(world.relay.ciphertext, bit)
        with refused("ct-hash-wrong"):
            world.submit(world.relay, ciphertext=changed)
        with refused("ct-hash-wrong"):
            world.open(world.relay, ciphertext=changed)


def test_the_ciphertext_itself_notices_a_flipped_bit(world: World) -> None:
    """Even if its hash agreed: nonce, content and tag are authenticated."""
    payload, wrap = world.relay.statement.payload, next(iter(world.relay.wraps.items()))
    seed = {**world.case.secrets(), world.hana.box_kid: world.hana.box_seed}[wrap[0]]
    for bit in [*range(0, 8 * 24, 7), *range(8 * 24, 8 * len(world.relay.ciphertext), 211)]:
        changed = flipped(world.relay.ciphertext, bit)
        with refused("cannot-open"):
            message_open.unlock({**payload, "ct_hash": b64(hash32(changed))}, changed, wrap[1], seed)


def test_a_flipped_bit_of_a_wrap_is_refused(world: World) -> None:
    epoch_kid = primitives.kid(world.case.head().epoch_pk)
    wrap = world.relay.wraps[epoch_kid]
    for bit in range(8 * len(wrap)):
        with refused("cannot-open"):
            world.open(world.relay, wraps={epoch_kid: flipped(wrap, bit)})


def test_a_flipped_bit_of_the_sealed_order_is_refused(world: World) -> None:
    for bit in range(0, 8 * len(world.relay.order_block), 13):
        with refused("cannot-open"):
            world.open(world.relay, order_block=flipped(world.relay.order_block, bit))


def test_a_flipped_bit_of_payload_or_signature_is_refused(world: World) -> None:
    good = world.relay.envelope
    payload, signature = unb64(good["payload"]), good["signatures"][0]
    for bit in range(0, 8 * len(payload), 3):
        with pytest.raises(Exception, match="-"):
            world.submit(world.relay, envelope_={**good, "payload": b64(flipped(payload, bit))})
    for bit in range(8 * 64):
        changed = {**signature, "sig": b64(flipped(unb64(signature["sig"]), bit))}
        with refused("bad-signature"):
            world.submit(world.relay, envelope_={**good, "signatures": [changed]})


# What the server takes ----------------------------------------------------------------------------------------------


def test_a_message_id_is_used_once(world: World) -> None:
    with refused("message-id-used"):
        world.submit(world.relay, used_ids=[world.relay.statement.payload["message_id"]])


@pytest.mark.parametrize("size", [0, 1, 39, 1023 + 40, 1025 + 40, 1056 + 40, 256 * 1024 + 41, 300 * 1024])
def test_a_ciphertext_of_another_size_is_refused(world: World, size: int) -> None:
    ciphertext = bytes(size)
    with refused("ciphertext-size"):
        world.submit(
            world.relay, ciphertext=ciphertext, envelope_=world.forged(world.relay, ct_hash=b64(hash32(ciphertext)))
        )


@pytest.mark.parametrize("padded", [1024, 1088, 2048, 256 * 1024])
def test_every_padded_size_up_to_the_limit_is_taken(world: World, padded: int) -> None:
    ciphertext = bytes(padded + 40)
    envelope = world.forged(world.relay, ct_hash=b64(hash32(ciphertext)))
    assert world.submit(world.relay, ciphertext=ciphertext, envelope_=envelope)


@pytest.mark.parametrize("size", [0, 1024, 1071, 1073])
def test_a_sealed_order_of_another_size_is_refused(world: World, size: int) -> None:
    with refused("order-block-size"):
        world.submit(world.relay, order_block=bytes(size))


def wraps_for(world: World, *people: Person) -> Mapping[str, bytes]:
    return {each.box_kid: world.case.wrap(world.relay, each) for each in people}


def test_the_wraps_are_for_exactly_those_who_must_have_them(world: World) -> None:
    hana, rob, fay, finn = world.hana, world.rob, world.agency.fay, world.agency.finn
    epoch_kid = primitives.kid(world.case.head().epoch_pk)
    expected = {
        "relay": (world.relay, {epoch_kid, hana.box_kid}),
        "scribed": (world.scribed, {epoch_kid}),
        "summary": (world.summary, {epoch_kid}),
        "to": (world.to_rob, {epoch_kid, rob.box_kid}),
        "from": (world.from_rob, {epoch_kid, rob.box_kid}),
        "note": (world.note, {epoch_kid}),
    }
    for sealed, kids in expected.values():
        assert set(sealed.wraps) == kids
    good = world.relay.wraps
    for wrong in (
        {},
        {epoch_kid: good[epoch_kid]},
        {hana.box_kid: good[hana.box_kid]},
        {**good, **wraps_for(world, rob)},
        {**good, **wraps_for(world, fay)},
        {epoch_kid: good[epoch_kid], **wraps_for(world, finn)},
        {**good, epoch_kid: good[epoch_kid][:-1]},
        {**good, epoch_kid: good[epoch_kid] + b"\0"},
        {**good, epoch_kid: world.relay.key},
    ):
        with refused("wraps-wrong"):
            world.submit(world.relay, wraps=wrong)


def test_a_private_to_somebody_without_a_device_has_no_wrap_for_them(world: World) -> None:
    sealed = world.case.write(world.agency.fay, [world.xan], kind="private")
    assert set(sealed.wraps) == {primitives.kid(world.case.head().epoch_pk)}


def test_nothing_is_written_or_opened_under_an_expired_head(world: World) -> None:
    head, people = world.case.head(NOW + 40 * DAY), world.case.members()
    sealed = world.relay
    with refused("roster-expired"):
        message.check_submission(head, people, sealed.envelope, sealed.ciphertext, sealed.order_block, sealed.wraps)
    with refused("roster-expired"):
        message_open.open_as_facilitator(
            head,
            people,
            (),
            sealed.envelope,
            sealed.ciphertext,
            sealed.wraps,
            sealed.order_block,
            world.case.secrets(),
        )


# Moved elsewhere ----------------------------------------------------------------------------------------------------


def test_a_message_of_another_case_or_agency_is_refused(world: World) -> None:
    other = Case.open(world.agency, [world.agency.fay])
    with refused("case-mixed"):
        world.submit(world.relay, envelope_=world.forged(world.relay, case_id=other.case_id))
    with refused("agency-mixed"):
        world.submit(world.relay, envelope_=world.forged(world.relay, agency_id=new_id()))


def test_a_signature_under_another_type_is_refused(world: World) -> None:
    good = world.relay.envelope
    with refused("wrong-type"):
        world.submit(world.relay, envelope_={**good, "payloadType": "application/vnd.mediation.decision.v1+json"})


def test_a_wrap_of_another_message_case_or_key_is_refused(world: World) -> None:
    payload = world.relay.statement.payload
    epoch_pk, secrets = world.case.head().epoch_pk, world.case.secrets()
    kid = primitives.kid(epoch_pk)
    key, case_id, message_id = world.relay.key, payload["case_id"], payload["message_id"]
    inside = primitives.open_seal(world.hana.box_seed, world.relay.wraps[world.hana.box_kid])
    for wrong in (
        message.wrap(key, case_id, new_id(), epoch_pk),
        message.wrap(key, new_id(), message_id, epoch_pk),
        primitives.seal(epoch_pk, inside),
        primitives.seal(epoch_pk, key),
    ):
        with refused("wrap-misplaced"):
            world.open(world.relay, wraps={kid: wrong}, secrets=secrets)


def test_a_wrap_with_another_key_is_refused(world: World) -> None:
    payload = world.relay.statement.payload
    epoch_pk = world.case.head().epoch_pk
    forged_wrap = message.wrap(random_bytes(32), payload["case_id"], payload["message_id"], epoch_pk)
    with refused("commitment-mismatch"):
        world.open(world.relay, wraps={primitives.kid(epoch_pk): forged_wrap})


def test_somebody_else_s_ciphertext_or_order_is_refused(world: World) -> None:
    with refused("ct-hash-wrong"):
        world.open(world.relay, ciphertext=world.from_rob.ciphertext)
    with refused("order-hash-wrong"):
        world.open(world.relay, order_block=world.from_rob.order_block)


def test_a_message_without_a_wrap_for_the_facilitators_does_not_open(world: World) -> None:
    with refused("wrap-missing"):
        world.open(world.relay, wraps={world.hana.box_kid: world.relay.wraps[world.hana.box_kid]})


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
