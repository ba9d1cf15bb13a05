"""Hundreds of alerts and codes, two workers that are killed again and again, a provider that fails in every way,
receipts over HTTP of which some are forged, and people who want no texts any more: each text ends, none is lost, none
goes out twice, no alert outside its hours, no code late, and none after it was called back.

Times are on a clock that is moved by hand. `make test-texts` is the long run, with ten thousand.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, func, select

from mediation.db import engine_from, import_models, reading, settings_of
from mediation.sms import codes, wordings
from mediation.sms.models import OutboxText, TextTry
from mediation.sms.states import TextState
from tests import databases
from tests.agency_site import settings_in
from tests.crashes.crowd import BEGINS, Crowd
from tests.crashes.dispatching import CLOSES, OPENS, by_day, read_clock, write_clock
from tests.crashes.fleet import Fleet
from tests.crashes.receipts import Receipts
from tests.sms.stand_in import Fault, StandIn, Taken, standing_in

TEXTS: Final = int(os.environ.get("TEXTS", "300"))
KILLS: Final = max(8, TEXTS // 100)
LONGEST: Final = 300 + TEXTS // 5
"""Seconds until something must be wrong."""
FINAL: Final = {"delivered", "undelivered", "failed", "cancelled", "expired", "suppressed"}
FAULTS: Final = {
    "refused by a 500": Fault(status=500),
    "a 500 although it was taken": Fault(status=500, takes=True),
    "cut off": Fault(),
    "cut off although it was taken": Fault(takes=True),
    "taken, with an answer that is none": Fault(status=200, takes=True),
    "a slow answer": Fault(status=201, takes=True, after=0.2),
    "an answer after everybody's patience": Fault(status=201, takes=True, after=1.0),
    "30008": Fault(status=400, code=30008),
}
"""Each at one try in twenty."""
BUSY: Final = Fault(status=429, code=20429, retry_after=30)


class Faults:
    """What becomes of each try, by chance; how often each did."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.count = chance, Counter[str]()

    def __call__(self, number: str, reference: str) -> Fault | None:
        drawn = self.chance.random()
        if drawn < 0.05 * len(FAULTS):
            name, fault = list(FAULTS.items())[int(drawn / 0.05)]
            self.count[name] += 1
            return fault
        if drawn > 0.999:
            self.count["429"] += 1
            return BUSY
        return None


@dataclass
class Scene:
    """Everything that takes part."""

    engine: Engine
    crowd: Crowd
    fleet: Fleet
    stand_in: StandIn
    receipts: Receipts
    faults: Faults


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    database, faults, chance = databases.new(tmp_path), Faults(random.Random(7)), random.Random(8)
    import_models()
    engine = engine_from(settings_in(tmp_path))
    write_clock(tmp_path, BEGINS)
    crowd = Crowd(engine, TEXTS, chance)
    with standing_in(now=lambda: read_clock(tmp_path), plan=faults) as stand_in:
        fleet = Fleet(tmp_path, stand_in.url, database, chance)
        receipts = Receipts(stand_in, fleet.port, chance)
        try:
            fleet.await_web()
            yield Scene(engine, crowd, fleet, stand_in, receipts, faults)
        finally:
            fleet.stop()
            receipts.close()
    engine.dispose()
    databases.drop(tmp_path)


@pytest.mark.timeout(LONGEST + 100)
def test_every_text_ends_and_none_goes_out_twice(scene: Scene) -> None:
    began = time.monotonic()
    _run(scene)
    _check(scene)
    assert "+4477009" not in scene.fleet.printed()
    assert "Traceback" not in scene.fleet.printed()
    _print_figures(scene, time.monotonic() - began)


def _run(scene: Scene) -> None:
    fleet, crowd, receipts = scene.fleet, scene.crowd, scene.receipts
    until, kill_at = time.monotonic() + LONGEST, time.monotonic() + 1.5
    a_time = 1 + TEXTS // KILLS // 10
    while time.monotonic() < until:
        now = read_clock(fleet.directory)
        if fleet.killed < KILLS and time.monotonic() > kill_at:
            fleet.kill()
            crowd.ask(1 + a_time, now)
            crowd.leave(1 + a_time, now, receipts)
            kill_at = time.monotonic() + random.uniform(0.3, 2)
        if receipts.post():
            continue
        if not fleet.idle(now):
            time.sleep(0.03)
        elif not receipts.post() and _ended(scene):
            return
        else:
            write_clock(fleet.directory, _next(scene.engine, now))
    raise AssertionError(_counted(scene.engine))


