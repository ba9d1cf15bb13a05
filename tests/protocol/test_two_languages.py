"""Python and JavaScript judge alike: every honest scene gives the same, every tampered one the same code.

And what one language writes, the other reads. Both are asked the same in plain JSON; neither may fail in any other way
than by a refusal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from mediation.protocol.errors import ProtocolError
from tests.protocol.javascript import JavaScript
from tests.protocol.scene_operations import SCENES
from tests.protocol.scenes import Stage
from tests.protocol.tampering import changed

CHANGES = 20
"""Of each scene in each act. A failure names its seed, so that it can be had again."""


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScript]:
    bridge = JavaScript()
    yield bridge
    bridge.close()


@pytest.fixture(scope="module", params=["first act", "second act"])
def stage(request: pytest.FixtureRequest) -> Stage:
    found = Stage.set()
    if request.param == "second act":
        found.second_act()
    return found


def python(operation: str, inputs: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "ok", SCENES[operation](inputs)
    except ProtocolError as error:
        return "refused", error.code


def test_honest_scenes_give_the_same_in_both(stage: Stage, javascript: JavaScript) -> None:
    for name, operation, inputs in stage.scenes():
        assert (name, javascript.ask(operation, inputs)) == (name, python(operation, inputs))


def test_tampered_scenes_are_judged_alike(stage: Stage, javascript: JavaScript) -> None:
    seeds = stage.seeds()
    for name, operation, inputs in stage.scenes():
        for number in range(CHANGES):
            what, tampered = changed(inputs, random.Random(f"{name} {number}"), seeds)
            expected = python(operation, tampered)
            assert (name, number, what, javascript.ask(operation, tampered)) == (name, number, what, expected)
