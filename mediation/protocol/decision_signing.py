"""Nobody signs a decision without having read the message and checked everything that it rests on themselves.

The first facilitator proposes the payload; the next ones sign the same bytes after their own full check. The server
makes the same checks as far as they need no secret.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from mediation.protocol import case_head, decision, envelope, message
from mediation.protocol.case_head import Head
from mediation.protocol.consent import Consent
from mediation.protocol.decision import Decision
from mediation.protocol.encoding import SKEW, format_date, format_time, parse_date
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members
from mediation.protocol.message_open import Opened
from mediation.protocol.note import Note

PROPOSAL_DAYS: Final = timedelta(days=7)


@dataclass(frozen=True)
class Choice:
    """What a facilitator decides: `release` to one recipient, perhaps not before a time and with a content note, or
    `return` or `stop` without any of these."""

    decision: str
    recipient_id: str | None = None
    not_before: datetime | None = None
    note: Note | None = None


@dataclass(frozen=True)
class Proposal:
    """A signed decision, final or not, and the consents document that goes to server and facilitators with it."""

    envelope: dict[str, Any]
    consents: dict[str, Any]


def propose(
    head: Head,
    opened: Opened,
    choice: Choice,
    *,
    consents: Mapping[str, Consent],
    checkpoint: Mapping[str, Any] | None,
    decided_on: date,
    seed: bytes,
    decided: Sequence[Decision] = (),
) -> Proposal:
    """A new decision about a message that this facilitator has opened, with their signature.

    `consents`: the newest verified consent of each person concerned; `checkpoint` {origin, size, root}; `decided`: the
    final decisions about this message so far. Raises the head's lapse and everything that `co_sign` raises.
    """
    newest = {participant_id: consent.hash for participant_id, consent in consents.items()}
    people = decision.concerned(choice.recipient_id, opened.statement)
    document = decision.consents_document({each: newest[each] for each in people if each in newest})
    payload = {
        "case_id": head.case_id,
        "message_hash": opened.statement.hash,
        "decision": choice.decision,
        "recipient_id": choice.recipient_id,
        "not_before": None if choice.not_before is None else format_time(choice.not_before),
        "note_hash": None if choice.note is None else choice.note.hash,
        "approvals": head.approvals_required,
        "consents_hash": decision.consents_hash(document),
        "checkpoint": None if checkpoint is None else dict(checkpoint),
        "decided_on": format_date(decided_on),
    }
    signed = envelope.make("decision", payload, [seed])
    _check(head, opened, signed, document, consents, choice.note, decided)
    return Proposal(signed, document)


def co_sign(
    head: Head,
    opened: Opened,
    envelope_: object,
    consents_document: object,
    *,
    consents: Mapping[str, Consent],
    note: Note | None,
    seed: bytes,
    decided: Sequence[Decision] = (),
) -> dict[str, Any]:
    """The envelope of somebody else's proposal with one more signature, after this facilitator's own full check.

    `note` is the content note that they opened with the epoch's secret. Raises the head's lapse, what `decision.read`
    raises, `message-only-kept`, `bad-text`, `consents-wrong`, `consent-missing`, `note-hash-wrong`,
    `proposal-too-old`, `decided-in-future`, `already-decided`, `duplicate-signature`, `approvals-wrong`.
    """
    _check(head, opened, envelope_, consents_document, consents, note, decided)
    return envelope.add_signature(envelope_, "decision", seed)


def _check(
    head: Head,
    opened: Opened,
    envelope_: object,
    consents_document: object,
    consents: Mapping[str, Consent],
    note: Note | None,
    decided: Sequence[Decision],
) -> None:
    case_head.check_current(head)
    _check_new(opened.stands)
    proposed = decision.read(envelope_, head, opened.statement)
    if opened.marked and proposed.decision == "release":
        raise ProtocolError("bad-text")
    newest = {participant_id: consent.hash for participant_id, consent in consents.items()}
    _check_consents(proposed, opened.statement, consents_document, newest)
    _check_note(proposed, note)
    _check_date(proposed, head)
    _check_age(proposed, head)
    decision.check_room(proposed, decided, opened.statement)


def _check_new(stands: bool) -> None:
    """Nothing new is decided on what is only kept for reading: the writer writes again."""
    if stands:
        raise ProtocolError("message-only-kept")


def _check_consents(
    proposed: Decision, statement: Statement, consents_document: object, newest: Mapping[str, str]
) -> None:
    cited = decision.open_consents(consents_document, proposed.payload["consents_hash"])
    people = decision.concerned(proposed.recipient_id, statement)
    if not people <= set(newest):
        raise ProtocolError("consent-missing")
    if cited != {participant_id: newest[participant_id] for participant_id in people}:
        raise ProtocolError("consents-wrong")


def _check_note(proposed: Decision, note: Note | None) -> None:
    if proposed.payload["note_hash"] != (None if note is None else note.hash):
        raise ProtocolError("note-hash-wrong")


def _check_date(proposed: Decision, head: Head) -> None:
    if parse_date(proposed.payload["decided_on"]) > (head.now + SKEW).date():
        raise ProtocolError("decided-in-future")


def _check_age(proposed: Decision, head: Head) -> None:
    if parse_date(proposed.payload["decided_on"]) + PROPOSAL_DAYS < (head.now - SKEW).date():
        raise ProtocolError("proposal-too-old")


def check_submission(
    head: Head,
    people: Members,
    message_envelope: object,
    envelope_: object,
    consents_document: object,
    *,
    newest: Mapping[str, str],
    standing: Collection[str],
    decided: Sequence[Decision] = (),
    taken_back: bool = False,
    proposal: bool = True,
) -> Decision:
    """The server's checks of a decision that is handed in, or of one more signature on it (`proposal` False).

    `newest`: the hash of each person's newest consent; `standing`: who has neither paused nor withdrawn; `decided`:
    the final decisions about this message. Whether it is final: `is_final`. Raises the head's lapse, what
    `message.verify` and `decision.read` raise, `approvals-wrong`, `consent-missing`, `consents-wrong`, `not-standing`,
    `decided-in-future`, `proposal-too-old`, `taken-back`, `already-decided`.
    """
    case_head.check_current(head)
    statement = message.verify(message_envelope, head, people).statement
    submitted = decision.read(envelope_, head, statement)
    if proposal and submitted.payload["approvals"] != head.approvals_required:
        raise ProtocolError("approvals-wrong")
    _check_consents(submitted, statement, consents_document, newest)
    if not decision.concerned(submitted.recipient_id, statement) <= set(standing):
        raise ProtocolError("not-standing")
    _check_date(submitted, head)
    _check_age(submitted, head)
    if taken_back:
        raise ProtocolError("taken-back")
    decision.check_room(submitted, decided, statement)
    return submitted


def is_final(submitted: Decision, head: Head, statement: Statement) -> bool:
    """Whether enough of the right people have signed a decision about this message."""
    try:
        decision.check_final(submitted, head, statement)
    except ProtocolError:
        return False
    return True
