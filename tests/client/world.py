"""A small agency at the real application, reached through the Python client: who is who in the client's tests.

Everybody is made once (`found`) and then restored for each test from a copy of the database and their keys, so that a
test costs no stretching of passphrases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import httpx

from mediation.accounts import set_up_code
from mediation.app import App
from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.case_room import Case
from mediation.client.invitation import Joined
from mediation.client.signing_in import SignedIn, opened, utc_now
from mediation.client.transport import Transport
from mediation.settings import Settings
from mediation.web.transaction import ENGINE
from tests import agency_site, databases, standing

URL = "http://127.0.0.1:8000"
PHRASE = "a passphrase for tests only"
CONSENT = "I would like to take part."
HARMED, RESPONSIBLE = "person_harmed", "person_responsible"


def settings_in(directory: Path) -> Settings:
    """Development settings with an instance directory of their own."""
    ages = {"SESSION_IDLE_MINUTES": "1000000", "SESSION_HOURS": "100000"}
    return agency_site.settings_in(directory, **ages)  # so that tests can travel in time without signing in anew


class Wire(httpx.BaseTransport):
    """The way to the application; `evil` may alter what passes, as a hostile server would."""

    def __init__(self, app: App) -> None:
        self._honest = httpx.WSGITransport(app=app)
        self.evil: Callable[[httpx.Request, httpx.Response], httpx.Response | None] | None = None
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and its answer back."""
        self.sent.append(request)
        response = self._honest.handle_request(request)
        if self.evil is None:
            return response
        response.read()
        return self.evil(request, response) or response


@dataclass
class World:
    """The agency Bridgeway with an administrator and three facilitators, and (`case`) a case with both parties.

    Every person has a wire of their own, so that a hostile server can lie to one of them alone.
    """

    settings: Settings
    app: App
    site: Site
    ada: Administrator
    fay: Facilitator
    finn: Facilitator
    flo: Facilitator
    mary: Participant
    roy: Participant
    case_id: str
    wires: dict[str, Wire] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case at Fay's desk."""
        return self.fay.case(self.case_id)

    def wire(self, me: SignedIn) -> Wire:
        """The way of somebody to the server."""
        return self.wires[me.account_id]


def heard(words: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """A facilitator who hears these words on the telephone."""
    return lambda shown: list(shown) == list(words)


@dataclass(frozen=True)
class Founded:
    """The world at rest: its directory, and everybody's cookies and keys."""

    directory: Path
    people: dict[str, SignedIn]
    case_id: str


def hire(site: Site, ada: Administrator, name: str, roles: Sequence[str] = ("facilitator",)) -> Facilitator:
    """Invite, hear and admit a member of staff."""
    card = ada.invite(name, roles)
    joined = site.invitation(card.code).join(PHRASE)
    ada.admit([card.invite_id], heard(joined.words))
    return Facilitator(joined.me)


def join(site: Site, case: Case, side: str, participant_id: str | None = None) -> tuple[str, Joined]:
    """Invite somebody to a case; the invite_id, and them waiting."""
    card = case.people.invite(side, participant_id=participant_id)
    return card.invite_id, site.invitation(card.code).join(PHRASE)


def welcome(site: Site, case: Case, side: str, participant_id: str | None = None) -> Participant:
    """Invite, hear and admit a participant, who then consents."""
    invite_id, joined = join(site, case, side, participant_id)
    assert case.people.admit(invite_id, heard(joined.words)).state == "adopted"
    person = Participant(joined.me)
    person.agree(CONSENT)
    return person


@cache
def found() -> Founded:
    """Make the world, once for all tests of this process."""
    directory = standing.directory("founded")
    databases.new(directory)
    app = standing.app(settings_in(directory))
    site = Site(URL, wire=Wire(app))
    code = set_up_code.make(directory)
    ada = Administrator(site.set_up(code, agency_name="Bridgeway", display_name="Ada", phrase=PHRASE).administrator)
    fay, finn, flo = (hire(site, ada, name) for name in ("Fay", "Finn", "Flo"))
    case = fay.open_case([str(finn.me.staff_id)]).case
    mary, roy = welcome(site, case, HARMED), welcome(site, case, RESPONSIBLE)
    people = {"ada": ada.me, "fay": fay.me, "finn": finn.me, "flo": flo.me, "mary": mary.me, "roy": roy.me}
    app.extensions[ENGINE].dispose()  # so that the file is whole when it is copied
    return Founded(directory, people, case.case_id)


def restore(world: Founded, name: str = "world") -> World:
    """The world as it was made, in the directory that has this name meanwhile."""
    settings = settings_in(standing.copied(world.directory, name))
    app = standing.app(settings)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=3650)  # for the same reason: the cookie's own age
    wires = {me.account_id: Wire(app) for me in world.people.values()}
    people = {name: _restored(me, wires[me.account_id]) for name, me in world.people.items()}
    return World(
        settings=settings,
        app=app,
        site=Site(URL, wire=Wire(app)),
        ada=Administrator(people["ada"]),
        fay=Facilitator(people["fay"]),
        finn=Facilitator(people["finn"]),
        flo=Facilitator(people["flo"]),
        mary=Participant(people["mary"]),
        roy=Participant(people["roy"]),
        case_id=world.case_id,
        wires=wires,
    )


def _restored(me: SignedIn, wire: Wire) -> SignedIn:
    transport = Transport(URL, wire)
    transport.cookies.update(me.transport.cookies)
    return opened(transport, me.account_id, me.keys, utc_now)
