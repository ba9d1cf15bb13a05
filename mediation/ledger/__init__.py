"""The audit trail: every act appends an event in its own transaction; nothing here is ever changed or removed."""

from mediation.ledger import guarded as guarded  # watches every session from here on
from mediation.ledger.operations import AGENCY_SCOPE, append, hold, note_key
from mediation.ledger.vocabulary import KINDS

__all__ = ["AGENCY_SCOPE", "KINDS", "append", "hold", "note_key"]
