"""Who must sign a case statement: the facilitators of the one before it, as many as that one requires.

One signature is enough for a renewal. At most one may be an issuer's, in place of one that cannot be had; clients show
who stood in. A facilitator's key counts only if the statement before and the roster agree on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.protocol import agency, envelope
from mediation.protocol.agency import Issuer
from mediation.protocol.case_rules import is_renewal
from mediation.protocol.encoding import parse_date
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Roster, Staff


@dataclass(frozen=True)
class Signed:
    """Who signed a case statement: facilitators by staff_id, and the issuer who stood in for one, if any."""

    facilitators: tuple[str, ...]
    stand_in: Issuer | None
    required: int

    @property
    def enough(self) -> bool:
        """Whether as many signed as must."""
        return len(self.facilitators) + (self.stand_in is not None) >= self.required


def required(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """How many must sign the payload after, given the one before."""
    return 1 if is_renewal(before, after) else int(before["approvals_required"])


def counting(payload: Mapping[str, Any], roster: Roster) -> dict[str, Staff]:
    """The facilitators of a case payload on whom a roster agrees, by the kid of their signing key."""
    found = (roster.facilitator(entry) for entry in payload["facilitators"])
    return {staff.sign_kid: staff for staff in found if staff is not None}


def first(envelope_: object, roster: Roster) -> Statement:
    """A first statement that a facilitator on its roster signed. Raises what `envelope.verify` raises."""
    staff = (each for each in roster.staff.values() if "facilitator" in each.roles)
    return envelope.verify(envelope_, "case", envelope.keyring(each.sign_pk for each in staff))


def verify(before: Mapping[str, Any], envelope_: object, named: Statement, roster: Roster) -> tuple[Statement, Signed]:
    """A later statement and who signed it, given the payload before it, the roster that it names, and that roster's
    agency statement, which names the issuers.

    Enough signatures or not is left to the caller (`Signed.enough`). Raises what `envelope.verify` raises,
    `two-issuers`, `issuer-involved`, `issuer-not-in-date`.
    """
    facilitators = counting(before, roster)
    keys = {kid: issuer.public_key for kid, issuer in agency.issuers(named).items()}
    keys |= {kid: staff.sign_pk for kid, staff in facilitators.items()}
    statement = envelope.verify(envelope_, "case", keys)
    others = [kid for kid in statement.signers if kid not in facilitators]
    stand_in = _stand_in(others, before, statement, named)
    names = tuple(facilitators[kid].staff_id for kid in statement.signers if kid in facilitators)
    return statement, Signed(names, stand_in, required(before, statement.payload))


def _stand_in(kids: Sequence[str], before: Mapping[str, Any], statement: Statement, named: Statement) -> Issuer | None:
    if len(kids) > 1:
        raise ProtocolError("two-issuers")
    if not kids:
        return None
    issuer = agency.issuer_on_day(named, kids[0], parse_date(statement.payload["issued_on"]))
    entries = [*before["facilitators"], *statement.payload["facilitators"]]
    if issuer.staff_id in {entry["staff_id"] for entry in entries}:
        raise ProtocolError("issuer-involved")
    return issuer


def still(before: Mapping[str, Any] | None, statement: Statement, newest: Statement, roster: Roster) -> Signed:
    """Who of those that signed a verified statement still counts under the newest agency statement and roster.

    Whoever no longer does is passed over, as an unknown key is. Raises what `envelope.verify` raises of a bad
    signature.
    """
    facilitators = counting(before or statement.payload, roster)
    issuers = {} if before is None else _eligible(before, statement.payload, newest)
    keys = {kid: issuer.public_key for kid, issuer in issuers.items()}
    keys |= {kid: staff.sign_pk for kid, staff in facilitators.items()}
    wanted = 1 if before is None else required(before, statement.payload)
    if not any(signature["keyid"] in keys for signature in statement.envelope["signatures"]):
        return Signed((), None, wanted)
    signers = envelope.verify(statement.envelope, "case", keys).signers
    names = tuple(facilitators[kid].staff_id for kid in signers if kid in facilitators)
    stand_in = next((issuers[kid] for kid in signers if kid not in facilitators), None)
    return Signed(names, stand_in, wanted)


def _eligible(before: Mapping[str, Any], after: Mapping[str, Any], named: Statement) -> dict[str, Issuer]:
    """The issuers who may stand in: in date on the day of the statement, and named in neither payload."""
    involved = {entry["staff_id"] for payload in (before, after) for entry in payload["facilitators"]}
    day = parse_date(after["issued_on"])
    return {
        kid: issuer
        for kid, issuer in agency.issuers(named).items()
        if issuer.staff_id not in involved and issuer.on_day(day)
    }


def check_enough(signed: Signed) -> None:
    """Raise `too-few-signatures` unless as many signed as must."""
    if not signed.enough:
        raise ProtocolError("too-few-signatures")
