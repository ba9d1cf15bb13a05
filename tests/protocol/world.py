"""A whole agency with real keys, for tests: root, issuers, staff, rosters with anchors, and cases (`world_case`).

`Agency.found()` makes the agency as it is at `NOW`: two administrators, three facilitators, a supervisor, and one
roster. Everything in it can be changed by the tests, which play every honest and dishonest part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mediation.protocol import agency, authority, roster
from mediation.protocol.anchors import Anchors
from mediation.protocol.authority import Authority
from mediation.protocol.encoding import new_id
from mediation.protocol.primitives import box_public_key, kid, random_bytes, sign_public_key
from mediation.protocol.roster import Roster, Staff

if TYPE_CHECKING:
    from tests.protocol.world_history import History

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with an id and two key pairs, made from 32-byte seeds."""

    name: str
    id: str
    sign_seed: bytes
    box_seed: bytes
    account_id: str

    @property
    def sign_pk(self) -> bytes:
        return sign_public_key(self.sign_seed)

    @property
    def box_pk(self) -> bytes:
        return box_public_key(self.box_seed)

    @property
    def sign_kid(self) -> str:
        return kid(self.sign_pk)

    @property
    def box_kid(self) -> str:
        return kid(self.box_pk)

    def staff(self, *roles: str) -> Staff:
        """This person as a roster names them."""
        return Staff(self.id, self.name, roles or ("facilitator",), self.sign_pk, self.box_pk)

    def issuer(self, at: datetime = NOW) -> agency.Issuer:
        """This person as an agency statement names them, an issuer for a year from the day before."""
        return agency.Issuer(self.id, self.sign_pk, at - DAY, at + 365 * DAY)


def person(name: str, id_: str | None = None) -> Person:
    """A new person, or the same one (`id_`) with new keys."""
    return Person(name, id_ or new_id(), random_bytes(32), random_bytes(32), new_id())


@dataclass
class Agency:
    """An agency, its people and everything that it has signed."""

    agency_id: str
    root_seed: bytes
    recovery: Person
    issuers: list[Person]
    staff: dict[str, Staff] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    statements: list[Envelope] = field(default_factory=list)
    rosters: list[Envelope] = field(default_factory=list)
    cases: list[History] = field(default_factory=list)
    anchors: Anchors = field(default_factory=lambda: Anchors(()))

    @classmethod
    def found(cls, now: datetime = NOW) -> Agency:
        """A new agency with one roster: administrators `ada` and `ben`; facilitators `fay`, `finn`, `flo`; `sue`."""
        admins = [person("Ada"), person("Ben")]
        world = cls(new_id(), random_bytes(32), person("Recovery"), admins)
        for each in admins:
            world.employ(each, "administrator")
        for name in ("Fay", "Finn", "Flo"):
            world.employ(person(name))
        world.employ(person("Sue"), "supervisor")
        world.declare(now)
        world.issue(now)
        return world

    @property
    def root_pk(self) -> bytes:
        return sign_public_key(self.root_seed)

    def __getattr__(self, name: str) -> Person:
        """Staff by their lower-case name: `agency.fay`."""
        people: Mapping[str, Person] = self.__dict__.get("people", {})
        if name not in people:
            raise AttributeError(name)
        return people[name]

    def employ(self, who: Person, *roles: str) -> Person:
        """Put somebody (or their new keys) on the next roster."""
        self.people[who.name.lower()] = who
        self.staff[who.id] = who.staff(*roles)
        return who

    def dismiss(self, who: Person) -> None:
        """Leave somebody off the next roster."""
        del self.staff[who.id]

    def declare(self, now: datetime = NOW, issuers: Sequence[agency.Issuer] | None = None) -> None:
        """Sign the next agency statement, by the root key."""
        named = [each.issuer(now) for each in self.issuers] if issuers is None else list(issuers)
        previous = self.verified().newest if self.statements else None
        self.statements.append(
            agency.build(
                self.root_seed,
                agency_id=self.agency_id,
                name="Bridge Works",
                recovery_pk=self.recovery.box_pk,
                issuers=named,
                previous=previous,
            )
        )

    def verified(self) -> agency.Agency:
        """The agency's own chain."""
        return agency.verify_chain(self.statements, self.root_pk)

    def issue(self, now: datetime = NOW, *, lasts: timedelta = MONTH, issuer: Person | None = None) -> Roster:
        """Issue the next roster, which anchors every case there is."""
        self.anchors = Anchors((case.case_id, case.anchored) for case in self.cases)
        verified = self.verified()
        previous = roster.verify_chain(self.rosters, verified)[-1] if self.rosters else None
        self.rosters.append(
            roster.build(
                (issuer or self.issuers[0]).sign_seed,
                agency=verified.newest,
                staff=list(self.staff.values()),
                anchors=self.anchors.field,
                issued_at=now,
                expires_at=now + lasts,
                previous=previous,
            )
        )
        return self.authority(now).roster

    def authority(self, now: datetime = NOW) -> Authority:
        """What everybody verifies first."""
        return authority.verify(self.statements, self.rosters, self.root_pk, now)
