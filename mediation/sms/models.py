"""Tables of texts. Numbers and code words are encrypted; a keyed blind index finds two people with one number."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mediation.db import Base, EncryptedText, Id


class Contact(Base):
    """How one participant may be reached.

    `channel`: text, call (my facilitator will ring me) or none (I will sign in). `code_word`: begins every text, or is
    all of it. `hours`: as hours.Hours stores them; None for the usual ones. `confirmed_at`, `confirmed_by` (an
    account): when and by whom a code was typed that had gone to this very number; before that it gets no alerts.
    """

    __tablename__ = "contact"
    __audited__ = True

    __table_args__ = (
        Index(
            "ix_contact_texts",
            "recorded_at",
            sqlite_where=text("channel = 'text'"),
            postgresql_where=text("channel = 'text'"),
        ),
    )

    participant_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(8))
    number: Mapped[str | None] = mapped_column(EncryptedText("contact.number"))
    number_index: Mapped[str | None] = mapped_column(String(43), index=True)
    wording: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="en", server_default="en")
    code_word: Mapped[str | None] = mapped_column(EncryptedText("contact.code_word"))
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    recorded_by: Mapped[Id | None]
    recorded_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[Id | None]


class ConfirmationCode(Base):
    """A code that shows that somebody has the phone of a number. The code is not in it: it is derived from `text_id`,
    the text that takes it there (see `codes`).

    `number_index`: the number that it was sent to; None where nothing was sent and nothing may tell that, so that no
    code confirms anything. `ended_at`: it works no more, because it was used (`used_at`), tried too often, followed by
    another one or called off.
    """

    __tablename__ = "confirmation_code"
    __table_args__ = (
        Index(
            "uq_confirmation_code_live",
            "participant_id",
            "purpose",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    text_id: Mapped[Id] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    participant_id: Mapped[Id] = mapped_column(index=True)
    case_id: Mapped[Id] = mapped_column(index=True)
    number_index: Mapped[str | None] = mapped_column(String(43))
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CodeSent(Base):
    """That a code was sent, for the day's limit. It names nobody, and so it outlasts the erasing of a case."""

    __tablename__ = "code_sent"

    sent_id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


_OF_CODES: Final[dict[str, Any]] = {f"{each}_where": text("wording = 'code'") for each in ("sqlite", "postgresql")}


class OutboxText(Base):
    """One text to send; which words is all it holds, the number is read from the contact when it is sent.

    `tried_at`: when a provider was last given it. `recalled_at`: it was called back when it was on its way already, so
    it is not tried again. `asks`: how often the provider was asked in vain whether it went out. `error`: the provider's
    code for what became of it.
    """

    __tablename__ = "outbox"
    __audited__ = True
    __table_args__ = (
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_leased", "state", "leased_until"),
        Index("ix_outbox_codes_due", "state", "not_before", **_OF_CODES),
        Index("ix_outbox_codes_leased", "state", "leased_until", **_OF_CODES),
    )

    text_id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[Id] = mapped_column(index=True)
    case_id: Mapped[Id]
    wording: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(index=True)
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]
    asks: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None] = mapped_column(String(24))

    __mapper_args__ = {"version_id_col": state, "version_id_generator": False}  # noqa: RUF012  # SQLAlchemy reads it
    # Whoever found a text queued changes it only while it is: a worker may have taken it in between (PostgreSQL).


class TextTry(Base):
    """A text that a provider took, under the provider's id: no id ever stands for two texts.

    `ask_at`: when to ask the provider what became of it, where it has not told by then; None once it has, or was asked
    for long enough.
    """

    __tablename__ = "text_try"
    __table_args__ = (
        Index(
            "ix_text_try_ask",
            "ask_at",
            sqlite_where=text("ask_at IS NOT NULL"),
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
    )

    provider_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    text_id: Mapped[Id] = mapped_column(index=True)
    taken_at: Mapped[datetime]
    ask_at: Mapped[datetime | None]


class TextSender(Base):
    """An account with a provider, by a fingerprint of its credentials: other credentials are another sender.

    `paused_until`: it asked us to slow down. `stopped_at`, `stopped_by` (the provider's code): it refuses what we
    sign in with, so nothing is sent until somebody has mended that.
    """

    __tablename__ = "text_sender"

    sender: Mapped[str] = mapped_column(String(43), primary_key=True)
    paused_until: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(String(24))


class StoppedNumber(Base):
    """A number to which nothing is sent, by its blind index: its holder asked for that, or an operator did."""

    __tablename__ = "stopped_number"

    number_index: Mapped[str] = mapped_column(String(43), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class ReceivedText(Base):
    """The provider's id of a text that was sent to us, so that none counts twice. Its words and number are not kept.

    No row is ever cleared: what Twilio signed has no date, and an old START sent again would undo a newer STOP.
    """

    __tablename__ = "received_text"

    provider_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class TextTask(Base):
    """Something for the case's facilitators to do about texts to a participant (see `tasks`).

    `heard_at`: when their phone said the same once more while nobody had seen to it yet.
    """

    __tablename__ = "text_task"
    __audited__ = True
    __table_args__ = (
        Index(
            "uq_text_task_open",
            "case_id",
            "participant_id",
            "kind",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    task_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(index=True)
    participant_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[Id | None]


class DemonstrationText(Base):
    """What the console provider was given, for /dev/phones; written in demonstrations only."""

    __tablename__ = "demonstration_text"

    text_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(EncryptedText("demonstration_text.number"))
    body: Mapped[str] = mapped_column(EncryptedText("demonstration_text.body"))
    at: Mapped[datetime] = mapped_column(index=True)
