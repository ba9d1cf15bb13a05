"""Deciding about a message: proposed by one facilitator, co-signed by others after a full check of their own.

A given signature cannot surely be taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mediation.client.case_file import CaseFile
from mediation.client.errors import ClientError
from mediation.client.review import PROPOSED, Message, Ruling
from mediation.protocol import decision, decision_signing, message, note
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message_open import Opened
from mediation.protocol.note import Note

RELEASE: Final = "release"
ANSWERS_UNKNOWN: Final = "answers-unknown"


@dataclass(frozen=True)
class Decided:
    """What became of a decision: `final`, or `proposed` until others have signed it; its hash."""

    state: str
    hash: str

    @property
    def final(self) -> bool:
        """Whether nobody else needs to sign."""
        return self.state == "final"


def release(
    file: CaseFile,
    read: Message,
    recipient_id: str,
    *,
    content_note: str | None = None,
    not_before: datetime | None = None,
) -> Decided:
    """Release a message to one recipient, now or not before a time, perhaps with a content note.

    Raises ApiError, `not-opened`, `answers-unknown`, and what `decision_signing.propose` raises.
    """
    _check_answers(read)
    about = None if content_note is None else note.new(content_note)
    return _propose(file, read, Choice(RELEASE, recipient_id, not_before, about))


def close(file: CaseFile, read: Message, how: str) -> Decided:
    """`return` or `stop` a message for everyone it was not yet released to. Raises as `release`."""
    return _propose(file, read, Choice(how))


def _propose(file: CaseFile, read: Message, choice: Choice) -> Decided:
    opened = _opened(read)
    proposal = decision_signing.propose(
        file.head,
        opened,
        choice,
        consents=file.consents,
        checkpoint=file.trust.checkpoint,
        decided_on=file.head.now.date(),
        seed=file.me.keys.sign_seed,
        decided=read.decided,
    )
    body = {
        "decision": proposal.envelope,
        "consents": proposal.consents,
        "note": None if choice.note is None else _sealed_note(file, choice.note, choice.recipient_id),
        "wrap": _wrap(file, opened, proposal.envelope),
    }
    answer = file.me.transport.post(f"/messages/{read.message_id}/decisions", body)
    return Decided(answer["state"], answer["hash"])


def _check_answers(read: Message) -> None:
    """Nobody is told by a released letter of another one that is not theirs to know of."""
    if ANSWERS_UNKNOWN in read.alarms:
        raise ProtocolError(ANSWERS_UNKNOWN)


def _opened(read: Message) -> Opened:
    if read.opened is None:
        raise ClientError("not-opened")
    return read.opened


def _sealed_note(file: CaseFile, about: Note, recipient_id: str | None) -> dict[str, Any]:
    reader = file.people.get(str(recipient_id)).box_pk
    return {
        "recipient": None if reader is None else b64(note.seal(about, reader)),
        "epoch": b64(note.seal(about, file.head.epoch_pk)),
    }


def _wrap(file: CaseFile, opened: Opened, signed: object) -> str | None:
    """The message's key for its recipient, from whoever makes the release final."""
    found = decision.read(signed, file.head, opened.statement)
    final = decision_signing.is_final(found, file.head, opened.statement)
    if not final or found.recipient_id is None:
        return None
    reader = file.people.get(found.recipient_id).box_pk
    message_id = opened.statement.payload["message_id"]
    return None if reader is None else b64(message.wrap(opened.key, file.case_id, message_id, reader))


def proposal(read: Message, hash_: str) -> Ruling:
    """An open proposal about a message. Raises `proposal-unknown`."""
    for each in read.rulings:
        if each.hash == hash_ and each.state == PROPOSED:
            return each
    raise ClientError("proposal-unknown")


def co_sign(file: CaseFile, read: Message, hash_: str) -> Decided:
    """Sign a colleague's decision after one's own full check.

    Raises ApiError, `proposal-unknown`, `not-opened`, `answers-unknown` of a release, and what
    `decision_signing.co_sign` raises.
    """
    ruling, opened = proposal(read, hash_), _opened(read)
    if ruling.decision is not None and ruling.decision.recipient_id is not None:
        _check_answers(read)
    signed = decision_signing.co_sign(
        file.head,
        opened,
        ruling.view["decision"],
        ruling.view["consents"],
        consents=file.consents,
        note=ruling.note,
        seed=file.me.keys.sign_seed,
        decided=read.decided,
    )
    body = {"decision": signed, "wrap": _wrap(file, opened, signed)}
    answer = file.me.transport.post(f"/decisions/{hash_}/signatures", body)
    return Decided(answer["state"], answer["hash"])


def drop(file: CaseFile, hash_: str) -> None:
    """Drop a proposal, to make another one. Raises ApiError (409 `proposal-closed`)."""
    file.me.transport.delete(f"/decisions/{hash_}")
