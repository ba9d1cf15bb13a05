"""Who carries a text to a phone: a small interface, and a provider for development and demonstrations.

A provider is called with no transaction open. It answers with its own id of the text, or raises one of the two
refusals.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from mediation.db import writing
from mediation.protocol.encoding import new_id
from mediation.sms.models import DemonstrationText

Clock = Callable[[], datetime]


class RetryLaterError(Exception):
    """The provider could not take the text now; `seconds` is what it asked to wait, 0 if it said nothing."""

    def __init__(self, seconds: int = 0) -> None:
        super().__init__("retry later")
        self.seconds = seconds


class RefusedError(Exception):
    """The provider will never take this text."""


class Provider(Protocol):
    """Sends one text. `reference` is our own id of it, the same at every try."""

    def send(self, number: str, body: str, reference: str) -> str:
        """The provider's id of the text. Raises RetryLaterError, RefusedError."""


class ConsoleProvider:
    """Sends nothing. In demonstrations it keeps what it was given, once for each reference, for the page of phones."""

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
