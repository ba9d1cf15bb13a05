"""Every event gets one place, in the order in which it was queued; the tree is that of RFC 9162 over all of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import reading, settings_of, writing
from mediation.ledger import integrating, publishing, restoring, showing, signing
from mediation.ledger.logs import current_log, newest, size_of, tile_reader
from mediation.ledger.models import AuditEvent, AuditShown
from mediation.ledger.operations import AGENCY_SCOPE, open_event, scope_key
from mediation.ledger.state import Head, LedgerError, SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import checkpoint, notes, tiles, tree
from mediation.protocol.encoding import b64, new_id

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE = new_id()


def act(session: Session, count: int = 1) -> None:
    """So many events of a case."""
    for _ in range(count):
        ledger.append(session, "message.submitted", actor=SYSTEM, case_id=CASE, refs={}, at=AT)


def committed(engine: Engine, count: int) -> None:
    with writing(engine) as session:
        act(session, count)
        session.commit()


def turn(engine: Engine, at: datetime = AT) -> None:
    """The log's work once, at noon of an ordinary day."""
    Upkeep(engine, lambda: at).turn()


def placed(engine: Engine) -> None:
    """Integrated and signed, without publishing."""
    for work in (integrating.integrate, lambda session, _: signing.sign_newest(session)):
        with writing(engine) as session:
            work(session, AT)
            session.commit()


def entries(session: Session) -> list[bytes]:
    """The commitments in the order of their places."""
    rows = session.execute(select(AuditEvent.idx, AuditEvent.commitment).order_by(AuditEvent.idx)).all()
    assert [row.idx for row in rows] == list(range(len(rows)))
    return [row.commitment for row in rows]


@pytest.mark.parametrize("batches", [[1], [3, 0, 4], [255, 1, 1], [300, 213, 600]])
def test_the_tree_is_that_of_all_events_in_their_order(engine: Engine, batches: list[int]) -> None:
    for count in batches:
        committed(engine, count)
        with writing(engine) as session:
            assert integrating.integrate(session, AT) == count
            session.commit()
    with reading(engine) as session:
        leaves = entries(session)
        head = newest(session, 1)
        assert head is not None
        assert (head.size, head.root) == (sum(batches), tree.root(leaves))
        read = tile_reader(session, 1)
        for old in {1, batches[0], len(leaves)}:
            proof = tiles.consistency_proof(old, len(leaves), read)
            tree.verify_consistency(old, tree.root(leaves[:old]), len(leaves), head.root, proof)
        tree.verify_inclusion(leaves[0], 0, head.size, tiles.inclusion_proof(0, head.size, read), head.root)


def test_a_late_commit_is_found(engine: Engine) -> None:
    """Whoever took a number first and commits last is not passed over."""
    committed(engine, 2)
    with writing(engine) as session:
        early = session.scalars(select(AuditEvent.qid).order_by(AuditEvent.qid)).first()
        session.execute(
            text("INSERT INTO audit_event (qid, event_id, commitment) VALUES (:qid, :id, :what)"),
            {"qid": (early or 0) + 1000, "id": new_id(), "what": b"later".ljust(32)},
        )
        integrating.integrate(session, AT)
        session.execute(
            text("INSERT INTO audit_event (qid, event_id, commitment) VALUES (:qid, :id, :what)"),
            {"qid": (early or 0) + 500, "id": new_id(), "what": b"earlier".ljust(32)},
        )
        assert integrating.integrate(session, AT) == 1
        assert [each.strip() for each in entries(session)[2:]] == [b"later", b"earlier"]


def test_of_two_integrators_one_works_and_nobody_waits(engine: Engine) -> None:
    committed(engine, 3)
    if engine.dialect.name == "sqlite":  # whoever writes is alone
        placed(engine)
        placed(engine)
    else:
        with writing(engine) as one, writing(engine) as other:
            assert integrating.integrate(one, AT) == 3
            assert integrating.integrate(other, AT) == 0
            one.commit()
    with reading(engine) as session:
        assert len(entries(session)) == size_of(session, 1) == 3


def test_the_newest_head_is_signed_with_the_key_that_the_agency_names(engine: Engine) -> None:
    committed(engine, 5)
    placed(engine)
    with reading(engine) as session:
        settings = settings_of(session)
        key = notes.verifier_key(settings.log_origin(), settings.audit_keys[0]).text
        head = newest(session, 1, signed=True)
        assert head is not None and head.note is not None
        found = checkpoint.opened(head.note, [key])
        assert found == checkpoint.Checkpoint(settings.log_origin(), 5, tree.root(entries(session)))
        assert SignerState(settings.instance).read() == {found.origin: Head(found.origin, 5, found.root)}


def refused(engine: Engine) -> str:
    """The code with which the signer refuses now; nothing is signed."""
    with writing(engine) as session, pytest.raises(LedgerError) as error:
        signing.sign_newest(session)
    return error.value.code


