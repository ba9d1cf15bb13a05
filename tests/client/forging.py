"""What somebody who runs the server, or works with whoever does, could put together from what they hold."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from mediation.client.signing_in import SignedIn, utc_now
from mediation.protocol import envelope
from mediation.protocol.encoding import b64, format_date, format_time, new_id
from mediation.protocol.primitives import random_bytes
from tests.client.hostile import Evil, altered
from tests.client.world import World

Json = Any


def decision(
    world: World,
    message: Json,
    *signers: SignedIn,
    how: str = "release",
    recipient: str | None = None,
    not_before: datetime | None = None,
    approvals: int = 1,
    decided_on: date | None = None,
    case_id: str | None = None,
) -> Json:
    """A decision about a message's envelope, signed by whoever is given, without any of the checks."""
    release = how == "release"
    payload = {
        "case_id": case_id or world.case_id,
        "message_hash": envelope.parse(message, "message").hash,
        "decision": how,
        "recipient_id": (recipient or world.mary.participant_id) if release else None,
        "not_before": None if not_before is None else format_time(not_before),
        "note_hash": None,
        "approvals": approvals,
        "consents_hash": b64(random_bytes(32)),
        "checkpoint": None,
        "decided_on": format_date(decided_on or utc_now().date()),
    }
    return envelope.make("decision", payload, [each.keys.sign_seed for each in signers])


def submitted(world: World, message_id: str) -> Json:
    """The envelope of a message, as the server has it."""
    views = world.fay.me.transport.get(f"/cases/{world.case_id}/messages")
    return next(view["message"] for view in views if view["message_id"] == message_id)


def offer(message: Json, decided: Json, **other: Json) -> dict[str, Json]:
    """A row of `offers` in GET /letters."""
    message_id = envelope.parse(message, "message").payload["message_id"]
    row = {
        "message_id": message_id,
        "message": message,
        "decision": decided,
        "note": None,
        "state": "offered",
        "tell": False,
        "offered_on": "2026-01-01",
        "ciphertext": None,
        "wrap": None,
    }
    return row | other


def offering(*rows: Mapping[str, Json]) -> Evil:
    """A server that offers these letters and no others."""
    return altered("/letters", lambda answer: answer | {"offers": list(rows)})


def each_offer(change: Callable[[dict[str, Json]], Mapping[str, Json]]) -> Evil:
    """A server that alters every letter it offers."""
    return altered("/letters", lambda answer: answer | {"offers": [row | change(row) for row in answer["offers"]]})


def withholding_decisions(message_id: str) -> Evil:
    """A server that does not tell a facilitator of what was decided about a message."""
    silent: dict[str, Json] = {message_id: {"decisions": []}}
    return altered("/messages", lambda views: [each | silent.get(each["message_id"], {}) for each in views])


def refusals(world: World) -> list[str]:
    """The codes with which Mary's client refuses what it is offered; nothing else may be shown."""
    found = world.mary.letters()
    assert found.offers == []
    return [each.code for each in found.refused]


def any_hash() -> str:
    """The hash of nothing that exists."""
    return b64(random_bytes(32))


def any_id() -> str:
    """The id of nobody."""
    return new_id()
