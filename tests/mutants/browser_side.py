"""Mutates the JavaScript of the protocol and replays to it what the tests have asked.

Each mutant is loaded beside the others in one of a few node processes; a process that says nothing for a while is
ended, and the mutant that it hangs on counts as noticed.
"""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.mutants.mutant import Mutant, keyed
from tests.mutants.result import Result, progress
from tests.node import LOADING, NODE

HERE = Path(__file__).parent / "javascript"
PATIENCE = 120
"""Seconds for one mutant."""
FEW = 3
Edit = tuple[int, int, str]


@dataclass(frozen=True)
class Asked:
    """A question of the tests: its operation, the lines (`file:line`) that refusals went through, the fields that they
    were of ("" if one does not say), and the code of the answer."""

    number: int
    operation: str
    lines: frozenset[str]
    fields: frozenset[str]
    code: str | None


def points(files: Sequence[Path], root: Path) -> tuple[list[Mutant], dict[str, Edit]]:
    """Every mutant of these files, in their order, and the edit that makes each, by its key."""
    command = [NODE, "--expose-internals", str(HERE / "points.mjs"), *map(str, files)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout)
    mutants, edits = [], {}
    for file in files:
        given = [each for each in found if each["path"] == str(file)]
        plain = [_mutant(str(file.relative_to(root)), number, each) for number, each in enumerate(given)]
        for mutant, each in zip(keyed(plain), given, strict=True):
            mutants.append(mutant)
            edits[mutant.key] = tuple(each["edit"])
    return mutants, edits


def _mutant(path: str, number: int, found: dict[str, Any]) -> Mutant:
    names = ("function", "operator", "code", "start", "end", "since", "reach", "exact")
    return Mutant(path=path, number=number, **{name: found[name] for name in names})


class BrowserSide:
    """Judges mutants by a file of questions (`questions`), which begins with the shared vectors, `vectors` many."""

    def __init__(self, root: Path, questions: Path, vectors: int, edits: dict[str, Edit]) -> None:
        self._root, self._questions, self._vectors, self._edits = root, questions, vectors, edits
        self._asked: list[Asked] = []
        self.disagreeing: list[str] = []

    def gather(self) -> None:
        """See what each question makes refuse while nothing is mutated, and whether the answers still agree."""
        with _Node([str(self._questions)]) as node:
            for number, line in enumerate(node.lines()):
                lines, fields = frozenset(line["lines"]), frozenset(line["fields"])
                self._asked.append(Asked(number, line["operation"], lines, fields, line["code"]))
                if not line["agrees"]:
                    self.disagreeing.append(f"question {number}: {line['operation']}")

    def judge(self, mutants: Sequence[Mutant], workers: int) -> list[Result]:
        """What became of each mutant, in their order."""
        shares = [mutants[number::workers] for number in range(workers)]
        with ThreadPoolExecutor(workers) as pool:
            results = {each.mutant.key: each for share in pool.map(self._share, shares) for each in share}
        return [results[mutant.key] for mutant in mutants]

    def _share(self, mutants: Sequence[Mutant]) -> list[Result]:
        results: list[Result] = []
        while len(results) < len(mutants):
            results += self._run(mutants[len(results) :])
        return results

    def _run(self, mutants: Sequence[Mutant]) -> list[Result]:
        """The results of one process: for all of these mutants, or up to one that it hangs or crashes on."""
        results: list[Result] = []
        plan = [self._planned(str(number), mutant) for number, mutant in enumerate(mutants)]
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(plan, file)
            file.flush()
            with _Node([str(self._questions), file.name]) as node:
                began = time.monotonic()
                for _, number in node.lines():
                    results.append(self._result(mutants[len(results)], number, began))
                    progress(results[-1])
                    began = time.monotonic()
        if len(results) < len(mutants):
            results.append(Result(mutants[len(results)], "ended without an answer", time.monotonic() - began))
            progress(results[-1])
        return results

    def _planned(self, name: str, mutant: Mutant) -> dict[str, Any]:
        edit = self._edits[mutant.key]
        questions = list(dict.fromkeys(self._likeliest_first(mutant)))
        return {"name": name, "path": str(self._root / mutant.path), "edit": edit, "questions": questions}

    def _likeliest_first(self, mutant: Mutant) -> Iterator[int]:
        """The questions for a mutant. Where nothing can change unless the check refuses, only those where it did; else
        all vectors, and of what goes over the bridge a few of those that are refused alike, on the same lines."""
        file = Path(mutant.path).name
        lines = {f"{file}:{line}" for line in range(mutant.since, mutant.reach + 1)}
        yield from (each.number for each in self._asked if lines & each.lines)
        if mutant.operator == "field":
            name = mutant.code.split(":")[0].split("(")[0]
            yield from (each.number for each in self._asked if each.lines and {name, ""} & each.fields)
        if not mutant.exact:
            yield from (each.number for each in self._asked if each.code and f'"{each.code}"' in mutant.code)
            yield from self._few

    @cached_property
    def _few(self) -> list[int]:
        """All vectors, and a few questions of each kind: operation, code, and the lines that refusals went through."""
        kinds: dict[object, list[int]] = {}
        for each in self._asked[self._vectors :]:
            kinds.setdefault((each.operation, each.code, each.lines), []).append(each.number)
        few = sorted(number for numbers in kinds.values() for number in numbers[:FEW])
        return [*range(self._vectors), *few]

    def _result(self, mutant: Mutant, number: int | None, began: float) -> Result:
        seconds = time.monotonic() - began
        if number is None:
            return Result(mutant, None, seconds)
        killer = "not loading" if number < 0 else f"question {number}: {self._asked[number].operation}"
        return Result(mutant, killer, seconds)


class _Node:
    """A node process that writes one JSON value a line."""

    def __init__(self, arguments: list[str]) -> None:
        command = [*LOADING, str(HERE / "replay.mjs"), *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._written: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "_Node":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # `node` may be a script that started the real one
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._written.put(line)
        self._written.put(None)

    def lines(self) -> Iterator[Any]:
        """What it writes, until it ends or falls silent for too long."""
        while True:
            try:
                line = self._written.get(timeout=PATIENCE)
            except queue.Empty:
                return
            if line is None:
                return
            yield json.loads(line)
