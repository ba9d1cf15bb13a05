"""The command line, on real processes: one command serves, prints how to set up, and stops when it is told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Set
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from mediation import cli, db
from mediation.db import schema_head
from mediation.protocol.encoding import new_id
from tests import databases, postgres
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


HYPHEN = "-" + "a" * 21


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (["audit", "export", "--case", HYPHEN, "x.zip"], ["audit", "export", f"--case={HYPHEN}", "x.zip"]),
        (["audit", "erase-case", HYPHEN, "--json"], ["audit", "erase-case", "--json", "--", HYPHEN]),
        (
            ["audit", "erase-case", "--yes-erase", "X-1", HYPHEN],
            ["audit", "erase-case", "--yes-erase", "X-1", "--", HYPHEN],
        ),
        (["audit", "verify", "-", "--json"], ["audit", "verify", "-", "--json"]),
    ],
)
def test_an_identifier_that_begins_with_a_hyphen_is_no_option(typed: list[str], understood: list[str]) -> None:
    assert cli.understood(typed) == understood


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


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The environment names a database of the kind under test without any schema."""
    monkeypatch.setenv("MEDIATION_INSTANCE", str(tmp_path))
    if databases.kind() == "sqlite":
        monkeypatch.setenv("DATABASE_URL", databases.url(tmp_path))
        yield databases.url(tmp_path)
        return
    name = f"empty{new_id().lower().replace('-', '_')}"
    address = postgres.create(postgres.server(), name)
    monkeypatch.setenv("DATABASE_URL", address)
    yield address
    postgres.drop(postgres.server(), name)


def test_migrate_then_check(empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 1
    assert "mediation migrate" in capsys.readouterr().err
    assert cli.main(["migrate"]) == 0
    assert cli.main(["check"]) == 0
    assert cli.main(["migrate"]) == 0, "nothing is left to do"


def _say(address: str, revision: str) -> None:
    engine = create_engine(db.address(address))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})
    engine.dispose()


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_database_of_a_newer_version_is_left_alone(
    empty: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["migrate"]) == 0
    _say(empty, "9999")
    capsys.readouterr()
    assert cli.main([command]) == 1
    assert "A newer version has changed this database." in capsys.readouterr().err


def test_an_older_database_is_named_by_check(empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate"]) == 0
    _say(empty, "0001")
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err.endswith(
        f"The database is at 0001, this version at {schema_head()}: run `mediation migrate`.\n"
    )


@pytest.mark.parametrize("command", ["check", "migrate", "run"])
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:canary-7f3a@127.0.0.1:1/letters",
        "postgresql://anna:canary-7f3a@127.0.0.1:1/letters?canary=canary-7f3a",
        "sqlite:////nowhere/canary-7f3a/letters.sqlite3",
    ],
)
def test_a_database_that_cannot_be_reached_is_a_sentence_without_its_address(
    tmp_path: Path, command: str, address: str
) -> None:
    done = subprocess.run(
        _command(command, tmp_path, DATABASE_URL=address), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert re.fullmatch(r"The database of DATABASE_URL cannot be reached, or refuses us \(\w+\)\.\n", done.stderr), (
        done.stderr
    )
    assert "canary" not in done.stdout


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("canary-7f3a" * 500)
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path / 'letters'}"}
    done = subprocess.run(_command("migrate", tmp_path, **environ), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "letters").read_text() == "canary-7f3a" * 500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_stops_when_it_is_told_to(empty: str, tmp_path: Path, number: signal.Signals) -> None:
    assert cli.main(["migrate"]) == 0
    process = subprocess.Popen(_command("worker", tmp_path, DATABASE_URL=empty), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "worker started" in process.stderr.readline()
    process.send_signal(number)
    _, written = process.communicate(timeout=20)
    assert process.returncode == 0
    assert re.fullmatch(r"\S+ \[info +\] worker stops\s*", written), written


def test_a_worker_without_its_database_goes_on_and_says_only_what_kind_of_error_it_met(tmp_path: Path) -> None:
    away = "postgresql://anna:canary-7f3a@127.0.0.1:1/letters"
    process = subprocess.Popen(_command("worker", tmp_path, DATABASE_URL=away), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(3)]
    assert process.poll() is None
    process.terminate()
    _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert all("job failed" in line and "OperationalError" in line for line in lines[1:]), lines
    assert "canary" not in "".join(lines) + rest
    assert "Traceback" not in "".join(lines) + rest


def test_several_processes_answer_and_are_replaced_and_finish_what_they_do_when_told_to_stop(
    empty: str, tmp_path: Path
) -> None:
    port = str(free_port())
    command = _command("run", tmp_path, PORT=port, PROCESSES="2", DATABASE_URL=empty)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/healthz", process)
        before = set(_children(process.pid, 2))
        os.kill(min(before), signal.SIGKILL)
        after = set(_children(process.pid, 2, but=before))
        assert len(before & after) == 1
        assert httpx.get(f"{url}/healthz", timeout=20).is_success
        with socket.create_connection(("127.0.0.1", int(port))) as slow:
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\n")
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            slow.sendall(b"\r\n")
            assert slow.recv(65536).startswith(b"HTTP/1.1 200 "), "what was under way is answered"
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in output


def _children(pid: int, count: int, but: Set[int] = frozenset()) -> list[int]:
    """The processes of a server, once there are so many and not the same ones."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
        if len(found) == count and set(found) != but:
            return found
        time.sleep(0.05)
    raise AssertionError("the processes are not there")


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
