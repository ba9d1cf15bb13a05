"""Every refusal that a user can cause has a stable code for programs and a plain sentence for people.

`SENTENCES` is the whole table of the server's own codes, sorted; protocol refusals keep the code and sentence of
`mediation.protocol.errors` and are answered as 422. Nothing in a sentence or a detail repeats what was sent.
"""

from typing import ClassVar, Final

from mediation.protocol.errors import CODES, ProtocolError

SENTENCES: Final[dict[str, str]] = {
    "account-closed": "Nobody can sign in with this name any more. If you have a new card, use it, or else ring us.",
    "account-exists": "There is an account with this identifier already.",
    "account-mixed": "The account and the signed statement do not belong together.",
    "administrator-missing": "The list of staff must name an administrator.",
    "agency-moved": "A newer statement of the agency was stored in the meantime. Please load it and try again.",
    "agency-set-up": "This agency has been set up already.",
    "already-opened": "This letter has been opened already.",
    "already-withdrawn": "You have stopped already. Nothing is passed on from you or to you.",
    "bad-code-word": "A code word is one or a few words of up to 20 letters and numbers.",
    "bad-hours": "These days, hours or dates cannot be used.",
    "bad-input": "Something in this request is missing, too long or not of the right kind.",
    "bad-number": "This is not a telephone number that we can use.",
    "case-exists": "This case has been opened already.",
    "code-gone": "This code does not work any more. Please ask for a new one.",
    "code-word-missing": "For this text, a code word is needed.",
    "code-wrong": "This is not the code that we sent. Please look at the newest text again.",
    "codes-spent": "No more codes can be sent for now. Please try again tomorrow, or ring us.",
    "cross-site": "This request came from another site, so nothing was changed.",
    "decision-open": "Another decision about this is waiting for a signature. Drop it first.",
    "head-moved": "The case has changed meanwhile. Please load it again.",
    "id-taken": "This identifier is in use already.",
    "invitation-admitted": "Whoever used this invitation has been admitted already.",
    "invitation-cancelled": "This invitation has been cancelled. Please ask your facilitator for a new one.",
    "invitation-exists": "This invitation has been sent already.",
    "invitation-expired": "This invitation has run out. Please ask your facilitator for a new one.",
    "invitation-not-joined": "Nobody has used this invitation yet, or it was admitted already.",
    "invitation-unknown": "There is no invitation with this code. Please check it, letter by letter.",
    "invitation-used": "This invitation has been used already. Please ask your facilitator for a new one.",
    "invitation-wrong": "This is not an invitation that somebody has used and that waits for you.",
    "letter-not-ready": "Your facilitator needs to prepare this letter for you again.",
    "locked": "This session is locked. Please enter your passphrase again.",
    "log-key-missing": "The agency's statement does not name the key of this server's audit log.",
    "malformed": "This request could not be read.",
    "memory-conflict": "A newer version was saved from another window or device.",
    "memory-full": "There is no room for more documents. Please delete drafts that you do not need.",
    "message-exists": "There is a message with this identifier already.",
    "message-held": "Another facilitator has put this on hold. Talk to them, or take it off hold first.",
    "no-agency": "This server has no agency yet. Set it up first.",
    "not-admitted": "Your facilitator has not admitted you to this case yet.",
    "not-allowed": "This is for somebody else to do.",
    "not-assisted": "This person has their own access and chooses for themselves.",
    "not-found": "There is nothing at this address, or it is not for you to open.",
    "not-in-review": "This is not waiting for a decision.",
    "not-json": "This service reads application/json only.",
    "not-offered": "This has not been offered.",
    "not-published": "The receipt for this will be here tomorrow.",
    "not-signed-by-you": "This must be signed with your own key.",
    "not-signed-yet": "The audit log has not been signed since. Please try again in a moment.",
    "not-takeable": "This kind of message cannot be taken back.",
    "not-your-key": "This was signed with a key that is not yours.",
    "note-wrong": "The content note does not belong to this decision.",
    "nothing-to-acknowledge": "This person is taking part.",
    "number-confirmed": "This number is confirmed already.",
    "number-missing": "To be told by text, a telephone number is needed.",
    "number-shared": "This number is recorded for somebody else too. Ask who uses it, and mark the task as done.",
    "number-stopped": "No text goes to this number, because we were asked to stop.",
    "proposal-closed": "This proposal is closed.",
    "proposal-exists": "Another change of this case is waiting for a signature. Drop it first.",
    "recalled": "This letter is no longer here.",
    "roster-anchors": "The list of staff does not name the newest state of every case. Please make it again.",
    "roster-moved": "A newer list of staff was stored in the meantime. Please load it and try again.",
    "roster-not-newest": "A new case must name the newest list of staff.",
    "seals-wrong": "The key of the case must be sealed to each facilitator and to the recovery key.",
    "secret-missing": "An invitation to a case must keep its secret for the facilitators.",
    "server-error": "Something went wrong on our side. Nothing was changed.",
    "set-up-code": "This is not the set-up code that the server printed.",
    "sign-in-failed": "The sign-in name or the passphrase is not right. Please check both, word by word.",
    "signed-out": "You are signed out. Please sign in.",
    "staff-not-joined": "Somebody on this list has not joined with these keys.",
    "too-large": "This is larger than is allowed.",
    "too-many-codes": "Several codes were asked for already. Please wait a little and try again.",
    "too-many-tries": "There were too many tries. Please wait a little and try again.",
    "try-again": "The service is busy. Nothing was changed. Please try again.",
    "wrong-method": "This address does not answer that kind of request.",
}


class MediationError(Exception):
    """A refusal: `code` is a key of `SENTENCES` (or of the protocol's table), `detail` goes into the answer as it is.

    `detail` may hold only things that the server made itself (seconds to wait, a stored revision), never input.
    """

    status: ClassVar[int] = 500

    def __init__(self, code: str, **detail: int | str) -> None:
        assert code in SENTENCES or code in CODES, f"unknown error code {code!r}"
        super().__init__(code)
        self.code = code
        self.detail = detail

    @property
    def message(self) -> str:
        """The plain sentence for a person."""
        return SENTENCES.get(self.code) or CODES[self.code]

    def as_dict(self) -> dict[str, int | str]:
        """The body of the answer: {code, message} and the details."""
        return {"code": self.code, "message": self.message, **self.detail}


class Malformed(MediationError):
    """400: not something that this server can read."""

    status = 400


class SignedOut(MediationError):
    """401: nobody is signed in, or the passphrase was wrong."""

    status = 401


class NotAllowed(MediationError):
    """403: signed in, but without the right; or a request from another site."""

    status = 403


class NotFound(MediationError):
    """404: there is no such thing, or it belongs to somebody else."""

    status = 404


class Conflict(MediationError):
    """409: the request contradicts what is there now."""

    status = 409


class Gone(MediationError):
    """410: it was there once: an invitation that is used, cancelled or expired."""

    status = 410


class TooLarge(MediationError):
    """413: more bytes than are allowed."""

    status = 413


class NotJson(MediationError):
    """415: a body of another type than application/json."""

    status = 415


class Invalid(MediationError):
    """422: readable, but its content is refused."""

    status = 422


class TooManyTries(MediationError):
    """429: a throttle; the detail `retry_after` gives the seconds to wait."""

    status = 429


class TryAgain(MediationError):
    """503: the database is busy or the server is stopping."""

    status = 503


def from_protocol(error: ProtocolError) -> Invalid:
    """The 422 answer for a refusal by the protocol package, with its code and sentence."""
    return Invalid(error.code)
