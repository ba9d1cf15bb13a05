"""Every vector in every file of `tests/vectors/` runs here as it does in JavaScript; none is passed over."""

import json
from pathlib import Path
from typing import Any

import pytest

from mediation.protocol.errors import CODES, ProtocolError
from tests.protocol.vector_operations import OPERATIONS, run
from tests.vectors.make import MODULES, file_text

FOLDER = Path(__file__).parent.parent / "vectors"
FILES = sorted(FOLDER.glob("*.json"))
VECTORS: dict[str, list[dict[str, Any]]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))["vectors"] for file in FILES
}
ALL = [vector for vectors in VECTORS.values() for vector in vectors]
NAMES = [f"{module}: {vector['name']}" for module, vectors in VECTORS.items() for vector in vectors]


@pytest.mark.parametrize("module", sorted(VECTORS))
def test_each_gives_what_it_says(module: str) -> None:
    """One test a file: thousands of them would take longer to be told of than to run."""
    wrong = {vector["name"]: found for vector in VECTORS[module] if (found := _found(vector)) != _said(vector)}
    assert wrong == {}


def _said(vector: dict[str, Any]) -> Any:
    assert set(vector) - {"output"} == {"name", "operation", "inputs", "expect"}
    if vector["expect"] == "success":
        return "success", vector["output"]
    assert vector["expect"] in CODES
    return "refused", vector["expect"]


def _found(vector: dict[str, Any]) -> Any:
    try:
        return "success", run(vector["operation"], vector["inputs"])
    except ProtocolError as refusal:
        return "refused", refusal.code


def test_there_is_a_file_for_every_module_of_the_generator_and_no_other() -> None:
    assert [file.stem for file in FILES] == sorted(MODULES)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_generator_writes_exactly_the_committed_file(module: str) -> None:
    assert (FOLDER / f"{module}.json").read_text(encoding="utf-8") == file_text(module)


def test_no_two_vectors_of_a_file_have_the_same_name() -> None:
    assert len(NAMES) == len(set(NAMES))


def test_every_operation_is_used_by_some_vector() -> None:
    assert {vector["operation"] for vector in ALL} == set(OPERATIONS)


def test_most_of_at_least_two_hundred_vectors_are_refusals() -> None:
    refused = [vector for vector in ALL if vector["expect"] != "success"]
    assert len(ALL) >= 200
    assert len(refused) > len(ALL) / 2
