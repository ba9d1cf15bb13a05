"""What needs the root key from the recovery sheet: naming the agency's issuers, and another recovery key.

The code is typed for this one act; the seed is used once and kept nowhere.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from mediation.client import trust
from mediation.client.errors import ClientError
from mediation.client.recovery_sheet import from_code
from mediation.client.set_up import ISSUER_LASTS
from mediation.client.signing_in import SignedIn
from mediation.protocol import agency
from mediation.protocol.agency import Issuer
from mediation.protocol.authority import Authority
from mediation.protocol.primitives import sign_public_key

KEEP: Final = b""
"""Stands for the recovery key that the agency has."""


def declare(me: SignedIn, root_code: str, staff_ids: Collection[str], recovery_pk: bytes | None = KEEP) -> Authority:
    """A new agency statement that names exactly these administrators as issuers.

    Raises `recovery-code` for a code that is not this agency's, `not-mine` for somebody who is no administrator on the
    roster, ApiError, and what `trust.load` and `agency.verify_chain` raise.
    """
    known, seed = trust.load(me), from_code(root_code)
    found = known.authority.agency
    if sign_public_key(seed) != found.root_pk:
        raise ClientError("recovery-code")
    envelope = agency.build(
        seed,
        agency_id=found.agency_id,
        name=found.newest.payload["name"],
        recovery_pk=found.recovery_pk if recovery_pk == KEEP else recovery_pk,
        issuers=[_issuer(known.authority, each, me.clock()) for each in staff_ids],
        log_vkeys=found.newest.payload["log_vkeys"],
        previous=found.newest,
    )
    agency.verify_chain([*known.agency, envelope], found.root_pk)
    me.transport.post("/agency/statements", {"agency": envelope})
    return trust.load(me).authority


def _issuer(authority: Authority, staff_id: str, now: datetime) -> Issuer:
    """The issuer as the newest statement names them, or from now on."""
    for each in agency.issuers(authority.agency.newest).values():
        if each.staff_id == staff_id:
            return each
    staff = authority.roster.staff.get(staff_id)
    if staff is None or "administrator" not in staff.roles:
        raise ClientError("not-mine")
    return Issuer(staff_id, staff.sign_pk, now, now + ISSUER_LASTS)
