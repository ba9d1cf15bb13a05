"""Cases as rows: the signed statements as they came, and beside them what they say, ready to be searched.

The envelopes are the truth. `Case.head_*`, `CaseFacilitator` and `Member` repeat what the head says; they are written
in the transaction that adopts it (`adoption.py`), and nowhere else but for a member's standing.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation.cases.states import Standing, StatementState
from mediation.db import Base, Hash, Id


def state_of(states: type[StrEnum]) -> Enum:
    """The column type of a state: its word in text, a member of the enumeration in Python."""
    return Enum(states, native_enum=False, length=16, values_callable=lambda every: [one.value for one in every])


class Case(Base):
    """One case. `reference` is for paper and telephone; `messages` counts what was submitted, and numbers it."""

    __tablename__ = "case"
    __audited__ = True
    __table_args__ = (
        UniqueConstraint("agency_id", "number"),
        Index("ix_case_agency_id_expires_on", "agency_id", "expires_on"),
    )

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    agency_id: Mapped[Id]
    nonce: Mapped[str] = mapped_column(String(22))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    head_hash: Mapped[Hash]
    head_seq: Mapped[int]
    epoch: Mapped[int]
    anchor_hash: Mapped[Hash]
    expires_on: Mapped[date]
    messages: Mapped[int] = mapped_column(default=0)
    facilitators: Mapped[list["CaseFacilitator"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def facilitator_ids(self) -> frozenset[str]:
        """The staff_ids that the head names: what makes a case an `access.OfCase`."""
        return frozenset(named.staff_id for named in self.facilitators)


class CaseFacilitator(Base):
    """A facilitator whom the head names."""

    __tablename__ = "case_facilitator"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    staff_id: Mapped[Id] = mapped_column(primary_key=True, index=True)
    sign_kid: Mapped[Hash]
    box_kid: Mapped[Hash]


class CaseStatement(Base):
    """A case statement: adopted into the chain, proposed (signatures missing) or dropped. `parts` holds what came with
    a proposal and is stored when it is adopted: {seals, previous_secret, documents, kept, admits}."""

    __tablename__ = "case_statement"
    __audited__ = True
    __table_args__ = (
        Index(
            "uq_case_statement_adopted",
            "case_id",
            "seq",
            unique=True,
            sqlite_where=text("state = 'adopted'"),
            postgresql_where=text("state = 'adopted'"),
        ),
        Index(
            "uq_case_statement_proposed",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    hash: Mapped[Hash] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), index=True)
    seq: Mapped[int]
    envelope: Mapped[dict[str, Any]]
    state: Mapped[StatementState] = mapped_column(state_of(StatementState))
    parts: Mapped[dict[str, Any]]
    posted_by: Mapped[Id]
    posted_at: Mapped[datetime]
    adopted_at: Mapped[datetime | None]


class EpochSeal(Base):
    """The secret of an epoch, sealed to one facilitator or to the recovery key."""

    __tablename__ = "epoch_seal"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    box_kid: Mapped[Hash] = mapped_column(primary_key=True, index=True)
    seal: Mapped[bytes]


class EpochLink(Base):
    """The secret of the epoch before, encrypted under this epoch's."""

    __tablename__ = "epoch_link"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    previous_secret: Mapped[bytes]


class MemberDocument(Base):
    """What an entry of `case.members` opens to; a filler has no participant."""

    __tablename__ = "member_document"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    hash: Mapped[Hash] = mapped_column(primary_key=True)
    participant_id: Mapped[Id | None]
    document: Mapped[dict[str, Any]]


UNSEEN = "standing != 'active' AND acknowledged_at IS NULL"
"""Somebody has paused or stopped, and no facilitator has seen it."""


class Member(Base):
    """A participant of a case: what the newest document with them says, and whether they are taking part. Not `in_head`
    once a head has left them out. The identifier is unique on this server, so nobody can be claimed by another case."""

    __tablename__ = "member"
    __audited__ = True
    __table_args__ = (
        Index("ix_member_unseen", "case_id", sqlite_where=text(UNSEEN), postgresql_where=text(UNSEEN)),
    )

    participant_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), index=True)
    side: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    assisted: Mapped[bool]
    sign_kid: Mapped[Hash | None]
    box_kid: Mapped[Hash | None]
    account_id: Mapped[Id | None] = mapped_column(index=True)
    document_hash: Mapped[Hash]
    in_head: Mapped[bool]
    standing: Mapped[Standing] = mapped_column(state_of(Standing), default=Standing.ACTIVE)
    since: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[Id | None]


class KeptList(Base):
    """What a `kept` hash opens to, for one member or (participant_id null) for the facilitators."""

    __tablename__ = "kept_list"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    hash: Mapped[Hash] = mapped_column(primary_key=True)
    participant_id: Mapped[Id | None]
    document: Mapped[dict[str, Any]]


class UsedInvite(Base):
    """The hash of an invite that some head of the case has named: it admits nobody again."""

    __tablename__ = "used_invite"
    __audited__ = True

    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    invite_hash: Mapped[Hash] = mapped_column(primary_key=True)


class Consent(Base):
    """One consent statement of a participant; the newest is the one that counts."""

    __tablename__ = "consent"
    __audited__ = True

    participant_id: Mapped[Id] = mapped_column(ForeignKey("member.participant_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), index=True)
    hash: Mapped[Hash] = mapped_column(unique=True)
    envelope: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]


class RosterAnchor(Base):
    """A leaf of a roster's tree of cases, in its place: what the proofs of that roster are made from. It outlives its
    case."""

    __tablename__ = "roster_anchor"
    __audited__ = True
    __scope__ = "signed"

    roster_hash: Mapped[Hash] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(primary_key=True)
    hash: Mapped[Hash]
