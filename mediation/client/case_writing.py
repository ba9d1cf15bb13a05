"""What a facilitator writes: notes, privates, summaries in their own words, and letters taken down for somebody."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from mediation.client import composing
from mediation.client.case_access import CaseAccess
from mediation.client.composing import Desk, Letter
from mediation.protocol import documents
from mediation.protocol.message import Content

CASE: Final = "case"
CALLED: Final = "called"


def _place(side: str, role: str = "party", assisted: bool = False) -> dict[str, Any]:
    """Where somebody stands, as the pages write it into the case's note."""
    return {"side": side, "role": role, "assisted": assisted}


class CaseWriting:
    """A facilitator's own writing in a case. Each answer is the new message_id."""

    def __init__(self, case: CaseAccess) -> None:
        self._case = case

    def note(self, text: str) -> str:
        """A note that only facilitators read. Raises as `composing.send`."""
        return self._send(Content("note", [], text, composing.LANG))

    def describe(
        self, title: str, names: Mapping[str, str], notes: str = "", *, invited: Mapping[str, str] | None = None
    ) -> str:
        """What the case and its people are called among facilitators; the newest one holds.

        `invited`: the sides, by participant_id, of parties who have not joined yet. The note is all that the case's
        pages know of them.
        """
        waiting = {who: _place(side) for who, side in (invited or {}).items()}
        members = self._case.file().people.people
        people = {each.participant_id: _place(each.side, each.role, each.assisted) for each in members}
        value = {"title": title, "names": dict(names), "notes": notes, "people": waiting | people}
        return self.note(documents.to_text(CASE, value))

    def private(self, participant_id: str, text: str) -> str:
        """A private to one participant. Raises as `composing.send`."""
        return self._send(Content("private", [participant_id], text, composing.LANG))

    def call(self, reader_id: str, words: Mapping[str, str]) -> str:
        """What the others (by participant_id) are called for this reader; the newest one holds."""
        return self.private(reader_id, documents.to_text(CALLED, dict(words)))

    def summary(self, recipients: Collection[str], text: str, answers: str | None = None) -> str:
        """The facilitator's own words about a message, labelled so; it needs a release. As `composing.send`."""
        return self._send(Content("summary", recipients, text, composing.LANG, answers))

    def write_down(
        self,
        participant_id: str,
        recipients: Collection[str],
        text: str,
        *,
        means: str,
        provenance: str = "",
        answers: str | None = None,
    ) -> str:
        """A letter for somebody without a device. `means`: letter, dictation or recording. As `composing.send`."""
        file = self._case.file()
        content = Content("relay", recipients, text, composing.LANG, answers)
        scribe = {"staff_id": str(file.me.staff_id), "means": means}
        letter = Letter(participant_id, content, scribe, provenance=provenance)
        return composing.send(Desk(file.me, file.head, file.people), letter)

    def take_back(self, message_id: str) -> Any:
        """Take back a summary, or what was written down for somebody. Raises ApiError."""
        return self._case.post(f"/messages/{message_id}/withdrawal", {})

    def _send(self, content: Content) -> str:
        file = self._case.file()
        return composing.send(Desk(file.me, file.head, file.people), Letter(str(file.me.staff_id), content))
