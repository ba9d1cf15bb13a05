"""Vectors of `statements`, made by changing one thing in a valid payload of each type."""

import copy
from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.builder import Vector, known, refuse
from tests.vectors.examples import EXAMPLES
from tests.vectors.misuse import MISUSED, Path, spelt

ABOUT: Final = (
    "The payload of each type of statement: every field dropped, renamed, retyped and misused, and fields added."
)

NULLABLE: Final = {
    ("agency", "recovery_pk"),
    ("case", "kept"),
    ("message", "scribe"),
    ("message", "answers"),
    ("consent", "scribe"),
    ("decision", "not_before"),
    ("decision", "note_hash"),
    ("decision", "checkpoint"),
}
"""Fields that may be null whatever the others say; `prev` and the places of a staff invite depend on others."""

WRONG_TYPES: Final[dict[type, dict[str, Any]]] = {
    str: {"a number": 1, "an array": [], "true": True, "empty text": ""},
    int: {"text": "1", "a fraction": 1.5, "true": True, "minus one": -1, "too great": 2**53, "null": None},
    bool: {"a number": 0, "text": "false", "null": None},
    list: {"an object": {}, "text": "[]", "null": None, "an array of null": [None]},
    dict: {"an array": [], "text": "{}", "true": True},
    type(None): {"a number": 1, "an array": [], "false": False, "empty text": ""},
}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [vector for type_ in EXAMPLES for vector in _of_type(type_)] + [
        refuse("a type that does not exist", "statements.check", "wrong-type", type="receipt", payload={}),
        refuse("a type spelt otherwise", "statements.check", "wrong-type", type="Join", payload=EXAMPLES["join"]),
        refuse("a type that objects have by nature", "statements.check", "wrong-type", type="toString", payload={}),
        refuse(
            "one type's payload as another",
            "statements.check",
            "missing-field",
            type="consent",
            payload=EXAMPLES["message"],
        ),
    ]


def _of_type(type_: str) -> Iterator[Vector]:
    yield known(f"{type_}: the example", "statements.check", EXAMPLES[type_], type=type_, payload=EXAMPLES[type_])
    not_objects: dict[str, Any] = {"null": None, "an array": [], "text": "{}", "a number": 1}
    for what, value in not_objects.items():
        yield refuse(f"{type_}: {what}", "statements.check", "bad-field", type=type_, payload=value)
    yield refuse(f"{type_}: an empty object", "statements.check", "missing-field", type=type_, payload={})
    for path in _objects(EXAMPLES[type_]):
        place = spelt((*path, "extra"))
        yield _changed(type_, f"{place} added", "unknown-field", (*path, "extra"), 1)
    for path in _fields(EXAMPLES[type_]):
        yield from _field(type_, path)
    for name, code, changes in MISUSED[type_]:
        yield _vector(type_, name, code, changes)


def _field(type_: str, path: Path) -> Iterator[Vector]:
    place, value = spelt(path), _at(EXAMPLES[type_], path)
    if isinstance(path[-1], str):
        payload = copy.deepcopy(EXAMPLES[type_])
        del _at(payload, path[:-1])[path[-1]]
        yield refuse(f"{type_}: {place} dropped", "statements.check", "missing-field", type=type_, payload=payload)
        _at(payload, path[:-1])[path[-1].capitalize()] = value
        yield refuse(f"{type_}: {place} renamed", "statements.check", "missing-field", type=type_, payload=payload)
    for what, wrong in WRONG_TYPES[type(value)].items():
        yield _changed(type_, f"{place} is {what}", "bad-field", path, wrong)
    if isinstance(value, str | dict):
        if (type_, path[0]) in NULLABLE and len(path) == 1:
            yield _changed(type_, f"{place} is null", "success", path, None)
        else:
            yield _changed(type_, f"{place} is null", "bad-field", path, None)


def _changed(type_: str, name: str, code: str, path: Path, value: Any) -> Vector:
    return _vector(type_, name, code, {path: value})


def _vector(type_: str, name: str, code: str, changes: dict[Path, Any]) -> Vector:
    payload = copy.deepcopy(EXAMPLES[type_])
    for path, value in changes.items():
        _at(payload, path[:-1])[path[-1]] = value
    if code == "success":
        return known(f"{type_}: {name}", "statements.check", payload, type=type_, payload=payload)
    return refuse(f"{type_}: {name}", "statements.check", code, type=type_, payload=payload)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _objects(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all objects; of an array only its first item."""
    if isinstance(value, dict):
        yield path
        for name, inner in value.items():
            yield from _objects(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield from _objects(value[0], (*path, 0))


def _fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all fields that objects have, and of the first item of an array that is no object."""
    for place in _objects(value, path):
        for name, inner in _at(value, place[len(path) :]).items():
            yield (*place, name)
            if isinstance(inner, list) and not isinstance(inner[0], dict):
                yield (*place, name, 0)
