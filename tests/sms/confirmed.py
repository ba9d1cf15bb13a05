"""Numbers that are confirmed, for tests of what comes after: the one short cut past the code; and the code itself, for
tests that type it.
"""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import reading, settings_of, writing
from mediation.sms import codes
from mediation.sms.models import ConfirmationCode, Contact


def confirm(session: Session, participant_id: str) -> None:
    """As if a code had gone to the number and been typed when it was recorded. The caller commits."""
    contact = session.get_one(Contact, participant_id)
    at = contact.confirmed_at = contact.recorded_at
    refs = {"participant": participant_id}
    ledger.append(session, "contact.confirmed", actor=SYSTEM, case_id=contact.case_id, refs=refs, at=at)


def confirm_all(engine: Engine) -> None:
    """The same for everybody whose number is not confirmed."""
    with writing(engine) as session:
        waiting = select(Contact.participant_id).where(Contact.number.is_not(None), Contact.confirmed_at.is_(None))
        for participant_id in session.scalars(waiting.order_by(Contact.case_id)).all():
            confirm(session, participant_id)
        session.commit()


def code_of(engine: Engine, participant_id: str) -> str:
    """The code that works for a participant now, as it was sent to their phone."""
    with reading(engine) as session:
        live = select(ConfirmationCode.text_id).where(ConfirmationCode.participant_id == participant_id)
        text_id = session.scalars(live.where(ConfirmationCode.ended_at.is_(None))).one()
        return codes.digits(settings_of(session).peppers[0], text_id)
