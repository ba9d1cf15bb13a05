"""`python -m tests.bench`: how fast the real server answers, beside a floor measured in the same run.

    --full            longer, and with 1,000 and 1,000,000 messages stored (FULL=1 in the environment is the same)
    --stored N        with this many messages stored instead (may be given again)
    --database KIND   only sqlite or postgresql (may be given again)
    --rounds N        this many rounds

prints a table and writes bench.json (the table's rows) and bench-process.json (peak memory, cold start, eight clients
at once). Ends with 1, and writes nothing, if any answer was not the expected one.

    --trail           the audit trail alone: appending beside a plain INSERT, placing, proving, verifying. Part of every
                      run; written to bench-audit.json
    --texts           texts alone: how many one worker sends each second. Part of every run; written to bench-texts.json
    --verify          of this the checking of an export alone, which needs no database; printed only

    --profile NAME    one thing alone, in this process, under cProfile: the functions in which its time goes, and its
                      statements; NAME is one of the table's names but relay, or all for the figures of each. On
                      SQLite; --stored counts here, too
    --sort ORDER      of the profile: cumulative (as it is by itself) or tottime
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from mediation.settings import ROOT
from tests.bench import stores, verifying
from tests.bench import texts as of_texts
from tests.bench import trail as audit
from tests.bench.figures import Row, table
from tests.bench.load import WrongAnswerError
from tests.bench.profiling import NAMES, Bench
from tests.bench.run import Plan, Run

STORED: Final = [1_000]
STORED_FULL: Final = [1_000, 1_000_000]
LARGE: Final = 200_000
"""From so many messages on, the databases are measured one after the other: the files of both would not be in memory
together, and what was measured would be this machine's disk."""
EVENTS: Final = 20_000
EVENTS_FULL: Final = 1_000_000
ROUNDS: Final = 5
ROUNDS_FULL: Final = 20


def main() -> int:
    """Run what was asked for; the exit status."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers and files end with this process
    with tempfile.TemporaryDirectory(prefix="mediation-bench-") as directory:
        if options.verify:
            return verify(Path(directory), options)
        if options.trail:
            return trail(Path(directory), options)
        if options.texts:
            return texts(Path(directory), options)
        if options.profile is not None:
            return profile(Bench(Path(directory), max(options.stored or [0])), options.profile, options.sort)
        return bench(Path(directory), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("FULL")))
    parser.add_argument("--stored", type=int, action="append")
    parser.add_argument("--database", choices=stores.KINDS, action="append")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--trail", action="store_true")
    parser.add_argument("--texts", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--profile", choices=[*NAMES, "all"])
    parser.add_argument("--sort", default="cumulative", choices=["cumulative", "tottime"])
    return parser.parse_args()


def bench(directory: Path, options: argparse.Namespace) -> int:
    """Measure, print, write."""
    stored = options.stored or (STORED_FULL if options.full else STORED)
    rounds = options.rounds or (ROUNDS_FULL if options.full else ROUNDS)
    kinds = options.database or stores.KINDS
    rows: list[Row] = []
    processes: dict[str, dict[str, Any]] = defaultdict(dict)
    for together in [kinds] if max(stored) < LARGE else [[kind] for kind in kinds]:
        try:
            run = _run(Plan(together, stored, rounds), directory)
        except (WrongAnswerError, OSError) as error:
            print(f"No figures: {error}", file=sys.stderr)
            return 1
        rows += run.rows()
        for name, figures in run.processes().items():
            processes[name] |= figures
    print(table(rows))
    print(json.dumps(processes, indent=2))
    (ROOT / "bench.json").write_text(json.dumps([each.document() for each in rows], indent=1) + "\n", "ascii")
    (ROOT / "bench-process.json").write_text(json.dumps(processes, indent=1) + "\n", "ascii")
    return trail(directory, options) or texts(directory, options)


def _run(plan: Plan, directory: Path) -> Run:
    """One run, whose files are gone after it. Raises WrongAnswerError, OSError."""
    with tempfile.TemporaryDirectory(dir=directory) as own:
        run = Run(plan, Path(own))
        run()
    return run


def trail(directory: Path, options: argparse.Namespace) -> int:
    """What the audit trail costs."""
    found = _printed(audit.measured(directory, tuple(options.database or stores.KINDS), _events(options)))
    (ROOT / "bench-audit.json").write_text(json.dumps(found, indent=1) + "\n", "ascii")
    return 0


def texts(directory: Path, options: argparse.Namespace) -> int:
    """How many texts a worker sends."""
    found = _printed(of_texts.measured(directory, tuple(options.database or stores.KINDS)))
    (ROOT / "bench-texts.json").write_text(json.dumps(found, indent=1) + "\n", "ascii")
    return 0


def verify(directory: Path, options: argparse.Namespace) -> int:
    """What checking an export costs."""
    _printed(verifying.measured(directory, _events(options)))
    return 0


def _events(options: argparse.Namespace) -> int:
    found: int = max(options.stored or [EVENTS_FULL if options.full else EVENTS])
    return found


def _printed(measured: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each figure, printed as soon as it is there."""
    found = []
    for each in measured:
        found.append(each)
        print("  ".join(f"{name} {value}" for name, value in each.items() if value != ""), flush=True)
    return found


def profile(made: Bench, name: str, order: str) -> int:
    """Print the profile of one thing, or the figures of all."""
    if name == "all":
        for each in NAMES:
            print(made.figures(each))
        return 0
    print(made.figures(name))
    print("\n".join(made.statements_of(name)))
    print(made.profile(name, order=order))
    return 0


if __name__ == "__main__":
    sys.exit(main())
