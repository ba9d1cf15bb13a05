"""A server with an agency and its people, for tests: every account is made through the API, with real keys.

Passphrases are left out (`auth` is random), so that nobody waits for Argon2. `Site.staff(name, *roles)` hires somebody
the whole way: invitation, join, roster. Each person has a browser of their own, which sends Origin as browsers do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mediation.accounts import set_up_code
from mediation.app import App
from mediation.db import reading
from mediation.protocol import agency, authority, bundle, invitation, invitation_secret, joining, roster
from mediation.protocol.anchors import Anchors
from mediation.protocol.bundle import Keys
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.envelope import parse
from mediation.protocol.primitives import box_public_key, random_bytes, sign_public_key
from mediation.settings import Settings, read
from mediation.web.transaction import ENGINE
from tests import built, databases, standing

ORIGIN = "http://127.0.0.1:8000"
Envelope = dict[str, Any]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def created(answer: TestResponse) -> Any:
    """The JSON of a 201."""
    assert answer.status_code == 201, answer.json
    return answer.json


class Browser:
    """One browser: a cookie jar, and Origin on every request."""

    def __init__(self, client: FlaskClient, origin: str = ORIGIN) -> None:
        self.client = client
        self.headers = {"Origin": origin}

    def read(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.json
        return answer.json

    def send(self, method: str, path: str, body: object = None, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str) -> TestResponse:
        return self.send("GET", path)

    def post(self, path: str, body: object) -> TestResponse:
        return self.send("POST", path, body)

    def put(self, path: str, body: object) -> TestResponse:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path)


@dataclass
class Person:
    """Somebody with keys, an account and a browser of their own."""

    name: str
    id: str
    keys: Keys
    browser: Browser
    record: dict[str, Any] = field(default_factory=dict)
    sign_in_name: str = ""

    @property
    def sign_pk(self) -> bytes:
        return sign_public_key(self.keys.sign_seed)

    @property
    def box_pk(self) -> bytes:
        return box_public_key(self.keys.box_seed)

    def staff(self, *roles: str) -> roster.Staff:
        return roster.Staff(self.id, self.name, roles, self.sign_pk, self.box_pk)

    def sign_in(self, browser: Browser) -> TestResponse:
        body = {"sign_in_name": self.sign_in_name, "auth": self.record["auth"]}
        return browser.post("/session", body)


@dataclass
class Card:
    """An invitation as it is printed, and what the server was given of it."""

    invite: Envelope
    secrets: invitation_secret.InviteSecrets
    participant_id: str
    body: dict[str, Any]

    @property
    def invite_id(self) -> str:
        return self.secrets.invite_id


def account_record(keys: Keys, account_id: str | None = None) -> dict[str, Any]:
    """An AccountRecord; its bundle really holds the keys, under a wrap that nobody kept."""
    account_id = account_id or new_id()
    return {
        "account_id": account_id,
        "salt": b64(random_bytes(16)),
        "opslimit": 3,
        "memlimit": 64 * 1024 * 1024,
        "auth": b64(random_bytes(32)),
        "bundle": b64(bundle.close(keys, random_bytes(32), account_id, 1)),
        "revision": 1,
    }


class Site:
    """The application on its own database, and the agency on it once `found` was called."""

    def __init__(self, settings: Settings, app: App | None = None) -> None:
        self.settings = settings
        self.app = app or standing.app(settings)
        self.root_seed = random_bytes(32)
        self.agency_id = new_id()
        self.agency: list[Envelope] = []
        self.rosters: list[Envelope] = []
        self.staffed: dict[str, roster.Staff] = {}
        self.anchors: Mapping[str, str] = {}
        self.ada = self.person("Ada")

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def person(self, name: str, id_: str | None = None) -> Person:
        keys = bundle.new_keys(sign_public_key(self.root_seed))
        return Person(name, id_ or new_id(), keys, self.browser(), account_record(keys))

    def session(self) -> Session:
        """A reading session, for looking at what is stored."""
        return reading(self.app.extensions[ENGINE])

    def found(self) -> Person:
        """Set the agency up; Ada administers it."""
        answer = self.ada.browser.post("/agency", self.set_up_body())
        self.ada.sign_in_name = created(answer)["sign_in_name"]
        return self.ada

    def set_up_body(self) -> dict[str, Any]:
        vkey = self.browser().read("/agency")["log_vkey"]
        self.agency = [self.statement([vkey])]
        self.staffed = {self.ada.id: self.ada.staff("administrator", "facilitator")}
        self.rosters = []
        return {
            "set_up_code": set_up_code.make(self.settings.instance),
            "agency": self.agency[0],
            "roster": self.next_roster(),
            "staff_id": self.ada.id,
            "account": self.ada.record,
        }

    def statement(self, log_vkeys: Sequence[str], issuers: Sequence[Person] | None = None) -> Envelope:
        named = [
            agency.Issuer(each.id, each.sign_pk, now() - timedelta(days=1), now() + timedelta(days=365))
            for each in issuers or [self.ada]
        ]
        previous = parse(self.agency[-1], "agency") if self.agency else None
        return agency.build(
            self.root_seed,
            agency_id=self.agency_id,
            name="Bridge Works",
            recovery_pk=None,
            issuers=named,
            log_vkeys=log_vkeys,
            previous=previous,
        )

    def next_roster(self, issuer: Person | None = None, anchors: Mapping[str, str] | None = None) -> Envelope:
        """The roster of `staffed` that follows the newest one, noted as the newest."""
        made = roster.build(
            (issuer or self.ada).keys.sign_seed,
            agency=parse(self.agency[-1], "agency"),
            staff=list(self.staffed.values()),
            anchors=Anchors((self.anchors if anchors is None else anchors).items()).field,
            issued_at=now(),
            expires_at=now() + timedelta(days=30),
            previous=self.authority().roster if self.rosters else None,
        )
        self.rosters.append(made)
        return made

    def authority(self) -> authority.Authority:
        return authority.verify(self.agency, self.rosters, sign_public_key(self.root_seed), now())

    def card(
        self, participant_id: str, signer: Person | None = None, expires_in: timedelta = timedelta(days=6)
    ) -> Card:
        """An invitation to the staff, not yet handed in."""
        secret = invitation_secret.secrets(invitation_secret.new_secret())
        invite = invitation.build(
            (signer or self.ada).keys.sign_seed,
            agency_id=self.agency_id,
            case_id=None,
            participant_id=participant_id,
            key_com=secret.key_com,
            expires_at=now() + expires_in,
        )
        blob, mac = invitation.close(self.agency, self.rosters, [], None, invite, secret.k)
        body = {"invite_id": secret.invite_id, "blob": b64(blob), "mac": b64(mac), "sealed_secret": None}
        return Card(invite, secret, participant_id, body)

    def join_body(self, card: Card, person: Person) -> dict[str, Any]:
        join, mac = joining.build(
            person.keys.sign_seed,
            person.box_pk,
            account_id=person.record["account_id"],
            invite_hash=parse(card.invite, "invite").hash,
            k=card.secrets.k,
        )
        return {"join": join, "mac": b64(mac), "account": person.record}

    def invite(self, participant_id: str) -> Card:
        card = self.card(participant_id)
        created(self.ada.browser.post("/invitations", card.body))
        return card

    def join(self, card: Card, person: Person) -> None:
        answer = person.browser.post(f"/invitations/{card.invite_id}/join", self.join_body(card, person))
        person.sign_in_name = created(answer)["sign_in_name"]

    def staff(self, name: str, *roles: str) -> Person:
        """Hire somebody: invited, joined, on the roster, signed in."""
        person = self.person(name)
        card = self.invite(person.id)
        self.join(card, person)
        self.staffed[person.id] = person.staff(*(roles or ("facilitator",)))
        self.issue([card.invite_id])
        return person

    def issue(self, admits: Sequence[str] = ()) -> None:
        self.anchors = {leaf["case_id"]: leaf["hash"] for leaf in self.ada.browser.read("/anchors")["leaves"]}
        created(self.ada.browser.post("/rosters", {"roster": self.next_roster(), "admits": list(admits)}))


def settings_in(directory: Path, **environ: str) -> Settings:
    """Settings for tests, in a directory of their own."""
    built.share(directory)
    defaults = {
        "MEDIATION_INSTANCE": str(directory),
        "DATABASE_URL": databases.url(directory),
        "WORKER_THREAD": "0",
        "COMPRESS_STATIC": "0",
        "TRIES_PER_ADDRESS": "1000",
    }
    return read({**defaults, **environ})
