"""What an event binds: the rows that its transaction wrote, as it left them; and what of it is found when it is not so.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.accounts.models import Agency
from mediation.db.rows import WRITTEN
from mediation.ledger.binding import REF, RowHashes, manifest_hash
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import AGENCY_SCOPE, open_event, open_whole, scope_key
from mediation.ledger.reconciling import reconcile
from mediation.protocol.encoding import canonical, new_id, parse_canonical
from mediation.protocol.event import SALT_SIZE
from mediation.protocol.primitives import aead_seal, kdf
from tests.ledger.test_triggers import refuses

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def agency(writing_session: Session) -> Agency:
    row = Agency(agency_id=new_id(), settings={"a": 1}, created_at=AT)
    writing_session.add(row)
    _tell(writing_session)
    return row


def _tell(session: Session, times: int = 1) -> None:
    for _ in range(times):
        ledger.append(session, "agency.settings-changed", actor=SYSTEM, case_id=None, refs={}, at=AT)
    session.commit()


def _events(session: Session) -> list[tuple[dict[str, Any], bytes]]:
    """What each event says, and its manifest."""
    key = scope_key(session, AGENCY_SCOPE, AT)
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.qid)).all()
    opened = [open_whole(key, row) for row in rows]
    return [(parse_canonical(event), bound) for _, event, bound in opened]


def _found(session: Session) -> set[str]:
    """What does not agree, but for the log's own heads: nothing has been placed yet."""
    return {each.code for each in reconcile(session, [], {}).findings}


def test_the_last_event_of_a_transaction_binds_what_it_wrote(writing_session: Session, agency: Agency) -> None:
    agency.settings = {"a": 2}
    _tell(writing_session, times=2)
    (_, before), (first, nothing), (last, bound) = _events(writing_session)
    assert nothing == b"" and REF not in first["refs"]
    assert last["refs"][REF] == manifest_hash(bound)
    hashes = [parse_canonical(each)["agency"][agency.agency_id] for each in (before, bound)]
    assert hashes[0] != hashes[1]
    values = {"agency_id": agency.agency_id, "settings": {"a": 2}, "numbered": 0, "created_at": AT}
    assert hashes[1] == RowHashes(scope_key(writing_session, AGENCY_SCOPE, AT)).of(Agency, values)


def test_a_row_that_is_deleted_is_bound_as_gone(writing_session: Session, agency: Agency) -> None:
    writing_session.delete(agency)
    _tell(writing_session)
    assert parse_canonical(_events(writing_session)[-1][1]) == {"agency": {agency.agency_id: None}}
    assert "row-missing" not in _found(writing_session)


def test_a_manifest_is_no_part_of_what_anybody_is_shown(writing_session: Session, agency: Agency) -> None:
    row = writing_session.scalars(select(AuditEvent)).one()
    opening = b"".join(open_event(scope_key(writing_session, AGENCY_SCOPE, AT), row))
    assert agency.agency_id.encode() not in opening


def test_nothing_is_found_of_a_row_as_it_was_left(writing_session: Session, agency: Agency) -> None:
    assert not {each for each in _found(writing_session) if each.startswith("row")}


@pytest.mark.parametrize(
    "forge",
    [
        lambda bound: b"",
        lambda bound: canonical({}),
        lambda bound: bound.replace(b'{"agency":', b'{"agency_statement":'),
    ],
)
def test_another_manifest_beside_an_event_is_found(
    writing_session: Session, agency: Agency, forge: Callable[[bytes], bytes]
) -> None:
    """By somebody who has the server's keys, and has taken the triggers away."""
    row = writing_session.scalars(select(AuditEvent)).one()
    key = scope_key(writing_session, AGENCY_SCOPE, AT)
    salt, event, bound = open_whole(key, row)
    assert len(salt) == SALT_SIZE
    sealed = aead_seal(kdf(key, 2, "medaudit"), salt + event + b"\n" + forge(bound), row.event_id.encode())
    if writing_session.get_bind().dialect.name == "sqlite":
        writing_session.execute(text("DROP TRIGGER audit_event_update"))
    else:
        writing_session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
    writing_session.execute(text("UPDATE audit_event SET sealed = :sealed"), {"sealed": sealed})
    assert "rows-wrong" in _found(writing_session)
    writing_session.rollback()


def test_what_is_sealed_with_an_event_cannot_be_changed(writing_session: Session, agency: Agency) -> None:
    refuses(writing_session, "UPDATE audit_event SET sealed = x'00'")


def test_a_row_from_before_there_were_manifests_is_bound_by_the_next_event_that_writes_it(
    writing_session: Session,
) -> None:
    row = Agency(agency_id=new_id(), settings={"a": 1}, created_at=AT)
    writing_session.add(row)
    writing_session.flush()
    writing_session.info.pop(WRITTEN)
    _tell(writing_session)
    changed = text("UPDATE agency SET numbered = numbered + 1")
    writing_session.execute(changed)
    assert not {each for each in _found(writing_session) if each.startswith("row")}, "nothing tells of it yet"
    writing_session.expire(row)
    row.settings = {"a": 2}
    _tell(writing_session)
    assert not {each for each in _found(writing_session) if each.startswith("row")}
    writing_session.execute(changed)
    assert "row-differs" in _found(writing_session)
    writing_session.rollback()
