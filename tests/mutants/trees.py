"""Changes to a syntax tree that leave its names as they were: what is taken out stays behind `if False`."""

import ast
from collections.abc import Callable, Iterator

Change = Callable[[], None]


def never(node: ast.stmt) -> ast.If:
    """A statement that is not reached."""
    return ast.copy_location(ast.If(ast.copy_location(ast.Constant(False), node), [node], []), node)


def parsed(source: str) -> ast.expr:
    """The syntax tree of an expression."""
    return ast.parse(source, mode="eval").body


def put(holder: object, place: str | int, new: ast.expr) -> Change:
    """Another expression instead; the old one stays behind a condition that never holds."""

    def change() -> None:
        if isinstance(holder, list):
            holder[int(place)] = _instead(holder[int(place)], new)
        else:
            setattr(holder, str(place), _instead(getattr(holder, str(place)), new))

    return change


def _instead(old: ast.expr, new: ast.expr) -> ast.expr:
    return ast.copy_location(ast.IfExp(ast.Constant(True), new, old), old)


def parts(holder: object, place: str | int, *, positive: bool) -> Iterator[tuple[ast.AST, Change]]:
    """The parts of a condition that refuse each by itself, if there are several, and what takes one out.

    `positive`: the condition must hold (its parts are joined by `and`), else it refuses (joined by `or`).
    """
    node: ast.expr = holder[int(place)] if isinstance(holder, list) else getattr(holder, str(place))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from parts(node, "operand", positive=not positive)
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And if positive else ast.Or):
        for index, each in enumerate(node.values):
            inner = list(parts(node.values, index, positive=positive))
            if inner:
                yield from inner
            else:
                yield each, put(node.values, index, parsed(str(positive)))
    elif isinstance(node, ast.Compare) and len(node.ops) > 1 and positive:
        yield from _bounds(holder, place, node)


def _bounds(holder: object, place: str | int, node: ast.Compare) -> Iterator[tuple[ast.AST, Change]]:
    """`low <= value <= high` without one of its ends."""
    low = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
    high = ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])
    yield ast.copy_location(low, node), put(holder, place, high)
    yield ast.copy_location(high, node), put(holder, place, low)
