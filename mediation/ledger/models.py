"""Tables of the audit trail: an event waits with idx NULL until the integrator gives it its place in the log.

Triggers (see `triggers.py`) refuse whatever would rewrite the past: of an event everything but idx NULL to a value, and
erasure; of a tile everything but growing; of a checkpoint everything but being signed and published; of a timestamp
everything from when it is there.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mediation.db import Base, EncryptedBytes, Id


class AuditEvent(Base):
    """One act. `commitment` = SHA-256("audit/v1\\n" ‖ salt ‖ event), `sealed` = AEAD of salt ‖ event under the scope's
    key.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_case", "case_id", "qid"),
        Index("ix_audit_event_waiting", "qid", sqlite_where=text("idx IS NULL"), postgresql_where=text("idx IS NULL")),
    )

    qid: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    event_id: Mapped[Id] = mapped_column(unique=True)
    case_id: Mapped[Id | None]
    commitment: Mapped[bytes] = mapped_column(unique=True)
    sealed: Mapped[bytes | None]
    idx: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class AuditLog(Base):
    """A log, under the origin `<host>/audit/<number>`. Its entry number i is the event with idx = first_idx + i.

    There is a second one only after an older backup was restored (`restoring.py`).
    """

    __tablename__ = "audit_log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(unique=True)
    first_idx: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime]


class AuditTile(Base):
    """A tile of C2SP tlog-tiles: up to 256 hashes of 32 bytes, those beside each other on tree level 8 * `level`."""

    __tablename__ = "audit_tile"

    log: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]


class AuditCheckpoint(Base):
    """The tree at one size. `note` is the signed checkpoint, NULL until the signer has been there; witnesses add lines.
    `published_at` marks those that everybody signed in may see.
    """

    __tablename__ = "audit_checkpoint"
    __table_args__ = (
        Index(
            "ix_audit_checkpoint_published",
            "log",
            "published_at",
            sqlite_where=text("published_at IS NOT NULL"),
            postgresql_where=text("published_at IS NOT NULL"),
        ),
    )

    log: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str | None]
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class AuditTimestamp(Base):
    """The timestamp of a published head: `answer` is the authority's, as it came (DER of RFC 3161), over the note
    without the lines of witnesses (`stamps.py`). Until it is there the row says when an authority may be asked again,
    which whoever asks sets forward first, so that no two ask at once.
    """

    __tablename__ = "audit_timestamp"

    log: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tries: Mapped[int]
    not_before: Mapped[datetime]
    answer: Mapped[bytes | None]


class AuditShown(Base):
    """What an auditor looks events up by: drawn from the opened events by the integrator, and to be drawn anew at any
    time. Nothing is proved by it. Erasing a case removes its rows.
    """

    __tablename__ = "audit_shown"
    __table_args__ = (
        Index("ix_audit_shown_case", "case_id", "idx"),
        Index("ix_audit_shown_actor", "actor", "idx"),
        Index("ix_audit_shown_kind", "kind", "idx"),
        Index("ix_audit_shown_at", "at", "idx"),
    )

    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[Id | None]
    actor: Mapped[str] = mapped_column(String(22))
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class AuditKey(Base):
    """The server's key of one scope (a case_id, or "agency"): pseudonyms and seals. Erasing a case destroys its row."""

    __tablename__ = "audit_key"

    scope: Mapped[str] = mapped_column(String(22), primary_key=True)
    key: Mapped[bytes] = mapped_column(EncryptedBytes("audit_key.key"))
    created_at: Mapped[datetime]


class AuditCounter(Base):
    """The next `n` of one pseudonymous actor within one scope."""

    __tablename__ = "audit_counter"

    scope: Mapped[str] = mapped_column(String(22), primary_key=True)
    actor: Mapped[str] = mapped_column(String(22), primary_key=True)
    next_n: Mapped[int]
