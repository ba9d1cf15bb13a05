"""Twilio's real client against Twilio's own description of its API, served by Prism: what we send is what they take,
and what they answer is what we read.

The description is not part of the repository: without it beside the repository, this did not run.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from mediation.settings import ROOT, Settings
from mediation.sms.providers import RefusedError
from tests.serving import free_port
from tests.sms.carriers import carrier
from tests.sms.conftest import NUMBER

DESCRIPTION: Final = ROOT.parent / "shared" / "twilio" / "twilio_api_v2010_messages.json"
PRISM: Final = ROOT / "tests" / "prism" / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
NODE: Final = ROOT / ".venv" / "bin" / "node"

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="Twilio's description of its API is not beside the repository: this did not run."
)


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it listens."""
    port, printed = free_port(), tmp_path_factory.mktemp("prism") / "output"
    program = [str(NODE), str(PRISM), "mock", "--host", "127.0.0.1", "--port", str(port), str(DESCRIPTION)]
    with printed.open("wb") as file:
        process = subprocess.Popen(program, stdout=file, stderr=file, env=os.environ)
    try:
        _await(f"http://127.0.0.1:{port}", process, printed)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(url: str, process: "subprocess.Popen[bytes]", printed: Path) -> None:
    until = time.monotonic() + 60
    while True:
        assert process.poll() is None and time.monotonic() < until, printed.read_text("utf-8")
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.2)


@pytest.mark.parametrize("sender", ["+15005550006", "MG" + "1" * 32])
def test_a_text_is_what_twilio_takes(prism: str, settings: Settings, sender: str) -> None:
    assert carrier(settings, "twilio", prism, sender).send(NUMBER, "Hello.", "r" * 22).startswith("SM")


def test_the_list_is_asked_as_twilio_says(prism: str, settings: Settings) -> None:
    since = datetime(2000, 1, 1, tzinfo=UTC)
    assert carrier(settings, "twilio", prism).find(NUMBER, "no such words", "r", since) == []


def test_one_text_is_asked_for_as_twilio_says(prism: str, settings: Settings) -> None:
    report = carrier(settings, "twilio", prism).ask("SM" + "a" * 32)
    assert report is not None
    assert report.provider_id[:2] in ("SM", "MM")


def test_what_twilio_would_not_take_is_refused_here_too(prism: str, settings: Settings) -> None:
    """So that the tests above could fail."""
    with pytest.raises(RefusedError):
        carrier(settings, "twilio", prism).ask("no id")
