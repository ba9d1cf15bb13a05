"""House rules that a machine can hold us to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from mediation.access import PERMISSIONS
from mediation.errors import SENTENCES
from mediation.ledger import KINDS
from mediation.protocol.errors import CODES
from mediation.settings import ROOT

PACKAGE = ROOT / "mediation"
ROOMS = ("accounts", "sms", "cases", "messages")
LINES = 400
FUNCTION_LINES = 60


def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PACKAGE / folder).rglob("*.py"))


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))


def _strings(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _calls(function: ast.AST, *names: str) -> list[ast.Call]:
    """Calls of a name, or of an attribute with that name."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call for call in found if getattr(call.func, "id", getattr(call.func, "attr", "")) in names]


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def test_every_permission_is_asked_for_and_every_one_asked_for_is_in_the_table() -> None:
    asked: set[str] = set()
    for path in _sources(*ROOMS, "ledger", "web"):
        for call in _calls(ast.parse(path.read_text("utf-8")), "require"):
            names = [node.value for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant)]
            asked |= {str(name) for name in names if ":" in str(name)}
    assert asked == set(PERMISSIONS)


def _whole_operations() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Public functions of the rooms that take session and actor first and append to the audit trail themselves."""
    for path in _sources(*ROOMS):
        for function in _functions(path):
            names = [argument.arg for argument in function.args.args[:2]]
            if names == ["session", "actor"] and not function.name.startswith("_") and _calls(function, "append"):
                yield path, function


def _changes(function: ast.FunctionDef) -> list[int]:
    """The lines on which something is changed: an attribute set, a row added or deleted, an event appended."""
    targets = [node.targets for node in ast.walk(function) if isinstance(node, ast.Assign)]
    parts = [part for group in targets for target in group for part in ast.walk(target)]
    set_ = [part.lineno for part in parts if isinstance(part, ast.Attribute)]
    return set_ + [call.lineno for call in _calls(function, "add", "delete", "append", "enqueue", "cancel")]


def test_an_operation_asks_for_the_permission_before_it_changes_anything() -> None:
    checked, late = 0, []
    for path, function in _whole_operations():
        if asked := _calls(function, "require"):
            checked += 1
            if min(_changes(function)) < asked[0].lineno:
                late.append(f"{path.name}: {function.name}")
    assert late == []
    assert checked >= 10


def test_every_error_code_is_used_and_none_is_made_up_twice() -> None:
    used: set[str] = set().union(*(_strings(path) for path in PACKAGE.rglob("*.py") if path.name != "errors.py"))
    assert {code for code in SENTENCES if code not in used} == set()
    assert {code for code in SENTENCES if CODES.get(code, SENTENCES[code]) != SENTENCES[code]} == set()
    assert list(SENTENCES) == sorted(SENTENCES)


@pytest.mark.parametrize("code", SENTENCES)
def test_every_error_has_a_plain_sentence(code: str) -> None:
    sentence = SENTENCES[code]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert len(sentence) < 160


def test_every_kind_of_audit_event_is_appended_somewhere() -> None:
    places = [*_sources(*ROOMS), *(path for path in _sources("ledger") if path.name != "vocabulary.py")]
    used: set[str] = set().union(*map(_strings, places))
    assert {kind for kind in KINDS if kind not in used} == set()


def test_nothing_commits_but_the_edges() -> None:
    edges = {"web/transaction.py", "worker.py", "sms/delivery.py", "sms/providers.py", "sms/reports.py"}
    edges |= {"ledger/asking.py", "ledger/upkeep.py", "web/tries.py", "web/signing_in.py", "app.py", "cli.py"}
    edges |= {"ledger/stamping.py", "auditing.py", "erasing.py", "texting.py"}
    places = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "client" not in path.parts and _calls(ast.parse(path.read_text("utf-8")), "commit")
    }
    assert places <= edges


def test_files_and_functions_stay_small() -> None:
    long_files = [path.name for path in PACKAGE.rglob("*.py") if len(path.read_text("utf-8").splitlines()) > LINES]
    long_functions = [
        f"{path.name}: {function.name}"
        for path in PACKAGE.rglob("*.py")
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES
    ]
    assert (long_files, long_functions) == ([], [])


def test_no_file_leaves_work_undone() -> None:
    unfinished = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")]:
        assert not [mark for mark in unfinished if mark in path.read_text("utf-8")], path
