"""One conversation with one server over HTTP: JSON in, JSON out, refusals as `ApiError`.

Every write carries the Origin that the server demands. All writes of the API are safe to send again, so what was lost
on the way, or found the server busy, is sent again, the very same bytes.
"""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx

from mediation.client.errors import ApiError, ClientError

PREFIX: Final = "/api/v1"
TRIES: Final = 3
PAUSE: Final = 0.2
BUSY: Final = 503


class Answer(dict[str, Any]):
    """An object in an answer; a field that is not there raises `unexpected-answer` instead of a KeyError."""

    def __missing__(self, key: str) -> Any:
        raise ClientError("unexpected-answer")


class Transport:
    """Calls of the API at `base_url` (an origin such as http://127.0.0.1:8000), with a cookie jar of its own.

    `wire` replaces the network, for instance by `httpx.WSGITransport(app)`.
    """

    def __init__(self, base_url: str, wire: httpx.BaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        headers = {"Origin": self.base_url, "Accept": "application/json"}
        self._http = httpx.Client(base_url=self.base_url, headers=headers, transport=wire, timeout=30)

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """The answer to a question. Raises ApiError, `no-connection`, `unexpected-answer`."""
        return self._call("GET", path, params=dict(params or {}))

    def text(self, path: str) -> str:
        """The text that is answered, not JSON. Raises as `get` does."""
        response = self._send("GET", PREFIX + path, {})
        if not response.is_success:
            raise _refusal(response)
        return response.text

    def find(self, path: str) -> Any:
        """The answer to a question, None if there is no such thing (404). Raises as `get` does."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a new thing. Raises as `get` does."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a replaced thing. Raises as `get` does."""
        return self._call("PUT", path, json=body)

    def delete(self, path: str) -> None:
        """Take a thing away. Raises as `get` does."""
        self._call("DELETE", path)

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookie jar: whoever has it has the session, but no keys."""
        return self._http.cookies

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._send(method, PREFIX + path, options)
        if response.is_success:
            return _value(response)
        raise _refusal(response)

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> httpx.Response:
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                response = self._http.request(method, url, **options)
            except httpx.DecodingError as error:
                raise ClientError("unexpected-answer") from error
            except httpx.TransportError as error:
                if last:
                    raise ClientError("no-connection") from error
            else:
                if last or response.status_code != BUSY:
                    return response
            time.sleep(PAUSE)
        raise AssertionError("the last try returns or raises")


def _refusal(response: httpx.Response) -> ClientError:
    """What the server refused."""
    fields = _value(response)
    if not isinstance(fields, Answer) or not isinstance(fields.get("code"), str):
        return ClientError("unexpected-answer")
    detail = {name: value for name, value in fields.items() if name not in ("code", "message")}
    return ApiError(response.status_code, fields["code"], str(fields["message"]), detail)


def _value(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return json.loads(response.content, object_hook=Answer)
    except (ValueError, RecursionError) as error:
        raise ClientError("unexpected-answer") from error
