"""Whatever happens in whatever order, an export is clean; whatever single thing is then changed in the tables, it is
not, or it cannot be made, or nothing more is signed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mediation import ledger
from mediation.access import SYSTEM, Actor
from mediation.db import UnreadableError, engine_from, reading, settings_of, writing
from mediation.ledger import integrating, signing
from mediation.ledger.log_check import check_logs
from mediation.ledger.state import LedgerError, SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.ledger.verifying import CannotCheckError, Trusted, verify
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import new_id
from mediation.protocol.errors import ProtocolError
from tests import databases
from tests.agency_site import settings_in
from tests.ledger.test_tampering import AT, export, head_in, key_of, owner

CASES = (new_id(), new_id())
PEOPLE = tuple(Actor(kind="participant", participant_id=new_id(), case_id=case) for case in CASES)
KINDS = ("message.submitted", "message.taken-back", "message.opened", "consent.paused")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.integers(0, 1), st.sampled_from(KINDS)),
        st.tuples(st.sampled_from(("turn", "day", "integrate", "undone", "unsigned"))),
    ),
    min_size=1,
    max_size=12,
)


def _act(engine: Engine, who: int, kind: str, *, keep: bool = True) -> None:
    with writing(engine) as session:
        actor = PEOPLE[who] if who < len(PEOPLE) else SYSTEM
        ledger.append(session, kind, actor=actor, case_id=CASES[who % 2], refs={"message": new_id()}, at=AT)
        if keep:
            session.commit()


def _turn(engine: Engine, now: datetime) -> None:
    Upkeep(engine, lambda: now).turn()


def play(engine: Engine, steps: list[tuple[object, ...]]) -> datetime:
    """Do these; returns what time it is then."""
    now = AT
    for name, *given_ in steps:
        if name == "act":
            _act(engine, int(str(given_[0])), str(given_[1]))
        elif name == "undone":
            _act(engine, 0, KINDS[0], keep=False)
        elif name == "integrate":
            with writing(engine) as session:
                integrating.integrate(session, now)
                session.commit()
        elif name == "unsigned":  # the signer dies before its commit
            with writing(engine) as session:
                signing.sign_newest(session)
        else:
            now += timedelta(days=name == "day")
            _turn(engine, now)
    return now


MUTATIONS: dict[str, str] = {
    "commitment": "UPDATE audit_event SET commitment = :bytes WHERE idx = :idx",
    "sealed": "UPDATE audit_event SET sealed = :bytes WHERE idx = :idx",
    "erased": "UPDATE audit_event SET sealed = NULL, case_id = NULL WHERE idx = :idx",
    "deleted": "DELETE FROM audit_event WHERE idx = :idx",
    "moved": "UPDATE audit_event SET idx = 1000000 WHERE idx = :idx",
    "waiting again": "UPDATE audit_event SET idx = NULL WHERE idx = :idx",
    "another row": "UPDATE audit_event SET event_id = :id WHERE idx = :idx",
    "tile": "UPDATE audit_tile SET hashes = :bytes WHERE level = 0 AND n = 0",
    "tile gone": "DELETE FROM audit_tile WHERE level = 0 AND n = 0",
    "root": "UPDATE audit_checkpoint SET root = :bytes WHERE size = (SELECT max(size) FROM audit_checkpoint)",
    "note": "UPDATE audit_checkpoint SET note = :id WHERE size = (SELECT max(size) FROM audit_checkpoint)",
    "heads gone": "DELETE FROM audit_checkpoint",
    "origin": "UPDATE audit_log SET origin = :id",
    "key": "UPDATE audit_key SET key = :bytes",
}


REFUSED = (LedgerError, ProtocolError, CannotCheckError, UnreadableError, KeyError, IndexError, SQLAlchemyError)
"""With which an export, or the turn before it, ends where a table is no longer what it was."""


def exported(engine: Engine, now: datetime, seen: Checkpoint | None) -> set[str]:
    """What is found in an export, made and signed after something more has happened."""
    with TemporaryDirectory() as directory:
        try:
            _act(engine, 2, KINDS[0])
            Upkeep(engine, lambda: now).turn()
            file = export(engine, Path(directory) / "a.zip")
            report = verify(file, Trusted([key_of(engine)], seen=(seen.size, seen.root) if seen else None))
            with reading(engine) as session:
                settings_ = settings_of(session)
                check_logs(
                    session, report, SignerState(settings_.instance).read(), settings_.audit_keys, lambda *_: None
                )
        except REFUSED as error:
            return {type(error).__name__}
    found = {each.code for each in report.findings}
    grown = report.head is not None and (seen is None or report.head.size > seen.size)
    return found if grown else found | {"not signed"}


@settings(max_examples=15, deadline=None, phases=(Phase.generate,), suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.sampled_from(sorted(MUTATIONS)), st.integers(0, 10**6), st.binary(min_size=32, max_size=32))
def test_any_run_is_clean_and_after_any_single_change_it_is_not(
    steps: list[tuple[object, ...]], mutation: str, place: int, what: bytes
) -> None:
    with TemporaryDirectory() as directory:
        databases.new(Path(directory))
        engine = engine_from(replace(settings_in(Path(directory)), audit_step=4))
        try:
            now = play(engine, steps)
            assert exported(engine, now, None) == set()
            seen = head_in(engine)
            owner(engine, MUTATIONS[mutation], **_values(mutation, place % seen.size, what))
            assert exported(engine, now, seen) != set(), mutation
        finally:
            engine.dispose()
            databases.drop(Path(directory))


def _values(mutation: str, idx: int, what: bytes) -> dict[str, object]:
    given_: dict[str, object] = {"bytes": what, "idx": idx, "id": new_id()}
    return {name: value for name, value in given_.items() if f":{name}" in MUTATIONS[mutation]}
