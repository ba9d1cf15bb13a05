"""Every roster anchors the cases that are older than itself; here are its leaves, and the proof of one case's leaf.

What a case's leaf holds is `Case.anchor_hash`: the newest statement that changed facilitators or approvals or took away
a member's key. A roster's own leaves are kept as they were when it was issued.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mediation.accounts.recent import Recent
from mediation.cases.models import Case, RosterAnchor
from mediation.db.rows import NOTED
from mediation.protocol.anchors import Anchors

AT_ONCE: Final = 1000
_trees: Recent[str, Anchors] = Recent(2)
"""Of the newest roster, and of the one before it for whoever began before it came."""


def leaves(session: Session, agency_id: str) -> dict[str, str]:
    """The anchored hash of every case of the agency, by case_id: what the next roster must name."""
    wanted = select(Case.case_id, Case.anchor_hash).where(Case.agency_id == agency_id).order_by(Case.case_id)
    return {row.case_id: row.anchor_hash for row in session.execute(wanted)}


def record(session: Session, roster_hash: str, anchored: Mapping[str, str]) -> None:
    """Keep the leaves of a roster that is being stored; part of the operation that issues it."""
    rows = [{"roster_hash": roster_hash, "case_id": case_id, "hash": hash_} for case_id, hash_ in anchored.items()]
    if rows:
        session.execute(insert(RosterAnchor), rows, execution_options={NOTED: True})


def proof(session: Session, roster_hash: str, case_id: str) -> dict[str, Any] | None:
    """The proof document {hash, index, path} of a case in a roster; None for a case younger than the roster."""
    tree = _trees.get(roster_hash, lambda: tree_of(session, roster_hash))
    return tree.prove(case_id) if case_id in tree else None


def tree_of(session: Session, roster_hash: str) -> Anchors:
    """The leaves of a roster, as they are stored."""
    wanted = select(RosterAnchor.case_id, RosterAnchor.hash).where(RosterAnchor.roster_hash == roster_hash)
    found = session.execute(wanted, execution_options={"yield_per": AT_ONCE})  # never all of them as objects
    return Anchors((row.case_id, row.hash) for row in found)
