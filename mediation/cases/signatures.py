"""Signatures that arrive one after the other on the same payload, of a case statement or a decision."""

from collections.abc import Mapping
from typing import Any

from mediation.errors import NotFound
from mediation.protocol import envelope as envelopes
from mediation.protocol.envelope import Statement


def merge(stored: Mapping[str, Any], given: Mapping[str, Any], type_: str) -> dict[str, Any]:
    """The stored envelope with those signatures of the given one, of the same payload, that it does not have.

    Raises what `envelope.parse` raises; `not-found` for another payload. Whether they count is for the caller.
    """
    if envelopes.parse(given, type_).hash != envelopes.parse(stored, type_).hash:
        raise NotFound("not-found")
    known = {signature["keyid"] for signature in stored["signatures"]}
    added = [signature for signature in given["signatures"] if signature["keyid"] not in known]
    return {**stored, "signatures": [*stored["signatures"], *added]}


def by_signers(statement: Statement) -> dict[str, Any]:
    """A verified statement's envelope without the signatures by keys that do not count here."""
    signatures = [each for each in statement.envelope["signatures"] if each["keyid"] in statement.signers]
    return {**statement.envelope, "signatures": signatures}
