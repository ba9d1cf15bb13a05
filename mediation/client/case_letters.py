"""A facilitator and the letters of a case: hold, release, return, stop, co-sign, print."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediation.client import deciding, review
from mediation.client.case_access import CaseAccess
from mediation.client.case_file import CaseFile
from mediation.client.case_writing import CaseWriting
from mediation.client.deciding import Decided
from mediation.client.errors import ClientError
from mediation.client.review import Message
from mediation.protocol import documents
from mediation.protocol.decision import Decision
from mediation.protocol.errors import ProtocolError
from mediation.protocol.text import check_text

RETURN = "return"
STOP = "stop"
SUMMARY = "summary"
OPENED = "opened"
ACTIVE = "active"


@dataclass(frozen=True)
class Printed:
    """A released letter to print, or to read aloud, for somebody without a device."""

    text: str = field(repr=False)
    kind: str
    author_id: str
    content_note: str | None = field(repr=False)
    decided_on: str


class CaseLetters:
    """The letters of a case; `writing` sends the reasons of returns and stops."""

    def __init__(self, case: CaseAccess, writing: CaseWriting) -> None:
        self._case = case
        self._writing = writing

    def load(self, message_id: str) -> tuple[CaseFile, Message]:
        """One message, and the case as it was verified for it. Raises `not-mine`, and as `review.read`."""
        file = self._case.file()
        found = review.read(file).by_id.get(message_id)
        if found is None:
            raise ClientError("not-mine")
        return file, found

    def hold(self, message_id: str) -> None:
        """ "Not yet": talk to the writer or a supervisor first. Raises ApiError (409 `message-held`)."""
        self._case.put(f"/messages/{message_id}/hold", {})

    def unhold(self, message_id: str) -> None:
        """Lift a hold. Raises ApiError."""
        self._case.delete(f"/messages/{message_id}/hold")

    def release(
        self,
        message_id: str,
        recipient_id: str,
        *,
        content_note: str | None = None,
        not_before: datetime | None = None,
    ) -> Decided:
        """Release to one recipient, now or not before a time, perhaps with a content note. As `deciding.release`."""
        file, message = self.load(message_id)
        return deciding.release(file, message, recipient_id, content_note=content_note, not_before=not_before)

    def send_back(self, message_id: str, reason: str, suggestion: str | None = None) -> Decided:
        """Return a message to its writer with a reason and perhaps another wording, which they may accept.

        The reason is sent when the return is final; otherwise whoever co-signs sends it. As `deciding.close`.
        """
        return self._close(message_id, RETURN, reason, suggestion)

    def stop(self, message_id: str, reason: str) -> Decided:
        """Stop a message for good, with a reason for its writer. As `send_back`."""
        return self._close(message_id, STOP, reason, None)

    def _close(self, message_id: str, how: str, reason: str, suggestion: str | None) -> Decided:
        file, message = self.load(message_id)
        decided = deciding.close(file, message, how)
        if decided.final and message.kind != SUMMARY:
            self.explain(message, how, reason, suggestion)
        return decided

    def explain(self, message: Message, how: str, reason: str, suggestion: str | None = None) -> str:
        """The private to the writer that says why; its message_id. Raises as `composing.send`."""
        value = {"message_id": message.message_id, "decision": how, "reason": reason, "suggestion": suggestion}
        return self._writing.private(message.author_id, documents.to_text(RETURN, value))

    def co_sign(self, message_id: str, hash_: str, reason: str | None = None, suggestion: str | None = None) -> Decided:
        """Sign a colleague's decision after one's own full check; with the `reason`, if that makes a return final.

        Raises as `deciding.co_sign`.
        """
        file, message = self.load(message_id)
        how = deciding.proposal(message, hash_).decision
        decided = deciding.co_sign(file, message, hash_)
        if decided.final and reason is not None and how is not None:
            self.explain(message, how.decision, reason, suggestion)
        return decided

    def drop(self, hash_: str) -> None:
        """Drop a decision that is not final. Raises ApiError."""
        self._case.delete(f"/decisions/{hash_}")

    def print_for(self, message_id: str, participant_id: str) -> Printed:
        """A letter that was released to an assisted person, verified.

        Raises `not-offered`, `not-opened`, `not-yet`, `recalled`, `not-standing` (they paused or withdrew before they
        knew it), `bad-text`.
        """
        file, message = self.load(message_id)
        if message.text is None:
            raise ClientError("not-opened")
        for each in message.rulings:
            found = each.decision
            if each.state == review.FINAL and found is not None and found.recipient_id == participant_id:
                _check_in_force(file, message, found, participant_id)
                note = None if each.note is None else each.note.text
                return Printed(
                    check_text(message.text), message.kind, message.author_id, note, found.payload["decided_on"]
                )
        raise ClientError("not-offered")

    def choice_of(self, message_id: str, participant_id: str, choice: str, *, tell: bool = False) -> Any:
        """Write down what an assisted person did with a letter: opened, kept, with_facilitator or not_wanted."""
        path = f"/messages/{message_id}/recipients/{participant_id}/choice"
        return self._case.put(path, {"choice": choice, "tell": tell})


def _check_in_force(file: CaseFile, message: Message, found: Decision, participant_id: str) -> None:
    """A release says nothing of what came after it: the writer may have called the letter back, the reader paused."""
    if found.not_before is not None and found.not_before > file.head.now:
        raise ProtocolError("not-yet")
    state = message.state_for(participant_id)
    if state == review.RECALLED:
        raise ClientError("recalled")
    standing = {each["participant_id"]: each["standing"] for each in file.view["standings"]}
    if state != OPENED and standing.get(participant_id) != ACTIVE:
        raise ProtocolError("not-standing")
