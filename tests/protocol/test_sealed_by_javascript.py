"""What JavaScript seals and signs, with keys that it draws itself, Python opens and verifies."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.node import LOADING
from tests.protocol.vector_operations import run

PROGRAM = Path(__file__).parent.parent / "js" / "sealed_here.mjs"
OPERATIONS = (
    "primitives.aead_open",
    "primitives.open_seal",
    "padding.unpad",
    "passphrase.derive",
    "bundle.open",
    "memory.open",
    "invitation_secret.from_code",
    "envelope.verify",
    "words.six_words",
)


@cache
def made_by_javascript() -> dict[str, dict[str, Any]]:
    finished = subprocess.run([*LOADING, PROGRAM], capture_output=True, check=True, timeout=60)
    return {vector["operation"]: vector for vector in json.loads(finished.stdout)["vectors"]}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_python_gets_out_what_javascript_put_in(operation: str) -> None:
    vector = made_by_javascript()[operation]
    assert run(operation, vector["inputs"]) == vector["output"]


def test_everything_that_javascript_makes_is_looked_at() -> None:
    assert set(made_by_javascript()) == set(OPERATIONS)
