"""What needs the root key from the recovery sheet: naming the agency's issuers, another recovery key, the log's keys.

The code is typed for this one act; the seed is used once and kept nowhere.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

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
    known = trust.load(me, follow=False)
    issuers = [_issuer(known.authority, each, me.clock()) for each in staff_ids]
    recovery = known.authority.agency.recovery_pk if recovery_pk == KEEP else recovery_pk
    return _state(me, known, root_code, {"issuers": issuers, "recovery_pk": recovery})


def name_log_keys(me: SignedIn, root_code: str, log_keys: Collection[str]) -> Authority:
    """A new agency statement that differs in the audit log's verifier keys alone: after another key, or another log.

    The log itself is not asked: until this is stored, nobody's client may believe it. Raises what `declare` raises.
    """
    known = trust.load(me, follow=False)
    issuers = list(agency.issuers(known.authority.agency.newest).values())
    return _state(me, known, root_code, {"issuers": issuers, "log_vkeys": log_keys})


def _state(me: SignedIn, known: trust.Trust, root_code: str, changes: Mapping[str, Any]) -> Authority:
    """Sign and store a statement that differs from the newest one in these arguments of `agency.build`."""
    found, seed = known.authority.agency, from_code(root_code)
    if sign_public_key(seed) != found.root_pk:
        raise ClientError("recovery-code")
    now = {"recovery_pk": found.recovery_pk, "log_vkeys": found.newest.payload["log_vkeys"], **changes}
    name = found.newest.payload["name"]
    envelope = agency.build(seed, agency_id=found.agency_id, name=name, previous=found.newest, **now)
    agency.verify_chain([*known.agency, envelope], found.root_pk)
    me.transport.post("/agency/statements", {"agency": envelope})
    return trust.load(me, follow=False).authority


def _issuer(authority: Authority, staff_id: str, now: datetime) -> Issuer:
    """The issuer as the newest statement names them, or from now on."""
    for each in agency.issuers(authority.agency.newest).values():
        if each.staff_id == staff_id:
            return each
    staff = authority.roster.staff.get(staff_id)
    if staff is None or "administrator" not in staff.roles:
        raise ClientError("not-mine")
    return Issuer(staff_id, staff.sign_pk, now, now + ISSUER_LASTS)
