"""How somebody of a case is reached: what several tests begin with."""

from typing import Any

from mediation import sms
from mediation.sms.hours import AT_ANY_HOUR
from tests.cases.fixtures import Desk
from tests.protocol.world import Person
from tests.sms.confirmed import confirm


def reached_by(desk: Desk, who: Person, channel: str = "text") -> None:
    """They say so themselves, and their number is confirmed."""
    member: Any = type("Target", (), {"participant_id": who.id, "case_id": desk.case.case_id})()
    desk.office.do(
        sms.set_contact,
        desk.case.actor(who),
        target=member,
        participant_id=who.id,
        case_id=desk.case.case_id,
        profile=sms.Profile(channel, "07700 900123", hours=AT_ANY_HOUR),
        now=desk.case.now,
    )
    desk.office.do(confirm, who.id)
