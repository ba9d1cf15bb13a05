"""A hostile server: the real application, with answers that are altered on their way to one person.

`altered(path, change)` gives a wire's `evil`: every successful JSON answer to a request whose path ends so is changed.
"""

import json
from collections.abc import Callable
from typing import Any

import httpx

Evil = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


def altered(path: str, change: Callable[[Any], Any], method: str | None = None) -> Evil:
    """Change what any path that ends with `path` answers."""

    def evil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not _is(request, path, method) or not response.is_success or not response.content:
            return None
        return _with_body(response, change(json.loads(response.content)))

    return evil


def answered(path: str, answer: httpx.Response) -> Evil:
    """Answer `path` with something else entirely."""
    return lambda request, response: answer if _is(request, path, None) else None


def forgetting() -> Evil:
    """A server that has lost somebody's pins, and begins anew with whatever is stored next."""
    stored: dict[str, Any] = {}

    def evil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not _is(request, "/memory/pins", None):
            return None
        if request.method == "PUT":
            stored.update(json.loads(request.content), name="pins")
            return httpx.Response(200, json={"name": "pins", "revision": stored["revision"]})
        nothing = {"code": "not-found", "message": "There is nothing here for you."}
        return httpx.Response(200, json=stored) if stored else httpx.Response(404, json=nothing)

    return evil


def both(*evils: Evil) -> Evil:
    """Several alterations at once."""

    def evil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        changed = None
        for each in evils:
            changed = each(request, changed or response) or changed
        return changed

    return evil


def _is(request: httpx.Request, path: str, method: str | None) -> bool:
    return request.url.path.endswith(path) and (method is None or request.method == method)


def _with_body(response: httpx.Response, value: Any) -> httpx.Response:
    kept = [(name, text) for name, text in response.headers.multi_items() if not name.startswith("content-")]
    return httpx.Response(response.status_code, headers=kept, content=json.dumps(value).encode())
