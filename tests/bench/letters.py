"""Letters made ahead of the clock: encrypted, signed, wrapped and released as the participants' and facilitators' own
clients do, with nothing left to do but to send them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from mediation.client import case_file, composing, membership
from mediation.client.signing_in import SignedIn
from mediation.demo import APOLOGY, EVENING, OFFER, QUESTION
from mediation.protocol import decision_signing, message
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.message_open import Opened
from mediation.protocol.order import Order

TEXTS: Final = (APOLOGY, QUESTION, EVENING, OFFER)
LANG: Final = "en-GB"


@dataclass(frozen=True)
class Pair:
    """Somebody who writes, the facilitator who passes it on, and somebody who reads it."""

    facilitator: SignedIn
    writer: SignedIn
    reader: SignedIn

    @property
    def people(self) -> Sequence[SignedIn]:
        """All three, in the order of the fields."""
        return [self.facilitator, self.writer, self.reader]

    @property
    def turned(self) -> "Pair":
        """The reader writes, the writer reads."""
        return Pair(self.facilitator, self.reader, self.writer)


@dataclass(frozen=True)
class Letter:
    """The bodies of the three requests of one letter's whole way: handing it in, passing it on, opening it."""

    message_id: str
    message: dict[str, Any]
    decision: dict[str, Any]
    opening: dict[str, Any]


class Correspondence:
    """Letters of one pair in one direction, numbered as their writer's own client would number them from here on."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._place = membership.load(pair.writer)
        self._file = case_file.load(pair.facilitator, str(pair.writer.case_id))
        self._reader = str(pair.reader.participant_id)
        self._numbers = count(1)
        self._last: str | None = None

    def letters(self) -> Iterator[Letter]:
        """New letters without end."""
        while True:
            yield self.letter()

    def letter(self) -> Letter:
        """A new letter and its release, both verified by the clients' own checks."""
        number = next(self._numbers)
        order = self._order(number)
        content = Content("relay", [self._reader], TEXTS[number % len(TEXTS)], LANG)
        sender = Sender(str(self.pair.writer.participant_id), self.pair.writer.keys.sign_seed)
        sealed = message.seal(self._place.head, self._place.people, sender, content, order)
        self._last = str(sealed.statement.payload["message_id"])
        return Letter(self._last, composing.body(sealed), self._decision(sealed, content, order), {"tell": False})

    def _order(self, number: int) -> Order:
        return Order(
            seq=number,
            prev=self._last,
            written_at=self.pair.writer.clock(),
            case_hash=self._place.head.hash,
            seen=0,
            memory=self.pair.writer.pins.revision + number,
        )

    def _decision(self, sealed: Sealed, content: Content, order: Order) -> dict[str, Any]:
        file = self._file
        author = file.people.get(str(self.pair.writer.participant_id))
        opened = Opened(
            sealed.statement, author, False, content.text, content.lang, order, (), False, sealed.key
        )
        proposal = decision_signing.propose(
            file.head,
            opened,
            Choice("release", self._reader),
            consents=file.consents,
            checkpoint=file.trust.checkpoint,
            decided_on=file.head.now.date(),
            seed=file.me.keys.sign_seed,
        )
        box_pk = file.people.get(self._reader).box_pk
        assert box_pk is not None
        wrap = message.wrap(sealed.key, file.case_id, sealed.statement.payload["message_id"], box_pk)
        return {"decision": proposal.envelope, "consents": proposal.consents, "note": None, "wrap": b64(wrap)}
