"""What texts came of, month by month, for the administrator: numbers alone, of the whole agency.

A month (UTC) is that in which a text was queued. No case, no person and no number stands in it, and nobody is told that
a text was read: a phone that took it is all that is ever known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.db import ask
from mediation.sms.answers import TABLE, Verdict
from mediation.sms.models import OutboxText
from mediation.sms.states import TextState

MONTHS: Final = 12
"""How many months are shown, this one included."""
UNSENT: Final = frozenset({TextState.CANCELLED, TextState.EXPIRED, TextState.SUPPRESSED})
LOST: Final = frozenset({TextState.FAILED, TextState.UNDELIVERED})
FILTERED: Final = tuple(code for code, found in TABLE.items() if found is Verdict.FILTERED)
WAITING: Final = frozenset({TextState.QUEUED, TextState.SENDING})


@dataclass
class Month:
    """One month's texts. `sent`: the provider took them; `delivered`: so many phones took them; `failed`, with
    `reasons`: so many did not; `unsent`: not needed or not allowed any more; `waiting`: not tried or tried again.
    """

    year: int
    month: int
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unsent: int = 0
    waiting: int = 0
    segments: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As 2026-11."""
        return f"{self.year}-{self.month:02}"

    @property
    def begin(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def cost(self, price: Decimal) -> Decimal:
        """An estimate: segments by what one costs, in the same currency."""
        return self.segments * price


def monthly(session: Session, actor: Actor, now: datetime) -> list[Month]:
    """The last twelve months, the newest first, those without a text as well."""
    require(actor, "text:report")
    months = list(_last(now))
    for row in ask(session, _counted([each.begin for each in months])):
        _count(months[row.place], row)
    return months


def filtered(session: Session, actor: Actor, since: datetime) -> int:
    """How many texts that were queued since then a network stopped because it took them for advertising."""
    require(actor, "text:report")
    wanted = select(func.count()).where(OutboxText.created_at >= since, OutboxText.error.in_(FILTERED))
    return session.scalar(wanted) or 0


def reasons(months: Iterable[Month]) -> list[tuple[str, int]]:
    """Why texts failed, the most frequent first."""
    found: dict[str, int] = {}
    for month in months:
        for reason, number in month.reasons.items():
            found[reason] = found.get(reason, 0) + number
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def table(months: Sequence[Month], price: Decimal) -> list[list[str]]:
    """As a spreadsheet: its head, and a row for each month, oldest first."""
    why = [reason for reason, _ in reasons(months)]
    head = ["month", "sent", "delivered", "failed", "unsent", "waiting", "segments", "estimated_cost"]
    rows = [
        [each.name, *(str(getattr(each, name)) for name in head[1:-1]), f"{each.cost(price):.2f}"]
        + [str(each.reasons.get(reason, 0)) for reason in why]
        for each in reversed(months)
    ]
    return [[*head, *(f"failed_{reason}" for reason in why)], *rows]


def _last(now: datetime) -> Iterable[Month]:
    year, month = now.astimezone(UTC).year, now.astimezone(UTC).month
    for _ in range(MONTHS):
        yield Month(year, month)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def _count(month: Month, row: Row[*tuple[Any, ...]]) -> None:
    state, number = TextState(row.state), row.number
    month.sent += row.sent
    month.segments += row.sent  # a wording is one segment, which a test holds every one of them to
    month.delivered += number if state is TextState.DELIVERED else 0
    month.unsent += number if state in UNSENT else 0
    month.waiting += number if state in WAITING else 0
    if state in LOST:
        month.failed += number
        reason = row.error or "unknown"
        month.reasons[reason] = month.reasons.get(reason, 0) + number


def _counted(begins: Sequence[datetime]) -> Select[*tuple[Any, ...]]:
    """How many texts of each month ended how; `begins`, the newest first: what a month is, a database would decide by
    its own clock.
    """
    place = case(*((OutboxText.created_at >= begin, number) for number, begin in enumerate(begins))).label("place")
    return (
        select(
            place,
            OutboxText.state,
            OutboxText.error,
            func.count().label("number"),
            func.count(OutboxText.sent_at).label("sent"),
        )
        .where(OutboxText.created_at >= begins[-1])
        .group_by(literal_column("place"), OutboxText.state, OutboxText.error)
    )
