"""What each test has made refuse while nothing was mutated: where, with which code, about which field.

A test that has seen a check refuse is the one to ask first when that check is gone.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tests.mutants.mutant import Mutant

Families = tuple[type[Exception], ...]


@dataclass
class Evidence:
    """One test: how long it took, the lines that its refusals went through, their codes and the fields they were of."""

    seconds: float = 0.0
    lines: set[tuple[str, int]] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)

    def rank(self, mutant: Mutant, root: Path) -> int:
        """How likely this test notices the mutant; 0 is the most likely."""
        path = str(root / mutant.path)
        if any((path, line) in self.lines for line in range(mutant.since, mutant.reach + 1)):
            return 0
        if any(repr(code) in mutant.code for code in self.codes):
            return 1
        if mutant.operator == "field" and any(mutant.function.endswith(f"['{name}']") for name in self.fields):
            return 0
        return 2


def _lines(frame: FrameType | None, folder: Path) -> Iterator[tuple[str, int]]:
    """The lines of the folder's files that a refusal made here goes through, or comes from if it translates another."""
    handled = sys.exc_info()[2]
    while handled is not None:
        yield handled.tb_frame.f_code.co_filename, handled.tb_lineno
        handled = handled.tb_next
    while frame is not None:
        if frame.f_code.co_filename.startswith(str(folder)):
            yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back


def _fields(frame: FrameType | None) -> Iterator[str]:
    """The fields whose check refuses here, and the types of statement whose fields do not go together."""
    while frame is not None:
        if frame.f_code.co_name in ("check", "check_record"):
            yield str(frame.f_locals.get("name" if frame.f_code.co_name == "check_record" else "type_"))
        frame = frame.f_back


@contextmanager
def gathering(families: Families, folder: Path, into: Evidence) -> Iterator[None]:
    """Note in `into` every error of these families and the lines of the folder's files that it goes through."""
    with ExitStack() as stack:
        for family in families:
            stack.enter_context(_gathering(family, folder, into))
        yield


@contextmanager
def _gathering(family: type[Exception], folder: Path, into: Evidence) -> Iterator[None]:
    plain = family.__init__

    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        plain(self, *args, **kwargs)
        into.codes.add(str(getattr(self, "code", "")))
        into.lines.update(_lines(sys._getframe(1), folder))
        into.fields.update(_fields(sys._getframe(1)))

    family.__init__ = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        family.__init__ = plain  # type: ignore[method-assign]
