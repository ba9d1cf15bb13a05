"""Building case statements: the first one, renewals and changes. Nothing is verified here.

A renewal changes nothing but its number, its roster and its dates. A change of facilitators or of approvals starts a
new epoch with a new key.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from mediation.protocol import envelope
from mediation.protocol.encoding import ID_SIZE, b64, format_date, pae
from mediation.protocol.envelope import Statement
from mediation.protocol.primitives import hash32, kid, sign_public_key
from mediation.protocol.roster import Roster, Staff

RENEWABLE: Final = frozenset({"seq", "prev", "roster", "issued_on", "expires_on"})
"""The fields that a renewal may change."""


def case_id(creator_kid: str, nonce: bytes) -> str:
    """B64 of the first 16 bytes of H(PAE("mediation/v1/case-id", creator's kid "." B64(nonce)))."""
    return b64(hash32(pae("mediation/v1/case-id", f"{creator_kid}.{b64(nonce)}".encode("ascii")))[:ID_SIZE])


def facilitator(staff: Staff) -> dict[str, str]:
    """How a case statement names a facilitator."""
    return {"staff_id": staff.staff_id, "sign_kid": staff.sign_kid, "box_kid": staff.box_kid}


def first(
    creator_seed: bytes,
    nonce: bytes,
    *,
    roster: Roster,
    facilitators: Sequence[Staff],
    approvals_required: int,
    members: Sequence[str],
    epoch_pk: bytes,
    issued_on: date,
    expires_on: date,
) -> dict[str, Any]:
    """The envelope of a case's first statement, signed by its creator. `nonce` is 16 random bytes, kept beside it."""
    payload = {
        "agency_id": roster.agency_id,
        "case_id": case_id(kid(sign_public_key(creator_seed)), nonce),
        "seq": 1,
        "prev": None,
        "roster": roster.hash,
        "epoch": 1,
        "epoch_pk": b64(epoch_pk),
        "facilitators": [facilitator(each) for each in facilitators],
        "approvals_required": approvals_required,
        "members": sorted(members),
        "kept": None,
        "issued_on": format_date(issued_on),
        "expires_on": format_date(expires_on),
    }
    return sign(payload, creator_seed)


def renew(before: Statement, roster: Roster, *, issued_on: date, expires_on: date) -> dict[str, Any]:
    """The payload of a renewal of the statement before, under a roster."""
    return {
        **before.payload,
        "seq": before.payload["seq"] + 1,
        "prev": before.hash,
        "roster": roster.hash,
        "issued_on": format_date(issued_on),
        "expires_on": format_date(expires_on),
    }


def admit(renewed: Mapping[str, Any], members: Iterable[str]) -> dict[str, Any]:
    """A renewed payload with other members: hashes of member documents and fillers."""
    return {**renewed, "members": sorted(members)}


def relist(renewed: Mapping[str, Any], kept: str | None) -> dict[str, Any]:
    """A renewed payload with another kept list of the facilitators, given by its hash."""
    return {**renewed, "kept": kept}


def staff(
    renewed: Mapping[str, Any], facilitators: Sequence[Staff], approvals_required: int, epoch_pk: bytes
) -> dict[str, Any]:
    """A renewed payload with other facilitators or approvals, and so with a new epoch."""
    return {
        **renewed,
        "epoch": renewed["epoch"] + 1,
        "epoch_pk": b64(epoch_pk),
        "facilitators": [facilitator(each) for each in facilitators],
        "approvals_required": approvals_required,
    }


def sign(payload: dict[str, Any], *seeds: bytes) -> dict[str, Any]:
    """The envelope of a case payload. Later signatures: `envelope.add_signature(envelope, "case", seed)`."""
    return envelope.make("case", payload, list(seeds))
