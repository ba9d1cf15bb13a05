"""How texts are getting on, in numbers: for `mediation sms status`. Nobody's number or name is in it."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.protocol.encoding import format_time
from mediation.sms import senders
from mediation.sms.models import OutboxText, StoppedNumber, TextSender
from mediation.sms.states import TextState


def status(session: Session) -> dict[str, Any]:
    """{states: {state: count}, errors: {code: count}, numbers, oldest, paused: [until], stopped: [{at, code}]}."""
    counted = select(OutboxText.state, func.count()).group_by(OutboxText.state)
    states = {str(state): number for state, number in session.execute(counted)}
    failed = select(OutboxText.error, func.count()).where(OutboxText.error.is_not(None)).group_by(OutboxText.error)
    oldest = session.scalar(select(func.min(OutboxText.not_before)).where(OutboxText.state == TextState.QUEUED))
    paused = session.scalars(select(TextSender.paused_until).where(TextSender.paused_until.is_not(None))).all()
    return {
        "states": {str(each): states[each] for each in TextState if each in states},
        "errors": {str(code): number for code, number in session.execute(failed.order_by(OutboxText.error))},
        "numbers": session.scalar(select(func.count()).select_from(StoppedNumber)) or 0,
        "oldest": None if oldest is None else format_time(oldest),
        "paused": [format_time(each) for each in paused if each is not None],
        "stopped": [
            {"at": format_time(each.stopped_at), "code": each.stopped_by}
            for each in senders.stopped(session)
            if each.stopped_at is not None
        ],
    }
