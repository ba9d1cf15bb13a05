"""After any run of acts the database agrees with its log; after any single change past the application it does not."""

from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.db import table_of, writing
from mediation.ledger.reconciling import reconcile
from tests.cases.fixtures import Desk
from tests.ledger.changes import AUDITED, Change, changes_of
from tests.messages.test_lifecycle import FIRST, Journey

CHANGES = 8
"""How many changes are tried after each run, one at a time."""
BOUND = [table_of(model) for model in AUDITED if model.__scope__ != "signed"]


def found(session: Session) -> set[str]:
    """What rows do not agree with the manifests, without any help of what else events tell."""
    return {each.text for each in reconcile(session, [], {}).findings if each.code.startswith("row")}


def drawn(session: Session, chance: Random) -> Change:
    """A change of some row of a table that has rows."""
    ordered = {table: select(table).order_by(*table.primary_key) for table in BOUND}
    filled = [(table, rows) for table in BOUND if (rows := session.execute(ordered[table]).mappings().all())]
    table, rows = chance.choice(filled)
    return chance.choice(list(changes_of(table, dict(chance.choice(rows)))))


class Watched(Journey):
    """The same people, and in the end somebody with the database's password."""

    chance = Random(0)

    @initialize(seed=st.integers(0, 10**6))
    def watch(self, seed: int) -> None:
        """What will be changed is chosen by this."""
        self.chance = Random(seed)

    def teardown(self) -> None:
        """One thing is changed in one row of one table, seen, and put back; then another."""
        try:
            with writing(self.desk.office.engine) as session:
                assert found(session) == set()
                session.rollback()
                for _ in range(CHANGES):
                    change = drawn(session, self.chance)
                    change.make(session)
                    assert found(session) != set(), change.name
                    session.rollback()
        finally:
            super().teardown()


def test_any_single_change_is_found_after_any_run_of_acts(first_desk: Desk) -> None:
    FIRST[:] = [first_desk]
    steady = settings(
        max_examples=12,
        stateful_step_count=14,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Watched, settings=steady)
