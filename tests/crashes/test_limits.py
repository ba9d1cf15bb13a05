"""One web process at its limits, of memory and of connections: whoever takes most or longest makes room for others."""

import json
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy import text

from mediation.arrivals import CHUNK, GATHERED_LIMIT
from mediation.db import engine_from, writing
from mediation.errors import SENTENCES
from mediation.serving import SPARE_FILES
from mediation.settings import Settings, read
from tests import databases
from tests.bench.load import Connection
from tests.bench.servers import children, peak_of
from tests.crashes.hostile import ASKED, posted
from tests.serving import Server, serving

FILES: Final = 2 * SPARE_FILES
ROOM: Final = FILES - SPARE_FILES - Settings.threads - 1
"""Connections of the process beside a newcomer's, and one for each of its threads."""
BODY: Final = 4_000_000
ALMOST: Final = BODY - 100_000
GREEDY: Final = 2 * GATHERED_LIMIT // ALMOST
PATIENCE: Final = 15.0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web process that may have `FILES` files open."""
    directory: Path = tmp_path_factory.mktemp("small")
    with serving(directory, files=FILES, DATABASE_URL=databases.new(directory)) as found:
        yield found
    assert "Traceback" not in found.printed()
    databases.drop(directory)


@pytest.fixture
def port(small: Server) -> Iterator[int]:
    """Where it listens; at the end it is the same process as before."""
    before = _web(small)
    yield int(small.base_url.rpartition(":")[2])
    assert _web(small) == before, "a client ended the process"
    assert httpx.get(f"{small.base_url}/healthz").is_success


def _web(server: Server) -> int:
    """The web process."""
    (found,) = children(server.pid)
    return found


def _open(stack: ExitStack, port: int, data: bytes = b"") -> socket.socket:
    made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
    made.sendall(data)
    return made


def _answered(client: socket.socket) -> bytes:
    """The head of the answer, or nothing if the connection was closed."""
    try:
        return client.recv(CHUNK)
    except ConnectionResetError:
        return b""


def test_unfinished_requests_take_no_more_memory_than_their_limit(small: Server, port: int) -> None:
    before = peak_of(_web(small))
    with ExitStack() as stack:
        greedy = [_open(stack, port, posted(b"", length=BODY, port=port)) for _ in range(GREEDY)]
        with ThreadPoolExecutor(GREEDY) as threads:
            refused = list(threads.map(_greedy, greedy))
            others = [Connection(port).ask(ASKED)[0] for _ in range(20)]
        kept = [client for client, answer in zip(greedy, refused, strict=True) if answer is None]
        finished = [_finished(client) for client in kept]
    assert others == [200] * 20
    answers = [each for each in refused if each is not None]
    assert len(answers) >= GREEDY // 2, "what did not fit was refused"
    assert set(answers) == {(503, "try-again", SENTENCES["try-again"])}
    assert len(kept) >= GREEDY // 4, "what fitted was not"
    assert {each[:12] for each in finished} == {b"HTTP/1.1 400"}, "nothing but spaces"
    assert peak_of(_web(small)) - before < 3 * GATHERED_LIMIT / 1e6


def _greedy(client: socket.socket) -> tuple[int, str, str] | None:
    """Send nearly all; the refusal, if there is one."""
    client.settimeout(5)
    try:
        client.sendall(b" " * ALMOST)
        head, _, body = client.recv(CHUNK).partition(b"\r\n\r\n")
    except TimeoutError:
        return None
    finally:
        client.settimeout(PATIENCE)
    said = json.loads(body)
    return int(head[9:12]), said["code"], said["message"]


def _finished(client: socket.socket) -> bytes:
    client.sendall(b" " * (BODY - ALMOST))
    return _answered(client)


def test_requests_that_wait_for_a_thread_take_no_more_memory_either(small: Server, port: int) -> None:
    asked = json.dumps({"sign_in_name": "petal-attic-32", "auth": "A" * 43}).encode()
    whole = posted(asked + b" " * (BODY - len(asked)), port=port)
    clients = [Connection(port) for _ in range(GREEDY)]
    with ThreadPoolExecutor(GREEDY) as threads:
        with _busy(small.directory):
            answers = [threads.submit(client.ask, whole) for client in clients]
            done, _ = wait(answers, timeout=8)
            refused = [each.result() for each in done]
        rest = [each.result() for each in answers if each not in done]
    assert len(refused) >= GREEDY // 3, "what did not fit was refused while all threads were at work"
    assert {(status, json.loads(body)["code"]) for status, body in refused} == {(503, "try-again")}
    assert len(rest) >= GREEDY // 4, "what fitted waited"
    assert {json.loads(body)["code"] for _, body in rest} <= {"sign-in-failed", "too-many-tries"}


@contextmanager
def _busy(directory: Path) -> Iterator[None]:
    """Whoever wants to sign in has to wait for the database."""
    engine = engine_from(read({"MEDIATION_INSTANCE": str(directory), "DATABASE_URL": databases.url(directory)}))
    with writing(engine) as session:
        command = "LOCK TABLE throttle" if databases.kind() == "postgresql" else "DELETE FROM throttle WHERE false"
        session.execute(text(command))
        yield
    engine.dispose()


def test_the_connection_that_has_been_arriving_for_the_longest_makes_room(port: int) -> None:
    more = 40
    with ExitStack() as stack:
        idle = [_open(stack, port) for _ in range(ROOM + more)]
        assert Connection(port).ask(ASKED)[0] == 200, "a newcomer is answered at once"
        for client in idle[-more:]:
            client.sendall(ASKED)
            assert _answered(client).startswith(b"HTTP/1.1 200 "), "whoever came last has stayed"
        for client in idle[:more]:
            assert _answered(client) == b"", "whoever came first has gone"


def test_connections_that_are_kept_make_room_too(port: int) -> None:
    with ExitStack() as stack:
        kept = [_open(stack, port) for _ in range(ROOM + 20)]
        for client in kept[20:]:
            client.sendall(ASKED)
            assert _answered(client).startswith(b"HTTP/1.1 200 ")
        assert Connection(port).ask(ASKED)[0] == 200


def test_room_is_made_while_those_who_make_it_go_on_sending(port: int) -> None:
    """What comes over a connection at the moment at which it is closed is nobody's any more."""
    with ExitStack() as stack:
        for _ in range(5):
            idle = [_open(stack, port, b"GET /healthz HTTP/1.1\r\n") for _ in range(ROOM)]
            with ThreadPoolExecutor(2) as threads:
                sending = threads.submit(_all_send, idle)
                for _ in range(ROOM):
                    _open(stack, port)
                sending.result()
        assert Connection(port).ask(ASKED)[0] == 200


def _all_send(clients: list[socket.socket]) -> None:
    for _ in range(20):
        for client in clients:
            try:
                client.send(b"X-More: x\r\n")
            except OSError:  # it has made room
                continue


GONE: Final = {
    "before it was asked for its body": posted(b"", length=2, fields="Expect: 100-continue\r\n"),
    "before it was told that its head is too long": b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 40_000,
    "before it was answered": ASKED,
    "in the middle of its body": posted(b"{", length=1000),
}


@pytest.mark.parametrize("when", GONE)
def test_a_client_that_is_gone_ends_nothing_but_itself(port: int, when: str) -> None:
    for _ in range(50):
        client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(GONE[when])
        client.close()  # not by taking leave, but by a reset
    assert Connection(port).ask(ASKED)[0] == 200
