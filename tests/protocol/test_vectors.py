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


@pytest.mark.parametrize("vector", ALL, ids=NAMES)
def test_it_gives_what_the_vector_says(vector: dict[str, Any]) -> None:
    assert set(vector) - {"output"} == {"name", "operation", "inputs", "expect"}
    if vector["expect"] == "success":
        assert run(vector["operation"], vector["inputs"]) == vector["output"]
        return
    assert vector["expect"] in CODES
    with pytest.raises(ProtocolError) as refusal:
        run(vector["operation"], vector["inputs"])
    assert refusal.value.code == vector["expect"]


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
