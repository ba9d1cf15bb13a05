"""A message is encrypted with a key of its own, signed by its writer, and bound to its case, number and key.

The key travels in wraps: one for the epoch key, one for a writing member, one for the participant of a facilitator's
private. Since `com` commits to the key, a wrap with another key is refused, so wraps need no signature.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mediation.protocol import case_head, envelope, message_kinds, order, primitives, statements
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import b64, canonical, new_id, pae, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member, Members
from mediation.protocol.order import Order
from mediation.protocol.padding import pad, target
from mediation.protocol.primitives import KEY_SIZE, NONCE_SIZE, TAG_SIZE, hash32, kdf, kid
from mediation.protocol.roster import Staff
from mediation.protocol.text import check_text

CONTEXT: Final = "medmsg01"
MAX_PADDED: Final = 256 * 1024
OVERHEAD: Final = NONCE_SIZE + TAG_SIZE


@dataclass(frozen=True)
class Sender:
    """Who writes: the author's id, the 32-byte seed that signs (the scribe's for a scribed one), and the scribe
    {staff_id, means} or None."""

    author_id: str
    sign_seed: bytes = field(repr=False)
    scribe: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Content:
    """What is written, and to whom: participant_ids. `lang` is a language tag, `answers` a message_id."""

    kind: str
    recipients: Collection[str]
    text: str = field(repr=False)
    lang: str
    answers: str | None = None


@dataclass(frozen=True)
class Sealed:
    """A message as it is submitted: `wraps` by box kid, `order_block` sealed. `key` stays with the writer."""

    statement: Statement
    ciphertext: bytes
    order_block: bytes
    wraps: Mapping[str, bytes]
    key: bytes = field(repr=False)

    @property
    def envelope(self) -> dict[str, Any]:
        """The signed envelope."""
        return self.statement.envelope


@dataclass(frozen=True)
class Verified:
    """A message statement whose signature counts, or that `stands` by a kept list; then `author` is None."""

    statement: Statement
    author: Member | Staff | None
    stands: bool


def seal(head: Head, people: Members, sender: Sender, content: Content, order_: Order) -> Sealed:
    """A new message, encrypted and signed. Raises the head's lapse and everything that the server would refuse."""
    check_text(content.text)
    statements.line(content.lang, "lang")
    key, message_id = primitives.random_bytes(KEY_SIZE), new_id()
    ciphertext = _encrypt(key, head.case_id, message_id, content)
    block = order.close(order_)
    payload = {
        "agency_id": head.agency_id,
        "case_id": head.case_id,
        "message_id": message_id,
        "kind": content.kind,
        "author_id": sender.author_id,
        "author_kid": kid(primitives.sign_public_key(sender.sign_seed)),
        "scribe": None if sender.scribe is None else dict(sender.scribe),
        "recipients": sorted(content.recipients),
        "answers": content.answers,
        "order_hash": order.block_hash(block),
        "com": b64(commitment(key)),
        "ct_hash": b64(hash32(ciphertext)),
    }
    signed = envelope.make("message", payload, [sender.sign_seed])
    sealed_order = primitives.seal(head.epoch_pk, block)
    wraps = {
        box_kid: wrap(key, head.case_id, message_id, box_pk)
        for box_kid, box_pk in expected_wraps(head, people, payload).items()
    }
    statement = check_submission(head, people, signed, ciphertext, sealed_order, wraps)
    return Sealed(statement, ciphertext, sealed_order, wraps, key)


def _encrypt(key: bytes, case_id: str, message_id: str, content: Content) -> bytes:
    plaintext = canonical({"text": content.text, "lang": content.lang, "attachments": []})
    return primitives.aead_seal(kdf(key, 1, CONTEXT), pad(plaintext), place(case_id, message_id))


def commitment(key: bytes) -> bytes:
    """`com`: KDF(K, 2, "medmsg01"). Without it one ciphertext could open under two keys to two texts."""
    return kdf(key, 2, CONTEXT)


def place(case_id: str, message_id: str) -> bytes:
    """The additional data that binds a ciphertext to its case and message."""
    return pae("mediation/v1/message", f"{case_id}.{message_id}".encode("ascii"))


def wrap(key: bytes, case_id: str, message_id: str, box_pk: bytes) -> bytes:
    """The message's key sealed to a box key; anybody who can open the message may remake one. Raises `bad-key`."""
    return primitives.seal(box_pk, wrapped(key, case_id, message_id, box_pk))


