"""A request has arrived whole before a thread is given to it: whoever is slow keeps nobody waiting but themselves.

Gunicorn's own threads wait for a client's bytes; eight clients that send one byte each would hold all of them. Here the
main loop collects them, from any number of connections at once, with limits to the time, the number and the bytes. It
also waits for the end of connections that it has closed, for which gunicorn would stop everything else.

Source: gunicorn 27, `workers/gthread.py`, of which this replaces the ways in and out of the pool of threads.
"""

import errno
import re
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from mediation.settings import Settings

HEAD_SECONDS: Final = 20
WHOLE_SECONDS: Final = 120
PARTING_SECONDS: Final = 2
STALLED_SECONDS: Final = 10
"""So long a thread waits for a client that takes no more of its answer."""
HEAD_LIMIT: Final = 32 * 1024
GATHERED_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of requests that have not arrived whole, in one process."""
CHUNK: Final = 64 * 1024
TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,19})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection, and what has come over it of a request that is not whole yet."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.until = 0.0
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
        self.until = time.monotonic() + HEAD_SECONDS

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
            self.sock.send(CONTINUE)
        return True


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's process of several threads, to which only whole requests are given."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.arriving: dict[Connection, None] = {}
        self.parting: dict[Connection, None] = {}
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
        """The next request over a connection that was kept."""
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
        self.poller.register(connection.sock, 1, partial(then, connection))

    def _arrives(self, connection: Connection, client: socket.socket) -> None:
        data = _received(client)
        if data is None:
            return
        if not data:
            self._end(connection)
            return
        connection.gathered += data
        self._consider(connection)

    def _consider(self, connection: Connection) -> None:
        if connection.is_whole(self.body_limit):
            self._hand_over(connection)
        elif connection.wanted is None and len(connection.gathered) > HEAD_LIMIT:
            connection.sock.send(TOO_LONG)
            self._part(self._taken(connection))
        elif sum(len(each.gathered) for each in self.arriving) > GATHERED_LIMIT:
            self._end(max(self.arriving, key=lambda each: len(each.gathered)))

    def _hand_over(self, connection: Connection) -> None:
        self._taken(connection)
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
        return connection

    def _keepalive_after(self, connection: Connection, keepalive: bool) -> bool:
        """Nobody waits for the rest of a body that was refused."""
        return not connection.too_large and bool(super()._keepalive_after(connection, keepalive))

    def finish_request(self, connection: Connection, done: "Future[bool]") -> None:
        """Keep the connection, go on with what has come of its next request, or take leave."""
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
        if _received(client) == b"":
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
