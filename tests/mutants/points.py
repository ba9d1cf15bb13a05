"""Finds every check in a Python file, and removes one.

A check is a `raise`, each part of the condition that guards one, a call whose result nobody uses, a `check_...` around
a value, a returned code, a field in a table of fields, a part of what a function says must hold, and a filter. A
removed statement or expression stays in place behind `if False`, so that a function keeps its free variables and can be
swapped while it is in use.
"""

import ast
import builtins
from dataclasses import dataclass
from pathlib import Path

from mediation.protocol.errors import CODES
from tests.mutants.mutant import Mutant, keyed
from tests.mutants.trees import Change, never, parsed, parts, put


@dataclass(frozen=True)
class Found:
    """A syntax node that can be removed: in which function, by which operator, by what change to the tree. `around` is
    the statement whose lines a refusal goes through. `tried`: what it refuses with may be caught around it."""

    node: ast.AST
    function: str
    operator: str
    change: Change
    around: ast.AST
    tried: bool


BUILDING = {
    "__init__",
    "_push",
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "setdefault",
    "sort",
    "update",
    "write",
}
"""Methods that are called for what they do, not for what they refuse."""
NEEDING = {"_need", "_require", "require"}
"""Functions that refuse unless their first argument holds."""
PASSING = {"check_box_key", "check_id", "check_int", "check_pin", "check_sign_key", "check_text"}
"""Functions that return their first argument."""
EXACT = {"raise", "part", "call", "value", "field"}
FALSE = "False"


class _Finder(ast.NodeVisitor):
    """Collects what can be removed, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._names: list[str] = []
        self._tries: list[ast.Try] = []

    def note(self, node: ast.AST, operator: str, change: Change, around: ast.AST | None = None) -> None:
        name = ".".join(self._names) or "module"
        if isinstance(node, ast.Raise) and node.exc is None:
            around = self._tries[-1]
        self.found.append(Found(node, name, operator, change, around or node, bool(self._tries)))

    def visit_Try(self, node: ast.Try) -> None:
        self._tries.append(node)
        self.generic_visit(node)
        self._tries.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._names.append(node.name)
        self.generic_visit(node)
        if isinstance(node.returns, ast.Name) and node.returns.id == "bool":
            self._returned(node)
        self._names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()

    def _returned(self, node: ast.FunctionDef) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Return) and each.value is not None:
                for part, change in parts(each, "value", positive=True):
                    self.note(part, "holds", change)

    def generic_visit(self, node: ast.AST) -> None:
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.stmt):
                        self._statement(item, value, index)
                    self._inner(value, index, item)
            else:
                self._inner(node, name, value)

    def _inner(self, holder: object, place: str | int, node: object) -> None:
        if isinstance(node, ast.Call) and not isinstance(holder, ast.Expr | ast.Lambda):
            self._value(holder, place, node)
        if isinstance(node, ast.AST):
            self.visit(node)

    def _statement(self, node: ast.stmt, body: list[ast.stmt], index: int) -> None:
        def remove() -> None:
            body[index] = never(node)

        if isinstance(node, ast.Raise) and not _is_ours(node):
            self.note(node, "raise", remove)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self._call(node, node.value, remove)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value in CODES:
            self.note(node, "code", remove)

    def _call(self, node: ast.Expr, call: ast.Call, remove: Change) -> None:
        if isinstance(call.func, ast.Attribute) and call.func.attr in BUILDING:
            return
        self.note(node, "call", remove)
        if isinstance(call.func, ast.Name) and call.func.id in NEEDING:
            for part, change in parts(call.args, 0, positive=True):
                self.note(part, "part", change, node)

    def visit_If(self, node: ast.If) -> None:
        if all(isinstance(each, ast.Raise) for each in node.body):
            for part, change in parts(node, "test", positive=False):
                self.note(part, "part", change, node)
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        if isinstance(node.body, ast.Call) and _checks(node.body):
            self.note(node.body, "call", put(node, "body", parsed("None")))
        self.generic_visit(node)

    def _value(self, holder: object, place: str | int, value: ast.Call) -> None:
        """`check_x(value, ...)` where its value is used: what is checked comes first, or second after a type."""
        if _last_name(value) in PASSING and value.args:
            self.note(value, "value", put(holder, place, value.args[0]))
        elif ast.unparse(value.func) == "statements.check":
            self.note(value, "value", put(holder, place, value.args[1]))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Tables of fields stand at the top of a module."""
        self._table(node)

    def _table(self, node: ast.AnnAssign) -> None:
        table = isinstance(node.value, ast.Dict) or (
            isinstance(node.value, ast.Call) and ast.unparse(node.value.func).rsplit(".", 1)[-1] == "record"
        )
        if self._names or not table or node.value is None:
            self.generic_visit(node)
            return
        name = ast.unparse(node.target)
        for each in ast.walk(node.value):
            if isinstance(each, ast.Dict):
                self._fields(each, name)

    def _fields(self, node: ast.Dict, name: str) -> None:
        for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            if key is not None and isinstance(value, ast.Attribute | ast.Call | ast.Lambda | ast.Name):
                self._names.append(f"{name}[{ast.unparse(key)}]")
                self.note(value, "field", put(node.values, index, parsed("lambda *given: None")))
                self._names.pop()

    def visit_Dict(self, node: ast.Dict) -> None:
        """A table of alarms: each name with whether it sounds."""
        if self._names and self._names[-1] == "alarms":
            for index, value in enumerate(node.values):
                self.note(value, "code", put(node.values, index, parsed(FALSE)))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for index, each in enumerate(node.ifs):
            self.note(each, "filter", put(node.ifs, index, parsed("True")))
        self.generic_visit(node)


def _is_ours(node: ast.Raise) -> bool:
    """Whether only a mistake in our own code can raise it."""
    return node.exc is not None and ast.unparse(node.exc).startswith("AssertionError")


def _is_builtin(node: ast.AST) -> bool:
    """Whether it raises an exception that is not one of the families that are watched."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    return isinstance(raised, ast.Call) and hasattr(builtins, _last_name(raised))


def _checks(node: ast.Call) -> bool:
    """Whether a call's name says that it checks its first argument."""
    return _last_name(node).startswith("check_") or _last_name(node) in NEEDING


def _last_name(node: ast.Call) -> str:
    return ast.unparse(node.func).rsplit(".", 1)[-1]


def _found(tree: ast.Module) -> list[Found]:
    finder = _Finder()
    finder.visit(tree)
    return finder.found


def points(path: Path, root: Path) -> list[Mutant]:
    """Every mutant of a file, in its order."""
    mutants = []
    for number, found in enumerate(_found(_tree(path))):
        lines = _line(found.node), _last(found.node), _line(found.around), _last(found.around)
        code = " ".join(ast.unparse(found.node).split())
        exact = (
            found.operator in EXACT and not (found.tried and found.operator == "call") and not _is_builtin(found.node)
        )
        mutants.append(Mutant(str(path.relative_to(root)), found.function, found.operator, code, *lines, exact, number))
    return keyed(mutants)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _last(node: ast.AST) -> int:
    return int(getattr(node, "end_lineno", 0))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def mutated(path: Path, mutant: Mutant) -> ast.Module:
    """The syntax tree of a file without the check."""
    tree = _tree(path)
    _found(tree)[mutant.number].change()
    return ast.fix_missing_locations(tree)
