"""Writing: every message takes the next number of its writer in this case, written down before it is sent.

The revision of the writer's own memory goes into the message's order block, so that a server which takes that memory
back cannot hide it from the facilitators.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from mediation.client.errors import ApiError
from mediation.client.own_memory import CONFLICT
from mediation.client.signing_in import SignedIn, Unsent
from mediation.protocol import message, pins
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import b64
from mediation.protocol.members import Members
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.order import Order
from mediation.protocol.primitives import kid

TRIES: Final = 4
LANG: Final = "en-GB"
"""What this client says of the language of its texts."""


@dataclass(frozen=True)
class Desk:
    """Where somebody writes: the verified case, and for a participant how many releases they were offered (`seen`)
    and the alarm to tell the facilitators of, if any."""

    me: SignedIn
    head: Head
    people: Members
    seen: int = 0
    alarm: str | None = None


@dataclass(frozen=True)
class Letter:
    """What is to be written. `author_id`: on whose behalf; `scribe`: {staff_id, means} if somebody else writes it
    down; `revises`: the message_id that it rewrites; `provenance`: where, how and with whom it was written."""

    author_id: str
    content: Content
    scribe: Mapping[str, str] | None = None
    revises: str | None = None
    provenance: str = ""


def send(desk: Desk, letter: Letter) -> str:
    """Encrypt, sign and hand in a message; its message_id. What could not be handed in before goes first.

    Raises ApiError, the head's lapse, and what `message.seal` raises. A message that the server refuses gives its
    number back. One that may not have arrived (`no-connection`, `unexpected-answer`) keeps it: `send_again`.
    """
    send_again(desk.me)
    key = pins.author_key(desk.head.case_id, kid(desk.me.sign_pk))
    former = desk.me.pins.value["authors"].get(key)
    desk.me.unsent.append(Unsent(body(_numbered(desk, letter, key)), key, former))
    return send_again(desk.me)[-1]


def send_again(me: SignedIn) -> list[str]:
    """Hand in what did not get through, the very same bytes; the message_ids.

    Raises ApiError of one that the server refuses, which gives its number back, and ClientError as `send` does.
    """
    sent = []
    while me.unsent:
        waiting = me.unsent[0]
        try:
            answer = me.transport.post("/messages", waiting.body)
        except ApiError:
            me.unsent.pop(0)
            me.pins.keep(partial(_with_author, key=waiting.key, entry=waiting.former))
            raise
        me.unsent.pop(0)
        sent.append(str(answer["message_id"]))
    return sent


def _numbered(desk: Desk, letter: Letter, key: str) -> Sealed:
    """The sealed message, once its number is in the writer's own memory; again if another device was faster."""
    for last in (False,) * (TRIES - 1) + (True,):
        sealed, entry = _seal(desk, letter, desk.me.pins.value["authors"].get(key))
        try:
            desk.me.pins.write(partial(_with_author, key=key, entry=entry))
        except ApiError as error:
            if last or error.code != CONFLICT:
                raise
            desk.me.pins.reload()
        else:
            return sealed
    raise AssertionError("the last try returns or raises")


def _seal(desk: Desk, letter: Letter, former: Mapping[str, Any] | None) -> tuple[Sealed, dict[str, Any]]:
    order = Order(
        seq=1 if former is None else former["seq"] + 1,
        prev=None if former is None else former["message_id"],
        written_at=desk.me.clock(),
        case_hash=desk.head.hash,
        seen=max(desk.seen, 0 if former is None else former["seen"]),
        memory=desk.me.pins.revision + 1,
        revises=letter.revises,
        provenance=letter.provenance,
        alarm=desk.alarm,
    )
    sender = Sender(letter.author_id, desk.me.keys.sign_seed, letter.scribe)
    sealed = message.seal(desk.head, desk.people, sender, letter.content, order)
    message_id = sealed.statement.payload["message_id"]
    return sealed, {"seq": order.seq, "message_id": message_id, "seen": order.seen, "memory": order.memory}


def _with_author(value: Mapping[str, Any], key: str, entry: Mapping[str, Any] | None) -> dict[str, Any]:
    others = {name: each for name, each in value["authors"].items() if name != key}
    return {**value, "authors": others if entry is None else {**others, key: dict(entry)}}


def body(sealed: Sealed) -> dict[str, Any]:
    """What the server is sent of a message."""
    return {
        "message": sealed.envelope,
        "ciphertext": b64(sealed.ciphertext),
        "order_block": b64(sealed.order_block),
        "wraps": [{"box_kid": box_kid, "seal": b64(seal)} for box_kid, seal in sealed.wraps.items()],
    }
