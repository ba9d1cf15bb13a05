"""What it costs to look into a long audit log: an auditor's page by each of its filters, at its newest end and deep in,
and a page of one case's events for its facilitator. Medians, in milliseconds, of what the server does for one page.

The events are real ones, sealed and in the tree, of many small cases and one large one; no worker has to place them.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Engine, insert

from mediation.access import Actor
from mediation.db import reading, settings_of, table_of, writing
from mediation.ledger import browsing, case_events
from mediation.ledger.browsing import Wanted
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditKey, AuditLog, AuditShown, AuditTile
from mediation.ledger.operations import AGENCY_SCOPE
from mediation.protocol import checkpoint, tiles, tree
from mediation.protocol.encoding import format_time, new_id
from mediation.protocol.event import commitment
from mediation.protocol.primitives import aead_seal, kdf

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
BLOCK: Final = 20_000
EACH: Final = 50
"""How many events a small case has; the large one, which is the agency's as well, has every tenth."""
KINDS: Final = ("message.submitted", "message.released", "message.opened", "sms.sent", "session.started")
RARE: Final = "audit.export"
TURNS: Final = 21
OTTO: Final = Actor(kind="staff", account_id="o", staff_id="otto", roles=frozenset({"auditor"}))
FAY: Final = Actor(kind="staff", account_id="f", staff_id="fay", roles=frozenset({"facilitator"}))


@dataclass(frozen=True)
class Headed:
    """A case that Fay facilitates."""

    case_id: str
    facilitator_ids: frozenset[str] = field(default_factory=lambda: frozenset({"fay"}))


def measured(engine: Engine, stored: int) -> Iterator[dict[str, Any]]:
    """Every figure, on an empty database: {name, stored, ms}."""
    _load(engine, stored)
    deep, day = stored // 3, START.date() + timedelta(days=stored // 3000)
    ways: dict[str, Wanted] = {
        "all, newest": Wanted(),
        "all, deep in": Wanted(before=deep),
        "a small case": Wanted(case_of=deep + 1),
        "a large case, deep in": Wanted(case_of=0, before=deep),
        "an actor": Wanted(actor=_name(deep + 1)),
        "an actor of a tenth of all, deep in": Wanted(actor=_name(0), before=deep),
        "a kind, deep in": Wanted(kind=KINDS[0], before=deep),
        "a rare kind": Wanted(kind=RARE),
        "a rare kind of a busy actor": Wanted(kind=RARE, actor=_name(0)),
        "a day": Wanted(first=day, last=day),
        "a kind on a day": Wanted(kind=KINDS[1], first=day, last=day),
        "until a day": Wanted(last=day),
    }
    for name, wanted in ways.items():
        yield {"name": f"auditor's page, {name}", "stored": stored, "ms": _page(engine, wanted)}
    yield {"name": "case events, a large case", "stored": stored, "ms": _of_case(engine, _case(0))}


def _page(engine: Engine, wanted: Wanted) -> float:
    return _ms(engine, lambda session: browsing.events(session, OTTO, wanted))


def _of_case(engine: Engine, case_id: str) -> float:
    """A page as deep in as somebody gets in ten steps."""
    with reading(engine) as session:
        before = case_events.events(session, FAY, Headed(case_id)).more
        for _ in range(9):
            before = case_events.events(session, FAY, Headed(case_id), before).more
    return _ms(engine, lambda session: case_events.events(session, FAY, Headed(case_id), before))


def _ms(engine: Engine, ask: Callable[[Any], Any]) -> float:
    taken = []
    for _ in range(TURNS):
        with reading(engine) as session:
            began = time.perf_counter()
            found = ask(session)
            taken.append(time.perf_counter() - began)
            assert found.events
    return round(median(taken) * 1000, 1)


def _scope(index: int) -> int:
    return 0 if index % 10 == 0 else 1 + index // EACH


def _case(index: int) -> str:
    return f"{_scope(index):021}A"


def _name(index: int) -> str:
    """The actor's pseudonym: one for a whole case, so that some have many events."""
    return f"{_scope(index):020}-A"


def _load(engine: Engine, stored: int) -> None:
    kept: dict[tuple[int, int], bytes] = {}
    key, size = bytes(32), 0

    def read(level: int, n: int, width: int) -> bytes:
        return kept[level, n][: 32 * width]

    with engine.execution_options(mediation_writes=True).begin() as connection:
        for first in range(0, stored, BLOCK):
            rows = [_row(index, key) for index in range(first, min(first + BLOCK, stored))]
            connection.execute(insert(table_of(AuditEvent)), [event for event, _ in rows])
            connection.execute(insert(table_of(AuditShown)), [shown for _, shown in rows])
            leaves = [tree.leaf_hash(event["commitment"]) for event, _ in rows]
            grown = tiles.extend(size, read, leaves)
            kept.update(grown.tiles)
            size = grown.size
    _finish(engine, stored, kept, key)


def _row(index: int, key: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """An event, and what it is looked up by."""
    case, actor = _case(index), _name(index)
    kind = RARE if index % 10_000 == 5_001 or index == 20 else KINDS[index % 7 % len(KINDS)]
    at = START + timedelta(seconds=86 * index)
    told = f'"actor":"{actor}","at":"{format_time(at)}","case":"{case}","kind":"{kind}","n":{index},"refs":{{}},"v":1'
    opening, event_id = os.urandom(32) + f"{{{told}}}".encode(), new_id()
    event = {
        "event_id": event_id,
        "case_id": case,
        "commitment": commitment(opening),
        "sealed": aead_seal(kdf(key, 2, "medaudit"), opening, event_id.encode()),
        "idx": index,
    }
    return event, {"idx": index, "case_id": case, "actor": actor, "kind": kind, "at": at}


def _finish(engine: Engine, stored: int, kept: dict[tuple[int, int], bytes], key: bytes) -> None:
    """Tiles, keys, the log and its signed head; and statistics, as a server has them after a night."""
    with writing(engine) as session:
        settings = settings_of(session)
        root = tiles.root(stored, lambda level, n, width: kept[level, n][: 32 * width])
        head = checkpoint.Checkpoint(settings.log_origin(), stored, root)
        note = checkpoint.issue(head, settings.audit_keys)
        session.add(AuditLog(number=1, origin=head.origin, first_idx=0, opened_at=START))
        session.add(AuditCheckpoint(log=1, size=stored, root=root, note=note, made_at=datetime.now(UTC)))
        session.add_all(AuditTile(log=1, level=level, n=n, hashes=hashes) for (level, n), hashes in kept.items())
        scopes = {_case(index) for index in range(0, stored, EACH // 2)} | {_case(1), AGENCY_SCOPE}
        session.add_all(AuditKey(scope=scope, key=key, created_at=START) for scope in scopes)
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
