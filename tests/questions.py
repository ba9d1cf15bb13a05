"""What the application asks its database: every GET route walked by everybody who may, and the statements it sent."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine, event

from mediation.app import App
from mediation.client import Participant
from mediation.client.signing_in import SignedIn, utc_now
from mediation.ledger.upkeep import Upkeep
from mediation.web.transaction import ENGINE
from tests.client.world import HARMED, RESPONSIBLE, World, hire, join, welcome
from tests.web.test_routes import TABLE

GROWN: Final = 3
"""How many of everything more there are in an agency that has grown."""


@dataclass
class Asked:
    """Statements as text, each with the parameters that it was first sent with."""

    statements: dict[str, Any] = field(default_factory=dict)
    selects: int = 0

    def note(self, *arguments: Any) -> None:
        """A statement is about to be sent."""
        text, parameters, many = arguments[2], arguments[3], arguments[5]
        self.statements.setdefault(text, parameters[0] if many else parameters)
        self.selects += text.lstrip().startswith(("SELECT", "WITH"))


@contextmanager
def listening(engine: Engine) -> Iterator[Asked]:
    """Everything that is sent over an engine meanwhile."""
    asked = Asked()
    event.listen(engine, "before_cursor_execute", asked.note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", asked.note)


@dataclass(frozen=True)
class Places:
    """What stands for the parameters of addresses: `staffed` is an invitation to the staff. Sue
    supervises, Otto audits."""

    case_id: str
    message_id: str
    participant_id: str
    invite_id: str
    staffed: str
    receipt_id: str
    export_id: str
    sue: SignedIn
    otto: SignedIn

    def of(self, rule: str) -> str:
        """The address of a rule."""
        invite = self.staffed if rule.startswith("/agency") else self.invite_id
        given = {**vars(self), "invite_id": invite, "name": "pins"}
        return re.sub(r"<(\w+)>", lambda found: str(given[found[1]]), rule)


def settle(world: World) -> Places:
    """One letter that reached its reader, one in review, an open card: every address of a case leads somewhere."""
    letter = world.mary.write([world.roy.participant_id], "Good day.")
    world.case.letters.release(letter, world.roy.participant_id)
    world.roy.open(letter)
    world.mary.write([world.roy.participant_id], "And again.")
    world.mary.private("May I ask something?")
    world.case.writing.note("They both prefer letters.")
    invite_id, _ = join(world.site, world.case, HARMED)
    sue = hire(world.site, world.ada, "Sue", ["supervisor"])
    staffed = world.ada.invite("Gwen", ["supervisor"]).invite_id
    otto = hire(world.site, world.ada, "Otto", ["auditor"])
    exported = world.fay.me.transport.post(f"/cases/{world.case_id}/exports", {"participant_id": None})
    Upkeep(world.app.extensions[ENGINE], utc_now).turn()
    receipt_id = world.roy.me.transport.get("/audit/receipts")["receipts"][0]["receipt_id"]
    acts = {"receipt_id": receipt_id, "export_id": exported["export_id"]}
    return Places(world.case_id, letter, world.roy.participant_id, invite_id, staffed, **acts, sue=sue.me, otto=otto.me)


def grow(world: World) -> None:
    """More letters, notes, people and tasks in the case, more cases at the same desk, more staff and invitations."""
    case, roy = world.case, world.roy
    for number in range(GROWN):
        letter = world.mary.write([roy.participant_id], f"Letter {number}.")
        case.letters.release(letter, roy.participant_id)
        roy.open(letter)
        answer = roy.write([world.mary.participant_id], f"Answer {number}.")
        case.letters.send_back(answer, "Some words first.")
        world.mary.write([roy.participant_id], "In review.")
        world.mary.private("One more question.")
        case.writing.note(f"Note {number}.")
        case.people.add_assisted(RESPONSIBLE)
        join(world.site, case, HARMED)
        world.ada.invite(f"Guest {number}", ["facilitator"])
        other = world.fay.open_case([]).case
        Participant(welcome(world.site, other, HARMED).me).private("A question.")
        other.writing.note("Another case.")
    hire(world.site, world.ada, "Finlay", ["supervisor"])
    Upkeep(world.app.extensions[ENGINE], utc_now).turn()


def gets() -> list[str]:
    """The rules of every route that is read, as the table of routes has them."""
    rules = [line.split() for lines in TABLE.values() for line in lines.strip().splitlines()]
    return sorted(rule for method, rule in rules if method == "GET")


def walk(world: World, places: Places) -> dict[tuple[str, str], int]:
    """How many questions each route asks for each reader who may ask it. Each is asked twice and counted the second
    time: what is remembered by its hash is then known.
    """
    readers = {"ada": world.ada.me, "fay": world.fay.me, "roy": world.roy.me, "sue": places.sue, "otto": places.otto}
    found: dict[tuple[str, str], int] = {}
    with listening(world.app.extensions[ENGINE]) as asked:
        for rule in gets():
            for name, me in readers.items():
                ask(world.app, me, places.of(rule))
                before = asked.selects
                if ask(world.app, me, places.of(rule)):
                    found[rule, name] = asked.selects - before
    return found


def ask(app: App, me: SignedIn, path: str) -> bool:
    """Whether an address may be reached by somebody, who asks it."""
    client = app.test_client()
    for cookie in me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1")
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    assert answer.status_code < 500, (path, answer.text)
    return answer.status_code not in (401, 403)
