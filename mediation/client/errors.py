"""Everything that the client raises beside the protocol's own refusals: a stable code and a plain sentence.

`ApiError` is what the server refused, `ClientError` what this client refused or could not do itself. What fails the
protocol's checks is raised as `mediation.protocol.errors.ProtocolError`, unchanged.
"""

from collections.abc import Mapping
from typing import Any, Final

SENTENCES: Final[dict[str, str]] = {
    "already-open": "There is an open proposal with other content. Drop it first.",
    "event-missing": "An event of this case was left out of what the server gave.",
    "head-moved": "The case has changed meanwhile. Please try again.",
    "memory-rolled-back": "The server gave back an older copy of your own notes than it had before.",
    "no-connection": "The server cannot be reached.",
    "not-admitted": "You have not been admitted to a case yet.",
    "not-mine": "This belongs to nobody that you work for.",
    "not-offered": "There is no letter offered to you under this number.",
    "not-opened": "This letter has not been opened yet.",
    "nothing-suggested": "Your facilitator has suggested no other wording for this letter.",
    "pins-missing": "Your own notes on what you saw before are gone from the server.",
    "proposal-unknown": "There is no such open proposal.",
    "recalled": "This letter was called back before it was opened.",
    "recovery-changed": "The agency's recovery key is another one than before. Ask your administrator, then accept it.",
    "recovery-code": "This is not a code from a recovery sheet.",
    "unexpected-answer": "The server answered in a form that this client does not know.",
    "words-differ": "The six words are not the same. Somebody else may hold the keys: do not go on.",
}


class ClientError(Exception):
    """A refusal by this client: `code` is a key of `SENTENCES`."""

    def __init__(self, code: str, sentence: str | None = None) -> None:
        self.code = code
        self.sentence = SENTENCES[code] if sentence is None else sentence
        super().__init__(code)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class ApiError(ClientError):
    """A refusal by the server: its HTTP `status`, its `code` and sentence, and the `detail` that came with them."""

    def __init__(self, status: int, code: str, sentence: str, detail: Mapping[str, Any]) -> None:
        super().__init__(code, sentence)
        self.status = status
        self.detail = dict(detail)
