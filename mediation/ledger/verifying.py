"""Checks an export of the audit log by itself: no server, no database, nothing believed but the keys that were given.

A full export is recomputed from its entries, in memory that does not grow with them; every opening is checked against
its entry. Of a case, every event is proved to be in the log, and none of an actor's numbers may be missing. What was
tampered with is listed; what cannot be read at all is a `CannotCheckError`.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from mediation.protocol import checkpoint, event, log_proof, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import ENTRY_SIZE, Event
from mediation.protocol.growing import GrowingTree

CLOSING: Final = "audit.export"
ERASED: Final = "case.erased"
MOST_FINDINGS: Final = 1000
LONGEST_LINE: Final = 16 * 1024
LARGEST_PART: Final = 128 * 1024
CHUNK: Final = 4096
Progress = Callable[[int, int], None]
"""Told (entries done, entries in all)."""


class CannotCheckError(Exception):
    """The file is not there, no export, or not readable; nothing was found out about the log."""


@dataclass(frozen=True)
class Trusted:
    """What the verifier brings along: texts of the log's and of witnesses' keys, how many witnesses must have signed,
    and a head {size, root} that was seen before.
    """

    log_keys: Sequence[str]
    witness_keys: Sequence[str] = ()
    quorum: int = 0
    seen: tuple[int, bytes] | None = None


@dataclass(frozen=True)
class Finding:
    """Something that was tampered with, or is missing. `index`: the entry that it is about, if any."""

    code: str
    text: str
    index: int | None = None


@dataclass
class Report:
    """What was checked, and what was found; nothing found is good. `witnessed`: the size of the newest head in the file
    that as many witnesses have signed as are demanded.
    """

    kind: str
    head: Checkpoint | None = None
    witnessed: int = 0
    events: int = 0
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, text: str, index: int | None = None) -> None:
        """Note something, up to a limit."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, text, index))


def verify(file: Path, trusted: Trusted, progress: Progress = lambda done, of: None) -> Report:
    """Check the export in `file`. Raises CannotCheckError."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise CannotCheckError("A part stands in the file twice.")
            if "entries" in names:
                if "openings.jsonl" not in names:
                    raise CannotCheckError("The part openings.jsonl is missing.")
                return _Whole(archive, trusted, progress).report
            return _OfCase(archive, trusted, progress).report
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise CannotCheckError("The file cannot be read, or is no export of an audit log.") from error


class _Counting:
    """Every actor's events in a case are numbered 0, 1, 2 …, in the order of the log."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._next: dict[tuple[str, str], int] = {}

    def count(self, index: int, found: Event) -> None:
        wanted = self._next.get((found.case, found.actor), 0)
        if found.n != wanted:
            what = "is missing before" if found.n > wanted else "was issued twice, the second time to"
            self._report.find("event-missing" if found.n > wanted else "number-twice", f"A number {what} this.", index)
        self._next[found.case, found.actor] = found.n + 1


class _Archive:
    """What both kinds of export have."""

    kind = ""

    def __init__(self, archive: zipfile.ZipFile, trusted: Trusted, progress: Progress) -> None:
        self.archive = archive
        self.trusted = trusted
        self.progress = progress
        self.report = Report(self.kind)
        self.note = self.part("checkpoint").decode("utf-8")
        try:
            self.report.head = checkpoint.opened(self.note, trusted.log_keys, trusted.witness_keys)
            self._check_witnesses(self.note)
            self._check_earlier(self.report.head)
            if trusted.quorum and not self.report.witnessed:
                raise ProtocolError("witnesses-too-few")
        except ProtocolError as error:
            self.report.find(error.code, error.sentence)
        else:
            self.check(self.report.head)

    def check(self, head: Checkpoint) -> None:
        """The rest, under a head that the log has signed."""
        raise NotImplementedError

    def _check_earlier(self, head: Checkpoint) -> None:
        """The earlier heads in the file, each with the proof that this one begins with it."""
        for name in (each for each in self.archive.namelist() if each.startswith("consistency/")):
            hashes, _, note = self.part(name).decode("utf-8").partition("\n\n")
            try:
                old = checkpoint.opened(note, self.trusted.log_keys)
                proof = [notes.decode(each) for each in hashes.split("\n") if each]
                tree.verify_consistency(old.size, old.root, head.size, head.root, proof)
                if old.origin != head.origin:
                    raise ProtocolError("bad-proof")
                self._check_witnesses(note)
            except ProtocolError as error:
                if error.code != "note-unsigned":  # by a key of before a rotation: nothing is known of it
                    self.report.find("log-forked", f"{name}: {error.sentence}")

    def _check_witnesses(self, note: str) -> None:
        """Whether enough witnesses have signed this head. They see published heads only, so that the newest one in the
        file may go on from theirs. Raises ProtocolError for a line of a witness that does not verify.
        """
        trusted = self.trusted
        try:
            head = checkpoint.opened(note, trusted.log_keys, trusted.witness_keys, trusted.quorum)
        except ProtocolError as error:
            if error.code != "witnesses-too-few":
                raise
        else:
            self.report.witnessed = max(self.report.witnessed, head.size)

    def part(self, name: str) -> bytes:
        """A small part. Raises CannotCheckError if it is missing or too large."""
        try:
            if self.archive.getinfo(name).file_size > LARGEST_PART:
                raise CannotCheckError(f"The part {name} is larger than it can be.")
            return self.archive.read(name)
        except KeyError as error:
            raise CannotCheckError(f"The part {name} is missing.") from error


