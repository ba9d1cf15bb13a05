"""Texts: how people may be reached, the outbox and its delivery. Nothing here ever sees a message or a name."""

from mediation.sms.codes import call_off
from mediation.sms.operations import cancel, confirm, contact_of, contacts_of, enqueue, masked, seen, set_contact
from mediation.sms.profile import Profile, read_hours

__all__ = [
    "Profile",
    "call_off",
    "cancel",
    "confirm",
    "contact_of",
    "contacts_of",
    "enqueue",
    "masked",
    "read_hours",
    "seen",
    "set_contact",
]
