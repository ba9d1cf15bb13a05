"""Messages: what opens, what the server takes, and that nothing moves elsewhere."""

from collections.abc import Mapping
from typing import Any

import pytest

from mediation.protocol import message, message_open, primitives
from mediation.protocol.encoding import b64, new_id, unb64
from mediation.protocol.message import Content, Sender
from mediation.protocol.order import Known
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32, random_bytes
from tests.protocol.correspondence import Messages as World
from tests.protocol.correspondence import messages, reseal
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Person
from tests.protocol.world_case import Case


@pytest.fixture
def world() -> World:
    return messages()


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
    hidden = {"text": "safe \u202egnihton", "lang": "en", "attachments": []}
    sealed = reseal(world.case, world.hana, world.relay, hidden)
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
        world.open(reseal(world.case, world.hana, world.relay, plaintext))


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
        world.open(reseal(world.case, world.hana, world.relay, None, padded=padded))


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


@pytest.mark.parametrize(
    "size", [0, 1, 39, 1023 + 40, 1025 + 40, 1056 + 40, 256 * 1024 + 41, 264 * 1024 + 40, 300 * 1024]
)
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