def wrapped(key: bytes, case_id: str, message_id: str, box_pk: bytes) -> bytes:
    """What is inside a wrap."""
    return pae("mediation/v1/wrap", unb64(case_id) + unb64(message_id) + hash32(box_pk) + key)


def expected_wraps(head: Head, people: Members, payload: Mapping[str, Any]) -> dict[str, bytes]:
    """The box keys by kid for which a submission must carry wraps: no more and no fewer."""
    keys = [head.epoch_pk]
    facilitator = message_kinds.by_facilitator(payload)
    for participant_id in payload["recipients"] if payload["kind"] == "private" else []:
        keys += _box_keys(people, participant_id)
    if not facilitator:
        keys += _box_keys(people, payload["author_id"])
    return envelope.keyring(keys)


def _box_keys(people: Members, participant_id: str) -> list[bytes]:
    box_pk = people.get(participant_id).box_pk
    return [] if box_pk is None else [box_pk]


def verify(envelope_: object, head: Head, people: Members, kept: Collection[str] = frozenset()) -> Verified:
    """A message of this case whose writer's key counts in the head, or whose hash is in the reader's kept list.

    Raises what `envelope.verify` raises, `agency-mixed`, `case-mixed`, and what `message_kinds` raises.
    """
    claimed = envelope.parse(envelope_, "message")
    _check_place(claimed.payload, head)
    try:
        return _counting(envelope_, head, people)
    except ProtocolError:
        if claimed.hash not in kept:
            raise
    message_kinds.check_count(claimed.payload)
    return Verified(claimed, None, stands=True)


def _counting(envelope_: object, head: Head, people: Members) -> Verified:
    """A message whose signature counts in the head."""
    statement = envelope.verify(envelope_, "message", _keys(head, people))
    message_kinds.check_recipients(people, statement.payload)
    author = message_kinds.check_author(head, people, statement.payload, statement.signers[0])
    return Verified(statement, author, stands=False)


def _keys(head: Head, people: Members) -> dict[str, bytes]:
    keys = [staff.sign_pk for staff in head.counting.values()]
    return envelope.keyring([*keys, *(each.sign_pk for each in people.people if each.sign_pk is not None)])


def _check_place(payload: Mapping[str, Any], head: Head) -> None:
    if payload["agency_id"] != head.agency_id:
        raise ProtocolError("agency-mixed")
    if payload["case_id"] != head.case_id:
        raise ProtocolError("case-mixed")


def check_submission(
    head: Head,
    people: Members,
    envelope_: object,
    ciphertext: bytes,
    order_block: bytes,
    wraps: Mapping[str, bytes],
    used_ids: Collection[str] = (),
) -> Statement:
    """The server's checks of a message that is handed in: everything that needs no secret.

    Raises the head's lapse, what `verify` raises (nothing rests on a kept list), `message-id-used`,
    `ciphertext-size`, `ct-hash-wrong`, `order-block-size`, `wraps-wrong`.
    """
    case_head.check_current(head)
    statement = verify(envelope_, head, people).statement
    if statement.payload["message_id"] in used_ids:
        raise ProtocolError("message-id-used")
    _check_size(ciphertext)
    check_ciphertext(statement.payload, ciphertext)
    if len(order_block) != order.SEALED_SIZE:
        raise ProtocolError("order-block-size")
    _check_wraps(wraps, expected_wraps(head, people, statement.payload))
    return statement


def _check_size(ciphertext: bytes) -> None:
    padded = len(ciphertext) - OVERHEAD
    if padded > MAX_PADDED or target(padded - 1) != padded:
        raise ProtocolError("ciphertext-size")


def check_ciphertext(payload: Mapping[str, Any], ciphertext: bytes) -> None:
    """Raise `ct-hash-wrong` unless the ciphertext is the signed one."""
    if b64(hash32(ciphertext)) != payload["ct_hash"]:
        raise ProtocolError("ct-hash-wrong")


def _check_wraps(wraps: Mapping[str, bytes], expected: Mapping[str, bytes]) -> None:
    if set(wraps) != set(expected):
        raise ProtocolError("wraps-wrong")
    if any(len(each) != WRAP_SIZE for each in wraps.values()):
        raise ProtocolError("wraps-wrong")


WRAP_SIZE: Final = len(wrapped(bytes(KEY_SIZE), b64(bytes(16)), b64(bytes(16)), bytes(KEY_SIZE))) + 48
"""The length in bytes of every wrap."""
