"""The agency's verified authority: root key, agency statements, rosters. Verified once for each state, then kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ScalarSelect, SQLColumnExpression, select
from sqlalchemy.orm import Session

from mediation.accounts.models import Agency, AgencyStatement, RosterStatement
from mediation.errors import Conflict
from mediation.protocol import authority, envelope
from mediation.protocol.authority import Authority
from mediation.protocol.encoding import parse_canonical, unb64
from mediation.protocol.envelope import Statement


def the_agency(session: Session) -> Agency:
    """The agency of this server. Raises `no-agency` (409) before set-up."""
    found: Agency | None = session.scalar(select(Agency))
    if found is None:
        raise Conflict("no-agency")
    return found


def statements(session: Session, agency_id: str, *, from_seq: int = 1) -> list[dict[str, Any]]:
    """The envelopes of the agency chain, oldest first."""
    wanted = select(AgencyStatement.envelope).where(
        AgencyStatement.agency_id == agency_id, AgencyStatement.seq >= from_seq
    )
    return list(session.scalars(wanted.order_by(AgencyStatement.seq)))


def rosters(session: Session, agency_id: str, *, from_seq: int = 1) -> list[dict[str, Any]]:
    """The envelopes of the rosters, oldest first."""
    wanted = select(RosterStatement.envelope).where(
        RosterStatement.agency_id == agency_id, RosterStatement.seq >= from_seq
    )
    return list(session.scalars(wanted.order_by(RosterStatement.seq)))


def of(session: Session, agency_id: str, now: datetime) -> Authority:
    """The authority of an agency at `now`; expired ones too (see `authority.check_current`)."""
    newest = state(session, agency_id)
    kept = _KEPT.get(newest)
    if kept is None:
        kept = verified(statements(session, agency_id), rosters(session, agency_id), now)
        _KEPT.clear()
        _KEPT[newest] = kept
    return replace(kept, now=now)


@dataclass(frozen=True)
class State:
    """The hashes of the newest agency statement and the newest roster; None before the first."""

    agency: str | None
    roster: str | None


_KEPT: dict[State, Authority] = {}
_NEWEST: Final = "newest statements"


def newest_hashes(agency_id: SQLColumnExpression[str] | str) -> list[ScalarSelect[str]]:
    """The two columns of a State, for a query that asks for more beside them."""
    models: tuple[type[AgencyStatement | RosterStatement], ...] = (AgencyStatement, RosterStatement)
    return [
        select(model.hash).where(model.agency_id == agency_id).order_by(model.seq.desc()).limit(1).scalar_subquery()
        for model in models
    ]


def state(session: Session, agency_id: str) -> State:
    """The newest statements, asked for once a transaction."""
    found: State | None = session.info.get(_NEWEST)
    if found is None:
        agency, roster = newest_hashes(agency_id)
        row = session.execute(select(agency, roster)).one()
        found = note_state(session, row[0], row[1])
    return found


def note_state(session: Session, agency: str | None, roster: str | None) -> State:
    """Spare this transaction the question."""
    noted = session.info[_NEWEST] = State(agency, roster)
    return noted


def forget_state(session: Session) -> None:
    """A newer statement has been stored."""
    session.info.pop(_NEWEST, None)


def hold(session: Session, agency_id: str | None) -> str:
    """Hold the agency until the transaction ends, and see what is newest then: statements, rosters and new cases come
    one after the other, so that every roster anchors every case that does not name it. Returns the agency_id.
    """
    held = select(Agency.agency_id).where(Agency.agency_id == agency_id).with_for_update(key_share=True)
    found: str = session.execute(held).scalar_one()
    forget_state(session)
    return found


def verified(
    agency_envelopes: list[dict[str, Any]], roster_envelopes: list[dict[str, Any]], now: datetime
) -> Authority:
    """The authority of these chains under the root key that the first agency statement names, as the server sees it.

    The server has no other anchor than that first statement: it stored it itself. Raises what `authority.verify`
    raises.
    """
    return authority.verify(agency_envelopes, roster_envelopes, root_key(agency_envelopes[0]), now)


def root_key(statement: Mapping[str, Any]) -> bytes:
    """The root key that an agency statement names; the statement still has to be verified with it."""
    return unb64(envelope.parse(statement, "agency").payload["root_pk"])


def signed_by_root(statement: Mapping[str, Any], root_pk: bytes) -> Statement:
    """An agency statement signed by this root key. Raises what `envelope.verify` raises."""
    return envelope.verify(statement, "agency", envelope.keyring([root_pk]))


@lru_cache(maxsize=16)
def payload(hash_: str, encoded: str) -> dict[str, Any]:
    """The payload of a stored statement, by its hash; verified when it was stored. Not to be changed."""
    found: dict[str, Any] = parse_canonical(unb64(encoded))
    return found
