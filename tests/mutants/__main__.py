"""`python -m tests.mutants`: remove each check once and say which removals no test notices.

    --module NAME     only these modules (may be given again)
    --part NAME       only `python`, `javascript` or `server` (may be given again); without it the protocol in both
                      languages. `server` is what accounts, cases and messages refuse themselves
    --equivalents     try the removals that are listed as equivalent as well
    --write           write the numbers to RESULT.md

Ends with 0 if every removal was noticed or is listed in `equivalent.py`, with 1 if not, with 2 if tests fail as they
are. MUTANTS_VERBOSE=1 in the environment says of every removal what noticed it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mediation.errors import MediationError
from mediation.protocol.errors import ProtocolError
from tests.mutants import browser_side, points, questions, report
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.evidence import Families
from tests.mutants.mutant import Mutant
from tests.mutants.plugin import Loop, Plan
from tests.mutants.result import Result

ROOT = Path(__file__).parents[2]
PROTOCOL = ROOT / "mediation" / "protocol"
SCRIPTS = ROOT / "static" / "js" / "protocol"
# Nor the options of pyproject.toml that say how a terminal reports.
QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=--import-mode=importlib"]
PROTOCOL_TESTS = ["--noconftest", "-p", "tests.protocol.conftest", "tests/protocol"]
PARTS = ["python", "javascript", "server"]
SERVER = {
    "accounts": ["tests/accounts", "tests/web/api", "tests/cases"],
    "cases": ["tests/cases", "tests/web/api"],
    "messages": ["tests/messages", "tests/web/api"],
}

Only = Callable[[Mutant], bool]


def _refuses(mutant: Mutant) -> bool:
    """Whether it is a refusal, a part of one, or a call that is there to refuse."""
    called = mutant.code.partition("(")[0].rpartition(".")[2].lstrip("_")
    return mutant.operator in ("raise", "part") or (
        mutant.operator == "call" and called.startswith(("check", "require"))
    )


@dataclass
class Run:
    """One run: what was asked for, and what came of it."""

    options: argparse.Namespace
    results: list[Result] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)

    def server(self) -> None:
        """The server's own refusals: what it raises, and the calls that may refuse."""
        for name, tests in SERVER.items():
            self.python(ROOT / "mediation" / name, (MediationError, ProtocolError), tests, only=_refuses)

    def wanted(self, mutants: Sequence[Mutant]) -> list[Mutant]:
        """Those that the options ask for."""
        return [
            each
            for each in mutants
            if (not self.options.module or each.module in self.options.module)
            and (self.options.equivalents or each.key not in EQUIVALENT)
        ]

    def python(self, folder: Path, families: Families, tests: Sequence[str], only: Only | None = None) -> None:
        """Mutate the Python files of a folder; `tests` are pytest's arguments."""
        files = sorted(folder.rglob("*.py"))
        found = [each for file in files for each in points.points(file, ROOT)]
        mutants = self.wanted(list(filter(only, found)))
        plan = Plan(ROOT, folder, families, mutants, self.options.workers)
        if pytest.main([*QUIET, f"--rootdir={ROOT}", *tests], plugins=[Loop(plan)]) not in (0, 1) and not plan.failing:
            plan.failing.append("pytest itself")
        self.results += plan.results
        self.failing += plan.failing

    def javascript(self, asked: Path, vectors: int) -> None:
        """Mutate the JavaScript of the protocol, given a file of questions of which so many are vectors."""
        mutants, edits = browser_side.points(sorted(SCRIPTS.glob("*.js")), ROOT)
        side = browser_side.BrowserSide(ROOT, asked, vectors, edits)
        side.gather()
        self.failing += side.disagreeing
        if not self.failing:
            self.results += side.judge(self.wanted(mutants), self.options.workers)

    def protocol(self) -> None:
        """Both languages: what the Python tests ask of JavaScript is noted while they run."""
        with tempfile.TemporaryDirectory() as folder, ExitStack() as noting:
            asked = Path(folder) / "questions"
            file = noting.enter_context(asked.open("w", encoding="utf-8"))
            vectors = questions.write_vectors(ROOT / "tests" / "vectors", file)
            noting.enter_context(questions.recording(file))
            self.python(PROTOCOL, (ProtocolError,), PROTOCOL_TESTS, only=lambda _: "python" in self.options.part)
            file.flush()
            if "javascript" in self.options.part and not self.failing:
                self.javascript(asked, vectors)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--module", action="append", metavar="NAME")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--equivalents", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.part = given.part or PARTS[:2]
    return given


def main() -> int:
    """Run, and say what came of it."""
    run, began = Run(options()), time.monotonic()
    if {"python", "javascript"} & set(run.options.part):
        run.protocol()
    if "server" in run.options.part and not run.failing:
        run.server()
    if run.failing:
        print("These fail although nothing is mutated:", *run.failing, sep="\n")
        return 2
    text = report.summary(run.results, time.monotonic() - began)
    print(text)
    if run.options.write:
        (Path(__file__).parent / "RESULT.md").write_text(report.document(run.results, text), encoding="utf-8")
    return int(any(each.killer is None and each.mutant.key not in EQUIVALENT for each in run.results))


if __name__ == "__main__":
    sys.exit(main())
