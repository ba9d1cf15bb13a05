"""A request made before the clock runs: its bytes for a socket, its environment for a call of the application."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.client.world import URL

HOST: Final = URL.removeprefix("http://")
ACCEPTED: Final = "gzip, deflate, br"
"""What browsers accept, so that compressing is measured with the rest."""


@dataclass(frozen=True)
class Prepared:
    """One request, and the only status that counts as its answer."""

    method: str
    path: str
    cookie: str
    body: bytes | None
    expected: int

    @classmethod
    def page(cls, path: str, cookie: str) -> Prepared:
        """A page as a browser asks for it."""
        return cls("GET", path, cookie, None, 200)

    @classmethod
    def call(cls, method: str, path: str, cookie: str, body: Mapping[str, Any], expected: int) -> Prepared:
        """A call of the API."""
        text = json.dumps(body, separators=(",", ":")).encode()
        return cls(method, f"/api/v1{path}", cookie, text, expected)

    @property
    def headers(self) -> dict[str, str]:
        """The header fields, but for those that frame the body."""
        given = {"Host": HOST, "Accept-Encoding": ACCEPTED}
        if self.cookie:
            given["Cookie"] = self.cookie
        if self.body is not None:
            given |= {"Origin": URL, "Content-Type": "application/json"}
        return given

    def raw(self) -> bytes:
        """As it goes over a connection that stays open."""
        fields = self.headers | ({} if self.body is None else {"Content-Length": str(len(self.body))})
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + (self.body or b"")

    def environ(self) -> dict[str, Any]:
        """As a WSGI server hands it to the application; good for one call."""
        body = self.body or b""
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        host, port = HOST.split(":")
        return given | {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "SERVER_NAME": host,
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": host,
            "CONTENT_TYPE": given.get("HTTP_CONTENT_TYPE", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }


def answer_of(app: Callable[..., Any], environ: dict[str, Any]) -> tuple[int, bytes]:
    """Call a WSGI application: (status, body)."""
    found: list[str] = []
    parts = app(environ, lambda status, headers, info=None: found.append(status))
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return int(found[0].split()[0]), body