class _Whole(_Archive):
    """All entries and all openings."""

    kind = "log"

    def check(self, head: Checkpoint) -> None:
        """Root, then openings."""
        if self.archive.getinfo("entries").file_size != head.size * ENTRY_SIZE:
            self.report.find("entries-missing", "The file does not have as many entries as the checkpoint says.")
            return
        self._check_root(head)
        self._check_openings(head)

    def _check_root(self, head: Checkpoint) -> None:
        growing = GrowingTree()
        size, root = self.trusted.seen or (0, b"")
        with self.archive.open("entries") as stream:
            while chunk := stream.read(CHUNK * ENTRY_SIZE):
                entries = [chunk[begin : begin + ENTRY_SIZE] for begin in range(0, len(chunk), ENTRY_SIZE)]
                before = growing.size
                if before < size <= before + len(entries):
                    growing.add(entries[: size - before])
                    self._compare_seen(growing, root)
                    entries = entries[size - before :]
                growing.add(entries)
                self.progress(growing.size, head.size)
        if size > head.size:
            self.report.find("log-rolled-back", "The log is shorter than the head that was seen before.")
        if growing.root != head.root:
            self.report.find("root-wrong", "The entries are not those under the signed root: one was changed or moved.")

    def _compare_seen(self, growing: GrowingTree, root: bytes) -> None:
        if growing.root != root:
            self.report.find("log-forked", "The log does not begin with the head that was seen before.")

    def _check_openings(self, head: Checkpoint) -> None:
        counting = _Counting(self.report)
        missing: list[int] = []
        erased: list[range] = []
        with self.archive.open("entries") as entries, self.archive.open("openings.jsonl") as lines:
            openings = self._openings(lines)
            waiting = next(openings, None)
            for index in range(head.size):
                entry = entries.read(ENTRY_SIZE)
                if waiting is None or waiting[0] != index:
                    missing.append(index)
                    continue
                found = self._opened(index, entry, waiting[1])
                if found is not None:
                    counting.count(index, found)
                    erased += _erased(found)
                waiting = next(openings, None)
                if index % CHUNK == 0:
                    self.progress(index, head.size)
        if waiting is not None:
            text = "An opening stands twice, out of order, or beside no entry."
            self.report.find("opening-misplaced", text, waiting[0])
        for index in missing:
            if not any(index in each for each in erased):
                self.report.find("opening-missing", "Nobody can read this entry, and no erasure says why.", index)

    def _openings(self, lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        while line := lines.readline(LONGEST_LINE):
            try:
                value = json.loads(line)
                yield int(value["i"]), notes.decode(value["o"])
            except (ValueError, KeyError, TypeError, ProtocolError) as error:
                raise CannotCheckError("A line of openings.jsonl cannot be read.") from error

    def _opened(self, index: int, entry: bytes, opening: bytes) -> Event | None:
        try:
            found = event.opened(entry, opening)
        except ProtocolError as error:
            self.report.find(error.code, error.sentence, index)
            return None
        self.report.events += 1
        return found


def _erased(found: Event) -> list[range]:
    """The entries whose openings an erasure has destroyed: `first-last`, or one number."""
    if found.kind != ERASED:
        return []
    spans = [value.partition("-") for value in found.refs.values()]
    return [range(int(first), int(last or first) + 1) for first, _, last in spans if first.isdigit()]


class _OfCase(_Archive):
    """The events of one case, each with its proof."""

    kind = "case"

    def check(self, head: Checkpoint) -> None:
        """Each proof, the numbers, and that the last one closes the export."""
        names = [name for name in self.archive.namelist() if name.startswith("events/")]
        indices = sorted(names, key=lambda name: int(name[7:-11]) if name[7:-11].isdigit() else -1)
        if not names:
            raise CannotCheckError("The file holds no events.")
        counting = _Counting(self.report)
        cases: set[str] = set()
        last: Event | None = None
        for done, name in enumerate(indices):
            proved = self._proved(name)
            if proved is not None:
                index, last = proved
                counting.count(index, last)
                cases.add(last.case)
            self.progress(done + 1, len(names))
        if len(cases) > 1:
            self.report.find("case-mixed", "Events of several cases stand in one file.")
        if last is None or last.kind != CLOSING:
            self.report.find("not-closed", "The export's own event does not end it: later ones may have been left out.")

    def _proved(self, name: str) -> tuple[int, Event] | None:
        try:
            proof = log_proof.parse(self.part(name).decode("utf-8"))
            if proof.note != self.note or proof.extra is None or name != f"events/{proof.index}.tlog-proof":
                raise ProtocolError("bad-log-proof")
            entry = event.commitment(proof.extra)
            log_proof.verify(proof, entry, self.trusted.log_keys)
            found = event.opened(entry, proof.extra)
        except ProtocolError as error:
            self.report.find(error.code, f"{name}: {error.sentence}")
            return None
        self.report.events += 1
        return proof.index, found
