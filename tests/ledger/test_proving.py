"""Proofs are made from a few tiles, each level asked for once, and hold in every log that an event may be in."""

import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine

from mediation.access import Actor
from mediation.db import insert, reading, writing
from mediation.ledger import case_events, proving, restoring
from mediation.ledger.logs import current_log
from mediation.ledger.models import AuditTile
from mediation.protocol import checkpoint, event, notes, tiles, tree
from tests.ledger.test_integrating import AT, CASE, committed, turn
from tests.protocol.logs import Tiled, entries_of
from tests.questions import listening

FAY = Actor(kind="staff", account_id="a", staff_id="fay", roles=frozenset({"facilitator"}))
MANY = 66_000


@dataclass(frozen=True)
class Headed:
    """A case that Fay facilitates."""

    case_id: str = CASE
    facilitator_ids: frozenset[str] = field(default_factory=lambda: frozenset({"fay"}))


def test_a_proof_of_consistency_takes_one_question_a_level(engine: Engine) -> None:
    tiled = Tiled()
    tiled.grow(entries_of(MANY))
    with writing(engine) as session:
        insert(session, *(AuditTile(log=1, level=level, n=n, hashes=each) for (level, n), each in tiled.kept.items()))
        session.commit()
    chosen = random.Random(4)
    sizes = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, *(chosen.randrange(MANY) for _ in range(60)), MANY]
    pairs = [sorted((chosen.choice(sizes), chosen.choice(sizes))) for _ in range(200)] + [
        [first, MANY] for first in sizes
    ]
    roots = {size: _root(tiled, size) for size in sizes}
    with reading(engine) as session, listening(engine) as heard:
        for first, size in pairs:
            heard.selects = 0
            proof = proving.consistency(session, 1, first, size)
            assert heard.selects <= 3
            tree.verify_consistency(first, roots[first], size, roots[size], proof)


def _root(tiled: Tiled, size: int) -> bytes:
    return tiles.root(size, tiled.read)


@pytest.mark.parametrize("before", [3, 300])
def test_events_from_before_a_restored_backup_are_proved_under_their_own_head(engine: Engine, before: int) -> None:
    committed(engine, before)
    turn(engine)
    with writing(engine) as session:
        restoring.open_next_log(session, AT)
        session.commit()
    committed(engine, 2)
    turn(engine)
    committed(engine, 1)
    with reading(engine) as session:
        page = case_events.events(session, FAY, Headed())
        log = current_log(session)
    assert log is not None and log.number == 2 and set(page.heads) == {1, 2}
    assert [each.log for each in page.events[:4]] == [None, 2, 2, 1]
    for each in page.events:
        if each.log is None or each.index is None or each.proof is None:
            continue
        head = checkpoint.parse(notes.parse(page.heads[each.log][0]).text)
        assert head.size == page.heads[each.log][1]
        tree.verify_inclusion(event.commitment(each.opening), each.index, head.size, list(each.proof), head.root)
