"""What a page with cryptography is given at once, so that its first screen needs no second round trip: the answers of
GET /trust, /membership, /memory/pins and whatever else its script hands to the worker.
"""

import json
from typing import Any

from flask import g

from mediation.accounts import operations
from mediation.errors import NotFound
from mediation.protocol.encoding import b64, unb64
from mediation.web.api import agency as agency_api


def trust() -> dict[str, Any]:
    """As GET /trust answers."""
    answer: dict[str, Any] = agency_api.trust(agency_api.TrustQuery())
    return answer


def memory(name: str) -> dict[str, Any] | None:
    """As GET /memory/<name> answers; None where there is no such document."""
    try:
        document = operations.read_memory(g.session, g.actor, name)
    except NotFound:
        return None
    return {"name": document.name, "revision": document.revision, "blob": b64(document.blob)}


def data(**answers: Any) -> dict[str, Any]:
    """The island of a page with cryptography: {trust, pins} and the given answers."""
    return {"trust": trust(), "pins": memory("pins"), **answers}


def case_of(message: dict[str, Any]) -> str:
    """The case of a message as GET /messages/<message_id> answers it."""
    payload: dict[str, Any] = json.loads(unb64(message["message"]["payload"]))
    return str(payload["case_id"])
