"""The agency whose people act at once: several cases, each with three facilitators and two sides, made once and copied.

Everything is made through the API by the Python client, with real keys. Passphrases are not stretched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest import mock

from sqlalchemy import Engine

from mediation.accounts import set_up_code
from mediation.app import App
from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.signing_in import SignedIn, opened, utc_now
from mediation.client.transport import Transport
from mediation.protocol import passphrase
from mediation.settings import Settings
from mediation.web.transaction import ENGINE
from tests import databases, standing
from tests.bench.town import quick
from tests.client.world import HARMED, PHRASE, RESPONSIBLE, URL, Wire, hire, settings_in, welcome
from tests.races.asking import Town

CASES: Final = 4
APPS: Final = 2


@dataclass(frozen=True)
class Room:
    """One case: its two sides. `fay`, `finn` and `flo` facilitate all of them."""

    case_id: str
    mary: SignedIn
    roy: SignedIn

    @property
    def sides(self) -> tuple[SignedIn, SignedIn]:
        """Both sides."""
        return self.mary, self.roy


@dataclass(frozen=True)
class Founded:
    """The agency at rest. In the last of its cases two facilitators must agree."""

    directory: Path
    ada: SignedIn
    staff: Mapping[str, SignedIn]
    rooms: Sequence[Room]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """The agency at work, on a database of its own, in two applications."""

    settings: Settings
    apps: Sequence[App]
    town: Town
    ada: SignedIn
    fay: SignedIn
    finn: SignedIn
    flo: SignedIn
    rooms: Sequence[Room]
    names: Mapping[str, str]

    @property
    def facilitators(self) -> Sequence[SignedIn]:
        """All three."""
        return self.fay, self.finn, self.flo

    @property
    def room(self) -> Room:
        """A case in which one facilitator decides."""
        return self.rooms[0]

    @property
    def strict_room(self) -> Room:
        """The case in which two must agree."""
        return self.rooms[-1]

    @property
    def engines(self) -> list[Engine]:
        """The engines of both applications."""
        return [app.extensions[ENGINE] for app in self.apps]

    def close(self) -> None:
        """The test is over."""
        standing.leave(self.settings.instance)


def found(directory: Path) -> Founded:
    """Make the agency."""
    databases.new(directory)
    app = standing.app(settings_in(directory))
    site = Site(URL, wire=Wire(app))
    with mock.patch.object(passphrase, "derive", quick):
        code = set_up_code.make(directory)
        ada = Administrator(
            site.set_up(code, agency_name="Bridgeway", display_name="Ada", phrase=PHRASE).administrator
        )
        staff = {name: hire(site, ada, name) for name in ("Fay", "Finn", "Flo")}
        rooms = [_room(site, staff, approvals) for approvals in (*[1] * (CASES - 1), 2)]
    names = {}
    for me in (one for room in rooms for one in room.sides):
        names[me.account_id] = str(me.transport.get("/session")["sign_in_name"])
    app.extensions[ENGINE].dispose()
    return Founded(directory, ada.me, {name: each.me for name, each in staff.items()}, rooms, names)


def _room(site: Site, staff: Mapping[str, Facilitator], approvals: int) -> Room:
    fay, *others = staff.values()
    case = fay.open_case([str(each.me.staff_id) for each in others]).case
    mary, roy = welcome(site, case, HARMED), welcome(site, case, RESPONSIBLE)
    if approvals > 1:
        case.change_staff(approvals=approvals)
    return Room(case.case_id, mary.me, roy.me)


def restore(agency: Founded) -> Place:
    """The agency as it was made."""
    settings = settings_in(standing.copied(agency.directory, "place"))
    apps = [standing.app(settings, number) for number in range(APPS)]
    for app in apps:
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=3650)

    def here(me: SignedIn) -> SignedIn:
        transport = Transport(URL, Wire(apps[0]))
        transport.cookies.update(me.transport.cookies)
        return opened(transport, me.account_id, me.keys, utc_now)

    return Place(
        settings=settings,
        apps=apps,
        town=Town(apps),
        ada=here(agency.ada),
        fay=here(agency.staff["Fay"]),
        finn=here(agency.staff["Finn"]),
        flo=here(agency.staff["Flo"]),
        rooms=[Room(room.case_id, here(room.mary), here(room.roy)) for room in agency.rooms],
        names=agency.names,
    )


def participant(me: SignedIn) -> Participant:
    """Somebody of a case, as their client has them."""
    return Participant(me)
