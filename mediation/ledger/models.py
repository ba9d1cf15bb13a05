"""Tables of the audit trail in its queue form: an event waits with idx NULL until an integrator gives it its place.

Triggers (see `triggers.py`) refuse UPDATE (but idx NULL to a value, and erasure), DELETE and REPLACE.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.db import Base, EncryptedBytes, Id


class AuditEvent(Base):
    """One act. `commitment` = SHA-256("audit/v1\\n" ‖ salt ‖ event), `sealed` = AEAD of salt ‖ event under the scope's
    key.
    """

    __tablename__ = "audit_event"

    qid: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    event_id: Mapped[Id] = mapped_column(unique=True)
    case_id: Mapped[Id | None] = mapped_column(index=True)
    commitment: Mapped[bytes] = mapped_column(unique=True)
    sealed: Mapped[bytes | None]
    idx: Mapped[int | None] = mapped_column(BigInteger, unique=True)


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
