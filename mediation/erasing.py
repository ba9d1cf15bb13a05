"""`mediation audit erase-case`: erase a case for good, and once more after an older backup has brought it back.

What was erased is noted down in the instance directory, outside the database, before it goes.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlalchemy import Engine

GOOD: Final = 0
COULD_NOT: Final = 2
LIST: Final = "erased-cases.txt"
"""A file of the instance directory: an identifier and a day on each line."""


def add(parser: argparse.ArgumentParser) -> None:
    """Erase a case: everything that the database holds of it and of its participants, for good."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("case", nargs="?", metavar="ID", help="the identifier of the case")
    what.add_argument("--again", action="store_true", help="every case that was erased before a backup was restored")
    parser.add_argument("--yes-erase", metavar="REFERENCE", help="do not ask; the reference of the case, as on paper")


def run(chosen: argparse.Namespace) -> int:
    """Do it; ends with 2 where nothing was erased."""
    from mediation.db import check_schema, engine_from, import_models
    from mediation.settings import read

    settings = read()
    import_models()
    engine = engine_from(settings)
    try:
        check_schema(engine)
        if chosen.again:
            done = [each for each in _listed(settings.instance) if _is_there(engine, each)]
        else:
            typed = chosen.yes_erase or ("" if chosen.json else None)  # a program is not asked
            done = [chosen.case] if _agreed(engine, chosen.case, typed) else []
        for case_id in done:
            _note(settings.instance, case_id)
            _erase(engine, case_id)
        if done:
            _clean(engine)
    finally:
        engine.dispose()
    print(json.dumps({"erased": done}) if chosen.json else f"{len(done)} erased")
    return GOOD if done or chosen.again else COULD_NOT


def _agreed(engine: "Engine", case_id: str, typed: str | None) -> bool:
    """Whether the reference was typed. What is left of a case that was erased before needs none."""
    from mediation.db import reading
    from mediation.ledger.state import LedgerError
    from mediation.messages import erasing

    with reading(engine) as session:
        reference = erasing.reference(session, case_id)
    if reference is None and not _is_there(engine, case_id):
        raise LedgerError("case-unknown", "There is no case with this identifier, or it was erased.")
    if reference is not None and typed is None:
        print(f"Letters, decisions, people and accounts of {reference} will be gone, and cannot be brought back.")
        typed = input("Type its reference to erase it: ").strip()
    if reference not in (None, typed):
        print("That is another reference. Nothing was erased.", file=sys.stderr)
    return reference in (None, typed)


def _is_there(engine: "Engine", case_id: str) -> bool:
    """Whether the database holds the case, or events of it."""
    from sqlalchemy import select

    from mediation.db import reading
    from mediation.ledger.models import AuditEvent, AuditKey
    from mediation.messages import erasing

    with reading(engine) as session:
        key = session.scalar(select(AuditKey.scope).where(AuditKey.scope == case_id))
        event = session.scalar(select(AuditEvent.qid).where(AuditEvent.case_id == case_id).limit(1))
        return (key, event, erasing.reference(session, case_id)) != (None, None, None)


def _erase(engine: "Engine", case_id: str) -> None:
    from mediation.access import SYSTEM
    from mediation.db import writing
    from mediation.ledger.upkeep import Upkeep
    from mediation.messages import erasing

    with writing(engine) as session:
        erasing.erase(session, SYSTEM, case_id, _now())
        session.commit()
    Upkeep(engine, _now).turn()


def _clean(engine: "Engine") -> None:
    """What was deleted leaves the database's files too, not just its tables."""
    raw = engine.raw_connection()  # outside any transaction
    driver: Any = raw.driver_connection
    try:
        if engine.dialect.name == "postgresql":
            driver.autocommit = True
            driver.execute("SET statement_timeout = 0")
            driver.execute("VACUUM")
        else:
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.invalidate()


def _listed(instance: Path) -> list[str]:
    """The cases that were erased, each once."""
    path = instance / LIST
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    return list(dict.fromkeys(line.split()[0] for line in lines if line.strip()))


def _note(instance: Path, case_id: str) -> None:
    if case_id in _listed(instance):
        return
    descriptor = os.open(instance / LIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.write(f"{case_id} {_now():%Y-%m-%d}\n")
        file.flush()
        os.fsync(file.fileno())


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
