"""The one vocabulary of audit events: subject.past_participle and what it means. An unknown kind is a programming
error.
"""

from typing import Final

KINDS: Final[dict[str, str]] = {
    # agency, staff, accounts
    "agency.set-up": "The agency was set up and its root statement stored.",
    "agency.stated": "A newer agency statement was stored.",
    "agency.settings-changed": "The agency's settings were changed.",
    "roster.issued": "A newer list of staff was issued.",
    "staff.admitted": "A member of staff was admitted by a roster.",
    "staff.left": "A member of staff left the roster; their sessions ended.",
    "account.closed": "An account was closed.",
    "session.started": "Somebody signed in.",
    "session.ended": "A session was ended.",
    # invitations
    "invitation.created": "An invitation was made.",
    "invitation.joined": "Somebody used an invitation.",
    "invitation.admitted": "Somebody who had joined was admitted.",
    "invitation.cancelled": "An invitation was cancelled.",
    # cases
    "case.created": "A case was opened.",
    "case.stated": "A newer case statement was adopted.",
    "case.proposed": "A case statement was proposed that needs another signature.",
    "case.signed": "A proposed case statement was signed by another facilitator.",
    "case.exported": "A facilitator made a transcript of the letters passed on, or of what concerns one person.",
    "case.erased": "A case was erased; names the places in the log whose openings are gone.",
    "case.dropped": "A proposed case statement was dropped.",
    "consent.given": "A participant's consent was recorded.",
    "consent.paused": "A participant paused.",
    "consent.withdrawn": "A participant withdrew.",
    "consent.acknowledged": "A facilitator acknowledged a pause or withdrawal.",
    "task.done": "A facilitator marked a task as done.",
    # messages
    "message.submitted": "A message was handed in.",
    "message.held": "A facilitator put a message on hold.",
    "message.unheld": "A facilitator took a message off hold.",
    "message.taken-back": "The writer took a message back.",
    "message.recalled": "An unopened or unreleased message was recalled.",
    "message.rewrapped": "A message's key was sealed again for somebody entitled to it.",
    "message.offered": "A released message was offered: its time had come.",
    "message.opened": "The recipient opened a message.",
    "message.kept": "The recipient kept a message for later.",
    "message.with-facilitator": "The recipient asked to read a message with a facilitator.",
    "message.not-wanted": "The recipient did not want a message.",
    "message.told": "A recipient agreed that the writer may know that they opened a message.",
    "decision.proposed": "A decision was proposed that needs another signature.",
    "decision.signed": "A proposed decision was signed by another facilitator.",
    "decision.dropped": "A proposed decision was dropped.",
    "message.released": "A message was released to a recipient.",
    "message.returned": "A message was returned to its writer.",
    "message.stopped": "A message was stopped.",
    # the trail itself
    "audit.export": "The audit log, or what is in it of a case, was exported.",
    "audit.log-opened": "A further log was opened after an older backup was restored; names the last known head.",
    "audit.padded": "Nothing happened: an entry that makes silent and busy days look alike.",
    "key.rotated": "Other keys sign the audit log from now on; names them.",
    # texts
    "contact.recorded": "How a participant may be reached was recorded.",
    "contact.confirmed": "Somebody typed the code that had gone to a participant's number.",
    "contact.shared": "A participant's number is somebody else's too: nothing is sent to it until that was looked at.",
    "contact.due": "It was nearly ninety days since it was recorded how a participant may be reached.",
    "sms.queued": "A text was queued.",
    "sms.claimed": "A text is being handed to the provider.",
    "sms.unsure": "It is not known whether a text went out; the provider is asked before it is tried again.",
    "sms.asked": "The provider is being asked whether a text went out.",
    "sms.sent": "A text was handed to the provider.",
    "sms.delivered": "The provider said that a text reached the phone, which is not to say that it was read.",
    "sms.undelivered": "The provider said that a text did not reach the phone.",
    "sms.seen": "The person signed in after a text.",
    "sms.recalled": "A text on its way was called back: it is not tried again.",
    "sms.cancelled": "A text was cancelled before it went out.",
    "sms.suppressed": "A text was not sent, or not again: the number wants none.",
    "sms.expired": "A queued text became too old to send.",
    "sms.failed": "A text could not be sent.",
    "sms.opted-out": "A participant's number wants no more texts: its holder, the provider or an operator said so.",
    "sms.opted-in": "The holder of a participant's number answered START, or an operator allowed texts to it again.",
    "sms.help-asked": "The holder of a participant's number answered HELP.",
    "sms.answered": "Somebody answered from a participant's number; what was written is not kept.",
}


def table() -> str:
    """The vocabulary as docs/audit.md has it."""
    rows = "".join(f"| `{kind}` | {what} |\n" for kind, what in KINDS.items())
    return f"| event | what happened |\n|---|---|\n{rows}"
