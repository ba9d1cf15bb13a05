"""Messages stored besides those that are measured: the agency's other cases, with the tables as full as they would be.

What is real: every ciphertext, order block, wrap, statement and sealed audit event was made by the protocol for a real
letter, so sizes and contents are those of use; so are the numbers of rows of every kind for each letter, the states
they are in, and the people and facilitators of each case. What is not: they are the rows of one real case over and
over, with fresh random ids and hashes wherever these must differ, so the copies would not verify. No measured request
reads them, only the same tables and indexes. The measured cases, desk and letters are real throughout.

The agency grows by whole cases, as a real one does. Its newest roster, issued through the API when the loader is done,
anchors all of them. Fay's queue and Mary's page hold as much as before: what they show is what waits today.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, Table, func, select, text

from mediation.db import import_models
from mediation.protocol.encoding import b64, new_id
from tests.bench.stores import number_on

CASES_AT_ONCE: Final = 200
CACHE: Final = "PRAGMA cache_size = -500000"
"""Half a gigabyte: pages of indexes in which random ids have their places are not written before the end of a batch."""
COPIED: Final = (
    "case",
    "case_facilitator",
    "case_statement",
    "epoch_seal",
    "member_document",
    "member",
    "consent",
    "audit_key",
    "audit_counter",
    "message",
    "message_recipient",
    "wrap",
    "decision",
    "task",
    "audit_event",
)
"""The tables of a case, parents first."""
OWN_HASH: Final = frozenset({"message", "decision", "case_statement", "consent"})
"""Tables whose rows have a hash of their own, which other rows may name."""
SUBJECTS: Final = frozenset({"participant_id", "staff_id", "message_id", "document_hash"})
"""Columns whose values become others, the same ones in every row of the copy."""
Change = Literal["mapped", "id", "bytes", "number", "reference", "null"]
CHANGES: Final[Mapping[tuple[str, str], Change]] = {
    ("case", "number"): "number",
    ("case", "reference"): "reference",
    ("member", "account_id"): "null",
    ("task", "task_id"): "id",
    ("audit_event", "event_id"): "id",
    ("audit_event", "idx"): "null",
    ("audit_event", "commitment"): "bytes",
}


@dataclass(frozen=True)
class Line:
    """One row of the template as the driver gives it, and what of it is another's in each copy."""

    values: Sequence[Any]
    changes: Sequence[tuple[int, Change]]


@dataclass(frozen=True)
class Template:
    """All rows of one real case by table, their columns, and the ids and hashes that are its own: with how many
    characters."""

    columns: Mapping[str, Sequence[str]]
    lines: Mapping[str, Sequence[Line]]
    own: Mapping[str, int]

    @property
    def messages(self) -> int:
        """How many messages the case has."""
        return len(self.lines["message"])


def template(source: Engine, case_id: str) -> Template:
    """A case as its database stores it, with its messages. What it is copied to must be a database of the same kind,
    unless the case was made on SQLite."""
    tables = import_models().tables
    columns = {name: [each.name for each in tables[name].columns if each.name != "qid"] for name in COPIED}
    with source.connect() as connection:
        rows = {name: _rows(connection, name, columns[name], case_id) for name in COPIED}
    own = {case_id: len(case_id)}
    for name in COPIED:
        names = SUBJECTS | ({"hash"} if name in OWN_HASH else set())
        places = [place for place, column in enumerate(columns[name]) if column in names]
        own |= {row[place]: len(row[place]) for row in rows[name] for place in places if row[place] is not None}
    lines = {name: [Line(row, _changes(name, columns[name], row, own)) for row in rows[name]] for name in COPIED}
    return Template(columns, lines, own)


def _rows(connection: Connection, name: str, columns: Sequence[str], case_id: str) -> list[tuple[Any, ...]]:
    chosen = ", ".join(f'"{each}"' for each in columns)
    key = "case_id" if "case_id" in columns else "scope" if "scope" in columns else "message_id"
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    wanted = mark if key != "message_id" else f"SELECT message_id FROM message WHERE case_id = {mark}"  # noqa: S608  # no value
    found = connection.exec_driver_sql(f'SELECT {chosen} FROM "{name}" WHERE "{key}" IN ({wanted})', (case_id,))  # noqa: S608  # names of our own
    return [tuple(row) for row in found]


def _changes(name: str, columns: Sequence[str], row: Sequence[Any], own: Mapping[str, int]) -> list[tuple[int, Change]]:
    found: list[tuple[int, Change]] = []
    for place, column in enumerate(columns):
        value = row[place]
        if (change := CHANGES.get((name, column))) is not None:
            found.append((place, change))
        elif isinstance(value, str) and value in own:
            found.append((place, "mapped"))
    return found


def stored(engine: Engine) -> int:
    """How many messages there are."""
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(import_models().tables["message"])) or 0)


def load(engine: Engine, model: Template, total: int) -> None:
    """Add cases like this one until at least `total` messages are stored."""
    missing, number = -(-(total - stored(engine)) // model.messages), _next_number(engine)
    while missing > 0:
        some = min(missing, CASES_AT_ONCE)
        copies = [_Copy(model, number + each) for each in range(some)]
        with engine.execution_options(mediation_writes=True).begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql(CACHE)
            for name in COPIED:
                rows = [row for one in copies for row in one.rows(name)]
                _insert(connection, name, model.columns[name], rows)
        missing, number = missing - some, number + some
    number_on(engine)
    if engine.dialect.name == "postgresql":  # as its own autovacuum does sooner or later
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def _insert(connection: Connection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    chosen = ", ".join(f'"{each}"' for each in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        connection.exec_driver_sql(f'INSERT INTO "{name}" ({chosen}) VALUES ({marks})', [tuple(each) for each in rows])  # noqa: S608  # as above
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        with cursor.copy(f'COPY "{name}" ({chosen}) FROM STDIN') as copying:
            for row in rows:
                copying.write_row([Jsonb(each) if isinstance(each, (dict, list)) else each for each in row])


def _next_number(engine: Engine) -> int:
    cases: Table = import_models().tables["case"]
    with engine.connect() as connection:
        return int(connection.scalar(select(func.max(cases.c.number))) or 0) + 1


class _Copy:
    """One more case like the template, with ids and hashes of its own, kept alike across its tables."""

    def __init__(self, model: Template, number: int) -> None:
        self._model = model
        self._number = number
        self._new = {old: new_id() if size == 22 else b64(secrets.token_bytes(32)) for old, size in model.own.items()}

    def rows(self, name: str) -> Iterator[list[Any]]:
        """The rows of one table."""
        for line in self._model.lines[name]:
            values = list(line.values)
            for place, change in line.changes:
                values[place] = self._changed(change, values[place])
            yield values

    def _changed(self, change: Change, value: Any) -> Any:
        if change == "mapped":
            return self._new[value]
        if change == "id":
            return new_id()
        if change == "bytes":
            return secrets.token_bytes(32)
        if change == "number":
            return self._number
        return f"BR-{self._number:04}" if change == "reference" else None
