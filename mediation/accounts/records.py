"""What a client hands over to have an account, and how the server keeps it.

`auth` is stored as MAC(pepper, auth) and compared in constant time; the bundle is encrypted once more under a key that
is not in the database. With a dump of the database and the right passphrase, but without those keys, nothing opens.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from mediation.accounts.models import Account
from mediation.accounts.sign_in_words import WORDS
from mediation.db import UnreadableError, settings_of
from mediation.errors import Conflict
from mediation.protocol.encoding import check_id, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import MEMLIMITS, OPSLIMITS, aead_open, aead_seal, equal, mac, random_bytes

AUTH_SIZE: Final = 32
SALT_SIZE: Final = 16
BUNDLE_SIZE: Final = 168
Stored = Account | Row[*tuple[Any, ...]]
"""An account, or the row of its columns."""
FIRST_NUMBER: Final = 10
NUMBERS: Final = 90
_SEPARATORS = re.compile(r"[\s.,_-]+")


@dataclass(frozen=True)
class AccountRecord:
    """{account_id, salt, opslimit, memlimit, auth, bundle, revision}, checked for form: see `check`."""

    account_id: str
    salt: str
    opslimit: int
    memlimit: int
    auth: bytes
    bundle: bytes
    revision: int = 1

    def check(self) -> "AccountRecord":
        """Itself. Raises `bad-id`, `bad-length`, `pwhash-bounds`, `bad-integer`."""
        check_id(self.account_id)
        unb64(self.salt, SALT_SIZE)
        if not OPSLIMITS[0] <= self.opslimit <= OPSLIMITS[1] or not MEMLIMITS[0] <= self.memlimit <= MEMLIMITS[1]:
            raise ProtocolError("pwhash-bounds")
        if len(self.auth) != AUTH_SIZE or len(self.bundle) != BUNDLE_SIZE:
            raise ProtocolError("bad-length")
        if self.revision != 1:
            raise ProtocolError("bad-integer")
        return self


@dataclass(frozen=True)
class Holder:
    """Whose account it is: staff_id, or participant_id and case_id."""

    agency_id: str
    staff_id: str | None = None
    participant_id: str | None = None
    case_id: str | None = None


def create(session: Session, record: AccountRecord, holder: Holder, now: datetime) -> Account:
    """A new account with a sign-in name made for it. Raises `account-exists` (409) and what `check` raises."""
    record.check()
    if session.get(Account, record.account_id) is not None:
        raise Conflict("account-exists")
    account = Account(
        account_id=record.account_id,
        agency_id=holder.agency_id,
        kind="participant" if holder.staff_id is None else "staff",
        staff_id=holder.staff_id,
        participant_id=holder.participant_id,
        case_id=holder.case_id,
        sign_in_name=_fresh_name(session),
        salt=record.salt,
        opslimit=record.opslimit,
        memlimit=record.memlimit,
        auth_mac=mac(settings_of(session).peppers[0], record.auth),
        bundle=_sealed(session, record.account_id, record.revision, record.bundle),
        revision=record.revision,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def proves(session: Session, account: Stored, auth: bytes) -> bool:
    """Whether `auth` is this account's; every pepper is tried, also after one that fits."""
    matches = [equal(mac(pepper, auth), account.auth_mac) for pepper in settings_of(session).peppers]
    return any(matches)


def move_over(session: Session, account: Stored, auth: bytes) -> None:
    """Keep what was just proved under the first pepper, where it was under an older one."""
    proof = mac(settings_of(session).peppers[0], auth)
    if not equal(proof, account.auth_mac):
        session.get_one(Account, account.account_id).auth_mac = proof


def is_same(session: Session, account: Account, record: AccountRecord) -> bool:
    """Whether an account was made from exactly this record and has not changed since."""
    stored = (account.account_id, account.salt, account.opslimit, account.memlimit, account.revision)
    given = (record.account_id, record.salt, record.opslimit, record.memlimit, record.revision)
    return stored == given and proves(session, account, record.auth) and bundle_of(session, account) == record.bundle


def bundle_of(session: Session, account: Stored) -> bytes:
    """The bundle as the client closed it; the outer encryption moves over to the first key. Raises UnreadableError."""
    keys = settings_of(session).bundle_keys
    for number, key in enumerate(keys):
        try:
            bundle = aead_open(key, account.bundle, _aad(account.account_id, account.revision))
        except ProtocolError:
            continue
        if number:
            row = session.get_one(Account, account.account_id)
            row.bundle = _sealed(session, account.account_id, account.revision, bundle)
        return bundle
    raise UnreadableError("account.bundle")


def _sealed(session: Session, account_id: str, revision: int, bundle: bytes) -> bytes:
    return aead_seal(settings_of(session).bundle_keys[0], bundle, _aad(account_id, revision))


def _aad(account_id: str, revision: int) -> bytes:
    return f"mediation/account-bundle {account_id} {revision}".encode("ascii")


def normal_name(text: str) -> str:
    """A sign-in name as it is stored: small letters, one hyphen between words, however it was typed."""
    return _SEPARATORS.sub("-", text.strip().casefold()).strip("-")


def _fresh_name(session: Session) -> str:
    """Two printed words and a number, never a name or an address, not taken yet. A byte draws one of 256 words."""
    while True:
        first, second, number = random_bytes(3)
        name = f"{WORDS[first]}-{WORDS[second]}-{FIRST_NUMBER + number % NUMBERS}"
        if session.scalar(select(Account.account_id).where(Account.sign_in_name == name)) is None:
            return name
