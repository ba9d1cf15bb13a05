"""A witness for tests: the product's own decisions behind a small server of the standard library, or another that is
slow, greedy or lies.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from mediation.protocol import notes, witnessing
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.witnessing import Answer, Witness

SEED = b"w" * 32
NAME = "witness.example/w1"
KEY = notes.verifier_key(NAME, SEED, notes.COSIGNATURE)
NOW = 1_790_000_000


class Keeping:
    """Answers as the product's own witness does; keeps heads in memory."""

    def __init__(self, origin: str, log_key: str) -> None:
        self.witness = Witness(NAME, SEED, {origin: [log_key]})
        self.heads: dict[str, Checkpoint] = {}
        self.asked: list[str] = []

    def __call__(self, body: bytes) -> Answer:
        self.asked.append(body.decode())
        answer = witnessing.decide(body.decode(), self.witness, self.heads.get, NOW)
        if answer.head is not None:
            self.heads[answer.head.origin] = answer.head
        return answer


@dataclass(frozen=True)
class Sent:
    """An answer of a server that is no witness."""

    status: int
    body: bytes = b""
    content_type: str = "text/html"


@contextmanager
def listening(answer: Callable[[bytes], Answer | Sent], pause: float = 0) -> Iterator[str]:
    """The address of somebody who answers so, with this pause after each byte of the head."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found = answer(self.rfile.read(int(self.headers["Content-Length"])))
            body = found.body.encode() if isinstance(found.body, str) else found.body
            lines = [
                f"HTTP/1.1 {found.status} X",
                f"Content-Type: {found.content_type}",
                f"Content-Length: {len(body)}",
            ]
            head = "\r\n".join([*lines, "", ""])
            try:
                for byte in head.encode() if pause else b"":
                    self.wfile.write(bytes([byte]))
                    time.sleep(pause)
                self.wfile.write(body if pause else head.encode() + body)
            except OSError:
                self.close_connection = True

        def log_message(self, *given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
