"""A number that two people gave: of one household, or given by the network to somebody new. Nothing goes to it before a
facilitator has asked, and neither of the two, nor a facilitator, learns who the other is or in which case.

What is asked of each facilitator is the same, whoever came first. The answer to whoever records the number never
depends on others: it cannot be used to find out whether somebody else is known here.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.sms import numbers
from mediation.sms.models import Contact
from mediation.sms.tasks import TextTaskKind, is_open, open_task, settle

LOOKS_AGAIN: Final = timedelta(hours=2)
"""How long a text waits before it is looked at again whether a facilitator has asked."""


def look(session: Session, contact: Contact, before: str | None, now: datetime) -> None:
    """A contact was recorded whose texts went to the number `before`: its tasks are settled, and new ones opened for it
    and for everybody else whose texts go to the same number. The caller has appended `contact.recorded`.
    """
    changed = contact.number != before
    of_number = (TextTaskKind.SHARED, TextTaskKind.RECHECK) if changed else ()
    settle(session, (TextTaskKind.DUE, *of_number), contact.participant_id, contact.case_id, now)
    if contact.number is None or contact.channel != "text" or not changed:
        return
    found = [each for each in numbers.holders(session, contact.number) if each.channel == "text"]
    if all(each.participant_id == contact.participant_id for each in found):
        return
    for each in found:  # in the order of their cases, as everybody holds them
        ledger.hold(session, SYSTEM, each.case_id, now)
        refs = {"participant": each.participant_id}
        ledger.append(session, "contact.shared", actor=SYSTEM, case_id=each.case_id, refs=refs, at=now)
        open_task(session, TextTaskKind.SHARED, each.participant_id, each.case_id, now)


def waits(session: Session, contact: Contact) -> bool:
    """Whether a facilitator has still to ask before anything is sent to this contact."""
    return is_open(session, TextTaskKind.SHARED, contact.participant_id, contact.case_id)
