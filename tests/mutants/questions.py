"""What the tests ask of JavaScript, with the answers that they agreed with: shared vectors, and all over the bridge.

One JSON array a line: operation, inputs, answer; the answer is ["ok", output], ["refused", code], or ["written"] where
JavaScript draws keys and salts itself, so that only Python can judge what it wrote.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from tests.protocol.javascript import JavaScript


def write_vectors(folder: Path, to: TextIO) -> int:
    """The shared vectors; how many they are."""
    number = 0
    for file in sorted(folder.glob("*.json")):
        for vector in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
            refusal = vector["expect"]
            answer = ["ok", vector["output"]] if refusal == "success" else ["refused", refusal]
            _write(to, vector["operation"], vector["inputs"], answer)
            number += 1
    return number


@contextmanager
def recording(to: TextIO) -> Iterator[None]:
    """Note everything that goes over the bridge."""
    ask, write = JavaScript.ask, JavaScript.write

    def noting_ask(self: JavaScript, operation: str, inputs: dict[str, Any]) -> tuple[str, Any]:
        answer = ask(self, operation, inputs)
        _write(to, operation, inputs, list(answer))
        return answer

    def noting_write(self: JavaScript, operation: str, inputs: dict[str, Any]) -> Any:
        kind, output = ask(self, operation, inputs)
        assert kind == "ok", f"{operation} was refused: {output}"
        _write(to, operation, inputs, ["written"])
        return output

    JavaScript.ask, JavaScript.write = noting_ask, noting_write  # type: ignore[method-assign]
    try:
        yield
    finally:
        JavaScript.ask, JavaScript.write = ask, write  # type: ignore[method-assign]


def _write(to: TextIO, operation: str, inputs: dict[str, Any], answer: list[Any]) -> None:
    to.write(json.dumps([operation, inputs, answer]) + "\n")
