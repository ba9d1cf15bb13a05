"""Tables of texts. Numbers and code words are encrypted; a keyed blind index finds two people with one number."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.db import Base, EncryptedText, Id


class Contact(Base):
    """How one participant may be reached.

    `channel`: text, call (my facilitator will ring me) or none (I will sign in).
    """

    __tablename__ = "contact"
    __audited__ = True

    participant_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(8))
    number: Mapped[str | None] = mapped_column(EncryptedText("contact.number"))
    number_index: Mapped[str | None] = mapped_column(String(43), index=True)
    wording: Mapped[str] = mapped_column(String(16))
    recorded_by: Mapped[Id | None]
    recorded_at: Mapped[datetime]


class OutboxText(Base):
    """One text to send; which words is all it holds, the number is read from the contact when it is sent."""

    __tablename__ = "outbox"
    __audited__ = True

    text_id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[Id] = mapped_column(index=True)
    case_id: Mapped[Id]
    wording: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12), index=True)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}  # noqa: RUF012  # SQLAlchemy reads it
    # Whoever found a text queued changes it only while it is: a worker may have taken it in between (PostgreSQL).


class DemonstrationText(Base):
    """What the console provider was given, for /dev/phones; written in demonstrations only."""

    __tablename__ = "demonstration_text"

    text_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(EncryptedText("demonstration_text.number"))
    body: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime] = mapped_column(index=True)
