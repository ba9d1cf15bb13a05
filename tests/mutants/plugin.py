"""Runs collected tests against one mutant after another, each in a fork of the interpreter that has collected them.

First all tests run once as they are, which shows which test makes what refuse. Then each fork loses one check, runs the
likeliest tests first and stops at the first that fails.
"""

import gc
import os
import select
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.mutants.evidence import Evidence, Families, gathering
from tests.mutants.graft import Functions
from tests.mutants.mutant import Mutant
from tests.mutants.points import mutated
from tests.mutants.result import Result, progress

SURVIVED, KILLED, BROKEN = 0, 1, 3
MIRROR = 2


@dataclass
class Plan:
    """What to mutate: files under `folder`, whose refusals are of these families; `workers` forks at once."""

    root: Path
    folder: Path
    families: Families
    mutants: Sequence[Mutant]
    workers: int = 2
    drop_failing: bool = False
    results: list[Result] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)


class Loop:
    """The pytest plugin. Its results are in the plan, in the order of the plan's mutants."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._evidence: dict[str, Evidence] = {}
        self._failed = False

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "native"  # nobody reads how a mutant failed, and writing it nicely takes half a second

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Failed("tests cannot be collected")
        items = self._unmutated(session.items)
        if self._plan.failing and not self._plan.drop_failing:
            return True
        functions = Functions(self._plan.folder)
        gc.freeze()  # a collection in a fork would copy everything that the forks share
        results = {each.mutant.key: each for each in self._all(items, functions)}
        self._plan.results = [results[mutant.key] for mutant in self._plan.mutants]
        return True

    def _unmutated(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Run every test as it is; those that pass."""
        good = []
        for item, after in _with_next(items, items[0]):  # what lasts for the whole session stays, for the forks
            evidence = self._evidence[item.nodeid] = Evidence()
            began = time.monotonic()
            with gathering(self._plan.families, self._plan.folder, evidence):
                failed = self._run(item, after)
            evidence.seconds = time.monotonic() - began
            if failed:
                self._plan.failing.append(item.nodeid)
            else:
                good.append(item)
        return good

    def _run(self, item: pytest.Item, after: pytest.Item | None) -> bool:
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return self._failed

    def _all(self, items: Sequence[pytest.Item], functions: Functions) -> Iterator[Result]:
        waiting, running = list(reversed(self._plan.mutants)), dict[int, _Fork]()
        while waiting or running:
            while waiting and len(running) < self._plan.workers:
                fork = _Fork(waiting.pop())
                if fork.is_child:
                    fork.end(lambda mutant: self._child(mutant, items, functions))
                running[fork.pipe] = fork
            for pipe in select.select(list(running), [], [])[0]:
                result = running.pop(pipe).result()
                progress(result)
                yield result

    def _child(self, mutant: Mutant, items: Sequence[pytest.Item], functions: Functions) -> str | None:
        """The test that notices the mutant, in a fork of one's own."""
        path = self._plan.root / mutant.path
        module = sys.modules[mutant.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")]
        functions.graft(module, path, mutated(path, mutant), tables=mutant.operator == "field")
        for item, after in _with_next(self._likeliest_first(mutant, items)):
            if self._run(item, after):
                return item.nodeid
        return None

    def _likeliest_first(self, mutant: Mutant, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The tests in their order for a mutant: those that saw just this check refuse, the module's own, all others.

        Where nothing can change unless the check refuses, the first are all.
        """
        ranked = [(self._evidence[item.nodeid].rank(mutant, self._plan.root), item) for item in items]
        if mutant.exact:
            ranked = [(rank, item) for rank, item in ranked if rank == 0]

        def key(ranking: tuple[int, pytest.Item]) -> tuple[int, float]:
            rank, item = ranking
            if rank < MIRROR:
                return rank, self._evidence[item.nodeid].seconds
            mirrors = item.path.stem == f"test_{mutant.module}" or f"[{mutant.module}: " in item.nodeid
            return (MIRROR if mirrors else MIRROR + 1), 0.0

        return [item for _, item in sorted(ranked, key=key)]


class _Fork:
    """A forked interpreter that tells through a pipe which test noticed its mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self._began = time.monotonic()
        self.pipe, self._out = os.pipe()
        sys.stdout.flush()
        self._pid = os.fork()
        self.is_child = self._pid == 0
        if not self.is_child:
            os.close(self._out)

    def end(self, judge: Callable[[Mutant], str | None]) -> NoReturn:
        """In the child: judge, tell, and be gone without anybody's clean-up."""
        code = BROKEN
        try:
            killer = judge(self.mutant)
            os.write(self._out, (killer or "").encode())
            code = SURVIVED if killer is None else KILLED
        except BaseException:  # noqa: BLE001  # told by the exit code
            traceback.print_exc()
        finally:
            os._exit(code)

    def result(self) -> Result:
        """In the parent: what the child told. A crash, or an end in silence, counts as noticed."""
        with os.fdopen(self.pipe) as pipe:
            killer = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == BROKEN:
            raise RuntimeError(f"could not judge {self.mutant}")
        if code not in (SURVIVED, KILLED):
            killer = f"ended with {code}"
        return Result(self.mutant, killer or None, time.monotonic() - self._began)


def _with_next(items: Sequence[pytest.Item], last: pytest.Item | None = None) -> Iterator[tuple[pytest.Item, Any]]:
    return zip(items, [*items[1:], last], strict=False)  # nothing follows nothing
