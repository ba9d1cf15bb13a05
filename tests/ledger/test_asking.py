"""Witnesses are asked for each published head; their lines stand under its note if they verify; nobody waits."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine

from mediation.db import reading, settings_of
from mediation.ledger import asking, posting
from mediation.ledger.asking import Asking, has_signed
from mediation.ledger.logs import newest
from mediation.ledger.verifying import Trusted, verify
from mediation.protocol import checkpoint, notes
from mediation.protocol.witnessing import Answer
from tests.ledger.test_integrating import AT, committed, turn
from tests.ledger.test_tampering import export, key_of
from tests.ledger.witnesses import KEY, NAME, NOW, SEED, Keeping, listening


def keeping(engine: Engine) -> Keeping:
    with reading(engine) as session:
        return Keeping(settings_of(session).log_origin(), key_of(engine))


def published(engine: Engine, day: int = 0, count: int = 3) -> str:
    """The note of a head that was published on this day."""
    committed(engine, count)
    turn(engine, AT + timedelta(days=day))
    return note_of(engine)


def note_of(engine: Engine) -> str:
    with reading(engine) as session:
        head = newest(session, 1, signed=True, published=True)
        assert head is not None and head.note is not None
        return head.note


class Clock:
    """Now, until it is set forward."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


def asks(engine: Engine, url: str, clock: Clock | None = None) -> Asking:
    return Asking(engine, ((KEY.text, url),), clock or Clock())


def test_each_published_head_gets_the_line_of_the_witness_once(engine: Engine) -> None:
    witness = keeping(engine)
    with listening(witness) as url:
        for day in range(3):
            note = published(engine, day)
            found = asks(engine, url)
            assert (found.turn(), found.turn()) == (1, 0)
            assert note_of(engine).startswith(note)
            assert checkpoint.opened(note_of(engine), [key_of(engine)], [KEY.text], 1).size == (day + 1) * 512
            committed(engine, 1)
            turn(engine, AT + timedelta(days=day, hours=1))
            assert found.turn() == 0, "what was not published is nobody's business"
    assert [each.split("\n")[0] for each in witness.asked] == ["old 0", "old 512", "old 1024"]


def test_without_anything_published_nobody_is_asked(engine: Engine) -> None:
    with listening(keeping(engine)) as url:
        assert asks(engine, url).turn() == 0


def test_a_witness_that_knows_more_than_we_remember_names_its_size(engine: Engine) -> None:
    witness = keeping(engine)
    published(engine)
    with reading(engine) as session:
        wanted = asking.wanted(session, KEY)
        assert wanted is not None
    witness(wanted.request.text.encode())  # it signed, and its answer was lost
    published(engine, 1)
    with listening(witness) as url:
        assert asks(engine, url).turn() == 1
    assert [each.split("\n")[0] for each in witness.asked] == ["old 0", "old 0", "old 512"]


def _line(note: str, name: str = NAME, seed: bytes = SEED) -> str:
    return notes.cosign(notes.parse(note).text, name, seed, NOW).line


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda note: Answer(404), "witness-answered-404"),
        (lambda note: Answer(302), "witness-answered-302"),
        (lambda note: Answer(200, "yes\n"), "bad-witness-answer"),
        (lambda note: Answer(200, _line(note, seed=b"x" * 32)), "note-unsigned"),
        (lambda note: Answer(200, _line(note.replace("\n512\n", "\n511\n"))), "note-signature-wrong"),
        (lambda note: Answer(200, "x" * 80_000), "witness-too-large"),
        (lambda note: Answer(409, "9999\n"), "witness-ahead"),
        (lambda note: Answer(409, "512\n"), "witness-answered-409"),
        (lambda note: Answer(409, "many\n"), "bad-witness-answer"),
    ],
)
def test_what_a_witness_answers_wrongly_adds_nothing_and_is_said_once(
    engine: Engine, answer: object, code: str
) -> None:
    note = published(engine)
    assert callable(answer)
    clock = Clock()
    with listening(lambda body: answer(note)) as url, structlog.testing.capture_logs() as said:
        found = asks(engine, url, clock)
        for _ in range(3):
            assert found.turn() == 0
            clock.now += timedelta(hours=2)
    assert note_of(engine) == note
    assert said == [{"event": "witness did not sign", "witness": KEY.id.hex(), "code": code, "log_level": "warning"}]


def test_after_a_failure_it_is_asked_again_later_and_then_as_before(engine: Engine) -> None:
    published(engine)
    clock, witness, down = Clock(), keeping(engine), [True]
    with listening(lambda body: Answer(503) if down else witness(body)) as url:
        found = asks(engine, url, clock)
        assert found.turn() == 0
        down.clear()
        assert found.turn() == 0, "not yet"
        clock.now += asking.FIRST_WAIT
        assert found.turn() == 1


def test_nobody_at_the_address_holds_up_no_other_witness(engine: Engine) -> None:
    published(engine)
    nobody = notes.verifier_key("nobody.example", bytes(32), notes.COSIGNATURE)
    with listening(keeping(engine)) as url, structlog.testing.capture_logs() as said:
        assert Asking(engine, ((nobody.text, "http://127.0.0.1:9"), (KEY.text, url)), Clock()).turn() == 1
    assert [each["code"] for each in said] == ["witness-unreachable"]


def test_a_witness_that_answers_byte_by_byte_is_left(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.5)
    note = published(engine)
    with listening(lambda body: Answer(200, _line(note)), pause=0.1) as url, structlog.testing.capture_logs() as said:
        assert asks(engine, url).turn() == 0
    assert [each["code"] for each in said] == ["witness-unreachable"]
    assert note_of(engine) == note


def test_two_workers_that_ask_at_once_add_one_line(engine: Engine) -> None:
    note = published(engine)
    witness = keeping(engine)
    with listening(witness) as url:
        second = asks(engine, url)

        def meanwhile(body: bytes) -> Answer:
            found = witness(body)
            second.turn()
            return found

        with listening(meanwhile) as slow:
            assert asks(engine, slow).turn() == 1
    assert note_of(engine).count(NAME) == 1
    assert has_signed(note_of(engine), KEY) and note_of(engine).startswith(note)


def test_an_export_shows_which_head_the_witnesses_signed(engine: Engine, tmp_path: Path) -> None:
    published(engine)
    with listening(keeping(engine)) as url:
        asks(engine, url).turn()
    file = export(engine, tmp_path / "a.zip")
    trusted = Trusted([key_of(engine)], [KEY.text], quorum=1)
    report = verify(file, trusted)
    assert report.findings == [] and report.head is not None
    assert (report.witnessed, report.head.size) == (512, 513)
    assert [each.code for each in verify(file, Trusted([key_of(engine)], [KEY.text], quorum=2)).findings] == [
        "witnesses-too-few"
    ]
