"""Puts a mutated module's code into the running interpreter, wherever the module's functions have got to by now.

Every function keeps its identity, so it does not matter who imported it, by which name, or in which closure it sits.
"""

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

CACHE = type(cache(print))
Key = tuple[str, str, int, bytes, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _key(code: CodeType) -> Key:
    """What tells a function's code from any other's. Code objects do not compare equal any more once they have run."""
    place = code.co_filename, code.co_qualname, code.co_firstlineno
    return (*place, code.co_code, code.co_names, code.co_varnames, code.co_freevars)


class Functions:
    """All functions of a package that exist now, by their code. Made once, before forking."""

    def __init__(self, folder: Path) -> None:
        self._by_code: dict[Key, list[FunctionType]] = {}
        self._caches: list[Any] = []
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(str(folder)):
                self._by_code.setdefault(_key(each.__code__), []).append(each)
            elif isinstance(each, CACHE) and getattr(each.__wrapped__, "__module__", "").startswith("mediation."):
                self._caches.append(each)

    def graft(self, module: ModuleType, path: Path, tree: ast.Module, *, tables: bool) -> None:
        """Put the code of a mutated syntax tree in place of the module's own, its tables too if these have changed.

        What the functions remember of earlier calls is forgotten. Raises LookupError if no function has changed.
        """
        for each in self._caches:
            each.cache_clear()
        if tables:
            _graft_tables(module, path, tree)
            return
        changed = 0
        mutated = dict(_codes(compile(tree, str(path), "exec")))
        for place, old in _codes(compile(path.read_text(encoding="utf-8"), str(path), "exec")):
            new = mutated.get(place)
            if new is not None and new != old:
                for function in self._by_code.get(_key(old), ()):
                    function.__code__ = new
                    changed += 1
        if not changed:
            raise LookupError(f"nothing in {path} has changed")


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int, int], CodeType]]:
    """Every code object within a module's, by name, line, and number among those of one name and line."""
    seen: dict[tuple[str, int], int] = {}
    waiting = [code]
    while waiting:
        for each in waiting.pop().co_consts:
            if isinstance(each, CodeType):
                name = each.co_qualname, each.co_firstlineno
                seen[name] = seen.get(name, 0) + 1
                yield (*name, seen[name]), each
                waiting.append(each)


def _graft_tables(module: ModuleType, path: Path, tree: ast.Module) -> None:
    """Refill the module's dictionaries and closures from a second run of the mutated module."""
    fresh: dict[str, Any] = {"__name__": module.__name__, "__file__": str(path), "__package__": module.__package__}
    exec(compile(tree, str(path), "exec"), fresh)  # noqa: S102  # the project's own source, without one check
    for name, old in vars(module).items():
        new = fresh.get(name)
        if name.startswith("__") or old is new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            old.clear()
            old.update(new)
        elif isinstance(old, FunctionType) and isinstance(new, FunctionType):
            for own, other in zip(old.__closure__ or (), new.__closure__ or (), strict=True):
                own.cell_contents = other.cell_contents
