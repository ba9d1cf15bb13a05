"""Hundreds of texts, two workers that are killed again and again, and a provider that fails in every way: each text
ends, none is lost, none goes out twice, none outside its hours, none after it was called back.

Times are on a clock that is moved by hand. `TEXTS=10000` in the environment makes it the long run.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, func, select

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import engine_from, import_models, insert, reading, writing
from mediation.protocol.encoding import new_id
from mediation.sms.models import Contact, OutboxText, TextTry
from mediation.sms.providers import Report
from mediation.sms.reports import receive
from mediation.sms.states import TextState
from mediation.sms.webhooks import news_of_twilio
from tests import databases
from tests.agency_site import settings_in
from tests.crashes.dispatching import CLOSES, OPENS, by_day, hours, read_clock, write_clock
from tests.sms.stand_in import Fault, StandIn, Taken, standing_in

TEXTS: Final = int(os.environ.get("TEXTS", "600"))
CASES: Final = 200
WORKERS: Final = 2
KILLS: Final = 8
BEGINS: Final = datetime(2026, 3, 2, 16, 58, tzinfo=UTC)
FINAL: Final = {"delivered", "undelivered", "failed", "cancelled", "expired", "suppressed"}
FAULTS: Final = (
    Fault(status=500),
    Fault(status=500, takes=True),
    Fault(),
    Fault(takes=True),
    Fault(status=200, takes=True),
    Fault(status=201, takes=True, after=0.2),
    Fault(status=201, takes=True, after=1.0),  # longer than anybody waits
    Fault(status=400, code=30008),
)
"""Each at one try in twenty."""
BUSY: Final = Fault(status=429, code=20429, retry_after=30)


class Fleet:
    """Workers, of which one that was killed is replaced."""

    def __init__(self, directory: Path, url: str, database: str) -> None:
        self.directory, self.output = directory, (directory / "output").open("ab")
        self.program = [sys.executable, "-m", "tests.crashes.dispatching", str(directory), url, database]
        self.processes = [self._start() for _ in range(WORKERS)]
        self.killed = 0

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.program, stdout=self.output, stderr=self.output)

    def kill(self) -> None:
        place = random.randrange(WORKERS)
        self.processes[place].kill()
        self.processes[place].wait()
        self.processes[place] = self._start()
        self.killed += 1

    def idle(self, now: datetime) -> bool:
        """Whether nobody has anything to do at this time."""
        for one in self.processes:
            assert one.poll() is None, (self.directory / "output").read_text("utf-8")
        marks = [self.directory / f"idle-{one.pid}" for one in self.processes]
        return all(mark.exists() and mark.read_text("ascii") == str(int(now.timestamp())) for mark in marks)

    def stop(self) -> None:
        for one in self.processes:
            one.kill()
            one.wait()
        self.output.close()


def _seed(engine: Engine) -> list[str]:
    """Everybody's text; the ids of the participants."""
    people = [new_id() for _ in range(TEXTS)]
    cases = [new_id() for _ in range(CASES)]
    with writing(engine) as session:
        for each in cases:
            ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=each, refs={}, at=BEGINS)
        insert(session, *[_contact(each, cases[place % CASES], place) for place, each in enumerate(people)])
        insert(session, *[_text(each, cases[place % CASES]) for place, each in enumerate(people)])
        session.commit()
    return people


def _contact(participant_id: str, case_id: str, place: int) -> Contact:
    number = f"+4477009{place:05d}"
    return Contact(
        participant_id=participant_id,
        case_id=case_id,
        channel="text",
        number=number,
        hours=hours(number),
        wording="update",
        recorded_at=BEGINS,
        confirmed_at=BEGINS,
    )


def _text(participant_id: str, case_id: str) -> OutboxText:
    return OutboxText(
        text_id=new_id(),
        participant_id=participant_id,
        case_id=case_id,
        wording="update",
        state=TextState.QUEUED,
        created_at=BEGINS,
        not_before=BEGINS,
        expires_at=BEGINS + timedelta(days=3),
    )


def _plan(chance: random.Random) -> Callable[[str, str], Fault | None]:
    def plan(number: str, reference: str) -> Fault | None:
        drawn = chance.random()
        if drawn < 0.05 * len(FAULTS):
            return FAULTS[int(drawn / 0.05)]
        return BUSY if drawn > 0.999 else None

    return plan


def _call_back(engine: Engine, stand_in: StandIn, heard: set[str], now: datetime) -> None:
    """Receipts: twice, and out of order; some are never sent. One in twenty says that the text did not arrive."""
    new = [each for each in list(stand_in.taken) if each.id not in heard]
    random.shuffle(new)
    with writing(engine) as session:
        for each in new:
            heard.add(each.id)
            each.status, each.code = ("undelivered", 30008) if hash(each.id) % 20 == 0 else ("delivered", None)
            for status in (each.status, "sent", each.status):
                report = Report(each.id, news_of_twilio(status), str(each.code or ""))
                receive(session, each.reference, report, now)
        session.commit()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Engine, str]]:
    database = databases.new(tmp_path)
    import_models()
    engine = engine_from(settings_in(tmp_path))
    yield tmp_path, engine, database
    engine.dispose()
    databases.drop(tmp_path)


