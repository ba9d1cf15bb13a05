"""Numbers as they are looked up: by a keyed hash, so that none is stored in the open; and those that want no texts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from mediation.db import dialect_of, settings_of
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.primitives import mac
from mediation.sms.models import Contact, StoppedNumber


def indexes(session: Session, number: str) -> list[str]:
    """The blind indexes of an E.164 number, under the newest pepper first and then under each older one."""
    return [b64(mac(pepper, b"number " + number.encode())) for pepper in settings_of(session).peppers]


def hold(session: Session, number: str) -> None:
    """Nobody else records this number until this transaction ends: of two who do so at one moment, the second one sees
    the first. On SQLite all who write come one after the other.
    """
    if dialect_of(session) == "postgresql":
        for index in sorted(indexes(session, number)):
            session.execute(_HOLD, {"lock": int.from_bytes(unb64(index)[:8], signed=True)})


_HOLD: Final = text("SELECT pg_advisory_xact_lock(:lock)")


def is_stopped(session: Session, number: str) -> bool:
    """Whether nothing may be sent to a number."""
    return bool(_stopped(session, number))


def is_stopped_by(session: Session, number: str, reason: str) -> bool:
    """The same, and whether it was for this reason: opted-out or operator."""
    return any(each.reason == reason for each in _stopped(session, number))


def _stopped(session: Session, number: str) -> Sequence[StoppedNumber]:
    wanted = select(StoppedNumber).where(StoppedNumber.number_index.in_(indexes(session, number)))
    return session.scalars(wanted).all()


def stopped_for(session: Session, participant_id: str) -> bool:
    """Whether nothing may be sent to the number that a participant has recorded. The caller has checked who asks."""
    number = session.scalar(select(Contact.number).where(Contact.participant_id == participant_id))
    return number is not None and is_stopped(session, number)


def stop(session: Session, number: str, reason: str, now: datetime) -> None:
    """Send nothing to a number from now on. `reason`: opted-out or operator; what an operator stopped stays an
    operator's, whoever stopped it before or stops it once more.
    """
    found = _stopped(session, number)
    for each in found:
        each.reason = reason if reason == "operator" else each.reason
    if not found:
        session.add(StoppedNumber(number_index=indexes(session, number)[0], reason=reason, at=now))
    session.flush()


def allow(session: Session, number: str) -> None:
    """Texts may go to a number again."""
    session.execute(delete(StoppedNumber).where(StoppedNumber.number_index.in_(indexes(session, number))))


def holders(session: Session, number: str) -> list[Contact]:
    """Everybody whose recorded number this is, in the order of their cases."""
    wanted = select(Contact).where(Contact.number_index.in_(indexes(session, number)))
    return list(session.scalars(wanted.order_by(Contact.case_id, Contact.participant_id)))
