"""Checks an export of the audit log by itself: no server, no database, nothing believed but the keys that were given.

A full export is recomputed from its entries, in memory that does not grow with them; every opening is checked against
its entry. Of a case, every event is proved to be in the log, and none of an actor's numbers may be missing. What was
tampered with is listed; what cannot be read at all is a `CannotCheckError`.
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from mediation.ledger.checking import CannotCheckError as CannotCheckError
from mediation.ledger.checking import Counting, Earlier, check_acts, check_head
from mediation.ledger.checking import Report as Report
from mediation.ledger.checking import Trusted as Trusted
from mediation.ledger.stamp_check import Token, check_tokens
from mediation.protocol import event, log_proof, notes
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import ENTRY_SIZE, Event
from mediation.protocol.growing import GrowingTree

CLOSING: Final = "audit.export"
ERASED: Final = "case.erased"
LONGEST_LINE: Final = 16 * 1024
LARGEST_PART: Final = 128 * 1024
CHUNK: Final = 4096
Progress = Callable[[int, int], None]
"""Told (entries done, entries in all)."""


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


class _Archive:
    """What both kinds of export have."""

    kind = ""

    def __init__(self, archive: zipfile.ZipFile, trusted: Trusted, progress: Progress) -> None:
        self.archive = archive
        self.trusted = trusted
        self.progress = progress
        self.report = Report(self.kind)
        self.note = self.part("checkpoint").decode("utf-8")
        if check_head(self.report, trusted, self.note, self._earlier()) and self.report.head is not None:
            check_tokens(self.report, trusted, self._tokens(self.report.head))
            self.check(self.report.head)

    def check(self, head: Checkpoint) -> None:
        """The rest, under a head that the log has signed."""
        raise NotImplementedError

    def _earlier(self) -> Iterator[Earlier]:
        """The earlier heads in the file, each with the proof that this one begins with it."""
        for name in (each for each in self.archive.namelist() if each.startswith("consistency/")):
            hashes, _, note = self.part(name).decode("utf-8").partition("\n\n")
            yield Earlier(name, note, [each for each in hashes.split("\n") if each])

    def _tokens(self, head: Checkpoint) -> Iterator[Token]:
        """The timestamps in the file, each with the note of the head of its size."""
        for name in (each for each in self.archive.namelist() if each.startswith("timestamps/")):
            size = name.removeprefix("timestamps/").removesuffix(".tsr")
            note = self.note if size == str(head.size) else self._note_before(size)
            yield Token(name, note, self.part(name))

    def _note_before(self, size: str) -> str | None:
        name = f"consistency/{size}"
        return self.part(name).decode("utf-8").partition("\n\n")[2] if name in self.archive.namelist() else None

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
        counting = Counting(self.report)
        missing: list[int] = []
        erased: list[range] = []
        with self._buffered("entries") as entries, self._buffered("openings.jsonl") as lines:
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
        for index in _unexplained(missing, erased):
            self.report.find("opening-missing", "Nobody can read this entry, and no erasure says why.", index)

    def _buffered(self, name: str) -> io.BufferedReader:
        """A part to be read a little at a time: the library's own reader takes ten times as long for that."""
        return io.BufferedReader(self.archive.open(name), CHUNK * ENTRY_SIZE)  # type: ignore[arg-type]  # it reads into

    def _openings(self, lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        while line := lines.readline(LONGEST_LINE):
            try:
                value = json.loads(str(line, "utf-8"))
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


def erased_spans(found: Event) -> list[str]:
    """What an erasure names, numbered; its other refs are no places in the log. Nothing of other events."""
    return [span for name, span in found.refs.items() if name.isdigit()] if found.kind == ERASED else []


def _erased(found: Event) -> list[range]:
    """The entries whose openings an erasure has destroyed: `first-last`, or one number."""
    spans = [value.partition("-") for value in erased_spans(found)]
    return [range(int(first), int(last or first) + 1) for first, _, last in spans if first.isdigit()]


def _unexplained(missing: Iterable[int], erased: Iterable[range]) -> Iterator[int]:
    """Which of these entries, in their order, no erasure names."""
    spans = sorted(erased, key=lambda each: each.start, reverse=True)
    after = 0
    for index in missing:
        while spans and spans[-1].start <= index:
            after = max(after, spans.pop().stop)
        if index >= after:
            yield index


class _OfCase(_Archive):
    """The events of one case, each with its proof."""

    kind = "case"

    def check(self, head: Checkpoint) -> None:
        """Each proof, the numbers, and that the last one closes the export."""
        names = [name for name in self.archive.namelist() if name.startswith("events/")]
        indices = sorted(names, key=lambda name: int(name[7:-11]) if name[7:-11].isdigit() else -1)
        if not names:
            raise CannotCheckError("The file holds no events.")
        counting = Counting(self.report)
        cases: set[str] = set()
        caused: Counter[str] = Counter()
        last: Event | None = None
        for done, name in enumerate(indices):
            proved = self._proved(name)
            if proved is not None:
                index, last = proved
                counting.count(index, last)
                cases.add(last.case)
                caused[last.actor] += 1
            self.progress(done + 1, len(names))
        if len(cases) > 1:
            self.report.find("case-mixed", "Events of several cases stand in one file.")
        if last is None or last.kind != CLOSING:
            self.report.find("not-closed", "The export's own event does not end it: later ones may have been left out.")
        else:
            check_acts(self.report, caused, last)

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
