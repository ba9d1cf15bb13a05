"""A witness of other agencies' logs, of C2SP `tlog-witness`: a small HTTP server without a database.

It signs a log's head only if the log still begins with what it signed last. That is a file for each log (the note, with
the witness's own line), on the disk before an answer leaves; it is read and written under one lock, among threads and
processes. The key lies beside these files: whoever loses the directory is another witness, with another key.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from gunicorn.app.base import BaseApplication

from mediation import arrivals
from mediation.ledger.state import LedgerError, holding, write_whole
from mediation.protocol import checkpoint, notes, witnessing
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import random_bytes
from mediation.protocol.witnessing import Answer, Witness
from mediation.serving import GRACE_SECONDS, Log

log = structlog.get_logger("mediation.witness")

KEY_FILE: Final = "witness-key.json"
CONNECTIONS: Final = 400
THREADS: Final = 4
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
}
_WHY: Final = {
    400: ("bad-witness-request", "This is not UTF-8."),
    404: ("not-found", "There is nothing here."),
    405: ("method-not-allowed", "A head is handed in with POST."),
    413: ("too-large", "The request is longer than any can be."),
    500: ("witness-cannot-answer", "Nothing was signed. Please ask again later."),
}


class Memory:
    """The directory of a witness: its key, and the note that it signed last of each log."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def seed(self, name: str) -> bytes:
        """The witness's Ed25519 seed, made at the first start. Raises LedgerError
        `witness-key-missing`, `witness-named-otherwise`, `witness-state-unreadable`.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.directory / KEY_FILE
        with holding(self.directory / "lock"):
            if not path.exists():
                if any(self.directory.glob("*.note")):
                    raise _refusal("witness-key-missing", self.directory)
                write_whole(path, json.dumps({"name": name, "seed": notes.encode(random_bytes(32))}))
            try:
                kept = json.loads(path.read_text("utf-8"))
                found = base64.b64decode(kept["seed"], validate=True)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise _refusal("witness-state-unreadable", self.directory) from error
        if len(found) != 32 or kept["name"] != name:
            raise _refusal("witness-named-otherwise", self.directory)
        return found

    def latest(self, origin: str) -> Checkpoint | None:
        """The head that was signed last; None for a log that never was. Raises LedgerError
        `witness-state-unreadable`.
        """
        note = self.note(place_of(origin))
        if note is None:
            return None
        try:
            found = checkpoint.parse(notes.parse(note).text)
        except ProtocolError as error:
            raise _refusal("witness-state-unreadable", self.directory) from error
        if found.origin != origin:
            raise _refusal("witness-state-unreadable", self.directory)
        return found

    def note(self, place: str) -> str | None:
        """The note at a place (`place_of`)."""
        try:
            return (self.directory / f"{place}.note").read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, origin: str, note: str) -> None:
        """Remember this note; on the disk before it returns."""
        write_whole(self.directory / f"{place_of(origin)}.note", note)


REFUSALS: Final = {
    "witness-key-missing": "{directory} holds what a witness remembers, but not its key. Bring the key back, or begin"
    " with an empty directory as another witness.",
    "witness-named-otherwise": "The witness in {directory} has another name. A name belongs to its key.",
    "witness-state-unreadable": "A file in {directory} cannot be read: bring back what was there.",
}


def _refusal(code: str, directory: Path) -> LedgerError:
    return LedgerError(code, REFUSALS[code].format(directory=directory))


def place_of(origin: str) -> str:
    """Where a log's head is found: SHA-256 of its origin, in hexadecimal."""
    return hashlib.sha256(origin.encode()).hexdigest()


