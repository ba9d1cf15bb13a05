"""Clients that want to keep others from being served, and the measure of how well they succeed."""

import contextlib
import gzip
import resource
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from threading import Event, Thread
from typing import Final

from tests.bench.load import Connection

ASKED: Final = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
CLIENTS: Final = 4
EACH: Final = 100

Attack = Callable[[int], "contextlib.AbstractContextManager[object]"]
"""Attacks the server at a port until the block ends."""


def p95(port: int) -> float:
    """Milliseconds that one answer in twenty takes longer than, asked over connections that stay open and new ones."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        taken = [one for each in clients.map(_asked, [port] * CLIENTS) for one in each]
    return quantiles(taken, n=20)[-1]


def _asked(port: int) -> list[float]:
    taken, connection = [], Connection(port)
    for number in range(EACH):
        begun = time.perf_counter()
        if number % 5 == 0:
            connection.close()
            connection = Connection(port)
        status, body = connection.ask(ASKED)
        taken.append((time.perf_counter() - begun) * 1000)
        assert status == 200, body
    connection.close()
    return taken


def _open(port: int, data: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(data)
    return made


@contextlib.contextmanager
def _held(port: int, number: int, first: bytes, then: Callable[[socket.socket], None] | None) -> Iterator[None]:
    """So many connections, all of them going on with `then` ten times a second."""
    over = Event()
    held = [_open(port, first) for _ in range(number)]

    def go_on() -> None:
        while then is not None and not over.wait(0.1):
            for each in held:
                with contextlib.suppress(OSError):
                    then(each)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for each in held:
            each.close()


def idle(port: int) -> contextlib.AbstractContextManager[object]:
    """1,000 connections over which nothing comes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most if most < 4096 else 4096, most))
    return _held(port, 1000, b"", None)


def slow_head(port: int) -> contextlib.AbstractContextManager[object]:
    """40 requests whose header fields come byte by byte."""
    return _held(port, 40, b"GET /healthz HTTP/1.1\r\nX-Slow: ", lambda one: one.sendall(b"x"))


def slow_body(port: int) -> contextlib.AbstractContextManager[object]:
    """40 requests whose bodies come byte by byte."""
    return _held(port, 40, posted(b"{", length=4000), lambda one: one.sendall(b" "))


def never_leaving(port: int) -> contextlib.AbstractContextManager[object]:
    """40 clients that have their answer and do not close, after they were told that it was the last."""
    return _held(port, 40, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", None)


def enormous(port: int) -> contextlib.AbstractContextManager[object]:
    """20 clients that announce 10 GB and begin to send them."""
    return _held(port, 20, posted(b"x" * 1000, length=10 * 1024**3), lambda one: one.sendall(b"x" * 1000))


def posted(body: bytes, *, length: int | None = None, fields: str = "", port: int = 80) -> bytes:
    """A POST to the API of a body, announced as `length` bytes."""
    size = len(body) if length is None else length
    origin = f"Origin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\n{fields}"
    return f"POST /api/v1/session HTTP/1.1\r\nHost: here\r\n{origin}Content-Length: {size}\r\n\r\n".encode() + body


def bombs(port: int) -> contextlib.AbstractContextManager[object]:
    """4 clients that send, ten times a second, a body of 20 KB that would be 20 MB if somebody opened it."""
    bomb = posted(gzip.compress(b" " * 20_000_000, 9), fields="Content-Encoding: gzip\r\n", port=port)
    return _held(port, 4, bomb, lambda one: one.sendall(bomb))


ATTACKS: Final[dict[str, Attack]] = {
    "1,000 idle connections": idle,
    "slow heads": slow_head,
    "slow bodies": slow_body,
    "never leaving": never_leaving,
    "10 GB announced": enormous,
    "compressed bombs": bombs,
}
