"""Letters and decisions made ahead, so that nothing is left to do at the moment but to send them.

They are made as the participants' and facilitators' own clients do, but without those clients' own look at what has
been decided: the server must refuse by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from unittest import mock

from mediation.client import case_file, composing, membership
from mediation.client.case_file import CaseFile
from mediation.client.signing_in import SignedIn
from mediation.protocol import decision_signing, message
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.message_open import Opened
from mediation.protocol.order import Order
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of
from tests.races.place import Room

LANG = "en-GB"
TEXT = "I have thought about what you asked me."


@dataclass(frozen=True)
class Letter:
    """A sealed letter, who writes it and to whom."""

    room: Room
    writer: SignedIn
    reader: SignedIn
    sealed: Sealed
    order: Order
    text: str

    @property
    def message_id(self) -> str:
        """Its id."""
        return str(self.sealed.statement.payload["message_id"])

    @property
    def submit(self) -> Prepared:
        """Handing it in."""
        return Prepared.call("POST", "/messages", cookie_of(self.writer), composing.body(self.sealed), 201)

    @property
    def take_back(self) -> Prepared:
        """Its writer takes it back."""
        return Prepared.call("POST", f"/messages/{self.message_id}/withdrawal", cookie_of(self.writer), {}, 202)

    @property
    def open(self) -> Prepared:
        """Its reader opens it."""
        return Prepared.call(
            "POST", f"/letters/{self.message_id}/opening", cookie_of(self.reader), {"tell": False}, 200
        )

    def choose(self, word: str) -> Prepared:
        """Its reader chooses something else."""
        body = {"choice": word, "tell": False}
        return Prepared.call("PUT", f"/letters/{self.message_id}/choice", cookie_of(self.reader), body, 200)


class Pen:
    """Somebody who writes letters to the other side."""

    def __init__(self, room: Room, writer: SignedIn, reader: SignedIn) -> None:
        self.room, self.writer, self.reader = room, writer, reader
        self._place = membership.load(writer)
        self._numbers = count(1)

    def letter(self, text: str = TEXT, message_id: str | None = None) -> Letter:
        """A new letter; with a `message_id`, one that claims to be that message."""
        order = Order(
            seq=next(self._numbers),
            prev=None,
            written_at=self.writer.clock(),
            case_hash=self._place.head.hash,
            seen=0,
            memory=self.writer.pins.revision + 1,
        )
        content = Content("relay", [str(self.reader.participant_id)], text, LANG)
        sender = Sender(str(self.writer.participant_id), self.writer.keys.sign_seed)
        if message_id is None:
            sealed = message.seal(self._place.head, self._place.people, sender, content, order)
        else:
            with mock.patch.object(message, "new_id", lambda: message_id):
                sealed = message.seal(self._place.head, self._place.people, sender, content, order)
        return Letter(self.room, self.writer, self.reader, sealed, order, text)


def pens(room: Room) -> tuple[Pen, Pen]:
    """Both sides of a case."""
    return Pen(room, room.mary, room.roy), Pen(room, room.roy, room.mary)


class Desk:
    """A facilitator with the file of a case as it was when they opened it."""

    def __init__(self, me: SignedIn, room: Room) -> None:
        self.me, self.room = me, room
        self.file: CaseFile = case_file.load(me, room.case_id)

    def release(self, letter: Letter, not_before: datetime | None = None) -> Prepared:
        """The release of a letter to its reader."""
        return self.decide(letter, Choice("release", str(letter.reader.participant_id), not_before))

    def decide(self, letter: Letter, choice: Choice) -> Prepared:
        """A decision about a letter; a proposal where two must agree."""
        proposal = decision_signing.propose(
            self.file.head,
            self._opened(letter),
            choice,
            consents=self.file.consents,
            checkpoint=self.file.trust.checkpoint,
            decided_on=self.file.head.now.date(),
            seed=self.me.keys.sign_seed,
        )
        alone = self.file.head.approvals_required == 1
        body = {
            "decision": proposal.envelope,
            "consents": proposal.consents,
            "note": None,
            "wrap": self._wrap(letter) if alone and choice.recipient_id is not None else None,
        }
        path = f"/messages/{letter.message_id}/decisions"
        return Prepared.call("POST", path, cookie_of(self.me), body, 201)

    def co_sign(self, letter: Letter, hash_: str, envelope: object, consents: object) -> Prepared:
        """The last signature on a colleague's release."""
        signed = decision_signing.co_sign(
            self.file.head,
            self._opened(letter),
            envelope,
            consents,
            consents=self.file.consents,
            note=None,
            seed=self.me.keys.sign_seed,
        )
        body = {"decision": signed, "wrap": self._wrap(letter)}
        return Prepared.call("POST", f"/decisions/{hash_}/signatures", cookie_of(self.me), body, 201)

    def hold(self, letter: Letter) -> Prepared:
        """Putting a letter on hold."""
        return Prepared.call("PUT", f"/messages/{letter.message_id}/hold", cookie_of(self.me), {}, 200)

    def _opened(self, letter: Letter) -> Opened:
        author = self.file.people.get(str(letter.writer.participant_id))
        sealed = letter.sealed
        return Opened(sealed.statement, author, False, letter.text, LANG, letter.order, (), False, sealed.key)

    def _wrap(self, letter: Letter) -> str:
        box_pk = self.file.people.get(str(letter.reader.participant_id)).box_pk
        assert box_pk is not None
        return b64(message.wrap(letter.sealed.key, self.room.case_id, letter.message_id, box_pk))


def stand(me: SignedIn, standing: str) -> Prepared:
    """Pausing or withdrawing oneself."""
    return Prepared.call("PUT", "/standing", cookie_of(me), {"standing": standing}, 200)


def shuffled(*lists: Sequence[Any]) -> list[Any]:
    """The first of each, then the second of each, and so on."""
    return [one for group in zip(*lists, strict=True) for one in group]
