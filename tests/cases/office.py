"""The world of the protocol's tests, with a server: every step is also handed in to it, as the real parties would.

`Office` holds the database and plays the edge: one transaction for each act, committed or rolled back. `Served` is a
case of `world_case` whose steps, consents, messages and decisions go through the server's operations.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import ANYONE, Actor
from mediation.accounts import invitations
from mediation.accounts.agency import DEFAULTS, store_agency, store_roster
from mediation.accounts.models import Account
from mediation.accounts.models import Agency as AgencyRow
from mediation.accounts.models import Staff as StaffRow
from mediation.accounts.records import BUNDLE_SIZE, AccountRecord
from mediation.cases import anchors, consents, opening
from mediation.cases.adoption import forget_seals
from mediation.cases.models import Case as CaseRow
from mediation.cases.parts import Parts
from mediation.db import reading, writing
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import open_event, scope_key
from mediation.messages import deciding, handover, submission
from mediation.messages.deciding import Proposed, SealedNote
from mediation.messages.offering import cases_with_due, offer_in_case
from mediation.messages.submission import Submission
from mediation.protocol import case, case_rules, consent, epoch, invitation, joining, members, note
from mediation.protocol.consent import Consent
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64, parse_canonical
from mediation.protocol.envelope import parse
from mediation.protocol.joining import Joiner
from mediation.protocol.message import Sealed
from mediation.protocol.primitives import kid, random_bytes
from mediation.settings import Settings
from tests import databases, standing
from tests.agency_site import settings_in
from tests.protocol.world import NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import SCRIBED, TEXT_HASH, Case, document

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


@dataclass
class Served(Case):
    """A case whose every step the server takes as well."""

    office: Office = field(init=False, repr=False, compare=False)
    admitting: str | None = None
    reference: str = ""

    @classmethod
    def start(cls, office: Office, facilitators: Sequence[Person], approvals: int = 1, now: datetime = NOW) -> Served:
        """A new case, opened on the server."""
        world = cls.open(office.agency, facilitators, approvals, now)
        world.office = office
        parts = Parts(seals=world.seals())
        row, new = office.do(
            opening.open_case, world.actor(facilitators[0]), world.envelopes[0], world.nonce, parts, now
        )
        assert new
        world.reference = row.reference
        office.cases.append(world)
        return world

    def at(self, office: Office) -> Served:
        """At another server."""
        self.office = office
        return self

    def actor(self, who: Person) -> Actor:
        """Somebody of this case as an actor."""
        return self.office.actor(
            who, None if who.id in self.office.agency.staff or who.id in _ids(self) else self.case_id
        )

    def do(self, operation: Callable[..., Answer], who: Person, *args: Any, **named: Any) -> Answer:
        """One act by somebody of this case, at its time (given last, or as `now` with other named arguments)."""
        if named:
            return self.office.do(operation, self.actor(who), *args, **named, now=self.now)
        return self.office.do(operation, self.actor(who), *args, self.now)

    def see(self, query: Callable[..., Answer], who: Person, *args: Any) -> Answer:
        """One look by somebody of this case, at its time."""
        return self.office.see(query, self.actor(who), *args, self.now)

    @property
    def row(self) -> CaseRow:
        """The case's row."""
        return self.office.rows(CaseRow, case_id=self.case_id)[0]

    def seals(self) -> dict[str, bytes]:
        """The newest epoch's secret for everybody who gets it."""
        payload = self.chain().payload
        staff = [self.agency.staff[entry["staff_id"]].box_pk for entry in payload["facilitators"]]
        return self._sealed(payload["epoch"], staff)

    def _sealed(self, number: int, keys: Sequence[bytes]) -> dict[str, bytes]:
        everybody = [*keys, self.agency.recovery.box_pk]
        return {kid(key): epoch.seal(self.secret, self.case_id, number, key) for key in everybody}

    # Steps ---------------------------------------------------------------------------------------------------------

    def carry_out(
        self, payload: dict[str, Any], documents: Sequence[Mapping[str, Any]], signers: Sequence[Person]
    ) -> None:
        """As in the world, and handed in: by the first signer, then by each other one."""
        self.hand_in(payload, self.parts(payload, documents), signers)

    def parts(self, payload: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]) -> Parts:
        """What travels beside a step."""
        begins = case_rules.changes_staff(self.chain().payload, payload)
        staff = [self.agency.staff[entry["staff_id"]].box_pk for entry in payload["facilitators"]]
        return Parts(
            seals=self._sealed(payload["epoch"], staff) if begins else {},
            previous_secret=self.links[payload["epoch"]] if begins else None,
            documents=[dict(each) for each in documents],
            kept=self.lists,
            admits=self.admitting,
        )

    def hand_in(self, payload: dict[str, Any], parts: Parts, signers: Sequence[Person]) -> None:
        """Propose a step and collect its signatures."""
        envelope = case.sign(payload, signers[0].sign_seed)
        row, _ = self.do(handover.propose_step, signers[0], self.case_id, envelope, parts)
        for each in signers[1:]:
            if row.state == "adopted":
                break
            signed = case.sign(payload, each.sign_seed)
            row, _ = self.do(handover.sign_step, each, self.case_id, row.hash, signed)
        assert row.state == "adopted", row.state
        self.envelopes.append(row.envelope)

    def renew(self, *signers: Person) -> None:
        """A renewal, handed in."""
        payload = self.renewed()
        self.hand_in(payload, Parts(kept=self.lists), signers or self.facilitators[:1])

    # People --------------------------------------------------------------------------------------------------------

    def join(self, who: Person, side: str = "person_harmed", role: str = "party") -> Joiner:
        """Somebody is invited and joins, on the server too."""
        invite, own, secret = self.invite(who, side, role)
        opening_ = invitation.close(
            self.agency.statements, self.agency.rosters, self.envelopes, self.nonce, invite, own.k
        )
        opened = invitation.open_(*opening_, secret, self.now)
        answer, answer_mac = joining.build(
            who.sign_seed, who.box_pk, account_id=who.account_id, invite_hash=opened.invite.hash, k=opened.secrets.k
        )
        joiner = joining.check(answer, answer_mac, invite, own.ik, self.head(), self.used, self.now)
        offered = invitations.Offered(own.invite_id, opening_[0], b64(opening_[1]), b64(bytes(80)))
        facilitator = self.actor(self.facilitators[0])
        self.office.do(invitations.create_for_case, facilitator, self.row, self.head(), offered, self.now)
        record = AccountRecord(
            who.account_id, b64(random_bytes(16)), 3, 64 * 1024 * 1024, random_bytes(32), random_bytes(BUNDLE_SIZE)
        )
        self.office.do(invitations.join, ANYONE, own.invite_id, answer, b64(answer_mac), record, self.now)
        self.used.append(joiner.invite_hash)
        self.admitting = own.invite_id
        return joiner

    def admit(self, *documents: Mapping[str, Any], signers: Sequence[Person] = ()) -> None:
        """As in the world; the invitation that was joined last is admitted with the step."""
        super().admit(*documents, signers=signers)
        self.admitting = None

    def readmit(self, who: Person, side: str = "person_harmed") -> None:
        """Somebody with new keys is admitted in place of their old ones."""
        self.admit(document(self.join(who, side)))

    def agree(self, who: Person, scribe: Person | None = None) -> Consent:
        """Somebody consents, on the server; after a change of keys the chain goes on from what the old key signed."""
        given = self.consents.setdefault(who.id, [])
        envelope = consent.build(
            (scribe or who).sign_seed,
            case_id=self.case_id,
            participant_id=who.id,
            text_hash=TEXT_HASH,
            at=self.now,
            scribe=None if scribe is None else {"staff_id": scribe.id, "means": SCRIBED},
            previous=parse(given[-1], "consent") if given else None,
        )
        self.do(consents.give, scribe or who, envelope)
        given.append(envelope)
        return self.newest(who)

    # Messages ------------------------------------------------------------------------------------------------------

    def submission(self, sealed: Sealed) -> Submission:
        """A sealed message as it is handed in."""
        return Submission(sealed.envelope, sealed.ciphertext, sealed.order_block, sealed.wraps)

    def write(
        self, who: Person, to: Sequence[Person], text: str = "I would like to understand.", **named: Any
    ) -> Sealed:
        """A message, written and handed in."""
        sealed = super().write(who, to, text, **named)
        try:
            self.do(submission.submit, named.get("scribe") or who, self.submission(sealed))
        except Exception:
            self.messages.remove(sealed)
            raise
        return sealed

    def decide(self, sealed: Sealed, choice: Choice, *signers: Person) -> Envelope:
        """A decision, proposed by the first signer and signed by the others, final on the server too."""
        signing = list(signers or self.facilitators[: self.head().approvals_required])
        proposal = self.propose(sealed, choice, signing[0])
        final = len(signing) == 1
        row, _ = self.do(
            deciding.propose, signing[0], message_id(sealed), self.proposed(proposal, sealed, choice, final)
        )
        envelope = proposal.envelope
        for each in signing[1:]:
            envelope = self.co_sign(sealed, envelope, proposal.consents, each, choice.note)
            wrap = self.wrap_for(sealed, choice) if each is signing[-1] else None
            row, _ = self.do(deciding.sign, each, row.hash, envelope, wrap)
        assert row.state == "final"
        self.decisions.append(envelope)
        return envelope

    def proposed(self, proposal: Any, sealed: Sealed, choice: Choice, final: bool = True) -> Proposed:
        """A proposal as it is handed in."""
        sealed_note = None
        if choice.note is not None:
            to = self.box_pk(choice.recipient_id)
            epoch_pk = epoch.public_key(self.secret)
            recipient = None if to is None else note.seal(choice.note, to)
            sealed_note = SealedNote(recipient, note.seal(choice.note, epoch_pk))
        wrap = self.wrap_for(sealed, choice) if final else None
        return Proposed(proposal.envelope, proposal.consents, sealed_note, wrap)

    def box_pk(self, participant_id: str | None) -> bytes | None:
        """A member's box key."""
        return self.members().get(participant_id or "").box_pk

    def wrap_for(self, sealed: Sealed, choice: Choice) -> bytes | None:
        """The wrap that makes a release final."""
        from mediation.protocol import message

        box_pk = None if choice.recipient_id is None else self.box_pk(choice.recipient_id)
        return None if box_pk is None else message.wrap(sealed.key, self.case_id, message_id(sealed), box_pk)

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)


def message_id(sealed: Sealed) -> str:
    """The message_id of a sealed message."""
    return str(sealed.statement.payload["message_id"])


def assisted(name: str, **changes: Any) -> dict[str, Any]:
    """The member document of somebody without a device."""
    fields: dict[str, Any] = {
        "participant_id": person(name).id,
        "side": "person_harmed",
        "role": "party",
        "assisted": True,
        "sign_pk": None,
        "box_pk": None,
        "invite_hash": None,
    }
    return members.build(**{**fields, **changes})


def _ids(served: Served) -> set[str]:
    return {each.id for each in served.office.agency.people.values()}
