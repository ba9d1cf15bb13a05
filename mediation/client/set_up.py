"""Founding an agency: its root key is made here, put on the recovery sheet, used once and forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mediation.client import trust
from mediation.client.recovery_sheet import RecoverySheet, to_code
from mediation.client.signing_in import Clock, NewAccount, SignedIn, new_account, opened
from mediation.client.transport import Transport
from mediation.protocol import agency, authority, roster
from mediation.protocol.agency import Issuer
from mediation.protocol.anchors import Anchors
from mediation.protocol.encoding import new_id
from mediation.protocol.envelope import Statement
from mediation.protocol.primitives import KEY_SIZE, box_public_key, random_bytes, sign_public_key
from mediation.protocol.roster import Staff

ISSUER_LASTS: Final = timedelta(days=2 * 365)
ROSTER_LASTS: Final = timedelta(days=30)


@dataclass(frozen=True)
class SetUp:
    """What is left of setting up: the administrator, signed in under a name to note, and the sheet to print."""

    administrator: SignedIn
    sign_in_name: str
    sheet: RecoverySheet


@dataclass(frozen=True)
class _Founder:
    account: NewAccount
    staff: Staff


def found(
    transport: Transport, set_up_code: str, *, agency_name: str, display_name: str, phrase: str, clock: Clock
) -> SetUp:
    """Make the agency's root key, its first administrator and its first roster.

    `set_up_code` is what the server printed. Raises ApiError, `passphrase-too-short`, `bad-passphrase`, `bad-text`.
    """
    root_seed, recovery_seed = random_bytes(KEY_SIZE), random_bytes(KEY_SIZE)
    founder = _founder(sign_public_key(root_seed), display_name, phrase)
    log_vkey = transport.get("/agency")["log_vkey"]
    statements = _statements(root_seed, recovery_seed, agency_name, founder.staff, log_vkey, clock())
    me, sign_in_name = _register(transport, set_up_code, statements, founder, clock)
    trust.load(me)
    return SetUp(me, sign_in_name, RecoverySheet(to_code(root_seed), to_code(recovery_seed)))


def _founder(root_pk: bytes, display_name: str, phrase: str) -> _Founder:
    account = new_account(root_pk, phrase)
    sign_pk, box_pk = sign_public_key(account.keys.sign_seed), box_public_key(account.keys.box_seed)
    return _Founder(account, Staff(new_id(), display_name, ("administrator",), sign_pk, box_pk))


def _statements(
    root_seed: bytes, recovery_seed: bytes, agency_name: str, staff: Staff, log_vkey: str, now: datetime
) -> tuple[dict[str, Any], bytes, Statement]:
    issuer = Issuer(staff.staff_id, staff.sign_pk, now, now + ISSUER_LASTS)
    envelope = agency.build(
        root_seed,
        agency_id=new_id(),
        name=agency_name,
        recovery_pk=box_public_key(recovery_seed),
        issuers=[issuer],
        log_vkeys=[log_vkey],
    )
    root_pk = sign_public_key(root_seed)
    return envelope, root_pk, agency.verify_chain([envelope], root_pk).newest


def _register(
    transport: Transport,
    set_up_code: str,
    statements: tuple[dict[str, Any], bytes, Statement],
    founder: _Founder,
    clock: Clock,
) -> tuple[SignedIn, str]:
    envelope, root_pk, first = statements
    now, keys = clock(), founder.account.keys
    listed = roster.build(
        keys.sign_seed,
        agency=first,
        staff=[founder.staff],
        anchors=Anchors(()).field,
        issued_at=now,
        expires_at=now + ROSTER_LASTS,
    )
    authority.verify([envelope], [listed], root_pk, now)
    body = {
        "set_up_code": set_up_code,
        "agency": envelope,
        "roster": listed,
        "staff_id": founder.staff.staff_id,
        "account": founder.account.record,
    }
    answer = transport.post("/agency", body)
    return opened(transport, founder.account.account_id, keys, clock), answer["sign_in_name"]
