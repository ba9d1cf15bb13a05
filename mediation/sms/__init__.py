"""Texts: safe-contact profiles, the outbox and its delivery. Nothing here ever sees a message, a name or a case word."""

from mediation.sms.operations import cancel, contact_of, enqueue, masked, seen, set_contact

__all__ = ["cancel", "contact_of", "enqueue", "masked", "seen", "set_contact"]
