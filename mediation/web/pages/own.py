"""What a page with cryptography is given at once, so that its first screen needs no second round trip: the answers of
GET /trust, /membership, /memory/pins and whatever else its script hands to the worker.
"""

from collections.abc import Mapping
from typing import Any

from flask import g

from mediation.accounts import operations
from mediation.protocol.encoding import b64
from mediation.web.api import agency as agency_api


def trust() -> dict[str, Any]:
    """As GET /trust answers."""
    answer: dict[str, Any] = agency_api.trust(agency_api.TrustQuery())
    return answer


def memories(names: Mapping[str, str]) -> dict[str, dict[str, Any] | None]:
    """As GET /memory/<name> answers for each of these names, asked once; None where there is no such document."""
    found = operations.read_memories(g.session, g.actor, list(names.values()))
    return {place: _document(found.get(name)) for place, name in names.items()}


def _document(row: Any) -> dict[str, Any] | None:
    return None if row is None else {"name": row.name, "revision": row.revision, "blob": b64(row.blob)}


def data(remembers: Mapping[str, str] | None = None, **answers: Any) -> dict[str, Any]:
    """The island of a page with cryptography: {trust, pins}, the given answers, and own documents: `remembers` gives
    the name of the one that stands at each place.
    """
    return {"trust": trust(), **memories({"pins": "pins", **(remembers or {})}), **answers}