def test_a_signer_without_its_memory_signs_nothing(engine: Engine) -> None:
    committed(engine, 2)
    placed(engine)
    with reading(engine) as session:
        state = SignerState(settings_of(session).instance)
    kept = state.path.read_bytes()
    state.path.unlink()
    committed(engine, 1)
    turn(engine)
    assert refused(engine) == "signer-state-missing"
    state.path.write_bytes(b"{")
    assert refused(engine) == "signer-state-unreadable"
    state.path.write_bytes(kept)
    placed(engine)
    with reading(engine) as session:
        head = newest(session, 1)
        assert head is not None and head.note is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda head: Head(head.origin, head.size + 1, head.root), "signer-state-ahead"),
        (lambda head: Head(head.origin, head.size, bytes(32)), "signer-state-contradicts"),
        (lambda head: Head("elsewhere/audit/1", head.size, head.root), "signer-state-other-log"),
    ],
)
def test_a_tree_that_contradicts_what_was_signed_is_not_signed(engine: Engine, change: object, code: str) -> None:
    committed(engine, 4)
    placed(engine)
    with reading(engine) as session:
        state = SignerState(settings_of(session).instance)
    head = next(iter(state.read().values()))
    assert callable(change)
    state.path.unlink()
    state.write(change(head))
    assert refused(engine) == code
    if code != "signer-state-ahead":
        committed(engine, 1)
        turn(engine)  # goes on placing what waits
    with reading(engine) as session:
        signed = newest(session, 1, signed=True)
        assert signed is not None and signed.size == 4


def test_a_death_between_remembering_and_signing_costs_nothing(engine: Engine) -> None:
    committed(engine, 2)
    with writing(engine) as session:
        integrating.integrate(session, AT)
        session.commit()
    with writing(engine) as session:
        signing.sign_newest(session)
        session.rollback()
    placed(engine)
    with reading(engine) as session:
        head = newest(session, 1)
        assert head is not None and head.note is not None


@pytest.mark.parametrize("busy", [0, 1, 300])
def test_a_silent_and_a_busy_day_are_published_alike(engine: Engine, busy: int) -> None:
    committed(engine, 1)
    turn(engine)
    committed(engine, busy)
    turn(engine, AT + timedelta(hours=20))
    with reading(engine) as session:
        heads = [AT, AT + timedelta(hours=20)]
        step = settings_of(session).audit_step
        head = newest(session, 1, published=True)
        assert head is not None and head.note is not None and head.published_at == heads[-1]
        assert head.size == 2 * step
        assert len(entries(session)) == 2 * step


def test_publishing_waits_for_its_hour(engine: Engine) -> None:
    committed(engine, 1)
    turn(engine)
    committed(engine, 1)
    turn(engine, AT + timedelta(hours=14))  # 02:00
    with reading(engine) as session:
        head = newest(session, 1, published=True)
        assert head is not None and head.published_at == AT
    turn(engine, AT + timedelta(hours=15))
    with reading(engine) as session:
        head = newest(session, 1, published=True)
        assert head is not None and head.published_at == AT + timedelta(hours=15)


def test_a_day_with_more_than_a_step_takes_two(engine: Engine) -> None:
    committed(engine, 1)
    turn(engine)
    with writing(engine) as session:
        step = settings_of(session).audit_step
    committed(engine, step + 1)
    turn(engine, AT + timedelta(days=1))
    with reading(engine) as session:
        head = newest(session, 1, published=True)
        assert head is not None and head.size == 3 * step


def test_what_auditors_look_up_is_drawn_from_the_events(engine: Engine) -> None:
    committed(engine, 3)
    turn(engine)
    with reading(engine) as session:
        shown = session.scalars(select(AuditShown).where(AuditShown.case_id == CASE).order_by(AuditShown.idx)).all()
        assert [(each.idx, each.kind, each.at) for each in shown] == [(i, "message.submitted", AT) for i in range(3)]
        assert not showing.behind(session)
        assert publishing.due(session, AT) is False
        assert current_log(session) is not None


def test_an_event_whose_key_is_gone_holds_up_no_other(engine: Engine) -> None:
    """It came while its case was erased."""
    gone = new_id()
    with writing(engine) as session:
        ledger.append(session, "session.started", actor=SYSTEM, case_id=gone, refs={}, at=AT)
        session.commit()
        session.execute(text("DELETE FROM audit_key WHERE scope = :gone"), {"gone": gone})
        act(session, 2)
        session.commit()
    turn(engine)
    with reading(engine) as session:
        assert session.scalars(select(AuditShown.idx).where(AuditShown.case_id == CASE)).all() == [1, 2]
        assert session.scalars(select(AuditShown.idx).where(AuditShown.case_id == gone)).all() == []
        assert not showing.behind(session)


def test_a_restored_backup_goes_on_as_another_log_that_names_the_lost_head(engine: Engine) -> None:
    committed(engine, 4)
    placed(engine)
    with reading(engine) as session:
        settings = settings_of(session)
    state = SignerState(settings.instance)
    lost = Head(settings.log_origin(), 9, b"lost".ljust(32))
    state.write(lost)
    committed(engine, 2)  # they were waiting when the backup was made
    assert refused(engine) == "signer-state-ahead"
    with writing(engine) as session:
        assert restoring.open_next_log(session, AT).origin == settings.log_origin(2)
        session.commit()
    placed(engine)
    with reading(engine) as session:
        log = current_log(session)
        head = newest(session, 2, signed=True)
        assert log is not None and head is not None and head.note is not None
        assert (log.number, log.first_idx, head.size) == (2, 4, 3)
        key = notes.verifier_key(log.origin, settings.audit_keys[0]).text
        assert checkpoint.opened(head.note, [key]).root == tree.root(entries(session)[4:])
        first = session.scalars(select(AuditEvent).where(AuditEvent.idx == 4)).one()
        _, event = open_event(scope_key(session, AGENCY_SCOPE, AT), first)
        assert json.loads(event)["refs"] == {"origin": lost.origin, "root": b64(lost.root), "size": "9"}
    assert list(state.read()) == [settings.log_origin(1), settings.log_origin(2)]


def test_without_the_signers_memory_no_further_log_is_opened(engine: Engine) -> None:
    committed(engine, 1)
    with writing(engine) as session, pytest.raises(LedgerError) as error:
        restoring.open_next_log(session, AT)
    assert error.value.code == "signer-state-missing"