class App:
    """WSGI: `POST /add-checkpoint`, and `GET /<hash of origin>/checkpoint` for whoever compares."""

    def __init__(self, witness: Witness, memory: Memory, clock: Callable[[], float] = time.time) -> None:
        self.witness = witness
        self.memory = memory
        self.clock = clock

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. What goes wrong here is said in the log by its kind, to the asker only that it did."""
        try:
            answer = self._answer(environ)
        except (LedgerError, OSError) as error:
            log.critical("witness cannot answer", code=getattr(error, "code", type(error).__name__))
            answer = _refuse(500)
        body = answer.body.encode()
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(body)))]
        if answer.status == 405:
            headers.append(("Allow", "POST"))
        start_response(f"{answer.status} {_REASONS[answer.status]}", headers)
        return [body]

    def _answer(self, environ: Environ) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == witnessing.PATH:
            return self._add(environ) if method == "POST" else _refuse(405)
        place = path.removeprefix("/").removesuffix("/checkpoint")
        if method in ("GET", "HEAD") and place in {place_of(each) for each in self.witness.logs}:
            note = self.memory.note(place) if path == f"/{place}/checkpoint" else None
            return _refuse(404) if note is None else Answer(200, note)
        return _refuse(404)

    def _add(self, environ: Environ) -> Answer:
        if int(environ.get("CONTENT_LENGTH") or 0) > witnessing.MOST_BYTES:
            return _refuse(413)
        data = environ["wsgi.input"].read(witnessing.MOST_BYTES + 1)
        if len(data) > witnessing.MOST_BYTES:
            return _refuse(413)
        try:
            body = data.decode("utf-8")
        except UnicodeDecodeError:
            return _refuse(400)
        with holding(self.memory.directory / "lock"):
            answer = witnessing.decide(body, self.witness, self.memory.latest, int(self.clock()))
            if answer.head is not None:
                self.memory.keep(answer.head.origin, self._signed(body, answer))
        return answer

    def _signed(self, body: str, answer: Answer) -> str:
        """The head with the lines of the log's own keys and ours."""
        note = notes.parse(witnessing.parse(body).note)
        keys = [notes.parse_key(each) for each in self.witness.logs[note.text.split("\n")[0]]]
        own = dict.fromkeys(each for each in note.signatures if any(notes.named(each, key) for key in keys))
        return notes.issue(note.text, own) + answer.body


def _refuse(status: int) -> Answer:
    return witnessing.refusal(status, *_WHY[status])


def followed(vkeys: Sequence[str]) -> dict[str, list[str]]:
    """The logs' keys by origin, which is their name. Raises LedgerError `log-key-wrong`."""
    found: dict[str, list[str]] = {}
    for text in vkeys:
        try:
            key = notes.parse_key(text)
            right = key.type == notes.ED25519
        except ProtocolError:
            right = False
        if not right:
            raise LedgerError("log-key-wrong", f"This is not the verifier key of a log: {text}")
        found.setdefault(key.name, []).append(text)
    return found


def witness_in(directory: Path, name: str, vkeys: Sequence[str]) -> tuple[Witness, Memory]:
    """The witness of a directory, made there if it is empty. Raises LedgerError."""
    try:
        notes.verifier_key(name, bytes(32))
    except ProtocolError as error:
        raise LedgerError("witness-name-wrong", "A witness's name has neither spaces nor plus signs.") from error
    memory = Memory(directory)
    return Witness(name, memory.seed(name), followed(vkeys)), memory


@dataclass(frozen=True)
class _Limits:
    body_limit: int = witnessing.MOST_BYTES


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One process of a few threads, with the limits of the product's own server to slow and greedy clients."""

    def __init__(self, app: App, host: str, port: int) -> None:
        self.app = app
        self.bind = f"{host}:{port}"
        self.settings = _Limits()
        super().__init__()

    def load_config(self) -> None:
        """What differs from gunicorn's defaults."""
        wanted = {
            "bind": self.bind,
            "worker_class": arrivals.Worker,
            "threads": THREADS,
            "worker_connections": CONNECTIONS,
            "keepalive": 20,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "error",
            "logger_class": Log,
            "accesslog": None,
            "control_socket_disable": True,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> App:
        """The application."""
        return self.app
