"""Reading a case's messages as a facilitator: each verified and opened by itself, with the alarms to show beside it.

One message that fails hides no other; it stands here with its code and without a text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mediation.client.case_file import CaseFile
from mediation.client.pins import newer
from mediation.protocol import decision as decisions
from mediation.protocol import documents, envelope, message, message_kinds, message_open, note, pins
from mediation.protocol.decision import Decision
from mediation.protocol.encoding import parse_date, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message_open import Opened
from mediation.protocol.note import Note
from mediation.protocol.order import Known, Order, Release
from mediation.protocol.primitives import kid

FINAL: Final = "final"
PROPOSED: Final = "proposed"
DROPPED: Final = "dropped"
RECALLED: Final = "recalled"


@dataclass(frozen=True)
class Ruling:
    """A decision about a message, final or proposed. `needs`: how many signatures it waits for; `consents`: the
    document that it cites; `note`: its content note, opened; `code`: why it does not count, if it does not."""

    view: Mapping[str, Any]
    decision: Decision | None
    note: Note | None
    code: str | None

    @property
    def hash(self) -> str:
        """Its statement hash."""
        return str(self.view["hash"])

    @property
    def state(self) -> str:
        """`proposed`, `final` or `dropped`."""
        return str(self.view["state"])

    @property
    def needs(self) -> int:
        """How many signatures are missing."""
        return int(self.view["needs"])


@dataclass(frozen=True)
class Message:
    """One message. `opened` is None and `code` says why, if a check failed; `alarms` are codes to be shown."""

    view: Mapping[str, Any]
    statement: Statement
    opened: Opened | None
    rulings: Sequence[Ruling]
    alarms: tuple[str, ...]
    code: str | None = None

    @property
    def message_id(self) -> str:
        """Its number."""
        return str(self.statement.payload["message_id"])

    @property
    def kind(self) -> str:
        """`relay`, `summary`, `private` or `note`."""
        return str(self.statement.payload["kind"])

    @property
    def author_id(self) -> str:
        """A participant_id or staff_id."""
        return str(self.statement.payload["author_id"])

    @property
    def recipients(self) -> list[str]:
        """Participant ids."""
        return list(self.statement.payload["recipients"])

    @property
    def text(self) -> str | None:
        """What it says; None if it could not be opened."""
        return None if self.opened is None else self.opened.text

    @property
    def document(self) -> tuple[str, Any] | None:
        """The name and value of a structured document, None for prose."""
        return None if self.opened is None else documents.from_text(self.opened.text)

    @property
    def state(self) -> str:
        """`in_review`, `returned`, `stopped`, `released`, `recalled` or `filed`."""
        return str(self.view["state"])

    @property
    def decided(self) -> list[Decision]:
        """The final decisions that count."""
        return [each.decision for each in self.rulings if each.state == FINAL and each.decision is not None]

    def choice_of(self, participant_id: str) -> str | None:
        """What a recipient chose, as the server says."""
        return self._of(participant_id, "choice")

    def state_for(self, participant_id: str) -> str | None:
        """Where it stands for a recipient, as the server says: `in_review`, `released`, `offered`, `recalled`, …"""
        return self._of(participant_id, "state")

    def _of(self, participant_id: str, field: str) -> str | None:
        for each in self.view["recipients"]:
            if each["participant_id"] == participant_id:
                return None if each[field] is None else str(each[field])
        return None


@dataclass(frozen=True)
class Reading:
    """Everything written in a case, oldest first; `alarms` are about the whole: `messages-missing`."""

    messages: Sequence[Message]
    alarms: tuple[str, ...] = ()
    by_id: Mapping[str, Message] = field(default_factory=dict)


def read(file: CaseFile) -> Reading:
    """Fetch, verify and open everything; the newest order of each writer is pinned. Raises ApiError."""
    views = file.me.transport.get(f"/cases/{file.case_id}/messages")
    statements = [envelope.parse(view["message"], "message") for view in views]
    rulings = [_rulings(file, view, each) for view, each in zip(views, statements, strict=True)]
    releases = _releases(views, rulings)
    history = _History(file, releases)
    read_ = [history.open(*each) for each in zip(views, statements, rulings, strict=True)]
    alarms = history.close(statements)
    known = _known(read_)
    read_ = [_compared(each, known) for each in read_]
    return Reading(read_, alarms, {each.message_id: each for each in read_})


def _rulings(file: CaseFile, view: Mapping[str, Any], statement: Statement) -> list[Ruling]:
    return [_ruling(file, each, statement) for each in view["decisions"]]


def _ruling(file: CaseFile, view: Mapping[str, Any], statement: Statement) -> Ruling:
    check = decisions.verify if view["state"] == FINAL else decisions.read
    try:
        verified = message.verify(statement.envelope, file.head, file.people, file.lists.facilitators)
        found = check(view["decision"], file.head, verified.statement, file.lists.facilitators)
        return Ruling(view, found, open_note(file, view, found.payload), None)
    except ProtocolError as error:
        return Ruling(view, None, None, error.code)


def open_note(file: CaseFile, view: Mapping[str, Any], payload: Mapping[str, Any]) -> Note | None:
    """The content note of a decision, opened with whichever epoch's secret it was sealed to. Raises `note-missing`,
    `cannot-open`.
    """
    note_hash = payload["note_hash"]
    if note_hash is None:
        return None
    if view["note_epoch"] is None:
        raise ProtocolError("note-missing")
    for secret in file.secrets.values():
        try:
            return note.open_(unb64(view["note_epoch"]), secret, note_hash)
        except ProtocolError as error:
            if error.code != "cannot-open":
                raise
    raise ProtocolError("cannot-open")


def _releases(views: Sequence[Any], rulings: Sequence[Sequence[Ruling]]) -> dict[str, list[Release]]:
    """The final releases to each participant, in the order of the messages."""
    found: dict[str, list[Release]] = {}
    for view, about in zip(views, rulings, strict=True):
        recalled = {each["participant_id"] for each in view["recipients"] if each["state"] == "recalled"}
        for each in about:
            if each.state == FINAL and each.decision is not None and each.decision.recipient_id is not None:
                person = each.decision.recipient_id
                gone = bool(view["taken_back"]) or person in recalled
                decided_on = parse_date(each.decision.payload["decided_on"])
                found.setdefault(person, []).append(Release(decided_on, each.decision.not_before, gone))
    return found


class _History:
    """Opens messages in their order, comparing each with the one before it by the same key."""

    def __init__(self, file: CaseFile, releases: Mapping[str, Sequence[Release]]) -> None:
        self._file = file
        self._releases = releases
        self._last: dict[str, tuple[Order, str]] = {}

    def open(self, view: Mapping[str, Any], statement: Statement, rulings: Sequence[Ruling]) -> Message:
        payload = statement.payload
        try:
            opened = self._open(view, statement)
        except ProtocolError as error:
            return Message(view, statement, None, rulings, (), error.code)
        self._last[payload["author_kid"]] = (opened.order, payload["message_id"])
        return Message(view, statement, opened, rulings, opened.alarms)

    def _open(self, view: Mapping[str, Any], statement: Statement) -> Opened:
        file, given = self._file, view["wrap"]
        if view["ciphertext"] is None or view["order_block"] is None:  # what those who only oversee are handed
            raise ProtocolError("wrap-missing")
        wraps = {} if given is None else {given["box_kid"]: unb64(given["seal"])}
        return message_open.open_as_facilitator(
            file.head,
            file.people,
            file.lists.facilitators,
            statement.envelope,
            unb64(view["ciphertext"]),
            wraps,
            unb64(view["order_block"]),
            file.secrets,
            self._known(statement.payload),
        )

    def _known(self, payload: Mapping[str, Any]) -> Known:
        """Staff are not offered anything, so only a participant's own key is compared with releases."""
        last, last_id = self._last.get(payload["author_kid"], (None, None))
        member = self._file.people.find(payload["author_id"])
        own = member is not None and payload["scribe"] is None
        return Known(last, last_id, self._releases.get(payload["author_id"], ()) if own else ())

    def close(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """Pin each other writer's newest order; the alarm `messages-missing` if a pinned message is not there."""
        me, case_id = self._file.me, self._file.case_id
        own = pins.author_key(case_id, kid(me.sign_pk))
        found = {pins.author_key(case_id, kid_): _entry(*each) for kid_, each in self._last.items()}
        found.pop(own, None)
        kept = [each for key, each in me.pins.value["authors"].items() if key.startswith(f"{case_id}.") and key != own]
        missing = {each["message_id"] for each in kept} - {each.payload["message_id"] for each in statements}
        me.pins.keep(lambda value: {**value, "authors": {**value["authors"], **_newest(value["authors"], found)}})
        return ("messages-missing",) if missing else ()


def _known(messages: Sequence[Message]) -> dict[str, set[str]]:
    """By participant_id, what they wrote or were given: released, or written to them alone."""
    found: dict[str, set[str]] = {}
    for each in messages:
        private = each.recipients if each.kind == "private" else []
        released = [ruling.recipient_id for ruling in each.decided if ruling.recipient_id is not None]
        for person in [each.author_id, *private, *released] if each.opened is not None else []:
            found.setdefault(person, set()).add(each.message_id)
    return found


def _compared(read_: Message, known: Mapping[str, set[str]]) -> Message:
    """With the alarm `answers-unknown`, if a recipient would learn of a message that is not theirs to know of."""
    try:
        message_kinds.check_answers(read_.statement.payload, known)
    except ProtocolError as error:
        return replace(read_, alarms=(*read_.alarms, error.code))
    return read_


def _entry(order: Order, message_id: str) -> dict[str, Any]:
    return {"seq": order.seq, "message_id": message_id, "seen": order.seen, "memory": order.memory}


def _newest(kept: Mapping[str, Any], found: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: newer(kept.get(key), each) for key, each in found.items()}
