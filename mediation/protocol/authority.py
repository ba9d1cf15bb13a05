"""Whose word counts today: the agency's chain and its rosters, verified from the root key, and the time it is.

Everything about cases is verified against an `Authority`. An expired one is still good for following chains; whatever
writes, decides, offers or opens refuses it (`lapse`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mediation.protocol import agency, chain, roster
from mediation.protocol.agency import Agency
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import SKEW
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Roster


@dataclass(frozen=True)
class AuthorityPins:
    """The newest agency statement and roster that a client has verified before."""

    agency: Pin
    roster: Pin


@dataclass(frozen=True)
class Authority:
    """A verified agency, an unbroken run of its rosters, and the present time (aware UTC)."""

    agency: Agency
    rosters: tuple[Roster, ...]
    now: datetime

    @property
    def roster(self) -> Roster:
        """The newest roster."""
        return self.rosters[-1]

    @property
    def pins(self) -> AuthorityPins:
        """What a client keeps."""
        return AuthorityPins(self.agency.pin, chain.pin(self.roster.statement))

    def find(self, hash_: str) -> Roster | None:
        """The roster with this hash, if it is in the run."""
        return next((each for each in self.rosters if each.hash == hash_), None)

    def named(self, hash_: str) -> Roster:
        """The roster with this hash. Raises `roster-unknown`."""
        found = self.find(hash_)
        if found is None:
            raise ProtocolError("roster-unknown")
        return found

    def lapse(self) -> str | None:
        """Why the newest roster does not hold now: `roster-not-yet`, `roster-expired`; None while it does."""
        if self.roster.issued_at > self.now + SKEW:
            return "roster-not-yet"
        if self.roster.expires_at < self.now - SKEW:
            return "roster-expired"
        return None


def verify(
    agency_envelopes: Sequence[object],
    roster_envelopes: Sequence[object],
    root_pk: bytes,
    now: datetime,
    pinned: AuthorityPins | None = None,
) -> Authority:
    """The authority of a root key: its whole agency chain and an unbroken run of rosters up to the newest.

    Raises what `agency.verify_chain` and `roster.verify_chain` raise.
    """
    verified = agency.verify_chain(agency_envelopes, root_pk, pinned.agency if pinned else None)
    rosters = roster.verify_chain(roster_envelopes, verified, pinned.roster if pinned else None)
    return Authority(verified, rosters, now)


def check_current(authority: Authority) -> None:
    """Raise `roster-expired` or `roster-not-yet` unless the newest roster holds now."""
    code = authority.lapse()
    if code is not None:
        raise ProtocolError(code)
