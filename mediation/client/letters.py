"""What a participant has: letters offered to them, their own, and the private thread with their facilitators.

Each is verified by itself. One that fails is not shown and says why; it hides no other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from mediation.client.membership import Membership
from mediation.protocol import documents, envelope, message_open, reading
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member
from mediation.protocol.message_open import Text
from mediation.protocol.reading import Offer
from mediation.protocol.roster import Staff

RECALLED: Final = "recalled"
RETURN: Final = "return"
CALLED: Final = "called"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Offered:
    """A letter that was released to this reader, proven. `text` is None until it is opened."""

    message_id: str
    state: str
    tell: bool
    offered_on: str
    offer: Offer = field(repr=False)
    text: str | None = field(repr=False)

    @property
    def kind(self) -> str:
        """`relay`: the writer's own words; `summary`: a facilitator's words."""
        return str(self.offer.message.payload["kind"])

    @property
    def author(self) -> Member | Staff | None:
        """Whom it is from; None where only a kept list vouches for it."""
        return self.offer.author

    @property
    def scribe(self) -> dict[str, str] | None:
        """{staff_id, means} if somebody wrote it down for its author."""
        found = self.offer.message.payload["scribe"]
        return None if found is None else dict(found)

    @property
    def content_note(self) -> str | None:
        """The facilitator's note on what to expect."""
        return self.offer.note

    @property
    def released_by(self) -> tuple[str, ...]:
        """The staff_ids of those who released it."""
        return self.offer.decision.signers


@dataclass(frozen=True)
class Own:
    """A letter of one's own, with its neutral status; `told` is what recipients agreed to tell."""

    message_id: str
    recipients: list[str]
    answers: str | None
    text: str = field(repr=False)
    status: str
    told: Sequence[Mapping[str, str]] | None
    submitted_on: str


@dataclass(frozen=True)
class Private:
    """A message of the private thread. `document`: the name and value of a structured one, else None."""

    message_id: str
    mine: bool
    text: str = field(repr=False)
    document: tuple[str, Any] | None = field(repr=False)
    on: str


@dataclass(frozen=True)
class Refused:
    """A letter that failed a check, and is not shown: the code says why."""

    message_id: str
    code: str


@dataclass(frozen=True)
class Letters:
    """Everything that a participant has, oldest first. `recalled`: message_ids of letters that are not there any more
    (the server's word); `contradicted`: an offer's checkpoint of the audit log is not
    the one that this client keeps; the person and their facilitators are told."""

    offers: Sequence[Offered] = ()
    own: Sequence[Own] = ()
    private: Sequence[Private] = ()
    refused: Sequence[Refused] = ()
    recalled: Sequence[str] = ()
    contradicted: bool = False
    called: Mapping[str, str] = field(default_factory=dict)

    def returned(self, message_id: str) -> Mapping[str, Any] | None:
        """Why a letter of one's own came back: {message_id, decision, reason, suggestion}, None without a reason."""
        for each in reversed(self.private):
            if each.document is not None and not each.mine and each.document[0] == RETURN:
                value: Mapping[str, Any] = each.document[1]
                if value["message_id"] == message_id:
                    return value
        return None


def load(place: Membership) -> Letters:
    """Fetch and verify everything. Raises ApiError (403 `not-admitted`)."""
    view = place.me.transport.get("/letters")
    refused: list[Refused] = []
    recalled = [row["message_id"] for row in view["offers"] if row["state"] == RECALLED]
    standing = [row for row in view["offers"] if row["state"] != RECALLED]
    offers = _each(standing, lambda row: _offered(place, row), refused)
    own = _each(view["own"], lambda row: _own(place, row), refused)
    private = _each(view["private"], lambda row: _private(place, row), refused)
    return Letters(offers, own, private, refused, recalled, _contradicted(place, offers), _called(private))


def _each(rows: Sequence[Any], read: Callable[[Any], Found], refused: list[Refused]) -> list[Found]:
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except ProtocolError as error:
            refused.append(Refused(row["message_id"], error.code))
    return found


def _offered(place: Membership, row: Mapping[str, Any]) -> Offered:
    note = None if row["note"] is None else unb64(row["note"])
    offer = reading.verify_offer(place.head, place.reader, row["decision"], row["message"], note)
    _check_id(row, offer.message.payload)
    text = None
    if row["ciphertext"] is not None and row["wrap"] is not None:
        text = reading.open_letter(place.head, offer, place.reader, unb64(row["ciphertext"]), unb64(row["wrap"])).text
    return Offered(row["message_id"], row["state"], row["tell"], row["offered_on"], offer, text)


def _check_id(row: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    """What is chosen or opened by this number is what was verified under it."""
    if row["message_id"] != payload["message_id"]:
        raise ProtocolError("decision-of-another-message")


def _own(place: Membership, row: Mapping[str, Any]) -> Own:
    text = reading.open_own(place.head, place.reader, row["message"], unb64(row["ciphertext"]), _wrap(row))
    payload = envelope.parse(row["message"], "message").payload
    _check_id(row, payload)
    recipients, answers = list(payload["recipients"]), payload["answers"]
    return Own(row["message_id"], recipients, answers, text.text, row["status"], row["told"], row["submitted_on"])


def _private(place: Membership, row: Mapping[str, Any]) -> Private:
    payload = envelope.parse(row["message"], "message").payload
    _check_id(row, payload)
    mine = payload["author_id"] == place.own.participant_id
    open_ = reading.open_own if mine else reading.open_private
    text = open_(place.head, place.reader, row["message"], unb64(row["ciphertext"]), _wrap(row)).text
    return Private(row["message_id"], mine, text, documents.from_text(text), row["on"])


def _wrap(row: Mapping[str, Any]) -> bytes:
    if row["wrap"] is None:
        raise ProtocolError("wrap-missing")
    return unb64(row["wrap"])


def _contradicted(place: Membership, offers: Sequence[Offered]) -> bool:
    kept = place.me.pins.value["checkpoint"]
    given = [each.offer.checkpoint for each in offers]
    return any(reading.compare_checkpoint(kept, each, None) == "contradiction" for each in given if each is not None)


def _called(private: Sequence[Private]) -> dict[str, str]:
    """What the others are called for this reader: the newest words that a facilitator wrote."""
    words: dict[str, str] = {}
    for each in private:
        if each.document is not None and not each.mine and each.document[0] == CALLED:
            words |= each.document[1]
    return words


def reread(place: Membership, row: Mapping[str, Any]) -> Text:
    """A letter that one's own memory records as opened, even while the case has lapsed. Raises `not-released`,
    and what `message_open.unlock` raises."""
    statement = envelope.parse(row["message"], "message")
    if statement.hash not in place.me.pins.value["opened"]:
        raise ProtocolError("not-released")
    ciphertext, wrap = unb64(row["ciphertext"]), _wrap(row)
    return message_open.unlock(statement.payload, ciphertext, wrap, place.reader.box_seed)[0]
