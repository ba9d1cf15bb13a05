"""What a provider's answer means, in one table: every code leads to one verdict, and a code that is not here fails.

Codes are Twilio's own (four or five digits), the words that GOV.UK Notify uses, and `http-…` where an answer has no
code. Source: sms.md's table; twilio.com/docs/api/errors; docs.notifications.service.gov.uk, Error codes.
"""

from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What is done about an answer."""

    SLOW = "slow"
    """Wait as told, and slow that sender; it does not count as a try."""
    STOP = "stop"
    """Stop sending for everybody, keep everything queued, tell the administrator."""
    SUPPRESS = "suppress"
    """Nothing goes to that number any more; a task for the facilitator."""
    RECHECK = "recheck"
    """It has failed; a task to check the number again."""
    AGAIN = "again"
    """Try again while there is time, then it has failed; a task."""
    FILTERED = "filtered"
    """It has failed, and the administrator is told."""
    FAIL = "fail"
    """It has failed; a task."""


TABLE: Final[dict[str, Verdict]] = {
    "20429": Verdict.SLOW,  # too many requests
    "30001": Verdict.SLOW,  # the sender's queue is full
    "20003": Verdict.STOP,  # authentication failed
    "20005": Verdict.STOP,  # the account is not active
    "20006": Verdict.STOP,  # access denied
    "20008": Verdict.STOP,  # test credentials
    "20404": Verdict.STOP,  # no such account (nothing else is looked for when a text is sent)
    "21212": Verdict.STOP,  # the sender is no number
    "21603": Verdict.STOP,  # no sender
    "21606": Verdict.STOP,  # the sender is not ours
    "21701": Verdict.STOP,  # no such Messaging Service
    "21703": Verdict.STOP,  # the Messaging Service has no senders
    "30002": Verdict.STOP,  # the account is suspended
    "21610": Verdict.SUPPRESS,  # opted out
    "21211": Verdict.RECHECK,  # not a number
    "21217": Verdict.RECHECK,
    "21614": Verdict.RECHECK,  # not a mobile number
    "30006": Verdict.RECHECK,  # a landline, or a carrier that cannot be reached
    "30003": Verdict.AGAIN,  # the phone could not be reached
    "30004": Verdict.AGAIN,  # blocked
    "30005": Verdict.AGAIN,  # unknown
    "30008": Verdict.AGAIN,  # no reason was given
    "30007": Verdict.FILTERED,
    "permanent-failure": Verdict.RECHECK,  # Notify: the number does not exist
    "temporary-failure": Verdict.AGAIN,  # Notify: the phone was off or has no reception
    "technical-failure": Verdict.AGAIN,  # Notify: between them and the carrier
    "RateLimitError": Verdict.SLOW,
    "TooManyRequestsError": Verdict.STOP,  # Notify: the day's allowance is used up; it begins again at midnight
    "AuthError": Verdict.STOP,
    "http-401": Verdict.STOP,
    "http-403": Verdict.STOP,
    "http-429": Verdict.SLOW,
}


def verdict(code: str) -> Verdict:
    """What a code leads to."""
    return TABLE.get(code, Verdict.FAIL)
