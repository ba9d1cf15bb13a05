"""Another key for the log: recorded in it, both sign for a while, and a reader who knows either believes every head."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from mediation.db import engine_from, reading, writing
from mediation.ledger import rotating
from mediation.ledger.logs import newest
from mediation.ledger.models import AuditEvent, AuditShown
from mediation.ledger.operations import AGENCY_SCOPE, open_event, scope_key
from mediation.ledger.state import LedgerError
from mediation.ledger.verifying import Trusted, verify
from mediation.protocol import checkpoint, notes
from mediation.protocol.errors import ProtocolError
from mediation.settings import Settings
from tests.ledger.test_integrating import AT, committed, turn
from tests.ledger.test_tampering import export

OLD, NEW = b"o" * 32, b"n" * 32
Use = Callable[..., Engine]


@pytest.fixture
def use(settings: Settings) -> Use:
    """The server, restarted with these keys in AUDIT_KEY."""
    return lambda *keys: engine_from(replace(settings, audit_keys=keys))


def key(settings: Settings, seed: bytes) -> str:
    return notes.verifier_key(settings.log_origin(), seed).text


def acted(engine: Engine) -> str:
    """Something has happened; the note of the newest head."""
    committed(engine, 1)
    turn(engine)
    with reading(engine) as session:
        head = newest(session, 1, signed=True)
        assert head is not None and head.note is not None
        return head.note


def rotate(engine: Engine) -> str:
    """As the command does it; the code of its refusal, or nothing."""
    turn(engine)
    with writing(engine) as session:
        try:
            rotating.rotate(session, AT)
        except LedgerError as error:
            return error.code
        session.commit()
    turn(engine)
    return ""


def test_old_and_new_overlap_and_every_reader_has_a_head_to_believe(
    use: Use, settings: Settings, tmp_path: Path
) -> None:
    old, new = key(settings, OLD), key(settings, NEW)
    stages = [((OLD,), [old]), ((OLD, NEW), [old, new]), ((NEW, OLD), [old, new]), ((NEW,), [new])]
    for number, (keys, believed) in enumerate(stages):
        engine = use(*keys)
        note = acted(engine)
        assert rotate(engine) == ("" if number in (1, 3) else "key-not-changed")
        assert rotate(engine) == "key-not-changed"
        for each in {old, new}:
            if each in believed:
                assert checkpoint.opened(note, [each]).size > 0
            else:
                with pytest.raises(ProtocolError):
                    checkpoint.opened(note, [each])
        engine.dispose()
    engine = use(NEW)
    file = export(engine, tmp_path / "a.zip")
    for trusted in ([new], [old, new]):
        assert verify(file, Trusted(trusted)).findings == []
    assert [each.code for each in verify(file, Trusted([old])).findings] == ["note-unsigned"]
    with reading(engine) as session:
        rows = session.scalars(
            select(AuditEvent)
            .join(AuditShown, AuditShown.idx == AuditEvent.idx)
            .where(AuditShown.kind == "key.rotated")
        ).all()
        opened = [json.loads(open_event(scope_key(session, AGENCY_SCOPE, AT), row)[1])["refs"] for row in rows]
    ids = {text: notes.parse_key(text).id.hex() for text in (old, new)}
    assert sorted(opened, key=len) == [{"signs-1": ids[new]}, {"signs-1": ids[old], "signs-2": ids[new]}]
    engine.dispose()


def test_without_an_overlap_nothing_is_recorded(use: Use) -> None:
    assert rotate(use(OLD)) == "not-signed-yet"
    acted(use(OLD))
    assert rotate(use(NEW)) == "key-no-overlap"
