"""Numbers as they are looked up: by a keyed hash, so that none is stored in the open; and those that want no texts."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mediation.db import settings_of
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import mac
from mediation.sms.models import Contact, StoppedNumber


def indexes(session: Session, number: str) -> list[str]:
    """The blind indexes of an E.164 number, under the newest pepper first and then under each older one."""
    return [b64(mac(pepper, b"number " + number.encode())) for pepper in settings_of(session).peppers]


def is_stopped(session: Session, number: str) -> bool:
    """Whether nothing may be sent to a number."""
    wanted = select(StoppedNumber.number_index).where(StoppedNumber.number_index.in_(indexes(session, number)))
    return session.scalar(wanted.limit(1)) is not None


def stopped_for(session: Session, participant_id: str) -> bool:
    """Whether nothing may be sent to the number that a participant has recorded. The caller has checked who asks."""
    number = session.scalar(select(Contact.number).where(Contact.participant_id == participant_id))
    return number is not None and is_stopped(session, number)


def stop(session: Session, number: str, reason: str, now: datetime) -> None:
    """Send nothing to a number from now on; once more changes nothing. `reason`: opted-out or operator."""
    if not is_stopped(session, number):
        session.add(StoppedNumber(number_index=indexes(session, number)[0], reason=reason, at=now))
        session.flush()


def allow(session: Session, number: str) -> None:
    """Texts may go to a number again."""
    session.execute(delete(StoppedNumber).where(StoppedNumber.number_index.in_(indexes(session, number))))


def holders(session: Session, number: str) -> list[Contact]:
    """Everybody whose recorded number this is, in the order of their cases."""
    wanted = select(Contact).where(Contact.number_index.in_(indexes(session, number)))
    return list(session.scalars(wanted.order_by(Contact.case_id, Contact.participant_id)))
