"""Makes the verified transcript of a case: one file that whoever gets it can read, and check without the server.

It holds texts and the keys of single letters, never anybody's own key. Private threads and notes are not in it. Of what
concerns one person it holds their own letters, what was passed on to them, and the events that they caused themselves:
nothing that tells what others did, or when. The format is in docs/transcript.md.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mediation.client import case_file, log, review
from mediation.client.case_access import CaseAccess
from mediation.client.case_file import CaseFile
from mediation.client.errors import ApiError, ClientError
from mediation.client.review import Message, Ruling
from mediation.protocol import case_head, checkpoint, envelope, event, members, tree
from mediation.protocol.encoding import b64, canonical, parse_time, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event

FORMAT: Final = "mediation-transcript/v1"
SIGNED_WITHIN: Final = 30.0
AGAIN_AFTER: Final = 0.5
"""Seconds that the log's signature is waited for, and between two looks."""
STATED: Final = ("case.created", "case.stated")


@dataclass(frozen=True)
class Exported:
    """What the server gave: the key of the case's pseudonyms, `heads`, the events as they were answered, and opened and
    proved, and the documents of everybody who ever was a member.
    """

    name_key: str
    heads: Sequence[Mapping[str, Any]]
    given: Sequence[Mapping[str, Any]]
    events: Sequence[Event]
    documents: Sequence[Mapping[str, Any]]

    @property
    def closing(self) -> Event:
        """The transcript's own event."""
        return self.events[-1]

    def of(self, *kinds: str) -> list[Event]:
        """Those of some kinds, oldest first."""
        return [each for each in self.events if each.kind in kinds]


def make(case: CaseAccess, about: str | None = None) -> bytes:
    """The file: of all letters that were passed on, or of what concerns one participant.

    Raises ApiError (403, 404; 409 `not-signed-yet` if the log was not signed in time), `head-moved` where somebody
    changed the case meanwhile, the head's lapse, why a letter cannot be opened, and what verifying raises.
    """
    case_head.check_current(case.file().head)  # before anything is recorded
    export_id = case.post(f"/cases/{case.case_id}/exports", {"participant_id": about})["export_id"]
    answer = _signed(case, export_id)
    file = case_file.load(case.me, case.case_id)
    exported = _proved(file, answer)
    if [each.refs.get("statement") for each in exported.of(*STATED)] != list(file.head.chain.lineage):
        raise ClientError("head-moved")
    chosen = _Chosen(file, exported, about)
    chosen.take(review.read(file).messages)
    return canonical(chosen.document())


def _signed(case: CaseAccess, export_id: str) -> dict[str, Any]:
    """Everything that belongs to the transcript, once a signed head holds its own event."""
    path = f"/cases/{case.case_id}/exports/{export_id}"
    until = time.monotonic() + SIGNED_WITHIN
    while True:
        try:
            answer: dict[str, Any] = case.me.transport.get(path)
            break
        except ApiError as error:
            if error.code != "not-signed-yet" or time.monotonic() > until:
                raise
            time.sleep(AGAIN_AFTER)
    page = answer
    while page["more"] is not None:
        page = case.me.transport.get(path, {"after": page["more"]})
        answer["events"] += page["events"]
    return answer


def _proved(file: CaseFile, answer: Mapping[str, Any]) -> Exported:
    """The events, each proved to stand in the agency's log; nothing else goes into the file."""
    keys = [key for each in file.trust.authority.agency.statements for key in each.payload["log_vkeys"]]
    heads = [checkpoint.opened(each["note"], keys) for each in answer["heads"]]
    for each, head in zip(answer["heads"], heads, strict=True):
        log.hold_against_kept(file.me, each["log"], head)
    found = []
    for each in answer["events"]:
        head, opening = heads[each["log"]], unb64(each["opening"])
        entry = event.commitment(opening)
        tree.verify_inclusion(entry, each["index"], head.size, [unb64(one) for one in each["proof"]], head.root)
        found.append(event.opened(entry, opening))
    shown = [{name: each[name] for name in ("note", "published")} for each in answer["heads"]]
    return Exported(answer["name_key"], shown, answer["events"], found, answer["documents"])


