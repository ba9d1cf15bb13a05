"""Who carries a text to a phone: a small interface, and a provider for development and demonstrations.

A provider is called with no transaction open, from several threads at once. It says what surely happened, or that it
does not know: whatever may have reached the provider is never sent again before the provider's own list was asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from sqlalchemy import Engine

from mediation.db import writing
from mediation.protocol.encoding import new_id
from mediation.sms.models import DemonstrationText

Clock = Callable[[], datetime]
TIMEOUT: Final = 8.0
"""Seconds to connect, and between two bytes of an answer: both together are well below a lease."""


class RetryLaterError(Exception):
    """The provider surely did not get the text; `seconds` is what it asked to wait, 0 if it said nothing."""

    def __init__(self, seconds: int = 0) -> None:
        super().__init__("retry later")
        self.seconds = seconds


class UnsureError(Exception):
    """The provider may have taken the text: no answer came, or one that says nothing."""


class RefusedError(Exception):
    """The provider did not take this text: its `code` is looked up in `answers`; `seconds` is what it asked to wait."""

    def __init__(self, code: str = "refused", seconds: int = 0) -> None:
        super().__init__("refused")
        self.code = code[:24]
        self.seconds = seconds


@dataclass(frozen=True)
class Report:
    """What a provider knows of a text: `news` is `way` while it is on its way; `code` says why it did not arrive."""

    provider_id: str
    news: Literal["way", "delivered", "undelivered", "failed"] = "way"
    code: str = ""


class Provider(Protocol):
    """Sends texts. `reference` is our own id of one, the same at every try."""

    @property
    def sender(self) -> str:
        """A fingerprint of whom it sends for, of at most 43 characters."""

    @property
    def reports(self) -> bool:
        """Whether it can be asked what became of a text."""

    def send(self, number: str, body: str, reference: str) -> str:
        """The provider's id of the text. Raises RetryLaterError, UnsureError, RefusedError."""

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        """What its list has since then that may be this text, oldest first; none where it surely did not go out.

        Raises RetryLaterError, UnsureError, RefusedError where the list cannot be had.
        """

    def ask(self, provider_id: str) -> Report | None:
        """What became of a text that it took; None where it knows nothing. Raises as `find` does."""


class ConsoleProvider:
    """Sends nothing. In demonstrations it keeps what it was given, once for each reference, for the page of phones."""

    sender = "console"
    reports = False

    def __init__(self, engine: Engine, now: Clock, *, keeps: bool) -> None:
        self.engine = engine
        self.now = now
        self.keeps = keeps

    def send(self, number: str, body: str, reference: str) -> str:
        """Keeps the text; a reference that was taken before is not taken twice."""
        if self.keeps:
            with writing(self.engine) as session:
                if session.get(DemonstrationText, reference) is None:
                    session.add(DemonstrationText(text_id=reference, number=number, body=body, at=self.now()))
                session.commit()
        return f"console-{new_id()}"

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        """Nothing: it knows what it kept by its reference, and keeps no text twice."""
        return []

    def ask(self, provider_id: str) -> Report | None:
        """Nothing: no phone tells it anything."""
        return None
