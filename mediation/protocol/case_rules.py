"""What a case statement must be beside the one before it, whoever signed it.

`statements.check` has seen to each field alone and to the number of approvals; here are the rules between a statement,
the one before it, and the roster that it names.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mediation.protocol import chain
from mediation.protocol.case import RENEWABLE, case_id
from mediation.protocol.encoding import unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid
from mediation.protocol.roster import Roster


def is_renewal(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether nothing but the number, the roster and the dates changes between two payloads."""
    return all(before[name] == after[name] for name in before if name not in RENEWABLE)


def changes_staff(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether facilitators or approvals change between two payloads."""
    return _named(before) != _named(after) or before["approvals_required"] != after["approvals_required"]


def _named(payload: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(entry["staff_id"], entry["sign_kid"], entry["box_kid"]) for entry in payload["facilitators"]}


def check_first(statement: Statement, nonce: bytes, roster: Roster) -> None:
    """Raise unless this may be a case's first statement, created by one of its signers.

    `agency-mixed`, `chain-seq`, `case-id-wrong`, `creator-not-named`, `epoch-wrong`, `kept-changed`,
    `facilitator-not-on-roster`, `key-repeated`.
    """
    if statement.payload["seq"] != 1:
        raise ProtocolError("chain-seq")
    if statement.payload["epoch"] != 1:
        raise ProtocolError("epoch-wrong")
    if statement.payload["kept"] is not None:
        raise ProtocolError("kept-changed")
    _check_creator(statement, nonce)
    check_alone(statement.payload, roster)


def creator(statement: Statement, nonce: bytes) -> str:
    """The kid of the signer from whose key the case_id was made. Raises `case-id-wrong`."""
    for signer in statement.signers:
        if case_id(signer, nonce) == statement.payload["case_id"]:
            return signer
    raise ProtocolError("case-id-wrong")


def _check_creator(statement: Statement, nonce: bytes) -> None:
    if creator(statement, nonce) not in {entry["sign_kid"] for entry in statement.payload["facilitators"]}:
        raise ProtocolError("creator-not-named")


def check_step(before: Statement, after: Statement, *, roster: Roster, roster_seq: int, epochs: Sequence[str]) -> None:
    """Raise unless `after` may follow `before`.

    `roster` is the one that `after` names, `roster_seq` the number of the one before, `epochs` the B64 keys of all
    epochs so far. `chain-seq`, `chain-broken`, `agency-mixed`, `case-mixed`, `roster-rolled-back`, `epoch-wrong`,
    `epoch-key-reused`, `kept-changed`, `facilitator-not-on-roster`, `key-repeated`.
    """
    chain.check_next(before, after)
    if after.payload["case_id"] != before.payload["case_id"]:
        raise ProtocolError("case-mixed")
    if roster.seq < roster_seq:
        raise ProtocolError("roster-rolled-back")
    _check_epoch(before.payload, after.payload, epochs)
    _check_kept(before.payload, after.payload)
    check_alone(after.payload, roster)


def _check_epoch(before: Mapping[str, Any], after: Mapping[str, Any], epochs: Sequence[str]) -> None:
    begins = changes_staff(before, after)
    if after["epoch"] != before["epoch"] + int(begins):
        raise ProtocolError("epoch-wrong")
    if begins and after["epoch_pk"] in epochs:
        raise ProtocolError("epoch-key-reused")
    if not begins and after["epoch_pk"] != before["epoch_pk"]:
        raise ProtocolError("epoch-wrong")


def _check_kept(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Only with other facilitators, approvals or members can there be a cause for another list."""
    caused = changes_staff(before, after) or before["members"] != after["members"]
    if before["kept"] != after["kept"] and not caused:
        raise ProtocolError("kept-changed")


def check_alone(payload: Mapping[str, Any], roster: Roster) -> None:
    """Raise `agency-mixed` or `facilitator-not-on-roster` unless the roster agrees with the payload, `key-repeated` if
    the epoch's key is a facilitator's own: its secret is shared with the others."""
    if payload["agency_id"] != roster.agency_id:
        raise ProtocolError("agency-mixed")
    if any(roster.facilitator(entry) is None for entry in payload["facilitators"]):
        raise ProtocolError("facilitator-not-on-roster")
    if kid(unb64(payload["epoch_pk"])) in {entry["box_kid"] for entry in payload["facilitators"]}:
        raise ProtocolError("key-repeated")
