"""Texts: how people may be reached, the outbox and its delivery. Nothing here ever sees a message or a name."""

from mediation.sms.operations import cancel, contact_of, contacts_of, enqueue, masked, seen, set_contact

__all__ = ["cancel", "contact_of", "contacts_of", "enqueue", "masked", "seen", "set_contact"]
