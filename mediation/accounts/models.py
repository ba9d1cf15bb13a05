"""Tables of agencies, accounts, sessions and invitations.

The server holds nothing here with which a key bundle could be opened: `auth_mac` = MAC(pepper, auth), and `bundle` is
encrypted once more under a key outside the database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mediation.db import Base, EncryptedBytes, Hash, Id


class Agency(Base):
    """The agency of this server and what it has set (see `accounts.agency.SETTINGS`). `numbered`: no case is given this
    number or a smaller one again, though the case that had it was erased.
    """

    __tablename__ = "agency"
    __audited__ = True
    __scope__ = "agency"

    agency_id: Mapped[Id] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    numbered: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]


class AgencyStatement(Base):
    """The chain of `agency` statements, signed by the root key."""

    __tablename__ = "agency_statement"
    __audited__ = True
    __scope__ = "agency"

    agency_id: Mapped[Id] = mapped_column(ForeignKey("agency.agency_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[Hash] = mapped_column(unique=True)
    envelope: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class RosterStatement(Base):
    """The chain of `roster` statements, each signed by an issuer."""

    __tablename__ = "roster_statement"
    __audited__ = True
    __scope__ = "agency"

    agency_id: Mapped[Id] = mapped_column(ForeignKey("agency.agency_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[Hash] = mapped_column(unique=True)
    envelope: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Account(Base):
    """Somebody who can sign in: staff (staff_id) or a participant (participant_id of one case), never both."""

    __tablename__ = "account"
    __audited__ = True

    account_id: Mapped[Id] = mapped_column(primary_key=True)
    agency_id: Mapped[Id] = mapped_column(ForeignKey("agency.agency_id"))
    kind: Mapped[str] = mapped_column(String(11))
    staff_id: Mapped[Id | None] = mapped_column(index=True)
    case_id: Mapped[Id | None] = mapped_column(index=True)
    participant_id: Mapped[Id | None] = mapped_column(index=True)
    sign_in_name: Mapped[str] = mapped_column(String(40), unique=True)
    salt: Mapped[str] = mapped_column(String(22))
    opslimit: Mapped[int]
    memlimit: Mapped[int] = mapped_column(BigInteger)
    auth_mac: Mapped[bytes]
    bundle: Mapped[bytes]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Staff(Base):
    """A member of staff; name, roles and keys are those of the newest roster, never stored twice."""

    __tablename__ = "staff"
    __audited__ = True
    __scope__ = "agency"

    staff_id: Mapped[Id] = mapped_column(primary_key=True)
    agency_id: Mapped[Id] = mapped_column(ForeignKey("agency.agency_id"))
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("account.account_id"))
    left_at: Mapped[datetime | None]


class LoginSession(Base):
    """One signed-in browser. The token is stored hashed; `lock_half` is the server's half of the unlocking key."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index(
            "ix_login_session_unlocked",
            "last_seen_at",
            sqlite_where=text("lock_half IS NOT NULL"),
            postgresql_where=text("lock_half IS NOT NULL"),
        ),
    )

    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.account_id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    lock_half: Mapped[bytes | None] = mapped_column(EncryptedBytes("login_session.lock_half"))


class Invitation(Base):
    """An invitation to a case (case_id) or to the staff (staff_id), and the join that answered it."""

    __tablename__ = "invitation"
    __audited__ = True
    __table_args__ = (
        Index(
            "ix_invitation_to_staff",
            "created_at",
            "invite_id",
            sqlite_where=text("staff_id IS NOT NULL"),
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
    )

    invite_id: Mapped[Hash] = mapped_column(primary_key=True)
    agency_id: Mapped[Id] = mapped_column(ForeignKey("agency.agency_id"))
    case_id: Mapped[Id | None] = mapped_column(index=True)
    staff_id: Mapped[Id | None] = mapped_column(index=True)
    participant_id: Mapped[Id | None]
    blob: Mapped[bytes]
    mac: Mapped[str] = mapped_column(String(43))
    invite: Mapped[dict[str, Any]]
    invite_hash: Mapped[Hash] = mapped_column(unique=True)
    sealed_secret: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(9), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    join: Mapped[dict[str, Any] | None]
    join_mac: Mapped[str | None] = mapped_column(String(43))
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("account.account_id"))


class MemoryDocument(Base):
    """One encrypted document of somebody's own memory: pins, settings, invitations, drafts. Changed by
    compare-and-swap.
    """

    __tablename__ = "memory_document"

    account_id: Mapped[Id] = mapped_column(ForeignKey("account.account_id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    blob: Mapped[bytes]
    changed_at: Mapped[datetime]


class Throttle(Base):
    """Tries within a window; `bucket` is a keyed hash, so that no name or address is kept."""

    __tablename__ = "throttle"

    bucket: Mapped[Hash] = mapped_column(primary_key=True)
    count: Mapped[int]
    window_start: Mapped[datetime] = mapped_column(index=True)
