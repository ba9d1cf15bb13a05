"""What every check of something exported from the audit log has in common: what was brought along, what was found, the
signed head with its witnesses and the heads before it, and the numbers of events. No server and no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mediation.protocol import checkpoint, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_FINDINGS: Final = 1000


class CannotCheckError(Exception):
    """The file is not there, no export, or not readable; nothing was found out about the log."""


@dataclass(frozen=True)
class Trusted:
    """What the verifier brings along: texts of the log's and of witnesses' keys, how many witnesses must have signed,
    a head {size, root} that was seen before, and the root certificates of timestamp authorities.
    """

    log_keys: Sequence[str]
    witness_keys: Sequence[str] = ()
    quorum: int = 0
    seen: tuple[int, bytes] | None = None
    timestamp_roots: "Sequence[Certificate]" = ()


@dataclass(frozen=True)
class Finding:
    """Something that was tampered with, or is missing. `index`: the entry that it is about, if any."""

    code: str
    text: str
    index: int | None = None

    @property
    def line(self) -> str:
        """As it is said to somebody."""
        return f"{'' if self.index is None else f'entry {self.index}: '}{self.text} ({self.code})"


@dataclass(frozen=True)
class Timestamp:
    """A timestamp of the head of `size` entries, which were there at `at`; None where it was not checked."""

    size: int
    at: datetime | None


@dataclass
class Report:
    """What was checked, and what was found; nothing found is good. `witnessed`: the size of the newest head in the file
    that as many witnesses have signed as are demanded.
    """

    kind: str
    head: Checkpoint | None = None
    witnessed: int = 0
    events: int = 0
    timestamps: list[Timestamp] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, text: str, index: int | None = None) -> None:
        """Note something, up to a limit."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, text, index))


class Counting:
    """Every actor's events in a case are numbered 0, 1, 2 …, in the order of the log."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._next: dict[tuple[str, str], int] = {}

    def count(self, index: int, found: Event) -> None:
        """Find a gap before this event, or a number that was issued twice."""
        wanted = self._next.get((found.case, found.actor), 0)
        if found.n != wanted:
            what = "is missing before" if found.n > wanted else "was issued twice, the second time to"
            self._report.find("event-missing" if found.n > wanted else "number-twice", f"A number {what} this.", index)
        self._next[found.case, found.actor] = found.n + 1


def check_acts(report: Report, caused: Mapping[str, int], closing: Event) -> None:
    """That nobody's last events were left out, which no gap shows: the event that closes an export of a case names how
    many each of its actors had caused. `caused`: how many are there by pseudonym, that one included.
    """
    for actor, number in closing.refs.items():
        if number.isdigit() and caused.get(actor, 0) - (actor == closing.actor) < int(number):
            report.find("acts-missing", "Somebody has done more than the events in the file tell.")


@dataclass(frozen=True)
class Earlier:
    """A head of before in the same file: `proof` are the hashes, as text, which show that the newest begins with it."""

    name: str
    note: str
    proof: Sequence[str]


def check_head(report: Report, trusted: Trusted, note: str, earlier: Iterable[Earlier]) -> bool:
    """Whether the head can be believed: signed by the log, as many witnesses as are demanded under it or under an
    earlier one. Notes it in the report, and what is wrong with it or with those before it.
    """
    try:
        report.head = checkpoint.opened(note, trusted.log_keys, trusted.witness_keys)
        _count_witnesses(report, trusted, note)
        for each in earlier:
            _check_earlier(report, trusted, report.head, each)
        if trusted.quorum and not report.witnessed:
            raise ProtocolError("witnesses-too-few")
    except ProtocolError as error:
        report.find(error.code, error.sentence)
        return False
    return True


def _check_earlier(report: Report, trusted: Trusted, head: Checkpoint, earlier: Earlier) -> None:
    try:
        old = checkpoint.opened(earlier.note, trusted.log_keys)
        proof = [notes.decode(each) for each in earlier.proof]
        tree.verify_consistency(old.size, old.root, head.size, head.root, proof)
        if old.origin != head.origin:
            raise ProtocolError("bad-proof")
        _count_witnesses(report, trusted, earlier.note)
    except ProtocolError as error:
        if error.code != "note-unsigned":  # by a key of before a rotation: nothing is known of it
            report.find("log-forked", f"{earlier.name}: {error.sentence}")


def _count_witnesses(report: Report, trusted: Trusted, note: str) -> None:
    """Whether enough witnesses have signed this head. They see published heads only, so that the newest one in the
    file may go on from theirs. Raises ProtocolError for a line of a witness that does not verify.
    """
    try:
        head = checkpoint.opened(note, trusted.log_keys, trusted.witness_keys, trusted.quorum)
    except ProtocolError as error:
        if error.code != "witnesses-too-few":
            raise
    else:
        report.witnessed = max(report.witnessed, head.size)


def verifier_keys(texts: Iterable[str]) -> list[str]:
    """Keys as somebody typed them, each a verifier key. Raises CannotCheckError."""
    try:
        return [notes.parse_key(each).text for each in texts]
    except ProtocolError as error:
        raise CannotCheckError(error.sentence) from error
