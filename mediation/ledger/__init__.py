"""The audit trail: every act appends an event in its own transaction; nothing here is ever changed or removed."""

from mediation.ledger import guarded as guarded  # watches every session from here on
from mediation.ledger.operations import append, hold
from mediation.ledger.vocabulary import KINDS

__all__ = ["KINDS", "append", "hold"]
