"""The agency that is measured, built through the API by the Python client, with real keys and verified chains.

Fay has a desk of cases with letters waiting: hers is the queue page. Mary, in the first of them, has `LETTERS` letters:
hers is the letters page. Other cases, which Finn facilitates, are for writing, so that both pages stay as they are
while letters are handed in by the hundred. Passphrases are not stretched: nothing here measures Argon2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest import mock

import httpx

from mediation.accounts import set_up_code
from mediation.app import create_app
from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.signing_in import SignedIn, opened, utc_now
from mediation.client.transport import Transport
from mediation.protocol import passphrase
from mediation.protocol.primitives import hash32
from mediation.settings import Settings, read
from mediation.web.transaction import ENGINE
from tests.bench.letters import Correspondence, Pair
from tests.client.world import HARMED, PHRASE, RESPONSIBLE, URL, hire, welcome

DESK: Final = 6
"""Cases on the desk of the facilitator whose queue page is measured."""
WAITING: Final = 2
"""Letters in review in each of them."""
LETTERS: Final = 20
"""Letters on the measured letters page, half of them one's own, all of them opened but the last `UNOPENED`."""
UNOPENED: Final = 2
WRITING: Final = 4
"""Cases in which letters are handed in, passed on and opened, one for each of four clients."""


@dataclass(frozen=True)
class Town:
    """Who is measured. `names`: the sign-in names of the writers in `writing`, in their order."""

    ada: SignedIn
    desk: Sequence[Pair]
    writing: Sequence[Pair]
    names: Sequence[str]

    @property
    def people(self) -> Sequence[SignedIn]:
        """Everybody who is signed in."""
        return [self.ada, *(one for pair in (*self.desk, *self.writing) for one in pair.people)]


def settings_for(directory: Path, url: str | None = None) -> Settings:
    """The settings of the measured server; the keys are those in the directory, whatever the database."""
    return read(environ_for(directory, url))


def environ_for(directory: Path, url: str | None = None) -> dict[str, str]:
    """The environment that makes them. Nothing delivers texts or sweeps meanwhile."""
    given = {"MEDIATION_INSTANCE": str(directory), "WORKER_THREAD": "0", "COMPRESS_STATIC": "0", "PUBLIC_URL": URL}
    return given if url is None else {**given, "DATABASE_URL": url}


def quick(phrase: str, salt: bytes, opslimit: int, memlimit: int) -> passphrase.Derived:
    """In place of Argon2: what the server is sent is as long and as random."""
    return passphrase.Derived(hash32(b"auth" + salt), hash32(b"wrap" + salt))


def cookie_of(me: SignedIn) -> str:
    """The Cookie header of somebody's session."""
    return "; ".join(f"{each.name}={each.value}" for each in me.transport.cookies.jar)


def build(settings: Settings) -> Town:
    """Build it on a migrated database that holds no agency yet."""
    app = create_app(settings)
    site = Site(URL, wire=httpx.WSGITransport(app=app))
    with mock.patch.object(passphrase, "derive", quick):
        code = set_up_code.make(settings.instance)
        made = site.set_up(code, agency_name="Bridgeway", display_name="Ada", phrase=PHRASE)
        ada = Administrator(made.administrator)
        fay, finn = (hire(site, ada, name) for name in ("Fay", "Finn"))
        desk = [_pair(site, fay) for _ in range(DESK)]
        writing = [_pair(site, finn) for _ in range(WRITING)]
    for pair in desk:
        _fill(pair)
    _correspond(desk[0])
    names = [str(pair.writer.transport.get("/session")["sign_in_name"]) for pair in writing]
    app.extensions[ENGINE].dispose()
    return Town(ada.me, desk, writing, names)


def _pair(site: Site, facilitator: Facilitator) -> Pair:
    case = facilitator.open_case([]).case
    mary, roy = welcome(site, case, HARMED), welcome(site, case, RESPONSIBLE)
    names = {mary.participant_id: "Marion Ellery", roy.participant_id: "Callum Ferris"}
    case.writing.describe("The allotment shed", names, "Both prefer letters for now.")
    return Pair(facilitator.me, mary.me, roy.me)


def _fill(pair: Pair) -> None:
    """What waits for the facilitator: letters to review, and somebody's private question."""
    Participant(pair.writer).private("I would like to know whether he still lives nearby.")
    waiting = Correspondence(pair)
    for _ in range(WAITING):
        letter = waiting.letter()
        pair.writer.transport.post("/messages", letter.message)


def _correspond(pair: Pair) -> None:
    """Letters to and fro; how they landed has been asked of most."""
    sides = [Correspondence(pair), Correspondence(pair.turned)]
    for number in range(LETTERS - WAITING):
        side = sides[number % 2]
        letter, both = side.letter(), side.pair
        both.writer.transport.post("/messages", letter.message)
        both.facilitator.transport.post(f"/messages/{letter.message_id}/decisions", letter.decision)
        if number < LETTERS - WAITING - UNOPENED:
            both.reader.transport.post(f"/letters/{letter.message_id}/opening", letter.opening)
    desk = Facilitator(pair.facilitator)
    asked = [item for item in desk.queue() if item["kind"] == "ask-how-it-landed"]
    for item in asked[UNOPENED:]:
        desk.done(item["task_id"])


def again(town: Town, settings: Settings) -> Town:
    """The same people at another database that holds the same rows."""
    app = create_app(settings)
    moved = {me.account_id: _moved(me, httpx.WSGITransport(app=app)) for me in town.people}
    return Town(
        moved[town.ada.account_id], _pairs(town.desk, moved), _pairs(town.writing, moved), town.names
    )


def _moved(me: SignedIn, wire: httpx.BaseTransport) -> SignedIn:
    transport = Transport(URL, wire)
    transport.cookies.update(me.transport.cookies)
    return opened(transport, me.account_id, me.keys, utc_now)


def _pairs(pairs: Sequence[Pair], moved: Mapping[str, SignedIn]) -> list[Pair]:
    return [Pair(*(moved[one.account_id] for one in pair.people)) for pair in pairs]
