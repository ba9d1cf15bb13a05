"""Every operation on messages, by one door: web, worker and command line call these; each is one act.

Each checks the right first, then the states, changes the rows, appends its audit event and queues its texts, and never
commits. What was raised has changed nothing once the edge has rolled back.
"""

from mediation.messages.choices import choose, choose_for, open_letter
from mediation.messages.deciding import drop_proposal, propose, sign
from mediation.messages.handover import propose_step, sign_step
from mediation.messages.holding import hold, unhold
from mediation.messages.participation import acknowledge, change_for, change_own
from mediation.messages.rewrapping import renote, rewrap
from mediation.messages.submission import submit
from mediation.messages.taking_back import take_back
from mediation.messages.tasks import finish

__all__ = [
    "acknowledge",
    "change_for",
    "change_own",
    "choose",
    "choose_for",
    "drop_proposal",
    "finish",
    "hold",
    "open_letter",
    "propose",
    "propose_step",
    "renote",
    "rewrap",
    "sign",
    "sign_step",
    "submit",
    "take_back",
    "unhold",
]
