"""The head decides: who counts in a case today, from its newest statement and the newest roster.

A head that has lapsed can be shown and followed by the next step, but nothing new is written, decided, offered or
opened under it: whatever does so calls `check_current` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mediation.protocol import anchors, case_signers
from mediation.protocol.authority import Authority
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_signers import Signed
from mediation.protocol.encoding import SKEW, parse_date, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Staff


@dataclass(frozen=True)
class Head:
    """A case as it stands now.

    `counting`: the facilitators on whom head and newest roster agree, by the kid of their signing key. `signed`: who
    signed the newest statement and still counts. `lapse`: why the head does not hold, None while it does.
    `anchor_lags`: the newest roster anchors an older statement than it should; facilitators' clients warn of it.
    """

    chain: Chain
    authority: Authority
    counting: Mapping[str, Staff]
    signed: Signed
    lapse: str | None
    anchor_lags: bool

    @property
    def payload(self) -> dict[str, Any]:
        """The newest case payload."""
        return self.chain.payload

    @property
    def agency_id(self) -> str:
        """The agency's id."""
        return str(self.payload["agency_id"])

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.chain.case_id

    @property
    def hash(self) -> str:
        """The hash of the newest statement."""
        return self.chain.hash

    @property
    def epoch(self) -> int:
        """The number of the epoch."""
        return int(self.payload["epoch"])

    @property
    def epoch_pk(self) -> bytes:
        """The epoch's box key."""
        return unb64(self.payload["epoch_pk"])

    @property
    def approvals_required(self) -> int:
        """How many facilitators must sign a decision."""
        return int(self.payload["approvals_required"])

    @property
    def kept(self) -> str | None:
        """The hash of the facilitators' kept list."""
        return None if self.payload["kept"] is None else str(self.payload["kept"])

    @property
    def now(self) -> datetime:
        """The time at which the head was judged."""
        return self.authority.now


def assess(chain: Chain, authority: Authority, proof: object) -> Head:
    """The head of a chain under the newest roster.

    `proof` is the case's anchor document {hash, index, path}; None is enough only while the case's first statement
    names the newest roster. Raises `agency-mixed`, `roster-rolled-back`, `anchor-missing`, `anchor-wrong`,
    `anchor-not-in-chain`, and what `anchors.check` and `case_signers.still` raise.
    """
    if chain.payload["agency_id"] != authority.agency.agency_id:
        raise ProtocolError("agency-mixed")
    if authority.roster.seq < chain.roster_seq:
        raise ProtocolError("roster-rolled-back")
    lags = _check_anchor(chain, authority, proof)
    newest = authority.agency.newest
    signed = case_signers.still(chain.before, chain.statement, newest, authority.roster)
    counting = case_signers.counting(chain.payload, authority.roster)
    return Head(chain, authority, counting, signed, _lapse(chain, authority, signed), lags)


def judged(head: Head, authority: Authority) -> Head:
    """A head again under the same authority at another time, which only its lapse depends on."""
    return replace(head, authority=authority, lapse=_lapse(head.chain, authority, head.signed))


def _check_anchor(chain: Chain, authority: Authority, proof: object) -> bool:
    """Whether the anchor lags. A chain without the anchored statement is a fork from before somebody left."""
    if proof is None:
        if chain.first_roster != authority.roster.hash:
            raise ProtocolError("anchor-missing")
        return False
    anchored = anchors.check(authority.roster, chain.case_id, proof)
    if anchored not in chain.lineage:
        raise ProtocolError("anchor-not-in-chain")
    due = max((seq for seq, roster_seq in chain.changes if roster_seq < authority.roster.seq), default=0)
    return chain.lineage.index(anchored) + 1 < due


def _lapse(chain: Chain, authority: Authority, signed: Signed) -> str | None:
    today, payload = authority.now, chain.payload
    if authority.lapse() is not None:
        return authority.lapse()
    if parse_date(payload["issued_on"]) > _day(today + SKEW):
        return "case-not-yet"
    if parse_date(payload["expires_on"]) < _day(today - SKEW):
        return "case-expired"
    return None if signed.enough else "head-signatures-lapsed"


def _day(moment: datetime) -> date:
    return moment.date()


def check_current(head: Head) -> None:
    """Raise the head's `lapse` unless it holds now.

    `roster-expired`, `roster-not-yet`, `case-expired`, `case-not-yet`, `head-signatures-lapsed`.
    """
    if head.lapse is not None:
        raise ProtocolError(head.lapse)
