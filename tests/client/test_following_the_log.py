"""Everybody signed in keeps the last published head of the audit log; one that contradicts it stops them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mediation.client import ProtocolError, log, trust
from mediation.client.signing_in import SignedIn
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import checkpoint, notes
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64
from mediation.web.transaction import ENGINE
from tests.client.hostile import altered
from tests.client.world import World

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = dict[str, Any]


def publish(world: World, day: int = 0) -> None:
    """What a worker does on that day."""
    Upkeep(world.app.extensions[ENGINE], lambda: DAY + timedelta(days=day)).turn()


def keys_of(me: SignedIn) -> list[str]:
    """The log's keys that the agency names."""
    return list(trust.load(me).authority.agency.newest.payload["log_vkeys"])


def signed(world: World, head: Checkpoint) -> str:
    """A head with the real key of the log under it: what an operator can make who has the server."""
    return checkpoint.issue(head, world.settings.audit_keys)


def test_each_published_head_is_kept_and_the_next_must_begin_with_it(world: World) -> None:
    me = world.mary.me
    assert trust.load(me).checkpoint is None
    publish(world)
    first = trust.load(me).checkpoint
    assert first is not None and first["size"] == world.settings.audit_step
    publish(world, 1)
    second = trust.load(me).checkpoint
    assert second is not None and second["size"] == 2 * world.settings.audit_step
    assert me.pins.value["checkpoint"] == second == trust.load(world.roy.me).checkpoint


def test_a_decision_names_the_head_that_its_facilitator_has_verified(world: World) -> None:
    publish(world)
    letter = world.mary.write([world.roy.participant_id], "A letter.")
    world.case.letters.release(letter, world.roy.participant_id)
    offer = world.roy.letters().offers[0]
    assert offer.offer.checkpoint == world.fay.me.pins.value["checkpoint"] is not None


@pytest.mark.parametrize("what", ["root", "proof", "signature", "unsigned", "shorter", "gone", "other key"])
def test_a_head_that_contradicts_the_kept_one_stops_everything(world: World, what: str) -> None:
    publish(world)
    me = world.mary.me
    kept = trust.load(me).checkpoint
    publish(world, 1)
    world.wire(me).evil = altered("/audit/published", LIES[what](world))
    with pytest.raises(ProtocolError, match=CODES[what]):
        trust.load(me)
    assert me.pins.value["checkpoint"] == kept


CODES = {
    "root": "log-forked",
    "proof": "log-forked",
    "signature": "note-signature-wrong",
    "unsigned": "note-unsigned",
    "shorter": "log-rolled-back",
    "gone": "log-rolled-back",
    "other key": "note-unsigned",
}


def _other(world: World, size: int, root: bytes) -> Checkpoint:
    return Checkpoint(world.settings.log_origin(), size, root)


LIES: dict[str, Callable[[World], Callable[[Answer], Answer]]] = {
    "root": lambda world: lambda it: it | {"note": signed(world, _other(world, 1024, bytes(32)))},
    "proof": lambda world: lambda it: it | {"proof": it["proof"][:-1]},
    "signature": lambda world: lambda it: it | {"note": it["note"].replace("\n1024\n", "\n1025\n")},
    "unsigned": lambda world: lambda it: it | {"note": it["note"].replace("— 127", "— 128")},
    "shorter": lambda world: lambda it: it | {"note": signed(world, _other(world, 511, bytes(32))), "proof": []},
    "gone": lambda world: lambda it: {"note": None, "proof": []},
    "other key": lambda world: lambda it: it | {"note": checkpoint.issue(_other(world, 1024, bytes(32)), [bytes(32)])},
}


def test_the_same_size_with_another_root_is_a_fork(world: World) -> None:
    publish(world)
    me = world.mary.me
    trust.load(me)
    fork = signed(world, _other(world, 512, bytes(32)))
    world.wire(me).evil = altered("/audit/published", lambda it: it | {"note": fork})
    with pytest.raises(ProtocolError, match="log-forked"):
        trust.load(me)


def test_a_log_whose_key_the_agency_does_not_name_is_no_log_of_ours(world: World) -> None:
    publish(world)
    me = world.mary.me
    named = keys_of(me)
    head = Checkpoint(world.settings.log_origin(2), 3, bytes(32))
    key = notes.verifier_key(head.origin, world.settings.audit_keys[0]).text
    note = signed(world, head)
    with pytest.raises(ProtocolError, match="note-unsigned"):
        checkpoint.opened(note, named)
    world.wire(me).evil = altered("/audit/published", lambda it: {"note": note, "proof": []})
    with pytest.raises(ProtocolError, match="note-unsigned"):
        trust.load(me)
    assert log.follow(me, [*named, key]) == {"origin": head.origin, "size": 3, "root": b64(head.root)}