class _Chosen:
    """What goes into a transcript."""

    def __init__(self, file: CaseFile, exported: Exported, about: str | None) -> None:
        self._file = file
        self._exported = exported
        self._about = about
        self._released = {each.refs["decision"] for each in exported.of("message.released")}
        self._submitted = {each.refs["statement"] for each in exported.of("message.submitted")}
        recalled = exported.of("message.recalled")
        self._recalled = {(each.refs["message"], each.refs["recipient"]) for each in recalled}
        self._now: datetime = parse_time(exported.closing.at)
        self.letters: list[dict[str, Any]] = []
        self.releases: list[dict[str, Any]] = []
        self._people: set[str] = set()

    def take(self, messages: Sequence[Message]) -> None:
        """Choose among everything that was written."""
        for each in messages:
            rulings = [one for one in each.rulings if self._is_release(one)]
            reached = [one for one in rulings if self._in_force(each, one)]
            if self._about is None:
                self._add(each, rulings, shown=bool(reached))
            elif each.kind == "relay" and each.author_id == self._about:
                if each.statement.hash in self._submitted:
                    self._add(each, reached, shown=True, required=True)
            else:
                self._add(each, [one for one in reached if self._is_for(one)], shown=True)

    def _is_release(self, ruling: Ruling) -> bool:
        return ruling.hash in self._released and ruling.state == review.FINAL

    def _is_for(self, ruling: Ruling) -> bool:
        return bool(_payload(ruling)["recipient_id"] == self._about)

    def _in_force(self, message: Message, ruling: Ruling) -> bool:
        """Whether it was there for its recipient when the transcript was recorded."""
        found = _payload(ruling)
        if (message.message_id, found["recipient_id"]) in self._recalled:
            return False
        return found["not_before"] is None or parse_time(found["not_before"]) <= self._now

    def _add(self, message: Message, rulings: Sequence[Ruling], *, shown: bool, required: bool = False) -> None:
        if not rulings and not required:
            return
        content = None
        if shown:
            if message.opened is None:
                raise ProtocolError(message.code or "cannot-open")
            content = {
                "text": message.opened.text,
                "lang": message.opened.lang,
                "ciphertext": message.view["ciphertext"],
                "key": b64(message.opened.key),
            }
        self.letters.append({"message": message.statement.envelope, "content": content})
        self._people.add(message.author_id)
        self.releases += [{"decision": one.view["decision"], "note": self._note(one)} for one in rulings]

    def _note(self, ruling: Ruling) -> dict[str, str] | None:
        """Of one person's file the notes to them alone."""
        if self._about is not None and not self._is_for(ruling):
            return None
        note = review.open_note(self._file, ruling.view, _payload(ruling))
        return None if note is None else {"text": note.text, "block": b64(note.block)}

    def document(self) -> dict[str, Any]:
        """The whole file, as JSON values."""
        view, exported, about = self._file.view, self._exported, self._about
        return {
            "format": FORMAT,
            "about": about,
            "agency": self._file.trust.agency,
            "rosters": self._file.trust.rosters,
            "case": {name: view[name] for name in ("case_id", "nonce", "statements", "anchor")},
            "documents": [each for each in exported.documents if about is None or self._concerns(each)],
            "letters": self.letters,
            "releases": self.releases,
            "name_key": exported.name_key if about is None else None,
            "heads": list(exported.heads),
            "events": [each for each, found in self._events() if about is None or self._is_own(found)],
        }

    def _concerns(self, document: Mapping[str, Any]) -> bool:
        person = members.parse(document)
        return person is not None and person.participant_id in self._people | {self._about}

    def _events(self) -> list[tuple[Mapping[str, Any], Event]]:
        return list(zip(self._exported.given, self._exported.events, strict=True))

    def _is_own(self, found: Event) -> bool:
        """What that person caused before the transcript was recorded; and its own event."""
        closing = self._exported.closing
        acts = int(closing.refs.get("acts", "0"))
        return found is closing or (found.actor == closing.refs.get("actor") and found.n < acts)


def _payload(ruling: Ruling) -> Mapping[str, Any]:
    """What was decided, whether or not it still counts today: the file is about the day when it did."""
    return envelope.parse(ruling.view["decision"], "decision").payload
