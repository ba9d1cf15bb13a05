"""The mutation run finds what it says that it finds, and its list of exceptions holds nothing that is gone."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants import browser_side, points
from tests.mutants.__main__ import PROTOCOL, QUIET, ROOT, SCRIPTS, SERVER
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.graft import Functions
from tests.mutants.mutant import Mutant
from tests.node import NODE
from tests.protocol.refusals import refused

SOURCE = """
def check_int(value: int) -> int:
    if not isinstance(value, int) or not 0 <= value <= 9:
        raise ValueError("not small")
    return value


def double(value: int) -> int:
    return 2 * check_int(value)


def doubler(extra: int):
    def inner(value: int) -> int:
        check_int(value)
        return 2 * value + extra
    return inner


TABLE = {"small": check_int, "many": lambda values: [check_int(each) for each in values]}
"""


def found(tmp_path: Path, source: str = SOURCE) -> tuple[Path, list[Mutant]]:
    path = tmp_path / "toy.py"
    path.write_text(source, encoding="utf-8")
    return path, points.points(path, tmp_path)


def test_every_check_of_a_file_is_found_once(tmp_path: Path) -> None:
    _, mutants = found(tmp_path)
    assert [(each.function, each.operator, each.code) for each in mutants] == [
        ("check_int", "part", "not isinstance(value, int)"),
        ("check_int", "part", "0 <= value"),
        ("check_int", "part", "value <= 9"),
        ("check_int", "raise", "raise ValueError('not small')"),
        ("double", "value", "check_int(value)"),
        ("doubler.inner", "call", "check_int(value)"),
        ("module", "value", "check_int(each)"),
    ]
    assert len({each.key for each in mutants}) == len(mutants)


@pytest.mark.parametrize(
    ("code", "still_refused"),
    [
        ("0 <= value", [10]),
        ("value <= 9", [-1]),
        ("raise ValueError('not small')", []),
        ("check_int(value)", []),
    ],
)
def test_a_check_is_gone_wherever_its_function_has_got_to(
    tmp_path: Path, code: str, still_refused: list[object]
) -> None:
    path, mutants = found(tmp_path)
    module = ModuleType("toy")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(module))  # noqa: S102  # the text above
    made_before = module.doubler(0)
    functions = Functions(tmp_path)
    for each in mutants:
        if each.code == code:
            functions.graft(module, path, points.mutated(path, each), tables=False)
    for value in (-1, 10):
        if value in still_refused:
            with pytest.raises(ValueError, match="not small"):
                made_before(value)
        else:
            assert made_before(value) == module.double(value) == 2 * value


def test_a_field_is_not_looked_at_any_more_by_whoever_holds_its_table(tmp_path: Path) -> None:
    source = """
from typing import Final
from mediation.protocol.statements import flag, record
FIELDS: Final = {"inner": flag}
_OUTER: Final = record({"first": flag, "second": flag})
"""
    path, mutants = found(tmp_path, source)
    module = ModuleType("toy")
    exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102  # the text above
    outer, fields = module._OUTER, module.FIELDS
    for each in mutants:
        if each.function in ("_OUTER['second']", "FIELDS['inner']"):
            Functions(tmp_path).graft(module, path, points.mutated(path, each), tables=True)
            outer({"first": True, "second": "anything"}, "") if "OUTER" in each.function else fields["inner"]("any", "")
    with refused("bad-field", "first"):
        outer({"first": "anything", "second": True}, "")


def test_a_mutated_file_differs_by_nothing_but_the_check(tmp_path: Path) -> None:
    path, mutants = found(tmp_path)
    for each in mutants:
        changed = ast.unparse(points.mutated(path, each))
        assert changed != ast.unparse(ast.parse(SOURCE))
        assert len(changed.splitlines()) in (
            len(ast.unparse(ast.parse(SOURCE)).splitlines()) + extra for extra in (0, 1)
        )


def test_both_languages_have_as_many_refusals_but_for_their_style() -> None:
    """Of the modules that both have: growing a log, for instance, is the server's alone."""
    both = {file.stem for file in SCRIPTS.glob("*.js")}
    in_python = [each for file in PROTOCOL.glob("*.py") if file.stem in both for each in points.points(file, ROOT)]
    in_javascript, edits = browser_side.points(sorted(SCRIPTS.glob("*.js")), ROOT)
    assert set(edits) == {each.key for each in in_javascript}
    raised = [sum(each.operator == "raise" for each in side) for side in (in_python, in_javascript)]
    assert min(raised) > 150
    assert abs(raised[0] - raised[1]) < 30


def test_what_is_listed_as_equivalent_exists_and_says_why() -> None:
    files = [
        file for folder in (PROTOCOL, *(ROOT / "mediation" / each for each in SERVER)) for file in folder.rglob("*.py")
    ]
    known = {each.key for file in files for each in points.points(file, ROOT)}
    known |= {each.key for each in browser_side.points(sorted(SCRIPTS.glob("*.js")), ROOT)[0]}
    assert set(EQUIVALENT) <= known
    assert all(len(reason) > 20 for reason in EQUIVALENT.values())


def test_the_parser_of_node_is_there() -> None:
    assert Path(NODE).parent == Path(sys.executable).parent


def test_pytest_takes_the_options_of_the_run() -> None:
    """Beside those of pyproject.toml, which once had one that it did not."""
    program = f"import sys, pytest; sys.exit(pytest.main({[*QUIET, 'tests/protocol/test_tree.py']}))"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert ended.returncode == 0
