"""Setting the agency up, its newer statements, and what it has set: help numbers, labels, a site to leave to."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.accounts import authority, records, set_up_code
from mediation.accounts.models import Account, Agency, AgencyStatement, RosterStatement, Staff
from mediation.accounts.records import AccountRecord, Holder
from mediation.db import dialect_of, settings_of
from mediation.errors import Conflict, Invalid, NotAllowed
from mediation.ledger.logs import current_log
from mediation.protocol.authority import Authority, check_current
from mediation.protocol.envelope import Statement
from mediation.protocol.notes import verifier_key

DEFAULTS: Final[dict[str, Any]] = {
    "help": [],
    "leave_to": "https://www.bbc.co.uk/weather",
    "phone": "",
    "waiting_words": "We look at letters on weekdays.",
    "kept_for": "",
    "labels": {"person_harmed": "the person harmed", "person_responsible": "the person responsible"},
}


_PUBLIC: Final = (
    select(Agency.agency_id, Agency.settings, AgencyStatement.hash, AgencyStatement.envelope)
    .join(AgencyStatement, AgencyStatement.agency_id == Agency.agency_id)
    .order_by(Agency.agency_id, AgencyStatement.seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class SetUp:
    """What the administrator's browser sends to set the agency up."""

    code: str
    agency: dict[str, Any]
    roster: dict[str, Any]
    staff_id: str
    record: AccountRecord


def log_vkey(session: Session) -> str:
    """The verifier key of this server's first audit log, for the agency's first statement to name."""
    settings = settings_of(session)
    return _vkey(settings.log_origin(), settings.audit_keys[0])


def log_vkeys(session: Session) -> list[str]:
    """The verifier keys with which this server signs its newest audit log, the one that comes first in AUDIT_KEY first.
    """
    settings, log = settings_of(session), current_log(session)
    origin = settings.log_origin() if log is None else log.origin
    return [_vkey(origin, seed) for seed in settings.audit_keys]


@lru_cache(maxsize=4)
def _vkey(origin: str, seed: bytes) -> str:
    return verifier_key(origin, seed).text


def public(session: Session) -> dict[str, Any]:
    """What anybody may know: {set_up, agency_id, name, settings, log_vkey}; null where there is no agency yet."""
    agency = session.connection().execute(_PUBLIC).one_or_none()
    vkey = log_vkey(session)
    if agency is None:
        return {"set_up": False, "agency_id": None, "name": None, "settings": DEFAULTS, "log_vkey": vkey}
    return {
        "set_up": True,
        "agency_id": agency.agency_id,
        "name": authority.payload(agency.hash, agency.envelope["payload"])["name"],
        "settings": {**DEFAULTS, **agency.settings},
        "log_vkey": vkey,
    }


def own_phone(session: Session) -> str:
    """The number on which people ring the agency; empty where it has named none."""
    return str(public(session)["settings"]["phone"])


def set_up(session: Session, actor: Actor, given: SetUp, now: datetime) -> Account:
    """Store the first agency statement and roster and the administrator's account.

    Raises `agency-set-up` (409), `set-up-code` (403), `log-key-missing`, `administrator-missing`, `roster-anchors`
    (422) and what verifying raises.
    """
    require(actor, "agency:set-up")
    _check_none(session)
    if not set_up_code.fits(settings_of(session).instance, given.code):
        raise NotAllowed("set-up-code")
    if dialect_of(session) == "postgresql":  # strangers hold up nobody; of two with the code one comes first
        session.execute(_ALONE)
        _check_none(session)
    word = authority.verified([given.agency], [given.roster], now)
    check_current(word)
    _check_first(session, word, given)
    agency_id = word.agency.agency_id
    session.add(Agency(agency_id=agency_id, settings=DEFAULTS, created_at=now))
    session.flush()
    store_agency(session, word.agency.newest, now)
    store_roster(session, word.roster.statement, now)
    account = records.create(session, given.record, Holder(agency_id, staff_id=given.staff_id), now)
    account.admitted_at = now
    session.add(Staff(staff_id=given.staff_id, agency_id=agency_id, account_id=account.account_id))
    acting = Actor(kind="staff", account_id=account.account_id, agency_id=agency_id, staff_id=given.staff_id)
    refs = {"agency": word.agency.newest.hash, "roster": word.roster.hash}
    ledger.append(session, "agency.set-up", actor=acting, case_id=None, refs=refs, at=now)
    return account


_ALONE: Final = text("LOCK TABLE agency IN EXCLUSIVE MODE")


def _check_none(session: Session) -> None:
    if session.scalar(select(Agency.agency_id)) is not None:
        raise Conflict("agency-set-up")


def _check_first(session: Session, word: Authority, given: SetUp) -> None:
    if word.agency.newest.payload["seq"] != 1 or word.roster.seq != 1:
        raise Invalid("chain-seq")
    if log_vkey(session) not in word.agency.newest.payload["log_vkeys"]:
        raise Invalid("log-key-missing")
    administrator = word.roster.staff.get(given.staff_id)
    if administrator is None or "administrator" not in administrator.roles or len(word.roster.staff) != 1:
        raise Invalid("administrator-missing")
    if word.roster.anchors["size"] != 0:
        raise Invalid("roster-anchors")


def store_agency(session: Session, statement: Statement, now: datetime) -> None:
    """Add a verified agency statement to its chain."""
    session.add(AgencyStatement(**_columns(statement, now)))
    authority.forget_state(session)


def store_roster(session: Session, statement: Statement, now: datetime) -> None:
    """Add a verified roster to its chain."""
    session.add(RosterStatement(**_columns(statement, now)))
    authority.forget_state(session)


def _columns(statement: Statement, now: datetime) -> dict[str, Any]:
    """What is stored of a statement of either chain."""
    return {
        "agency_id": statement.payload["agency_id"],
        "seq": statement.payload["seq"],
        "hash": statement.hash,
        "envelope": statement.envelope,
        "created_at": now,
    }


def state_anew(session: Session, actor: Actor, envelope: dict[str, Any], now: datetime) -> str:
    """Store a newer agency statement, under which the newest roster must still hold. Returns its hash.

    The same one again changes nothing. Raises `agency-moved` (409), `log-key-missing`, and what verifying raises
    (`issuer-withdrawn` when it drops the issuer of the newest roster: issue one by another issuer first).
    """
    require(actor, "agency:change")
    agency = authority.the_agency(session)
    authority.hold(session, agency.agency_id)
    chain = authority.statements(session, agency.agency_id)
    root_pk = authority.root_key(chain[0])
    word = authority.of(session, agency.agency_id, now)
    statement = authority.signed_by_root(envelope, root_pk)
    if statement.hash == word.agency.newest.hash:
        return statement.hash
    if statement.payload["prev"] != word.agency.newest.hash:
        raise Conflict("agency-moved")
    after = authority.verified([*chain, envelope], authority.rosters(session, agency.agency_id), now)
    if log_vkeys(session)[0] not in after.agency.newest.payload["log_vkeys"]:
        raise Invalid("log-key-missing")
    store_agency(session, after.agency.newest, now)
    ledger.append(session, "agency.stated", actor=actor, case_id=None, refs={"agency": statement.hash}, at=now)
    return statement.hash


def change_settings(session: Session, actor: Actor, settings: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Replace what the agency has set; the form has been checked. Returns it."""
    require(actor, "agency:change")
    agency = authority.the_agency(session)
    agency.settings = settings
    ledger.append(session, "agency.settings-changed", actor=actor, case_id=None, refs={}, at=now)
    return {**DEFAULTS, **settings}
