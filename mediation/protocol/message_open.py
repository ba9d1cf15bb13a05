"""Opening a message: what is read is what was signed, under the key that was committed to, or nothing is read.

The order of the checks is the specification's. Facilitators see hidden characters marked; recipients are refused them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mediation.protocol import case_head, message, order, primitives, statements
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import b64, parse_canonical
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member, Members
from mediation.protocol.order import Known, Order
from mediation.protocol.padding import unpad
from mediation.protocol.primitives import KEY_SIZE, equal, kdf
from mediation.protocol.roster import Staff
from mediation.protocol.text import check_text


def _any_text(value: object, path: str) -> None:
    if not isinstance(value, str):
        raise ProtocolError("bad-field", path)


_PLAINTEXT: Final = statements.record(
    {"text": _any_text, "lang": statements.line, "attachments": statements.many(lambda value, path: None)}
)


@dataclass(frozen=True)
class Text:
    """The text of a message and its language tag."""

    text: str = field(repr=False)
    lang: str


@dataclass(frozen=True)
class Opened:
    """A message as a facilitator reads it: `alarms` are shown beside the text, `marked` says that characters in it
    must be shown marked, `stands` that it rests on the kept list. `key` remakes wraps."""

    statement: Statement
    author: Member | Staff | None
    stands: bool
    text: str = field(repr=False)
    lang: str
    order: Order
    alarms: tuple[str, ...]
    marked: bool
    key: bytes = field(repr=False)


def open_as_facilitator(
    head: Head,
    people: Members,
    kept: Collection[str],
    envelope: object,
    ciphertext: bytes,
    wraps: Mapping[str, bytes],
    order_block: bytes,
    secrets: Mapping[str, bytes],
    known: Known | None = None,
) -> Opened:
    """A message opened with an epoch's secret; `secrets` are `epoch.open_history`'s, `kept` the facilitators' list.

    Raises the head's lapse, what `message.verify`, `unlock` and `order.open_` raise, `wrap-missing`. Alarms are those
    of `order.alarms` (only if `known` is given), and `bad-text`.
    """
    case_head.check_current(head)
    verified = message.verify(envelope, head, people, kept)
    payload = verified.statement.payload
    box_kid = _own_wrap(wraps, secrets)
    text, key = unlock(payload, ciphertext, wraps[box_kid], secrets[box_kid])
    order_ = order.open_(order_block, secrets[box_kid], payload["order_hash"])
    alarms = () if known is None else order.alarms(order_, known)
    marked = _is_marked(text.text)
    return Opened(
        statement=verified.statement,
        author=verified.author,
        stands=verified.stands,
        text=text.text,
        lang=text.lang,
        order=order_,
        alarms=(*alarms, "bad-text") if marked else alarms,
        marked=marked,
        key=key,
    )


def _own_wrap(wraps: Mapping[str, bytes], secrets: Mapping[str, bytes]) -> str:
    for box_kid in wraps:
        if box_kid in secrets:
            return box_kid
    raise ProtocolError("wrap-missing")


def _is_marked(text: str) -> bool:
    try:
        check_text(text)
    except ProtocolError:
        return True
    return False


def unlock(payload: Mapping[str, Any], ciphertext: bytes, wrap: bytes, box_seed: bytes) -> tuple[Text, bytes]:
    """The text and the key of a verified message payload: ct_hash, wrap, com, AEAD, unpad, parse, in this order.

    Raises `ct-hash-wrong`, what `open_wrap` raises, `commitment-mismatch`, `cannot-open`, `bad-padding`,
    `not-canonical`, `missing-field`, `unknown-field`, `bad-field`, `attachments-not-supported`.
    """
    message.check_ciphertext(payload, ciphertext)
    key = open_wrap(wrap, box_seed, payload["case_id"], payload["message_id"])
    return _decrypt(payload, ciphertext, key), key


def open_with_key(payload: Mapping[str, Any], ciphertext: bytes, key: bytes) -> Text:
    """The text of a verified message payload, for somebody who was given its key alone. Raises as `unlock`, but for the
    wrap.
    """
    message.check_ciphertext(payload, ciphertext)
    return _decrypt(payload, ciphertext, key)


def _decrypt(payload: Mapping[str, Any], ciphertext: bytes, key: bytes) -> Text:
    """com, AEAD, unpad, parse."""
    if b64(message.commitment(key)) != payload["com"]:
        raise ProtocolError("commitment-mismatch")
    place = message.place(payload["case_id"], payload["message_id"])
    return _parse(unpad(primitives.aead_open(kdf(key, 1, message.CONTEXT), ciphertext, place)))


def open_wrap(wrap: bytes, box_seed: bytes, case_id: str, message_id: str) -> bytes:
    """The message's key from a wrap to one's own box key. Raises `cannot-open`, `wrap-misplaced`."""
    opened = primitives.open_seal(box_seed, wrap)
    key = opened[-KEY_SIZE:]
    if not equal(opened, message.wrapped(key, case_id, message_id, primitives.box_public_key(box_seed))):
        raise ProtocolError("wrap-misplaced")
    return key


def _parse(plaintext: bytes) -> Text:
    fields = parse_canonical(plaintext)
    _PLAINTEXT(fields, "")
    if fields["attachments"]:
        raise ProtocolError("attachments-not-supported")
    return Text(fields["text"], fields["lang"])
