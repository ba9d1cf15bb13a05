"""Messages as rows: ciphertext and signed statements as they came, and where each stands for each recipient."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation.cases.models import state_of
from mediation.db import Base, Hash, Id
from mediation.messages.states import DecisionState, RecipientState


class Message(Base):
    """A submitted message. `thread_with` is the participant of a private thread, whichever side wrote. `epoch` is the
    one whose key its first wrap is for."""

    __tablename__ = "message"
    __audited__ = True
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index(
            "ix_message_held",
            "case_id",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
        Index(
            "ix_message_note",
            "case_id",
            "number",
            sqlite_where=text("kind = 'note'"),
            postgresql_where=text("kind = 'note'"),
        ),
    )

    message_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    author_id: Mapped[Id] = mapped_column(index=True)
    author_kid: Mapped[Hash]
    scribe_id: Mapped[Id | None]
    thread_with: Mapped[Id | None] = mapped_column(index=True)
    hash: Mapped[Hash] = mapped_column(unique=True)
    envelope: Mapped[dict[str, Any]]
    ciphertext: Mapped[bytes]
    order_block: Mapped[bytes]
    epoch: Mapped[int]
    submitted_at: Mapped[datetime]
    held_by: Mapped[Id | None]
    held_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]


class MessageRecipient(Base):
    """Where a message that needs a decision stands for one recipient. `not_before` repeats the release's;
    `told` is the last choice that its writer may know of."""

    __tablename__ = "message_recipient"
    __audited__ = True
    __scope__ = "message"
    __table_args__ = (Index("ix_message_recipient_due", "state", "not_before"),)

    message_id: Mapped[Id] = mapped_column(ForeignKey("message.message_id"), primary_key=True)
    participant_id: Mapped[Id] = mapped_column(ForeignKey("member.participant_id"), primary_key=True, index=True)
    state: Mapped[RecipientState] = mapped_column(state_of(RecipientState))
    tell: Mapped[bool] = mapped_column(default=False)
    told: Mapped[str | None] = mapped_column(String(16))
    decision_hash: Mapped[Hash | None]
    not_before: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    message: Mapped[Message] = relationship()

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012  # SQLAlchemy reads it, nobody changes it
    # Acts hold the lock of their case; should one forget it, a row that changed underneath it is not written.


class Wrap(Base):
    """The message's key sealed to one box key: an epoch's, its writer's, or somebody's whom it was released to."""

    __tablename__ = "wrap"
    __audited__ = True
    __scope__ = "message"

    message_id: Mapped[Id] = mapped_column(ForeignKey("message.message_id"), primary_key=True)
    box_kid: Mapped[Hash] = mapped_column(primary_key=True)
    seal: Mapped[bytes]
    message: Mapped[Message] = relationship()


class Decision(Base):
    """A decision about a message, for one recipient (release) or for all that are still open (return, stop)."""

    __tablename__ = "decision"
    __audited__ = True
    __table_args__ = (
        Index(
            "ix_decision_proposed",
            "case_id",
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_decision_release",
            "message_id",
            "recipient_id",
            unique=True,
            sqlite_where=text("state = 'final'"),
            postgresql_where=text("state = 'final'"),
        ),
    )

    hash: Mapped[Hash] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), index=True)
    message_id: Mapped[Id] = mapped_column(ForeignKey("message.message_id"), index=True)
    recipient_id: Mapped[Id | None]
    decision: Mapped[str] = mapped_column(String(7))
    envelope: Mapped[dict[str, Any]]
    state: Mapped[DecisionState] = mapped_column(state_of(DecisionState))
    not_before: Mapped[datetime | None]
    consents: Mapped[dict[str, Any]]
    note_recipient: Mapped[bytes | None]
    note_epoch: Mapped[bytes | None]
    proposed_by: Mapped[Id]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Task(Base):
    """Something for the case's facilitators to do: ask how a letter landed, read it together, print it, answer."""

    __tablename__ = "task"
    __audited__ = True
    __table_args__ = (
        Index(
            "ix_task_waiting",
            "case_id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "uq_task_open",
            "kind",
            "message_id",
            "participant_id",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    task_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("case.case_id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[Id] = mapped_column(ForeignKey("message.message_id"))
    participant_id: Mapped[Id] = mapped_column(ForeignKey("member.participant_id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[Id | None]
