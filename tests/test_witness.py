"""`mediation audit witness`: a real process that our own server asks, and a memory that no answer gets ahead of."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from mediation import witness
from mediation.cli import main
from mediation.ledger.asking import Asking
from mediation.ledger.state import LedgerError
from mediation.protocol import checkpoint, notes, tiles
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.notes import VerifierKey
from mediation.protocol.witnessing import Request
from mediation.witness import App, place_of, witness_in
from tests.ledger.test_asking import Clock, note_of, published
from tests.ledger.test_tampering import key_of
from tests.protocol.logs import ORIGIN, SEED, Tiled, entries_of
from tests.serving import free_port

NAME = "witness.example/w1"
LOG_KEY = notes.verifier_key(ORIGIN, SEED).text
LOG = Tiled()
LOG.grow(entries_of(60))


def made(directory: Path) -> App:
    return App(*witness_in(directory, NAME, [LOG_KEY]), clock=lambda: 1_790_000_000.5)


def key_in(app: App) -> VerifierKey:
    return notes.verifier_key(NAME, app.witness.seed, notes.COSIGNATURE)


def client(app: App) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://w")


def request(old: int, size: int) -> bytes:
    note = checkpoint.issue(Checkpoint(ORIGIN, size, tiles.root(size, LOG.read)), [SEED])
    return Request(old, tuple(tiles.consistency_proof(old, size, LOG.read)), note).text.encode()


def test_what_it_signed_is_remembered_and_shown(tmp_path: Path) -> None:
    place = f"/{place_of(ORIGIN)}/checkpoint"
    with client(made(tmp_path / "w")) as asking:
        assert asking.get(place).status_code == 404
        assert asking.post("/add-checkpoint", content=request(0, 7)).status_code == 200
    again = made(tmp_path / "w")
    with client(again) as asking:
        answer = asking.post("/add-checkpoint", content=request(0, 9))
        assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (409, "7\n", "text/x.tlog.size")
        answer = asking.post("/add-checkpoint", content=request(7, 9))
        assert answer.status_code == 200
        shown = asking.get(place)
        assert checkpoint.opened(shown.text, [LOG_KEY], [key_in(again).text], 1).size == 9
        assert shown.text.endswith(answer.text)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/add-checkpoint", b"old 0\n", 400, "bad-witness-request"),
        ("POST", "/add-checkpoint", b"\xff", 400, "bad-witness-request"),
        ("POST", "/add-checkpoint", b"x" * 80_000, 413, "too-large"),
        ("GET", "/add-checkpoint", b"", 405, "method-not-allowed"),
        ("POST", "/", b"", 404, "not-found"),
        ("GET", "/", b"", 404, "not-found"),
        ("GET", f"/{place_of('elsewhere')}/checkpoint", b"", 404, "not-found"),
        ("GET", "/../witness-key.json", b"", 404, "not-found"),
        ("GET", f"/{place_of(ORIGIN)}", b"", 404, "not-found"),
        ("POST", f"/{place_of(ORIGIN)}/checkpoint", b"", 404, "not-found"),
    ],
)
def test_other_requests(tmp_path: Path, method: str, path: str, body: bytes, status: int, code: str) -> None:
    with client(made(tmp_path)) as asking:
        asking.post("/add-checkpoint", content=request(0, 7))
        answer = asking.request(method, path, content=body)
        assert answer.status_code == status
        assert re.fullmatch(rf"{code}: [A-Z].+\.\n", answer.text)


def test_nothing_is_signed_that_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    app = made(tmp_path)
    monkeypatch.setattr(witness, "write_whole", full)
    with client(app) as asking:
        answer = asking.post("/add-checkpoint", content=request(0, 7))
    assert answer.status_code == 500
    assert answer.text == "witness-cannot-answer: Nothing was signed. Please ask again later.\n"
    assert app.memory.latest(ORIGIN) is None


def test_a_memory_that_cannot_be_read_signs_nothing(tmp_path: Path) -> None:
    app = made(tmp_path)
    (tmp_path / f"{place_of(ORIGIN)}.note").write_text("?")
    with client(app) as asking:
        assert asking.post("/add-checkpoint", content=request(0, 7)).status_code == 500


def test_of_many_at_once_it_never_goes_back(tmp_path: Path) -> None:
    """All ask to go on from 7: one is signed, the others are told what that was."""
    apps = [made(tmp_path), made(tmp_path)]
    with client(apps[0]) as asking:
        asking.post("/add-checkpoint", content=request(0, 7))

    def ask(size: int) -> int:
        with client(apps[size % 2]) as asking:
            return asking.post("/add-checkpoint", content=request(7, size)).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(8, 32)))
    assert sorted(statuses) == [200] + [409] * 23
    latest = apps[0].memory.latest(ORIGIN)
    assert latest is not None and latest.size == 8 + statuses.index(200)


@pytest.mark.parametrize(
    ("spoil", "name", "vkey", "code"),
    [
        (lambda directory: (directory / "witness-key.json").unlink(), NAME, LOG_KEY, "witness-key-missing"),
        (lambda directory: None, "another.example", LOG_KEY, "witness-named-otherwise"),
        (
            lambda directory: (directory / "witness-key.json").write_text("{}"),
            NAME,
            LOG_KEY,
            "witness-state-unreadable",
        ),
        (lambda directory: None, "a b", LOG_KEY, "witness-name-wrong"),
        (lambda directory: None, NAME, "no key", "log-key-wrong"),
        (lambda directory: None, NAME, notes.verifier_key("w", SEED, notes.COSIGNATURE).text, "log-key-wrong"),
    ],
)
def test_what_is_no_witness_does_not_start(
    tmp_path: Path, spoil: object, name: str, vkey: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with client(made(tmp_path)) as asking:
        asking.post("/add-checkpoint", content=request(0, 7))
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(LedgerError) as error:
        witness_in(tmp_path, name, [vkey])
    assert error.value.code == code
    assert main(["audit", "witness", str(tmp_path), "--name", name, "--log", vkey]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@contextmanager
def process(directory: Path, log_key: str) -> Iterator[tuple[str, str, "subprocess.Popen[str]"]]:
    """`mediation audit witness` as a process: its key, its address and itself."""
    port = free_port()
    command = [sys.executable, "-m", "mediation.cli", "audit", "witness", str(directory), "--name", NAME]
    found = subprocess.Popen(
        [*command, "--log", log_key, "--port", str(port)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert found.stdout is not None
        assert found.stdout.readline().startswith("follows ")
        key = found.stdout.readline().split()[1]
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while not _answers(url):
            assert found.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        yield key, url, found
    finally:
        found.terminate()
        found.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 404
    except httpx.TransportError:
        return False


def test_our_server_asks_a_real_witness_which_is_killed_and_goes_on(engine: Engine, tmp_path: Path) -> None:
    published(engine)
    directory = tmp_path / "witness"
    keys = set()
    for day in range(2):
        with process(directory, key_of(engine)) as (key, url, running):
            keys.add(key)
            assert Asking(engine, ((key, url),), Clock()).turn() == 1
            assert checkpoint.opened(note_of(engine), [key_of(engine)], [key], 1).size == (day + 1) * 512
            os.kill(running.pid, signal.SIGKILL)
        published(engine, day + 1)
    assert len(keys) == 1
