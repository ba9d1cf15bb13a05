"""The events of a transcript: each opened from an entry under a signed head of the log, none left out of what the file
says that it holds, the last one the record of the transcript itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from mediation.ledger.checking import Counting, Earlier, Trusted, check_acts, check_head
from mediation.protocol import event, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event
from mediation.transcripts.form import Transcript
from mediation.transcripts.report import TranscriptReport

CLOSING: Final = "case.exported"


@dataclass(frozen=True)
class Trail:
    """The events that were proved, oldest first, with their indices in their logs."""

    events: Sequence[Event]
    indices: Sequence[int]

    @property
    def closing(self) -> Event:
        """The last one."""
        return self.events[-1]

    @cached_property
    def _by_kind(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, each in enumerate(self.events):
            found.setdefault(each.kind, []).append(place)
        return found

    def places(self, kind: str) -> Sequence[int]:
        """Where the events of a kind stand among them."""
        return self._by_kind.get(kind, ())


def read_events(report: TranscriptReport, trusted: Trusted, given: Transcript) -> Trail | None:
    """The events that were proved, once every head is believed; None where there is none."""
    heads = [_head(report, trusted, each) for each in given.heads]
    found: list[tuple[int, Event]] = []
    order = [(each["log"], each["index"]) for each in given.events]
    if any(before >= after for before, after in pairwise(order)):
        report.miss("events-out-of-order")
    for each in given.events:
        proved = _proved(report, heads, each)
        if proved is not None:
            found.append((each["index"], proved))
    if not trusted.quorum:
        report.witnessed = 0
    if not found:
        return None
    trail = Trail([each for _, each in found], [index for index, _ in found])
    _check_whole(report, given, trail)
    return trail


def _head(report: TranscriptReport, trusted: Trusted, given: Mapping[str, Any]) -> Checkpoint | None:
    """A head that can be believed; the report keeps the last one."""
    report.head, report.witnessed = None, 0
    published = given["published"]
    earlier = []
    if published is not None:
        proof = [notes.encode(unb64(each)) for each in published["proof"]]
        earlier = [Earlier("The published head", published["note"], proof)]
    return report.head if check_head(report, trusted, given["note"], earlier) else None


def _proved(report: TranscriptReport, heads: Sequence[Checkpoint | None], given: Mapping[str, Any]) -> Event | None:
    index = given["index"]
    head = heads[given["log"]] if given["log"] < len(heads) else None
    if head is None:
        report.miss("head-missing", index)
        return None
    opening = unb64(given["opening"])
    entry = event.commitment(opening)
    try:
        tree.verify_inclusion(entry, index, head.size, [unb64(each) for each in given["proof"]], head.root)
        found = event.opened(entry, opening)
    except ProtocolError as error:
        report.find(error.code, error.sentence, index)
        return None
    report.events += 1
    return found


def _check_whole(report: TranscriptReport, given: Transcript, trail: Trail) -> None:
    """One case, closed, and nothing missing of what the file says that it holds."""
    cases = {each.case for each in trail.events}
    if given.name_key is not None:
        cases.add(event.pseudonym(unb64(given.name_key), "case", given.case["case_id"]))
    if len(cases) > 1:
        report.miss("case-mixed")
    if trail.closing.kind != CLOSING:
        report.miss("not-closed")
        return
    refs = trail.closing.refs
    if (refs.get("what"), refs.get("participant")) != (report.kind, given.about):
        report.miss("closing-differs")
    counting = Counting(report)
    own = trail.events if given.about is None else trail.events[:-1]
    for index, each in zip(trail.indices, own, strict=False):
        counting.count(index, each)
        if given.about is not None and each.actor != refs.get("actor"):
            report.miss("events-of-others", index)
    if given.about is not None and refs.get("acts") != str(len(own)):
        report.miss("acts-missing")
    if given.about is None:
        _check_acts(report, trail)


def _check_acts(report: TranscriptReport, trail: Trail) -> None:
    """Everybody's last events are here too."""
    check_acts(report, Counter(each.actor for each in trail.events), trail.closing)
    if trail.closing.refs.get(trail.closing.actor) != str(trail.closing.n):
        report.miss("closing-differs")
