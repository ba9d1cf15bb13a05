"""Every event is sealed, committed to, counted for its actor, and says nothing to anybody without the case's key."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM, Actor
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import open_event, scope_key, write
from mediation.protocol.encoding import canonical, new_id

AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
CASE = new_id()
FAY = Actor(kind="staff", account_id=new_id(), staff_id=new_id())
PAT = Actor(kind="participant", account_id=new_id(), participant_id=new_id())


def _append(session: Session, actor: Actor = FAY, case_id: str | None = CASE, kind: str = "case.created") -> AuditEvent:
    event_id = ledger.append(session, kind, actor=actor, case_id=case_id, refs={"case": "A" * 43}, at=AT)
    write(session)
    return session.scalars(select(AuditEvent).where(AuditEvent.event_id == event_id)).one()


def _read(session: Session, row: AuditEvent) -> dict[str, object]:
    key = scope_key(session, row.case_id or "agency", AT)
    found: dict[str, object] = json.loads(open_event(key, row)[1])
    return found


def test_an_event_has_exactly_its_seven_keys(writing_session: Session) -> None:
    event = _read(writing_session, _append(writing_session))
    assert sorted(event) == ["actor", "at", "case", "kind", "n", "refs", "v"]
    assert (event["at"], event["kind"], event["n"], event["v"]) == ("2026-03-02T09:30:15Z", "case.created", 0, 1)
    assert event["refs"] == {"case": "A" * 43}


def test_the_commitment_opens_with_salt_and_event(writing_session: Session) -> None:
    row = _append(writing_session)
    salt, event = open_event(scope_key(writing_session, CASE, AT), row)
    assert len(salt) == 32
    assert row.commitment == hashlib.sha256(b"audit/v1\n" + salt + event).digest()
    assert event == canonical(json.loads(event))
    assert event.isascii()


def test_two_like_events_have_unlike_commitments(writing_session: Session) -> None:
    assert _append(writing_session).commitment != _append(writing_session).commitment


def test_n_counts_for_each_actor_within_the_case(writing_session: Session) -> None:
    rows = [_append(writing_session, actor) for actor in (FAY, FAY, PAT, FAY, PAT)]
    rows.append(_append(writing_session, FAY, case_id=new_id()))
    assert [_read(writing_session, row)["n"] for row in rows] == [0, 1, 0, 2, 1, 0]


def test_an_actor_has_another_name_in_every_case(writing_session: Session) -> None:
    rows = [_append(writing_session, FAY, case_id) for case_id in (CASE, CASE, new_id(), None)]
    names = [_read(writing_session, row)["actor"] for row in rows]
    assert names[0] == names[1]
    assert len(set(names)) == 3
    cases = {_read(writing_session, row)["case"] for row in rows}
    assert len(cases) == 3


def test_no_id_of_a_person_or_case_stands_in_an_event(writing_session: Session) -> None:
    row = _append(writing_session, PAT)
    event = open_event(scope_key(writing_session, CASE, AT), row)[1].decode()
    for name in (PAT.account_id, PAT.participant_id, CASE):
        assert str(name) not in event


def test_the_sealed_event_is_bound_to_its_row(writing_session: Session) -> None:
    one, two = _append(writing_session), _append(writing_session)
    two.sealed = one.sealed
    with pytest.raises(Exception, match="cannot-open"):
        open_event(scope_key(writing_session, CASE, AT), two)
    writing_session.expunge(two)


def test_an_unknown_kind_is_a_mistake(writing_session: Session) -> None:
    with pytest.raises(AssertionError, match="unknown audit event"):
        _append(writing_session, kind="message.burnt")


@pytest.mark.parametrize("value", ["Amina Shah", "+447700900123!", "", "x" * 65, "é"])
def test_a_ref_is_a_plain_token(writing_session: Session, value: str) -> None:
    with pytest.raises(AssertionError, match="refs"):
        ledger.append(writing_session, "case.created", actor=FAY, case_id=CASE, refs={"x": value}, at=AT)


def test_every_kind_reads_subject_dot_past_participle() -> None:
    for kind, sentence in ledger.KINDS.items():
        subject, _, participle = kind.partition(".")
        assert subject.replace("-", "").isalpha()
        assert participle.replace("-", "").isalpha()
        assert sentence.endswith(".")


def test_the_queue_form_has_no_index_yet(writing_session: Session) -> None:
    _append(writing_session, SYSTEM)
    writing_session.commit()
    assert writing_session.scalars(select(AuditEvent.idx)).all() == [None]
