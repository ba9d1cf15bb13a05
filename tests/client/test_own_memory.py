"""A person's own notes: nobody else can read, alter or forge them, and nobody takes them back unnoticed."""

from typing import Any

import pytest

from mediation.client import ApiError, ClientError, Participant, ProtocolError
from mediation.client.signing_in import SignedIn, opened, utc_now
from mediation.client.transport import Transport
from mediation.protocol import primitives
from mediation.protocol.encoding import b64, canonical, unb64
from tests.client.hostile import altered
from tests.client.world import URL, World


def second_device(world: World, me: SignedIn) -> SignedIn:
    """The same person on another device."""
    transport = Transport(URL, world.wire(me))
    transport.cookies.update(me.transport.cookies)
    return opened(transport, me.account_id, me.keys, utc_now)


def test_a_draft_comes_back_as_it_was(world: World) -> None:
    world.mary.save_draft(world.case_id, {"text": "Dear Roy, I have been thinking"})
    again = Participant(second_device(world, world.mary.me))
    assert again.draft(world.case_id) == {"text": "Dear Roy, I have been thinking"}
    again.me.memory.forget(f"draft-{world.case_id}")
    assert world.site.agency()["set_up"]


def test_a_draft_that_was_deleted_is_gone(world: World) -> None:
    world.mary.save_draft(world.case_id, {"text": "a"})
    world.mary.me.memory.forget(f"draft-{world.case_id}")
    assert world.mary.draft(world.case_id) is None


def flip(blob: str) -> str:
    """Another bit in the middle."""
    data = bytearray(unb64(blob))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


def test_an_altered_draft_is_refused(world: World) -> None:
    world.mary.save_draft(world.case_id, {"text": "a"})
    world.wire(world.mary.me).evil = altered(f"draft-{world.case_id}", lambda got: got | {"blob": flip(got["blob"])})
    with pytest.raises(ProtocolError, match="cannot-open"):
        world.mary.draft(world.case_id)


def test_a_draft_under_another_name_or_revision_is_refused(world: World) -> None:
    world.mary.save_draft(world.case_id, {"text": "a"})
    stored = world.mary.me.transport.get(f"/memory/draft-{world.case_id}")
    world.wire(world.mary.me).evil = altered("/memory/pins", lambda got: stored)
    with pytest.raises(ProtocolError, match="cannot-open"):
        second_device(world, world.mary.me).pins.reload()
    world.wire(world.mary.me).evil = altered(f"draft-{world.case_id}", lambda got: got | {"revision": 2})
    with pytest.raises(ProtocolError, match="cannot-open"):
        world.mary.draft(world.case_id)


def test_a_document_sealed_to_ones_own_public_key_is_refused(world: World) -> None:
    forged = b64(primitives.seal(world.mary.me.box_pk, canonical({"text": "not mine"})))
    world.mary.save_draft(world.case_id, {"text": "mine"})
    world.wire(world.mary.me).evil = altered(f"draft-{world.case_id}", lambda got: got | {"blob": forged})
    with pytest.raises(ProtocolError, match="cannot-open"):
        world.mary.draft(world.case_id)


def test_an_older_draft_is_noticed(world: World) -> None:
    world.mary.save_draft(world.case_id, {"text": "a"})
    old = world.mary.me.transport.get(f"/memory/draft-{world.case_id}")
    world.mary.save_draft(world.case_id, {"text": "b"})
    world.wire(world.mary.me).evil = altered(f"draft-{world.case_id}", lambda got: old)
    with pytest.raises(ClientError, match="memory-rolled-back"):
        world.mary.draft(world.case_id)


def test_two_devices_lose_nothing(world: World) -> None:
    other = Participant(second_device(world, world.mary.me))
    world.mary.letters()
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    other.open(letter)
    first = world.mary.write([world.roy.participant_id], "from one")
    second = other.write([world.roy.participant_id], "from the other")
    read = world.case.read()
    assert [read.by_id[each].alarms for each in (first, second)] == [(), ()]
    orders = [read.by_id[each].opened for each in (first, second)]
    assert [each.order.seq for each in orders if each is not None] == [1, 2]


def test_a_conflict_is_told_to_whoever_writes_by_hand(world: World) -> None:
    memory = world.mary.me.memory
    memory.write("settings", 1, {"a": "b"})
    with pytest.raises(ApiError) as refused:
        memory.write("settings", 1, {"a": "c"})
    assert (refused.value.code, refused.value.detail) == ("memory-conflict", {"revision": 1})


def test_pins_of_another_form_are_refused(world: World) -> None:
    def spoil(value: Any) -> dict[str, Any]:
        return {**value, "extra": 1}

    world.mary.me.memory.change("pins", spoil)
    with pytest.raises(ProtocolError, match="unknown-field"):
        second_device(world, world.mary.me).pins.reload()
