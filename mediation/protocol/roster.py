"""A roster says who works for the agency and with which keys; it is signed by an issuer in date and expires.

A roster chain is given as any unbroken run of rosters; the last one holds now. Expiry is judged by `authority.lapse`,
because an expired roster must still be readable for what follows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.protocol import agency, chain, envelope
from mediation.protocol.agency import Agency
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import b64, format_time, parse_time, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid


@dataclass(frozen=True)
class Staff:
    """One member of staff: `sign_pk` is Ed25519, `box_pk` X25519; `roles` are sorted."""

    staff_id: str
    display_name: str
    roles: tuple[str, ...]
    sign_pk: bytes
    box_pk: bytes

    @property
    def sign_kid(self) -> str:
        """The name of the signing key."""
        return kid(self.sign_pk)

    @property
    def box_kid(self) -> str:
        """The name of the box key."""
        return kid(self.box_pk)

    @property
    def entry(self) -> dict[str, Any]:
        """How a roster names this member of staff."""
        return {
            "staff_id": self.staff_id,
            "display_name": self.display_name,
            "roles": sorted(self.roles),
            "sign_pk": b64(self.sign_pk),
            "box_pk": b64(self.box_pk),
        }


@dataclass(frozen=True)
class Roster:
    """A verified roster; `staff` by staff_id."""

    statement: Statement
    staff: Mapping[str, Staff]

    @property
    def seq(self) -> int:
        """Its number in the chain."""
        return int(self.statement.payload["seq"])

    @property
    def hash(self) -> str:
        """Its statement hash."""
        return self.statement.hash

    @property
    def agency_id(self) -> str:
        """Whose roster it is."""
        return str(self.statement.payload["agency_id"])

    @property
    def agency_hash(self) -> str:
        """The agency statement that it names."""
        return str(self.statement.payload["agency"])

    @property
    def issued_at(self) -> datetime:
        """When it begins to hold."""
        return parse_time(self.statement.payload["issued_at"])

    @property
    def expires_at(self) -> datetime:
        """When it ceases to hold."""
        return parse_time(self.statement.payload["expires_at"])

    @property
    def anchors(self) -> dict[str, Any]:
        """{size, root} of the tree of cases older than this roster."""
        return dict(self.statement.payload["anchors"])

    def facilitator(self, entry: Mapping[str, str]) -> Staff | None:
        """The member of staff whom a case's entry names, if the roster has them with those keys as a facilitator."""
        found = self.staff.get(entry["staff_id"])
        if found is None or "facilitator" not in found.roles:
            return None
        same_keys = (found.sign_kid, found.box_kid) == (entry["sign_kid"], entry["box_kid"])
        return found if same_keys else None


def build(
    issuer_seed: bytes,
    *,
    agency: Statement,
    staff: Sequence[Staff],
    anchors: Mapping[str, Any],
    issued_at: datetime,
    expires_at: datetime,
    previous: Roster | None = None,
) -> dict[str, Any]:
    """The envelope of a roster under an agency statement, the first or the one after `previous`."""
    payload = {
        "agency_id": agency.payload["agency_id"],
        "agency": agency.hash,
        "seq": 1 if previous is None else previous.seq + 1,
        "prev": None if previous is None else previous.hash,
        "issued_at": format_time(issued_at),
        "expires_at": format_time(expires_at),
        "staff": [each.entry for each in staff],
        "anchors": dict(anchors),
    }
    return envelope.make("roster", payload, [issuer_seed])


def verify_chain(envelopes: Sequence[object], agency_: Agency, pinned: Pin | None = None) -> tuple[Roster, ...]:
    """The rosters of an unbroken run of envelopes, oldest first.

    Raises what `envelope.verify` raises, `chain-*`, `agency-mixed`, `agency-unknown`, `agency-rolled-back`,
    `issuer-unknown`, `issuer-not-in-date`, `issuer-withdrawn`, `staff-repeated`, `key-repeated`.
    """
    keys = {each.kid: each.public_key for named in agency_.statements for each in agency.issuers(named).values()}
    statements = tuple(envelope.verify(each, "roster", keys) for each in envelopes)
    chain.check_links(statements)
    for statement in statements:
        _check_issuer(statement, agency_)
        _check_staff(statement)
    _check_agencies_rise(statements, agency_)
    _check_still_issuer(statements[-1], agency_)
    chain.check_pin(statements, pinned)
    return tuple(Roster(statement, _staff(statement)) for statement in statements)


def _check_issuer(statement: Statement, agency_: Agency) -> None:
    if statement.payload["agency_id"] != agency_.agency_id:
        raise ProtocolError("agency-mixed")
    named = agency_.named(statement.payload["agency"])
    agency.issuer_in_date(named, statement.signers[0], parse_time(statement.payload["issued_at"]))


def _check_agencies_rise(statements: Sequence[Statement], agency_: Agency) -> None:
    seqs = [agency_.named(statement.payload["agency"]).payload["seq"] for statement in statements]
    if seqs != sorted(seqs):
        raise ProtocolError("agency-rolled-back")


def _check_still_issuer(newest: Statement, agency_: Agency) -> None:
    """An issuer whom the root key has since withdrawn leaves no roster behind that still holds."""
    try:
        agency.issuer_in_date(agency_.newest, newest.signers[0], parse_time(newest.payload["issued_at"]))
    except ProtocolError as error:
        raise ProtocolError("issuer-withdrawn") from error


def _check_staff(statement: Statement) -> None:
    entries = statement.payload["staff"]
    if len({entry["staff_id"] for entry in entries}) != len(entries):
        raise ProtocolError("staff-repeated")
    keys = {entry[field] for entry in entries for field in ("sign_pk", "box_pk")}
    if len(keys) != 2 * len(entries):
        raise ProtocolError("key-repeated")


def _staff(statement: Statement) -> dict[str, Staff]:
    return {entry["staff_id"]: _member(entry) for entry in statement.payload["staff"]}


def _member(entry: Mapping[str, Any]) -> Staff:
    return Staff(
        entry["staff_id"],
        entry["display_name"],
        tuple(entry["roles"]),
        unb64(entry["sign_pk"]),
        unb64(entry["box_pk"]),
    )
