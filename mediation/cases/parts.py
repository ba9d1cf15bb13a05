"""What travels beside a case statement: seals of a new epoch, documents behind its hashes, the invitation it admits.

A proposal keeps them as JSON until it has its signatures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mediation.errors import Invalid
from mediation.protocol import epoch
from mediation.protocol.authority import Authority
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.members import document_hash
from mediation.protocol.primitives import kid

SEAL_SIZE: Final = len(epoch.seal(bytes(32), b64(bytes(16)), 1, epoch.public_key(bytes(32))))
LINK_SIZE: Final = len(epoch.link(bytes(32), bytes(32), b64(bytes(16)), 2))


@dataclass(frozen=True)
class Parts:
    """`seals` by box kid and `previous_secret` only for a new epoch; `documents` at least those not stored yet;
    `kept` what every list of the statement opens to; `admits` the invite_id of a new member with keys."""

    seals: Mapping[str, bytes] = field(default_factory=dict)
    previous_secret: bytes | None = None
    documents: Sequence[dict[str, Any]] = ()
    kept: KeptDocuments = field(default_factory=lambda: KeptDocuments(None, {}))
    admits: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For the row of a proposal."""
        return {
            "seals": {box_kid: b64(seal) for box_kid, seal in self.seals.items()},
            "previous_secret": None if self.previous_secret is None else b64(self.previous_secret),
            "documents": list(self.documents),
            "kept": {"facilitators": self.kept.facilitators, "members": dict(self.kept.members)},
            "admits": self.admits,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Parts":
        """Back from the row of a proposal."""
        previous = value["previous_secret"]
        return Parts(
            seals={box_kid: unb64(seal) for box_kid, seal in value["seals"].items()},
            previous_secret=None if previous is None else unb64(previous),
            documents=value["documents"],
            kept=KeptDocuments(value["kept"]["facilitators"], value["kept"]["members"]),
            admits=value["admits"],
        )

    def documents_by_hash(self) -> dict[str, dict[str, Any]]:
        """The member documents given, by their hashes."""
        return {document_hash(document): document for document in self.documents}


def check_seals(parts: Parts, payload: Mapping[str, Any], authority: Authority, *, begins: bool) -> None:
    """Raise `seals-wrong` unless a new epoch's secret is sealed to exactly its facilitators and the recovery key, and
    (but for the first) holds the secret before; without a new epoch there is neither."""
    expected = {entry["box_kid"] for entry in payload["facilitators"]} if begins else set()
    recovery_pk = authority.agency.recovery_pk
    if begins and recovery_pk is not None:
        expected.add(kid(recovery_pk))
    linked = begins and payload["epoch"] > 1
    sizes = {len(seal) for seal in parts.seals.values()}
    link = None if parts.previous_secret is None else len(parts.previous_secret)
    if set(parts.seals) != expected or not sizes <= {SEAL_SIZE} or link != (LINK_SIZE if linked else None):
        raise Invalid("seals-wrong")
