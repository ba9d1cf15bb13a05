"""Whose word counts today, proven from the agency's root key that this person pinned on joining."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediation.client import log
from mediation.client.pins import newer
from mediation.client.signing_in import SignedIn
from mediation.protocol import authority, pins
from mediation.protocol.authority import Authority, AuthorityPins


@dataclass(frozen=True)
class Trust:
    """The verified authority, and the audit log's last published checkpoint {origin, size, root}, verified too; None
    before the first, or if it was not asked for. `agency` and `rosters` are the envelopes."""

    authority: Authority
    checkpoint: dict[str, Any] | None
    agency: list[Any]
    rosters: list[Any]


def load(me: SignedIn, *, follow: bool = True) -> Trust:
    """The agency and its rosters as they are now; the newest ones are pinned. The audit log is followed too, unless
    `follow` is False: for what has to be done while the log's key is not named yet.

    An expired roster is not refused here: `case_head.check_current` is for whatever rests on it. Raises ApiError, what
    `authority.verify` raises, among it `chain-rolled-back` and `chain-forked` against the pins, and what `log.follow`
    raises.
    """
    answer = me.transport.get("/trust")
    agency, rosters = list(answer["agency"]), list(answer["rosters"])
    found = authority.verify(agency, rosters, me.keys.root_pk, me.clock(), _kept(me))
    me.pins.keep(lambda value: pinned(value, found))
    head = log.follow(me, found.agency.newest.payload["log_vkeys"]) if follow else None
    return Trust(found, head, agency, rosters)


def _kept(me: SignedIn) -> AuthorityPins | None:
    value = me.pins.value
    agency, roster = pins.from_document(value["agency"]), pins.from_document(value["roster"])
    return None if agency is None or roster is None else AuthorityPins(agency, roster)


def pinned(value: Mapping[str, Any], found: Authority) -> dict[str, Any]:
    """A pins document with what an authority adds to it."""
    return {
        **value,
        "agency": newer(value["agency"], pins.to_document(found.pins.agency)),
        "roster": newer(value["roster"], pins.to_document(found.pins.roster)),
    }
