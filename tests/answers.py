"""How tests look at answers of the API."""

from typing import Any

from werkzeug.test import TestResponse

from mediation.errors import SENTENCES
from mediation.protocol.errors import CODES


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert a refusal in our one shape, with the sentence of its code; returns the body."""
    body: Any = answer.json
    assert (answer.status_code, body and body.get("code")) == (status, code), body
    assert body["message"] == (SENTENCES.get(code) or CODES[code])
    return dict(body)


def accepted(answer: TestResponse, status: int = 200) -> Any:
    """Assert success; returns the body."""
    assert answer.status_code == status, answer.json
    return answer.json
