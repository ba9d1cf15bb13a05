"""Writers of one SQLite file take turns, in one process and between several; a dead process gives its turn back."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mediation.db import engine_from, writing
from mediation.db.turns import Turns
from tests.agency_site import settings_in

WAITS = 15.0
HOLDER = """
import sys
from pathlib import Path
from mediation.db.turns import Turns

assert Turns(Path(sys.argv[1])).take(15, 15)
print("mine", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[Turns]:
    made = Turns(tmp_path / "some.sqlite3")
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, whose turn it is."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "some.sqlite3")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "mine\n"
    yield process
    process.kill()
    process.communicate()


def test_one_thread_at_a_time(turns: Turns) -> None:
    assert turns.take(WAITS, WAITS)
    with ThreadPoolExecutor(1) as thread:
        assert not thread.submit(turns.take, 0.01, WAITS).result()
        turns.give()
        assert thread.submit(turns.take, 0.01, WAITS).result()
    turns.give()


def test_one_process_at_a_time(turns: Turns, other: subprocess.Popen[str]) -> None:
    assert not turns.take(0.01, WAITS)
    other.communicate("")
    assert turns.take(WAITS, WAITS)


def test_a_process_that_is_killed_gives_its_turn_back(turns: Turns, other: subprocess.Popen[str]) -> None:
    other.kill()
    assert turns.take(WAITS, WAITS)


def test_whoever_gave_up_kept_nothing(turns: Turns, other: subprocess.Popen[str]) -> None:
    assert not turns.take(0.01, WAITS)
    other.kill()
    assert turns.take(WAITS, WAITS)
    turns.give()
    assert turns.take(0.01, WAITS)


def test_a_writer_without_a_turn_is_told_that_the_database_is_busy(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'some.sqlite3'}")
    engine = engine_from(settings)
    with writing(engine) as first, writing(engine, patience=0.01) as second:
        first.execute(text("CREATE TABLE letter (n INTEGER)"))
        with pytest.raises(OperationalError):
            second.execute(text("INSERT INTO letter VALUES (1)"))
        first.commit()
        second.rollback()
        second.execute(text("INSERT INTO letter VALUES (2)"))
        second.commit()
    engine.dispose()
