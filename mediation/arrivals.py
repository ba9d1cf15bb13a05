"""A request has arrived whole before a thread is given to it: whoever is slow keeps nobody waiting but themselves.

Gunicorn's own threads wait for a client's bytes; eight clients that send one byte each would hold all of them. Here the
main loop collects them, from any number of connections at once, with limits to the time, the number and the bytes. It
also waits for the end of connections that it has closed, for which gunicorn would stop everything else.

Source: gunicorn 27, `workers/gthread.py`, of which this replaces the ways in and out of the pool of threads.
"""

import errno
import json
import re
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from mediation.errors import SENTENCES
from mediation.settings import Settings

HEAD_SECONDS: Final = 20
WHOLE_SECONDS: Final = 120
PARTING_SECONDS: Final = 2
STALLED_SECONDS: Final = 10
"""So long a thread waits for a client that takes no more of its answer."""
HEAD_LIMIT: Final = 32 * 1024
GATHERED_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of requests that have not arrived whole, or wait for a thread, in one process."""
CHUNK: Final = 64 * 1024
TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_BUSY: Final = json.dumps({"code": "try-again", "message": SENTENCES["try-again"]}).encode()
BUSY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BUSY), _BUSY)
)
"""For whoever would exceed `GATHERED_LIMIT`; nobody sends so much but to the API."""
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,19})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection, and what has come over it of a request that is not whole yet."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.counted = 0
        """Bytes of its request that are counted among those that the process holds."""
        self.begin()
        limit = struct.pack("ll", STALLED_SECONDS, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.sock.setsockopt(socket.SOL_SOCKET, option, limit)

    def begin(self, data: bytes = b"") -> None:
        """A new request, of which this much has come."""
        self.gathered = bytearray(data)
        self.wanted: int | None = None
        """Bytes of the whole request; None until its head is here, -1 where only its end tells."""
        self.too_large = False
        self.since = time.monotonic()
        self.until = self.since + HEAD_SECONDS

    @property
    def greed(self) -> float:
        """The bytes that it keeps from others, times the seconds for which it has."""
        return self.counted * (time.monotonic() - self.since)

    def say(self, what: bytes) -> None:
        """Send a line or two; a client that is gone is noticed by whoever reads from it next."""
        with suppress(OSError):
            self.sock.send(what)

    def is_whole(self, limit: int) -> bool:
        """Whether the request can be answered: it is all here, or is refused for its size without being read."""
        if self.wanted is None and not self._read_head(limit):
            return False
        if self.wanted == -1:
            self.too_large = len(self.gathered) > limit + HEAD_LIMIT
            return self.too_large or self.gathered.endswith(b"\r\n0\r\n\r\n")
        return self.too_large or len(self.gathered) >= (self.wanted or 0)

    def _read_head(self, limit: int) -> bool:
        end = self.gathered.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.gathered[: end + 2])
        bare = _EXPECT.sub(b"", head)
        self.gathered[: end + 2] = bare
        found = _LENGTH.search(head)
        length = int(found.group(1)) if found else 0
        self.wanted = -1 if _CHUNKED.search(head) else len(bare) + 2 + length
        self.too_large = length > limit
        self.until += WHOLE_SECONDS - HEAD_SECONDS
        if bare != head and not self.too_large:
            self.say(CONTINUE)
        return True


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's process of several threads, to which only whole requests are given."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.arriving: dict[Connection, None] = {}
        self.parting: dict[Connection, None] = {}
        self.held = 0
        """Bytes of all requests that are arriving or wait for a thread."""
        self.body_limit: int = getattr(self.app, "settings", Settings).body_limit

    def accept(self, listener: socket.socket) -> None:
        """A new connection, for which the one that has been arriving for the longest makes room if there is none."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        if self.nr_conns >= self.worker_connections - self.cfg.threads:
            self._make_room()
        self._await(connection)

    def on_client_socket_readable(self, connection: Connection, client: socket.socket) -> None:
        """The next request over a connection that was kept, unless it has just made room."""
        if connection not in self.keepalived_conns:
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(connection)
        self._await(connection)

    def _await(self, connection: Connection, data: bytes = b"") -> None:
        connection.sock.setblocking(False)
        connection.begin(data)
        self.arriving[connection] = None
        self._watch(connection, self._arrives)
        if data:
            self._consider(connection)

    def _watch(self, connection: Connection, then: Callable[[Connection, socket.socket], None]) -> None:
        self.poller.register(connection.sock, EVENT_READ, partial(then, connection))

    def _arrives(self, connection: Connection, client: socket.socket) -> None:
        if connection not in self.arriving:  # it has made room since this was noticed
            return
        data = _received(client)
        if data is None:
            return
        if not data:
            self._end(connection)
            return
        connection.gathered += data
        self._consider(connection)

    def _consider(self, connection: Connection) -> None:
        whole = connection.is_whole(self.body_limit)
        self._count(connection, len(connection.gathered))
        if not whole and connection.wanted is None and len(connection.gathered) > HEAD_LIMIT:
            self._refuse(connection, TOO_LONG)
        elif self.held > GATHERED_LIMIT:
            self._refuse(max(self.arriving, key=lambda each: each.greed), BUSY)
        if whole and connection in self.arriving:
            self._hand_over(connection)

    def _count(self, connection: Connection, size: int) -> None:
        self.held += size - connection.counted
        connection.counted = size

    def _refuse(self, connection: Connection, answer: bytes) -> None:
        connection.say(answer)
        connection.gathered.clear()
        self._part(self._taken(connection))

    def _hand_over(self, connection: Connection) -> None:
        size = connection.counted
        self._taken(connection)
        self._count(connection, size)
        connection.sock.setblocking(True)
        connection.init()
        connection.parser.unreader.unread(bytes(connection.gathered))
        connection.gathered.clear()
        connection.data_ready = True
        self.enqueue_req(connection)

    def _taken(self, connection: Connection) -> Connection:
        self.poller.unregister(connection.sock)
        self.arriving.pop(connection, None)
        self.parting.pop(connection, None)
        self._count(connection, 0)
        return connection

    def _keepalive_after(self, connection: Connection, keepalive: bool) -> bool:
        """Nobody waits for the rest of a body that was refused."""
        return not connection.too_large and bool(super()._keepalive_after(connection, keepalive))

    def finish_request(self, connection: Connection, done: "Future[bool]") -> None:
        """Keep the connection, go on with what has come of its next request, or take leave."""
        self._count(connection, 0)
        kept = not done.cancelled() and done.exception() is None and done.result()
        rest = connection.parser.unreader.take_buffered() if kept else b""
        if not kept:
            self._part(connection)
        elif rest:
            self._await(connection, rest)
        else:
            super().finish_request(connection, done)

    def _part(self, connection: Connection) -> None:
        """Say that nothing more will come, and wait a little until the client has read all that did."""
        connection.until = time.monotonic() + PARTING_SECONDS
        try:
            connection.sock.setblocking(False)
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        self.parting[connection] = None
        self._watch(connection, self._parts)

    def _parts(self, connection: Connection, client: socket.socket) -> None:
        if connection in self.parting and _received(client) == b"":
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        self._close(self._taken(connection))

    def _close(self, connection: Connection) -> None:
        self.nr_conns -= 1
        connection.close()

    def _make_room(self) -> None:
        for waiting in (self.parting, self.arriving):
            if waiting:
                self._end(next(iter(waiting)))
                return
        if self.keepalived_conns:
            self.poller.unregister(self.keepalived_conns[0].sock)
            self._close(self.keepalived_conns.popleft())

    def is_parent_alive(self) -> bool:
        """Whether the process that started this one is there. If not, nobody is taken in any more, so that another can
        listen in its place at once; what has been taken in is still answered."""
        if super().is_parent_alive():
            return True
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        return False

    def murder_pending(self) -> None:
        """Every second: end what has taken too long, and at a stop what has sent nothing."""
        now = time.monotonic()
        late = [each for each in (*self.arriving, *self.parting) if each.until <= now]
        silent = [] if self.alive else [each for each in self.arriving if not each.gathered]
        for connection in {*late, *silent}:
            self._end(connection)


def _received(client: socket.socket) -> bytes | None:
    """What has come; nothing if the client is gone, None if it was a false alarm."""
    try:
        return client.recv(CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""
