"""A stand-in for Twilio and for GOV.UK Notify, speaking as their APIs do, that keeps count of what it took and can
fail in every way that they do: refuse, hang, cut the connection before or after it took the text, answer late or with
what is no answer.

`plan` says what becomes of each text that is handed in; nothing is random unless the plan is. `now` dates what is
taken.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC\w+)/Messages(?:/(\w+))?\.json")


@dataclass(frozen=True)
class Fault:
    """What is done instead of taking a text and saying so. `takes`: it is taken all the same. `code`: Twilio's."""

    status: int = 0
    """An HTTP status; 0: no answer, the connection is cut; 200: an answer that is no JSON."""
    code: int = 0
    takes: bool = False
    after: float = 0.0
    """Seconds before."""
    retry_after: int | None = None


@dataclass
class Taken:
    """A text that was taken, and what becomes of it."""

    id: str
    number: str
    body: str
    reference: str
    at: datetime
    status: str = "queued"
    code: int | None = None


@dataclass
class StandIn:
    """What it was asked, and what it took."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    plan: Callable[[str, str], Fault | None] = lambda number, reference: None
    delay: float = 0.0
    lists: bool = True
    """Whether its list can be had."""
    taken: list[Taken] = field(default_factory=list)
    numbers: dict[str, list[Taken]] = field(default_factory=dict)
    """What it took, by number."""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Every call: method, path, the credentials' header and parameters."""
    lock: Lock = field(default_factory=Lock)
    url: str = ""

    def take(self, number: str, body: str, reference: str) -> Taken:
        """Take a text."""
        with self.lock:
            made = Taken(f"SM{len(self.taken):032x}", number, body, reference, self.now())
            self.taken.append(made)
            self.numbers.setdefault(number, []).append(made)
        return made

    def references(self) -> list[str]:
        """Of each text that it took, our id."""
        return [each.reference for each in self.taken]

    def of(self, provider_id: str) -> Taken | None:
        """A text by its id."""
        place = int(provider_id.removeprefix("SM") or "0", 16)
        return self.taken[place] if place < len(self.taken) else None


@contextmanager
def standing_in(**options: Any) -> Iterator[StandIn]:
    """One that listens on a free port of 127.0.0.1 until the block ends."""
    found = StandIn(**options)
    handler = type("Handler", (_Handler,), {"stand_in": found})
    server = _Server(("127.0.0.1", 0), handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class calls it so
        """Nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/v2/notifications/sms":
            given = json.loads(body)
            text = given["personalisation"]["text"]
            self._hand_in(given["phone_number"], text, given.get("reference", ""), given, _notify)
            return
        given = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        reference = given.get("StatusCallback", "").rpartition("/")[2]
        self._hand_in(given["To"], given["Body"], reference, given, _twilio)

    def _hand_in(
        self, number: str, body: str, reference: str, given: dict[str, str], shown: Callable[[Taken], Any]
    ) -> None:
        stand_in = self.stand_in
        stand_in.asked.append(("POST", self.path, {**given, "authorization": self.headers.get("Authorization", "")}))
        fault = stand_in.plan(number, reference)
        if fault is None:
            made = stand_in.take(number, body, reference)
            time.sleep(stand_in.delay)
            self._say(201, shown(made))
            return
        if fault.takes:
            made = stand_in.take(number, body, reference)
        time.sleep(fault.after)
        if fault.status == 0:
            self.close_connection = True
        elif fault.status == 201:
            self._say(201, shown(made))
        elif fault.status == 200:
            self._write(201, b"<html>")
        else:
            self._refuse(fault)

    def _refuse(self, fault: Fault) -> None:
        extra = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if self.path.startswith("/v2"):
            kind = {429: "RateLimitError", 403: "AuthError"}.get(fault.status, "BadRequestError")
            words = "phone_number is not a mobile number" if fault.status == 400 else "no"
            told: Any = {"status_code": fault.status, "errors": [{"error": kind, "message": words}]}
        else:
            told = {"code": fault.code or None, "message": "refused", "more_info": "", "status": fault.status}
        self._say(fault.status, told, extra)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.stand_in.asked.append(("GET", parts.path, given))
        if not self.stand_in.lists:
            self._say(503, {"message": "away", "status": 503})
        elif parts.path == "/v2/notifications":
            mine = [each for each in self.stand_in.taken if each.reference == given.get("reference")]
            self._say(200, {"notifications": [_notify(each) for each in reversed(mine)], "links": {}})
        elif parts.path.startswith("/v2/notifications/"):
            self._one(parts.path.rpartition("/")[2], _notify)
        else:
            self._twilio_list(parts.path, given)

    def _twilio_list(self, path: str, given: dict[str, str]) -> None:
        found = MESSAGES.fullmatch(path)
        if found is None:
            self._say(404, {"code": 20404, "message": "none", "status": 404})
        elif found[2]:
            self._one(found[2], _twilio)
        else:
            mine = list(self.stand_in.numbers.get(given.get("To", ""), []))
            size = int(given.get("PageSize", "50"))
            page = {"messages": [_twilio(each) for each in reversed(mine)][:size], "page": 0, "page_size": size}
            self._say(200, {**page, "first_page_uri": path, "next_page_uri": None, "uri": path})

    def _one(self, provider_id: str, shown: Callable[[Taken], Any]) -> None:
        made = self.stand_in.of(provider_id)
        self._say(200 if made else 404, shown(made) if made else {"code": 20404, "message": "none", "status": 404})

    def _say(self, status: int, told: Any, extra: dict[str, str] | None = None) -> None:
        self._write(status, json.dumps(told).encode(), extra)

    def _write(self, status: int, body: bytes, extra: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(extra or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked is gone


def _twilio(made: Taken) -> dict[str, Any]:
    at = format_datetime(made.at, usegmt=True)
    return {
        "sid": made.id,
        "to": made.number,
        "body": made.body,
        "status": made.status,
        "error_code": made.code,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "from": "+15005550006",
        "account_sid": "AC" + "0" * 32,
        "num_segments": "1",
        "num_media": "0",
        "error_message": None,
        "price": None,
        "price_unit": "GBP",
        "api_version": "2010-04-01",
        "uri": "/",
        "subresource_uris": {},
        "messaging_service_sid": None,
    }


def _notify(made: Taken) -> dict[str, Any]:
    status = {"queued": "sending", "undelivered": "temporary-failure", "failed": "permanent-failure"}
    return {
        "id": made.id,
        "reference": made.reference,
        "phone_number": made.number,
        "type": "sms",
        "status": status.get(made.status, made.status),
        "created_at": made.at.isoformat().replace("+00:00", "Z"),
    }
