"""Checks the timestamps in an export, under the roots that somebody brings along, and says what they tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediation.ledger.checking import CannotCheckError, Report, Timestamp, Trusted
from mediation.ledger.stamped import stamped
from mediation.protocol import checkpoint
from mediation.protocol.encoding import format_time
from mediation.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@dataclass(frozen=True)
class Token:
    """A timestamp in a file: the note that it is said to be of, None where the file has none of that size."""

    name: str
    note: str | None
    answer: bytes


def roots_from(files: Iterable[Path]) -> "list[Certificate]":
    """The certificates in these files of PEM. Raises CannotCheckError."""
    found: list[Certificate] = []
    for each in files:
        from mediation.ledger import stamps  # its libraries take long to load

        try:
            found += stamps.roots_in(each.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CannotCheckError(f"There is no certificate to be read in {each}.") from error
    return found


def check_tokens(report: Report, trusted: Trusted, tokens: Iterable[Token]) -> None:
    """Note the timestamps of a file in the report, and what is wrong with them. Whoever gives roots wants one at least;
    without them none is looked at.
    """
    for each in tokens:
        try:
            _check_token(report, trusted, each)
        except ProtocolError as error:
            if error.code != "note-unsigned":  # by a key of before a rotation: nothing is known of it
                report.find(error.code, f"{each.name}: {error.sentence}")
    if trusted.timestamp_roots and not any(each.at for each in report.timestamps):
        report.find("timestamp-missing", "The file has no timestamp under a root that was given.")


def _check_token(report: Report, trusted: Trusted, token: Token) -> None:
    if token.note is None:
        report.find("timestamp-misplaced", f"{token.name}: the file has no head of this size.")
        return
    head = checkpoint.opened(token.note, trusted.log_keys)
    if not trusted.timestamp_roots:
        report.timestamps.append(Timestamp(head.size, None))
        return
    from mediation.ledger import stamps

    try:
        at = stamps.opened(token.answer, stamped(token.note), trusted.timestamp_roots)
    except stamps.StampError as error:
        report.find(error.code, f"{token.name}: {error.sentence}")
    else:
        report.timestamps.append(Timestamp(head.size, at))


def told(timestamps: Sequence[Timestamp]) -> str:
    """What the summary of a check says of them: the newest that holds."""
    at = max((each for each in timestamps if each.at is not None), key=lambda each: each.size, default=None)
    return f", the first {at.size} there at {format_time(at.at)}" if at is not None and at.at is not None else ""


def untold(timestamps: Sequence[Timestamp]) -> list[str]:
    """A line for those that were not checked."""
    count = sum(each.at is None for each in timestamps)
    if not count:
        return []
    what = "1 timestamp is" if count == 1 else f"{count} timestamps are"
    return [f"{what} in the file and not checked: that takes --timestamp-root FILE.pem."]


def as_json(timestamps: Sequence[Timestamp]) -> list[dict[str, int | str | None]]:
    """The same for programs."""
    return [{"size": each.size, "at": format_time(each.at) if each.at else None} for each in timestamps]
