"""A recipient is shown a letter only if it was released to them and is what its writer signed; otherwise nothing.

Everything but ciphertext and wrap is verified when the letter is offered, so that even whom it is from is proven. The
chain of trust (root, agency, roster, case, each unexpired) comes first: it is what a `Head` stands for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation.protocol import case_head, decision, envelope, message, message_open, note
from mediation.protocol.case_head import Head
from mediation.protocol.decision import Decision
from mediation.protocol.encoding import SKEW, parse_time
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member, Members
from mediation.protocol.message_kinds import DECIDED
from mediation.protocol.message_open import Text
from mediation.protocol.roster import Staff
from mediation.protocol.text import check_text


@dataclass(frozen=True)
class Reader:
    """A member who reads: their id, the 32-byte seed of their box key, the members whose documents they were given,
    and the hashes of their own kept list."""

    participant_id: str
    box_seed: bytes = field(repr=False)
    people: Members
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Offer:
    """A letter that may be opened: `author` is None if it rests on the kept list and its writer cannot be named."""

    message: Statement
    decision: Decision
    author: Member | Staff | None
    note: str | None

    @property
    def checkpoint(self) -> dict[str, Any] | None:
        """The audit log's checkpoint in the decision, to compare with the one kept."""
        found = self.decision.payload["checkpoint"]
        return None if found is None else dict(found)


def verify_offer(
    head: Head, reader: Reader, decision_envelope: object, message_envelope: object, sealed_note: bytes | None = None
) -> Offer:
    """A released letter, verified before it is opened; the checks are in the specification's order.

    Raises the head's lapse, what `decision.verify` and `message.verify` raise, `not-released`, `recipient-not-me`,
    `not-yet`, `kind-not-shown`, `note-missing`, `note-hash-wrong`.
    """
    case_head.check_current(head)
    _check_release(envelope.parse(decision_envelope, "decision").payload, head, reader)
    claimed = envelope.parse(message_envelope, "message")
    decided = decision.read(decision_envelope, head, claimed, reader.kept)
    if not decided.stands:
        decision.check_signers(decided, head)
    verified = verify_letter(head, reader, message_envelope)
    if not decided.stands:
        decision.check_scribe(decided, head, verified.statement)
    text = _open_note(decided, reader, sealed_note)
    return Offer(verified.statement, decided, verified.author, text)


def _check_release(payload: Mapping[str, Any], head: Head, reader: Reader) -> None:
    if payload["decision"] != "release":
        raise ProtocolError("not-released")
    if payload["recipient_id"] != reader.participant_id:
        raise ProtocolError("recipient-not-me")
    _check_time(payload, head)


def _check_time(payload: Mapping[str, Any], head: Head) -> None:
    if payload["not_before"] is not None and parse_time(payload["not_before"]) > head.now + SKEW:
        raise ProtocolError("not-yet")


def verify_letter(head: Head, reader: Reader, message_envelope: object) -> message.Verified:
    """A message of a kind that is released, to this reader, whose writer counts or which is kept.

    Raises `kind-not-shown`, `recipient-not-me`, what `message.verify` raises.
    """
    payload = envelope.parse(message_envelope, "message").payload
    if payload["kind"] not in DECIDED:
        raise ProtocolError("kind-not-shown")
    if reader.participant_id not in payload["recipients"]:
        raise ProtocolError("recipient-not-me")
    return message.verify(message_envelope, head, reader.people, reader.kept)


def _open_note(decided: Decision, reader: Reader, sealed: bytes | None) -> str | None:
    note_hash = decided.payload["note_hash"]
    if note_hash is None:
        return None
    if sealed is None:
        raise ProtocolError("note-missing")
    return note.open_(sealed, reader.box_seed, note_hash).text


def open_letter(head: Head, offer: Offer, reader: Reader, ciphertext: bytes, wrap: bytes) -> Text:
    """The text of an offered letter. Raises the head's lapse, `not-yet`, what `unlock` raises, `bad-text`."""
    case_head.check_current(head)
    _check_time(offer.decision.payload, head)
    return _unlock(offer.message, reader, ciphertext, wrap)


def _unlock(statement: Statement, reader: Reader, ciphertext: bytes, wrap: bytes) -> Text:
    text, _ = message_open.unlock(statement.payload, ciphertext, wrap, reader.box_seed)
    check_text(text.text)
    return text


def open_private(head: Head, reader: Reader, message_envelope: object, ciphertext: bytes, wrap: bytes) -> Text:
    """A facilitator's private to this reader, which needs no release.

    Raises the head's lapse, `kind-not-shown`, `recipient-not-me`, what `message.verify` and `unlock` raise, `bad-text`.
    """
    case_head.check_current(head)
    verified = message.verify(message_envelope, head, reader.people, reader.kept)
    if verified.statement.payload["kind"] != "private":
        raise ProtocolError("kind-not-shown")
    if verified.statement.payload["recipients"] != [reader.participant_id]:
        raise ProtocolError("recipient-not-me")
    return _unlock(verified.statement, reader, ciphertext, wrap)


def open_own(head: Head, reader: Reader, message_envelope: object, ciphertext: bytes, wrap: bytes) -> Text:
    """What this reader wrote themselves. Raises the head's lapse, `author-wrong`, what `message.verify` and `unlock`
    raise, `bad-text`."""
    case_head.check_current(head)
    verified = message.verify(message_envelope, head, reader.people, reader.kept)
    if verified.statement.payload["author_id"] != reader.participant_id:
        raise ProtocolError("author-wrong")
    return _unlock(verified.statement, reader, ciphertext, wrap)


def compare_checkpoint(kept: Mapping[str, Any] | None, offered: Mapping[str, Any], consistent: bool | None) -> str:
    """How an offered checkpoint {origin, size, root} stands to the one kept: `same`, `newer`, `older`, `unproven` or
    `contradiction`.

    `consistent`: whether the log's proof between the two sizes holds, None if none was given. Only a contradiction is
    an alarm, to the person and in the next order block; it does not hide a verified letter.
    """
    if kept is None or kept["origin"] != offered["origin"]:
        return "unproven"
    if kept["size"] == offered["size"]:
        return "same" if kept["root"] == offered["root"] else "contradiction"
    if consistent is None:
        return "unproven"
    if not consistent:
        return "contradiction"
    return "newer" if offered["size"] > kept["size"] else "older"