def _ended(scene: Scene) -> bool:
    over = scene.fleet.killed == KILLS and not scene.crowd.asking and not scene.crowd.leaving
    return over and set(_counted(scene.engine)) <= FINAL


def _counted(engine: Engine) -> Counter[str]:
    with reading(engine) as session:
        rows = session.execute(select(OutboxText.state, func.count()).group_by(OutboxText.state))
        return Counter({str(state): number for state, number in rows})


def _next(engine: Engine, now: datetime) -> datetime:
    """The next time at which something is due."""
    times = (
        select(func.min(OutboxText.not_before)).where(OutboxText.state == TextState.QUEUED),
        select(func.min(OutboxText.leased_until)).where(OutboxText.state == TextState.SENDING),
        select(func.min(TextTry.ask_at)),
    )
    with reading(engine) as session:
        found = [session.scalar(each) for each in times]
    return max(now + timedelta(minutes=1), min([each for each in found if each is not None], default=now))


def _check(scene: Scene) -> None:
    taken: dict[str, list[Taken]] = {}
    for each in scene.stand_in.taken:
        taken.setdefault(each.reference, []).append(each)
    with reading(scene.engine) as session:
        texts = {row.text_id: row for row in session.scalars(select(OutboxText))}
        known = set(session.scalars(select(TextTry.provider_id)))
        key = settings_of(session).peppers[0]
    assert len(texts) == TEXTS
    assert set(taken) <= set(texts)
    assert known <= {each.id for each in scene.stand_in.taken}
    unknown = {each.reference for each in scene.stand_in.taken if each.id not in known}
    assert unknown <= scene.crowd.untraced, "of each other we know"
    _check_once(texts, taken, scene.crowd.untraced)
    for text_id, found in taken.items():
        for each in found:
            _check_one(texts[text_id], each, key)
    alerts = [each for found in taken.values() for each in found if texts[each.reference].wording != wordings.CODE]
    assert {each.at.hour >= CLOSES for each in alerts} == {True, False}, "others are texted in the evening"
    allowed = scene.crowd.allowed
    assert len(scene.crowd.left) == 4, "everybody who left did so in some way"
    assert {text_id for text_id in allowed if len(taken.get(text_id, [])) > allowed[text_id]} == set()


def _check_once(texts: dict[str, OutboxText], taken: dict[str, list[Taken]], untraced: set[str]) -> None:
    twice = {
        text_id: found for text_id, found in taken.items() if any(each.status != "undelivered" for each in found[:-1])
    }
    assert twice == {}, "only what the provider called undelivered is sent again"
    delivered = {text_id for text_id, found in taken.items() if found[-1].status == "delivered"}
    said = {text_id for text_id, text in texts.items() if text.state == "delivered"}
    assert delivered - untraced <= said <= delivered
    assert len(delivered) > TEXTS * 0.8


def _check_one(text: OutboxText, made: Taken, key: bytes) -> None:
    """The right words, at a time at which they may come."""
    if text.wording == wordings.CODE:
        assert made.body == wordings.code_text("en", codes.digits(key, text.text_id))
        assert text.created_at <= made.at < text.expires_at
    else:
        assert made.body == wordings.text("update", "en", phone="", word=None)
        assert OPENS <= made.at.hour < CLOSES or not by_day(made.number)


def _print_figures(scene: Scene, seconds: float) -> None:
    """For docs/sms.md; shown with `pytest -s`."""
    print(f"\n{TEXTS} texts in {seconds:.0f} s; {scene.fleet.killed} workers killed; {len(scene.stand_in.taken)} taken")
    for name, found in (("faults", scene.faults), ("receipts", scene.receipts)):
        print(f"{name}: {sum(found.count.values())}", dict(found.count))
    print("left:", dict(scene.crowd.left), "ended:", dict(_counted(scene.engine)))
