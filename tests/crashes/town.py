"""Who writes while everything breaks, and the requests that they send, made ahead."""

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Final
from unittest import mock

from mediation.client import Participant
from mediation.client.signing_in import SignedIn
from mediation.db import engine_from
from mediation.protocol.encoding import b64, unb64
from mediation.sms.hours import AT_ANY_HOUR
from tests.bench import town
from tests.bench.prepared import Prepared
from tests.bench.work import Work
from tests.sms.confirmed import confirm_all

NUMBERS: Final = "07700 900{:03}"
"""One for each: nothing goes to a number that two people gave."""


def jobs(directory: Path, url: str, random: Random, letters: int, others: int) -> list[Sequence[Prepared]]:
    """The whole ways of so many letters (three requests each), so many sign-ins and as many pages, mixed; what is in
    one job is sent in order."""
    settings = town.settings_for(directory, url)
    with mock.patch.multiple(town, DESK=1, LETTERS=4):
        built = town.build(settings)
    ways: list[Sequence[Prepared]] = [way.all for way in Work(built).ways(letters)]
    readers = [pair.reader for pair in built.writing]
    for place, one in enumerate(readers):
        Participant(one).set_contact("text", NUMBERS.format(place), hours=AT_ANY_HOUR.as_json)
    engine = engine_from(settings)
    confirm_all(engine)
    engine.dispose()
    doors = [_sign_in(one) for one in readers]
    pages = [Prepared.page("/letters", town.cookie_of(pair.writer)) for pair in built.desk]
    beside: list[Sequence[Prepared]] = [
        *islice(cycle([[one] for one in doors]), others),
        *islice(cycle([[one] for one in pages]), others),
    ]
    mixed = [*ways, *beside]
    random.shuffle(mixed)
    return mixed


def _sign_in(me: SignedIn) -> Prepared:
    name = str(me.transport.get("/session")["sign_in_name"])
    asked = me.transport.post("/sign-in/parameters", {"sign_in_name": name})
    auth = town.quick("", unb64(asked["salt"]), asked["opslimit"], asked["memlimit"]).auth
    return Prepared.call("POST", "/session", "", {"sign_in_name": name, "auth": b64(auth)}, 200)
