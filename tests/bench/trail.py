"""What the audit trail costs: appending beside a plain INSERT, placing, proving, verifying.

Appending is measured with 1, 4 and 8 threads that commit as fast as they can, in turns with threads that insert 512
bytes into a table of their own; `ratio` is the rate of the one divided by that of the other (1 costs nothing, 0.5 as
much again). The rest is per second, or milliseconds of one, with `stored` events in the log.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, Final

from sqlalchemy import Engine, insert

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import engine_from, import_models, reading, writing
from mediation.ledger import integrating, showing, signing
from mediation.ledger.logs import tile_reader
from mediation.ledger.models import AuditEvent
from mediation.protocol import tiles
from mediation.protocol.encoding import new_id
from tests.agency_site import settings_in
from tests.bench import auditors, stores, verifying
from tests.bench.floor import Row, create_table

WRITERS: Final = (1, 4, 8)
TURNS: Final = 3
COMMITS: Final = 240
AT: Final = datetime(2026, 3, 2, tzinfo=UTC)
Found = dict[str, Any]


def measured(directory: Path, kinds: tuple[stores.Kind, ...], stored: int) -> Iterator[Found]:
    """Every figure, one after the other: {name, database, stored, …}."""
    import_models()
    for kind in kinds:
        place = directory / f"trail-{kind}"
        place.mkdir()
        engine = engine_from(settings_in(place, DATABASE_URL=stores.create(kind, place, "trail")))
        create_table(engine)
        try:
            for part in (
                _appending(engine, 0, WRITERS[:1]),
                _growing(engine, stored),
                _appending(engine, stored, WRITERS),
            ):
                yield from ({"database": kind, **each} for each in part)
        finally:
            engine.dispose()
        engine = engine_from(settings_in(place, DATABASE_URL=stores.create(kind, place, "auditors")))
        try:
            yield from ({"database": kind, **each} for each in auditors.measured(engine, stored))
        finally:
            engine.dispose()
    yield from verifying.measured(directory, stored)


def _appending(engine: Engine, stored: int, several: Sequence[int]) -> Iterator[Found]:
    for writers in several:
        bare: list[float] = []
        ours: list[float] = []
        for _ in range(TURNS):
            bare.append(_rate(engine, writers, _insert))
            ours.append(_rate(engine, writers, _append))
        best = max(ours) / max(bare)
        yield {
            "name": f"append, {writers} at once",
            "stored": stored,
            "per_second": round(max(ours)),
            "bare_per_second": round(max(bare)),
            "ratio": round(best, 2),
        }


def _rate(engine: Engine, writers: int, act: Callable[[Engine, int], None]) -> float:
    """Commits a second of so many threads together."""
    begin = Barrier(writers + 1)
    each = COMMITS // writers

    def run(number: int) -> None:
        begin.wait()
        for _ in range(each):
            act(engine, number)

    threads = [Thread(target=run, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    begin.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return writers * each / (time.perf_counter() - began)


def _insert(engine: Engine, number: int) -> None:
    with writing(engine) as session:
        session.add(Row(body="x" * 512))
        session.commit()


def _append(engine: Engine, number: int) -> None:
    with writing(engine) as session:
        ledger.append(session, "message.submitted", actor=SYSTEM, case_id=f"{number:021}A", refs={}, at=AT)
        session.commit()


def _growing(engine: Engine, stored: int) -> Iterator[Found]:
    """So many events queued at once; then placed, signed, drawn, and one of them proved."""
    table = AuditEvent.metadata.tables[AuditEvent.__tablename__]
    for first in range(0, stored, 50_000):
        rows = [
            {"event_id": new_id(), "commitment": os.urandom(32)} for _ in range(first, min(first + 50_000, stored))
        ]
        with engine.execution_options(mediation_writes=True).begin() as connection:
            connection.execute(insert(table), rows)
    began, count = time.perf_counter(), 0
    while placed := _in_one(engine, integrating.integrate):
        count += placed
    yield {"name": "place", "stored": stored, "per_second": round(count / (time.perf_counter() - began))}
    yield {"name": "sign", "stored": stored, "ms": _ms(lambda: _in_one(engine, _sign))}
    _in_one(engine, showing.draw)
    with reading(engine) as session:
        read = tile_reader(session, 1)
        yield {"name": "prove", "stored": stored, "ms": _ms(lambda: tiles.inclusion_proof(count // 3, count, read))}


def _sign(session: Any, now: datetime) -> int:
    return int(signing.sign_newest(session) is not None)


def _in_one(engine: Engine, work: Callable[[Any, datetime], int]) -> int:
    with writing(engine) as session:
        done = work(session, AT)
        session.commit()
    return done


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return round((time.perf_counter() - began) * 1000, 1)
