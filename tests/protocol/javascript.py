"""Asks the JavaScript implementation, through `tests/js/bridge.mjs` run by node."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.node import LOADING

BRIDGE = Path(__file__).parents[1] / "js" / "bridge.mjs"


class Crash(AssertionError):
    """JavaScript failed by something else than a refusal of the protocol."""


class JavaScript:
    """A running bridge. `ask` gives `("ok", output)` or `("refused", code)`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*LOADING, str(BRIDGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, operation: str, inputs: dict[str, Any]) -> tuple[str, Any]:
        """What JavaScript makes of an operation. Raises Crash."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"operation": operation, "inputs": inputs}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "crash" in answer:
            raise Crash(answer["crash"])
        return ("ok", answer["ok"]) if "ok" in answer else ("refused", answer["code"])

    def write(self, operation: str, inputs: dict[str, Any]) -> Any:
        """What JavaScript writes; it must not refuse."""
        kind, output = self.ask(operation, inputs)
        assert kind == "ok", f"{operation} was refused: {output}"
        return output

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
