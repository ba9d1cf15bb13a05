"""The agency of the protocol's tests, with a server: its database, and the edge, which gives each act one transaction,
committed or rolled back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor
from mediation.accounts.agency import DEFAULTS, store_agency, store_roster
from mediation.accounts.models import Account
from mediation.accounts.models import Agency as AgencyRow
from mediation.accounts.models import Staff as StaffRow
from mediation.cases import anchors
from mediation.cases.adoption import forget_seals
from mediation.db import reading, writing
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import open_event, scope_key
from mediation.messages.offering import cases_with_due, offer_in_case
from mediation.protocol.encoding import b64, parse_canonical
from mediation.settings import Settings
from tests import databases, standing
from tests.agency_site import settings_in
from tests.protocol.world import NOW, Agency, Person

if TYPE_CHECKING:
    from tests.cases.served import Served

Answer = TypeVar("Answer")


@dataclass
class Office:
    """A server with the agency's database at `path`; `agency` is the world's side of it."""

    path: Path
    agency: Agency
    settings: Settings
    engine: Engine = field(repr=False)
    cases: list[Served] = field(default_factory=list)

    @classmethod
    def found(cls, path: Path) -> Office:
        """A fresh database with the agency of `Agency.found()` in it, everybody with an account."""
        databases.new(path)
        settings = settings_in(path)
        engine = standing.engine(settings)
        office = cls(path, Agency.found(), settings, engine)
        with writing(engine) as session:
            office._settle_in(session)
            session.commit()
        return office

    def copy(self, name: str) -> Office:
        """This office as it is now, on a database of its own, in the directory that has this name meanwhile."""
        self.engine.dispose()
        path = standing.copied(self.path, name)
        settings = settings_in(path)
        agency, cases = copy.deepcopy((self.agency, self.cases))
        office = Office(path, agency, settings, standing.engine(settings))
        office.cases = [each.at(office) for each in cases]
        return office

    def close(self) -> None:
        """The test is over."""
        standing.leave(self.path)

    def __deepcopy__(self, memo: dict[int, Any]) -> Office:
        """The world is copied, its server is not."""
        return self

    def _settle_in(self, session: Session) -> None:
        agency, word = self.agency, self.agency.authority()
        session.add(AgencyRow(agency_id=agency.agency_id, settings=DEFAULTS, created_at=NOW))
        session.flush()
        store_agency(session, word.agency.newest, NOW)
        store_roster(session, word.roster.statement, NOW)
        anchors.record(session, word.roster.hash, {})
        for each in agency.people.values():
            self.employ(session, each)
        ledger.append(session, "agency.set-up", actor=self.actor(agency.people["ada"]), case_id=None, refs={}, at=NOW)

    def employ(self, session: Session, who: Person) -> None:
        """An account for a member of staff."""
        session.add(self._account(who, kind="staff", staff_id=who.id))
        session.flush()
        session.add(StaffRow(staff_id=who.id, agency_id=self.agency.agency_id, account_id=who.account_id))

    def _account(self, who: Person, **fields: Any) -> Account:
        return Account(
            account_id=who.account_id,
            agency_id=self.agency.agency_id,
            sign_in_name=f"name-{who.account_id.lower()}",
            salt=b64(bytes(16)),
            opslimit=3,
            memlimit=64 * 1024 * 1024,
            auth_mac=bytes(32),
            bundle=b"",
            revision=1,
            created_at=NOW,
            admitted_at=NOW,
            **fields,
        )

    def actor(self, who: Person, case_id: str | None = None) -> Actor:
        """Who acts: a member of staff with the roles of the world, or a participant of `case_id`."""
        if case_id is None:
            roles = frozenset(self.agency.staff[who.id].roles) if who.id in self.agency.staff else frozenset()
            return Actor("staff", who.account_id, self.agency.agency_id, who.id, roles=roles)
        return Actor("participant", who.account_id, self.agency.agency_id, participant_id=who.id, case_id=case_id)

    def do(self, operation: Callable[..., Answer], *args: Any, **named: Any) -> Answer:
        """One act in a transaction of its own; what is raised rolls it back."""
        with writing(self.engine) as session:
            answer = operation(session, *args, **named)
            session.commit()
        return answer

    def sweep(self, now: datetime) -> int:
        """The worker offers what has come due; how many."""
        return sum(self.do(offer_in_case, case_id, now) for case_id in self.see(cases_with_due, now))

    def see(self, query: Callable[..., Answer], *args: Any, **named: Any) -> Answer:
        """One look, in a session that cannot write."""
        with reading(self.engine) as session:
            return query(session, *args, **named)

    def issue(self, now: datetime, *left: Person) -> None:
        """The next roster, without those who `left`, stored as the administrator's request would."""
        for each in left:
            self.agency.dismiss(each)
        self.agency.issue(now)
        with writing(self.engine) as session:
            roster = self.agency.authority(now).roster
            store_roster(session, roster.statement, now)
            anchors.record(session, roster.hash, anchors.leaves(session, self.agency.agency_id))
            forget_seals(session, [each.box_kid for each in left])
            actor = self.actor(self.agency.people["ada"])
            ledger.append(session, "roster.issued", actor=actor, case_id=None, refs={}, at=now)
            session.commit()

    def events(self, case_id: str) -> list[dict[str, Any]]:
        """The audit events of a case, oldest first, opened."""
        with writing(self.engine) as session:
            rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.qid))
            key = scope_key(session, case_id, NOW)
            return [parse_canonical(open_event(key, row)[1]) for row in rows]

    def kinds(self, case_id: str) -> list[str]:
        """What happened in a case, oldest first."""
        return [event["kind"] for event in self.events(case_id)]

    def rows(self, table: type[Answer], **columns: Any) -> list[Answer]:
        """Rows of a table with these values."""
        with reading(self.engine) as session:
            return list(session.scalars(select(table).filter_by(**columns)))