def _counted(engine: Engine) -> Counter[str]:
    with reading(engine) as session:
        rows = session.execute(select(OutboxText.state, func.count()).group_by(OutboxText.state))
        return Counter({str(state): number for state, number in rows})


@pytest.mark.timeout(600)
def test_every_text_ends_and_none_goes_out_twice(place: tuple[Path, Engine, str]) -> None:
    directory, engine, database = place
    chance, heard = random.Random(7), set[str]()
    write_clock(directory, BEGINS)
    people = _seed(engine)
    withdrawn: dict[str, int] = {}
    with standing_in(now=lambda: read_clock(directory), plan=_plan(chance)) as stand_in:
        fleet = Fleet(directory, stand_in.url, database)
        try:
            _run(engine, fleet, stand_in, heard, people, withdrawn)
        finally:
            fleet.stop()
        _check(engine, stand_in, withdrawn)
    assert fleet.killed == KILLS
    assert "+4477009" not in (directory / "output").read_text("utf-8")


def _run(
    engine: Engine, fleet: Fleet, stand_in: StandIn, heard: set[str], people: list[str], withdrawn: dict[str, int]
) -> None:
    until = time.monotonic() + 500
    kill_at = time.monotonic() + 1.5
    leaving = people[: TEXTS // 20]
    while time.monotonic() < until:
        now = read_clock(fleet.directory)
        if fleet.killed < KILLS and time.monotonic() > kill_at:
            fleet.kill()
            kill_at = time.monotonic() + random.uniform(0.5, 3)
            _withdraw(engine, stand_in, [leaving.pop() for _ in range(min(len(leaving), 1 + TEXTS // 200))], withdrawn)
        if not fleet.idle(now):
            time.sleep(0.05)
            continue
        _call_back(engine, stand_in, heard, now)
        states = _counted(engine)
        if set(states) <= FINAL and fleet.killed == KILLS:
            return
        write_clock(fleet.directory, _next(engine, now))
    raise AssertionError(_counted(engine))


def _next(engine: Engine, now: datetime) -> datetime:
    """The next time at which something is due."""
    with reading(engine) as session:
        due = session.scalar(select(func.min(OutboxText.not_before)).where(OutboxText.state == TextState.QUEUED))
        lease = session.scalar(select(func.min(OutboxText.leased_until)).where(OutboxText.state == TextState.SENDING))
    return max(now + timedelta(seconds=30), min([each for each in (due, lease) if each is not None], default=now))


def _withdraw(engine: Engine, stand_in: StandIn, people: list[str], withdrawn: dict[str, int]) -> None:
    """These have stopped; of what is queued at that moment, the provider has this many, and gets no more."""
    if not people:
        return
    with writing(engine) as session:
        for each in people:
            sms.cancel(session, each, now=BEGINS)
        session.commit()
        rows = session.execute(
            select(OutboxText.text_id, OutboxText.state).where(OutboxText.participant_id.in_(people))
        ).all()
    taken = Counter(stand_in.references())
    withdrawn.update({row.text_id: taken[row.text_id] for row in rows if row.state != TextState.SENDING})


def _check(engine: Engine, stand_in: StandIn, withdrawn: dict[str, int]) -> None:
    taken: dict[str, list[Taken]] = {}
    for each in stand_in.taken:
        taken.setdefault(each.reference, []).append(each)
    with reading(engine) as session:
        texts = {row.text_id: row.state for row in session.execute(select(OutboxText.text_id, OutboxText.state))}
        known = set(session.scalars(select(TextTry.provider_id)))
    assert len(texts) == TEXTS
    assert set(taken) <= set(texts)
    twice = {
        text_id: found for text_id, found in taken.items() if any(each.status != "undelivered" for each in found[:-1])
    }
    assert twice == {}, "only what the provider called undelivered is sent again"
    delivered = {text_id for text_id, found in taken.items() if found[-1].status == "delivered"}
    assert {text_id for text_id, state in texts.items() if state == "delivered"} == delivered
    assert len(delivered) > TEXTS * 0.8
    assert {each.id for each in stand_in.taken} == known, "of each we know"
    outside = [each for each in stand_in.taken if by_day(each.number) and not OPENS <= each.at.hour < CLOSES]
    assert outside == []
    assert {each.at.hour >= CLOSES for each in stand_in.taken} == {True, False}, "others are texted in the evening"
    assert withdrawn
    assert {text_id: len(taken.get(text_id, [])) for text_id in withdrawn} == withdrawn
