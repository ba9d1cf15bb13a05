"""Whose word counts today, proven from the agency's root key that this person pinned on joining."""

from collections.abc import Mapping
from typing import Any

from mediation.client.pins import newer
from mediation.client.signing_in import SignedIn
from mediation.protocol import authority, pins
from mediation.protocol.authority import Authority, AuthorityPins


def load(me: SignedIn) -> Authority:
    """The agency and its rosters as they are now; the newest ones are pinned.

    An expired roster is not refused here: `authority.check_current` is for whatever rests on it. Raises ApiError, what
    `authority.verify` raises, among it `chain-rolled-back` and `chain-forked` against the pins.
    """
    answer = me.transport.get("/trust")
    kept = _kept(me)
    found = authority.verify(answer["agency"], answer["rosters"], me.keys.root_pk, me.clock(), kept)
    me.pins.keep(lambda value: pinned(value, found))
    return found


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
