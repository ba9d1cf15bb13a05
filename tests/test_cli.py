"""The command line, on real processes: one command serves, prints how to set up, and stops when it is told to."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mediation import cli
from mediation.db import schema_head
from tests.serving import free_port

ENVIRON = {"PATH": os.environ["PATH"], "COMPRESS_STATIC": "0"}


def _command(name: str, directory: Path, **environ: str) -> list[str]:
    pairs = {**ENVIRON, "MEDIATION_INSTANCE": str(directory), **environ}
    return [
        "env",
        "-i",
        *(f"{key}={value}" for key, value in pairs.items()),
        sys.executable,
        "-m",
        "mediation.cli",
        name,
    ]


def _wait_for(url: str, process: subprocess.Popen[str]) -> httpx.Response:
    for _ in range(300):
        assert process.poll() is None, "the server stopped"
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`mediation run` on a free port, and its address."""
    port = str(free_port())
    command = _command("run", tmp_path, PORT=port)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/healthz", process)
        yield process, url
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def test_run_serves_and_prints_how_to_set_the_agency_up(running: tuple[subprocess.Popen[str], str]) -> None:
    process, url = running
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok", "database": "sqlite", "schema": schema_head()}
    assert httpx.get(f"{url}/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert re.search(rf"{url}/set-up#([0-9A-Z]{{4}}-){{6}}[0-9A-Z]{{2}}", output)
    assert process.returncode == 0
    assert "Traceback" not in output


def test_a_second_server_on_the_same_port_says_so(running: tuple[subprocess.Popen[str], str], tmp_path: Path) -> None:
    _, url = running
    second = subprocess.run(
        _command("run", tmp_path, PORT=url.rpartition(":")[2]), capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode != 0


def test_production_without_keys_does_not_start(tmp_path: Path) -> None:
    environ = {"MEDIATION_MODE": "production", "PUBLIC_URL": "https://letters.example.org"}
    done = subprocess.run(_command("run", tmp_path, **environ), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "SESSION_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrate_then_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDIATION_INSTANCE", str(tmp_path))
    assert cli.main(["check"]) == 1
    assert "mediation migrate" in capsys.readouterr().err
    assert cli.main(["migrate"]) == 0
    assert cli.main(["check"]) == 0


def test_settings_lists_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["settings"]) == 0
    listed = capsys.readouterr().out
    for variable in ("DATABASE_URL", "PORT", "PUBLIC_URL", "PEPPER"):
        assert variable in listed


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["run", "--fast"]])
def test_unknown_commands_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err
