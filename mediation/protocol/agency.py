"""Everything that an agency's people may do traces to its root key, which signs agency statements and nothing else.

The chain of agency statements is short and always given whole. Issuers, who sign rosters, are named in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mediation.protocol import chain, envelope
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import b64, format_time, parse_time, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid, sign_public_key


@dataclass(frozen=True)
class Issuer:
    """Somebody who may sign rosters: `public_key` is Ed25519, the times bound when."""

    staff_id: str
    public_key: bytes
    not_before: datetime
    not_after: datetime

    @property
    def kid(self) -> str:
        """The name of the issuer's key."""
        return kid(self.public_key)

    def on_day(self, day: date) -> bool:
        """Whether the issuer may sign on that day (UTC)."""
        return self.not_before.date() <= day <= self.not_after.date()

    @property
    def entry(self) -> dict[str, Any]:
        """How an agency statement names this issuer."""
        return {
            "staff_id": self.staff_id,
            "issuer_pk": b64(self.public_key),
            "not_before": format_time(self.not_before),
            "not_after": format_time(self.not_after),
        }


@dataclass(frozen=True)
class Agency:
    """A verified chain of agency statements, from the first to the newest."""

    agency_id: str
    root_pk: bytes
    statements: tuple[Statement, ...]

    @property
    def newest(self) -> Statement:
        """The statement that holds now."""
        return self.statements[-1]

    @property
    def recovery_pk(self) -> bytes | None:
        """The agency's offline box key, to which epoch secrets are sealed as well."""
        text = self.newest.payload["recovery_pk"]
        return None if text is None else unb64(text)

    @property
    def pin(self) -> Pin:
        """What a client keeps of this chain."""
        return chain.pin(self.newest)

    def named(self, hash_: str) -> Statement:
        """The statement with this hash. Raises `agency-unknown`."""
        for statement in self.statements:
            if statement.hash == hash_:
                return statement
        raise ProtocolError("agency-unknown")


def build(
    root_seed: bytes,
    *,
    agency_id: str,
    name: str,
    recovery_pk: bytes | None,
    issuers: Sequence[Issuer],
    log_vkeys: Sequence[str] = (),
    previous: Statement | None = None,
) -> dict[str, Any]:
    """The envelope of an agency statement, the first or the one after `previous`."""
    payload = {
        "agency_id": agency_id,
        "name": name,
        "root_pk": b64(sign_public_key(root_seed)),
        "recovery_pk": None if recovery_pk is None else b64(recovery_pk),
        "issuers": [issuer.entry for issuer in issuers],
        "log_vkeys": sorted(log_vkeys),
        "seq": 1 if previous is None else previous.payload["seq"] + 1,
        "prev": None if previous is None else previous.hash,
    }
    return envelope.make("agency", payload, [root_seed])


def verify_chain(envelopes: Sequence[object], root_pk: bytes, pinned: Pin | None = None) -> Agency:
    """The agency of this root key, from its whole chain of envelopes, oldest first.

    Raises what `envelope.verify` raises, `chain-empty`, `chain-seq`, `chain-broken`, `root-key-wrong`, `agency-mixed`,
    and what `chain.check_pin` raises.
    """
    statements = tuple(envelope.verify(each, "agency", {kid(root_pk): root_pk}) for each in envelopes)
    chain.check_links(statements)
    _check_start(statements[0])
    for statement in statements:
        _check_same(statement, statements[0], root_pk)
    chain.check_pin(statements, pinned)
    return Agency(statements[0].payload["agency_id"], root_pk, statements)


def _check_start(first: Statement) -> None:
    if first.payload["seq"] != 1:
        raise ProtocolError("chain-seq")


def _check_same(statement: Statement, first: Statement, root_pk: bytes) -> None:
    if statement.payload["root_pk"] != b64(root_pk):
        raise ProtocolError("root-key-wrong")
    if statement.payload["agency_id"] != first.payload["agency_id"]:
        raise ProtocolError("agency-mixed")


def issuers(statement: Statement) -> dict[str, Issuer]:
    """The issuers that an agency statement names, by kid."""
    found = (_issuer(entry) for entry in statement.payload["issuers"])
    return {issuer.kid: issuer for issuer in found}


def _issuer(entry: dict[str, Any]) -> Issuer:
    return Issuer(
        entry["staff_id"],
        unb64(entry["issuer_pk"]),
        parse_time(entry["not_before"]),
        parse_time(entry["not_after"]),
    )


def issuer_on_day(statement: Statement, kid_: str, day: date) -> Issuer:
    """The issuer with this key, who may sign on that day (UTC). Raises `issuer-unknown`, `issuer-not-in-date`."""
    issuer = _known_issuer(statement, kid_)
    if not issuer.on_day(day):
        raise ProtocolError("issuer-not-in-date")
    return issuer


def _known_issuer(statement: Statement, kid_: str) -> Issuer:
    issuer = issuers(statement).get(kid_)
    if issuer is None:
        raise ProtocolError("issuer-unknown")
    return issuer


def issuer_in_date(statement: Statement, kid_: str, at: datetime) -> Issuer:
    """The issuer with this key, who may sign at that time. Raises `issuer-unknown`, `issuer-not-in-date`."""
    issuer = _known_issuer(statement, kid_)
    if not issuer.not_before <= at <= issuer.not_after:
        raise ProtocolError("issuer-not-in-date")
    return issuer
