"""Somebody who confirms their number, on a session that may write."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.access import SYSTEM, Actor
from mediation.db import settings_of
from mediation.errors import MediationError
from mediation.protocol.encoding import new_id
from mediation.sms import codes, opting
from mediation.sms.models import ConfirmationCode, Contact, OutboxText, TextTask
from mediation.sms.profile import Profile
from tests.sms.conftest import AT, NUMBER

OTHER = "+447700900124"


class Pat:
    """Somebody whose number is not confirmed yet, what they do, and what their phone shows."""

    def __init__(self, session: Session) -> None:
        self.session, self.id, self.case_id = session, new_id(), new_id()
        self.actor = Actor(kind="participant", account_id=new_id(), participant_id=self.id)

    def records(self, number: str | None = NUMBER, now: datetime = AT, **profile: object) -> None:
        given = {"channel": "text", **profile}
        sms.set_contact(
            self.session,
            self.actor,
            target=self,
            participant_id=self.id,
            case_id=self.case_id,
            profile=Profile(number=number, **given),  # type: ignore[arg-type]  # each test names what it changes
            now=now,
        )
        self.session.commit()

    @property
    def participant_id(self) -> str:
        return self.id

    def asks(self, now: datetime = AT, *, sent: bool = True) -> str:
        """The code that works from now on."""
        codes.make(self.session, self.contact, now, sent=sent)
        self.session.commit()
        return self.code

    @property
    def contact(self) -> Contact:
        return self.session.get_one(Contact, self.id)

    @property
    def code(self) -> str:
        live = select(ConfirmationCode.text_id).where(ConfirmationCode.participant_id == self.id)
        text_id = self.session.scalars(live.where(ConfirmationCode.ended_at.is_(None))).one()
        self.session.rollback()
        return codes.digits(settings_of(self.session).peppers[0], text_id)

    def types(self, code: str, now: datetime = AT) -> str:
        """What comes of it: `confirmed`, or the code of the refusal. What the edge commits then is committed."""
        try:
            sms.confirm(self.session, self.actor, target=self, participant_id=self.id, code=code, now=now)
        except MediationError as error:
            self.session.commit()
            assert not self.confirmed
            return error.code
        self.session.commit()
        assert self.confirmed
        return "confirmed"

    def stops(self) -> None:
        """Their phone answers STOP."""
        opting.stop(self.session, SYSTEM, NUMBER, "opted-out", AT)
        self.session.commit()

    @property
    def confirmed(self) -> bool:
        found = self.contact.confirmed_at is not None
        self.session.rollback()
        return found

    def texts(self) -> list[tuple[str, str]]:
        """Wording and state of each, oldest first."""
        mine = select(OutboxText.wording, OutboxText.state).where(OutboxText.participant_id == self.id)
        rows = self.session.execute(mine.order_by(OutboxText.created_at)).all()
        self.session.rollback()
        return [(row.wording, row.state) for row in rows]


@pytest.fixture
def person(writing_session: Session) -> Pat:
    made = Pat(writing_session)
    made.records()
    return made


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def tasks(session: Session) -> list[str]:
    found = list(session.scalars(select(TextTask.kind).where(TextTask.done_at.is_(None))))
    session.rollback()
    return found
