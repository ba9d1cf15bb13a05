"""What is measured, by name: the requests of each, made ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from mediation.protocol.encoding import b64, unb64
from tests.bench.floor import SIZE
from tests.bench.letters import Correspondence, Letter, Pair
from tests.bench.prepared import Prepared
from tests.bench.town import Town, cookie_of, quick

SIGN_IN: Final = "sign-in"
QUEUE: Final = "queue page"
LETTERS: Final = "letters page"
STEPS: Final = ("submit", "release", "open")
RELAY: Final = "relay"
FLOOR: Final = "floor"
EMPTY: Final = "empty"
PAGES: Final = (QUEUE, LETTERS)
BESIDE: Final = {
    FLOOR: Prepared("POST", "/floor", "", b"x" * SIZE, 201),
    EMPTY: Prepared("GET", "/empty", "", None, 200),
}
"""What the floor's application answers."""
OURS: Final = (SIGN_IN, *STEPS, RELAY, *PAGES)


@dataclass(frozen=True)
class Way:
    """The three requests of one letter's whole way."""

    submit: Prepared
    release: Prepared
    open: Prepared

    @property
    def all(self) -> tuple[Prepared, ...]:
        """In the order in which they must be sent."""
        return (self.submit, self.release, self.open)


def way_of(letter: Letter, pair: Pair) -> Way:
    """The requests of a letter."""
    facilitator, writer, reader = (cookie_of(one) for one in pair.people)
    decisions = f"/messages/{letter.message_id}/decisions"
    opening = f"/letters/{letter.message_id}/opening"
    return Way(
        Prepared.call("POST", "/messages", writer, letter.message, 201),
        Prepared.call("POST", decisions, facilitator, letter.decision, 201),
        Prepared.call("POST", opening, reader, letter.opening, 200),
    )


class Work:
    """Requests for one database: letters never repeat, so one `Work` serves a whole run."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._writing = cycle([Correspondence(pair) for pair in town.writing])
        self._sign_ins = [self._sign_in(number) for number in range(len(town.writing))]

    def ways(self, number: int) -> list[Way]:
        """New letters, over the cases in turn."""
        return [way_of(each.letter(), each.pair) for each in islice(self._writing, number)]

    def requests(self, name: str, number: int) -> Sequence[Prepared]:
        """`number` requests of signing in or of a page."""
        if name == SIGN_IN:
            return list(islice(cycle(self._sign_ins), number))
        if name in BESIDE:
            return [BESIDE[name]] * number
        pair = self.town.desk[0]
        page = {QUEUE: ("/queue", pair.facilitator), LETTERS: ("/letters", pair.writer)}
        path, me = page[name]
        return [Prepared.page(path, cookie_of(me))] * number

    def _sign_in(self, number: int) -> Prepared:
        """As from a browser that has no session yet."""
        name = self.town.names[number]
        asked = self.town.writing[number].writer.transport.post("/sign-in/parameters", {"sign_in_name": name})
        auth = quick("", unb64(asked["salt"]), asked["opslimit"], asked["memlimit"]).auth
        return Prepared.call("POST", "/session", "", {"sign_in_name": name, "auth": b64(auth)}, 200)
