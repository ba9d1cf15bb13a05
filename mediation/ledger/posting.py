"""Posts something to a server of somebody else and takes its answer, bounded in time and in bytes whatever it does.

httpx bounds each wait for a byte, but not all of them together; here the connection ends after `SECONDS`.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any, Final

import httpx

SECONDS: Final = 5.0
"""For one request, from its first byte to the last of the answer."""


class PostError(Exception):
    """There was no answer that could be taken. `code`: `unreachable` or `too-large`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def post(url: str, content: bytes, most: int, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body of the answer, as they came; of at most so many bytes. Raises PostError."""
    found = bytearray()
    try:
        with (
            httpx.Client(timeout=SECONDS) as client,
            _deadline() as trace,
            client.stream("POST", url, content=content, headers=headers, extensions={"trace": trace}) as answer,
        ):
            for chunk in answer.iter_raw():
                found += chunk
                if len(found) > most:
                    raise PostError("too-large")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PostError("unreachable") from error
    return answer.status_code, bytes(found)


@contextmanager
def _deadline() -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Ends the connection after `SECONDS`."""
    connections: list[socket.socket] = []
    over = Event()

    def trace(name: str, info: dict[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            connections.append(info["return_value"].get_extra_info("socket"))
            if over.is_set():  # it came to be when the time was up already
                shut()

    def shut() -> None:
        for each in connections:
            with suppress(OSError):  # over already, or handed on to TLS
                each.shutdown(socket.SHUT_RDWR)

    def end() -> None:
        over.set()
        shut()

    timer = Timer(SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield trace
    finally:
        timer.cancel()
