"""Messages stored besides those that are measured: the agency's other cases, with the tables as full as they would be.

What is real: every ciphertext, order block, wrap, statement and sealed audit event was made by the protocol for a real
letter, so sizes and contents are those of use; so are the numbers of rows of every kind for each letter, the states
they are in, and the people and facilitators of each case. What is not: they are the rows of one real case over and
over, with fresh random ids and hashes wherever these must differ, so the copies would not verify. No measured request
reads them, only the same tables and indexes. The measured cases, desk and letters are real throughout.

The agency grows by whole cases, as a real one does. Its newest roster, issued through the API when the loader is done,
anchors all of them. Fay's queue and Mary's page hold as much as before: what they show is what waits today.
"""

import base64
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, Table, func, select

from mediation.db import import_models
from mediation.protocol.encoding import new_id
from tests.bench.stores import fill, number_on

CASES_AT_ONCE: Final = 250
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
Row = dict[str, Any]


def new_hash() -> str:
    """As long as a hash, and as random."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


@dataclass(frozen=True)
class Template:
    """All rows of one real case, by table."""

    case_id: str
    rows: Mapping[str, Sequence[Row]]


def template(engine: Engine, case_id: str) -> Template:
    """The case as it is stored, with its messages."""
    tables = import_models().tables
    with engine.connect() as connection:
        messages = select(tables["message"].c.message_id).where(tables["message"].c.case_id == case_id)
        rows = {}
        for name in COPIED:
            columns = tables[name].c
            if name == "audit_key" or name == "audit_counter":
                where = columns.scope == case_id
            elif "case_id" in columns:
                where = columns.case_id == case_id
            else:
                where = columns.message_id.in_(messages)
            rows[name] = [dict(row._mapping) for row in connection.execute(select(tables[name]).where(where))]
    return Template(case_id, rows)


def stored(engine: Engine) -> int:
    """How many messages there are."""
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(import_models().tables["message"])) or 0)


def load(engine: Engine, case_id: str, total: int) -> None:
    """Add cases like this one until at least `total` messages are stored."""
    model = template(engine, case_id)
    missing = -(-(total - stored(engine)) // max(1, len(model.rows["message"])))
    number = _next_number(engine)
    while missing > 0:
        some = min(missing, CASES_AT_ONCE)
        copies = [_Copy(model, number + each) for each in range(some)]
        for name in COPIED:
            fill(engine, import_models().tables[name], (row for one in copies for row in one.rows(name)))
        missing, number = missing - some, number + some
    number_on(engine)


def _next_number(engine: Engine) -> int:
    cases: Table = import_models().tables["case"]
    with engine.connect() as connection:
        return int(connection.scalar(select(func.max(cases.c.number))) or 0) + 1


class _Copy:
    """One more case like the template, with ids and hashes of its own, kept alike across its tables."""

    def __init__(self, model: Template, number: int) -> None:
        self._model = model
        self._number = number
        self._new: dict[str, str] = {model.case_id: new_id()}
        for row in model.rows["member"]:
            self._new[row["participant_id"]] = new_id()
            self._new[row["document_hash"]] = new_hash()
        for row in model.rows["case_facilitator"]:
            self._new[row["staff_id"]] = new_id()
        for row in model.rows["message"]:
            self._new[row["message_id"]] = new_id()
        for name in ("message", "decision", "case_statement", "consent"):
            self._new |= {row["hash"]: new_hash() for row in model.rows[name]}

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of one table."""
        for row in self._model.rows[name]:
            yield {key: self._value(name, key, value) for key, value in row.items() if key != "qid"}

    def _value(self, name: str, key: str, value: Any) -> Any:
        if isinstance(value, str) and value in self._new:
            return self._new[value]
        own = {
            ("case", "number"): self._number,
            ("case", "reference"): f"BR-{self._number:04}",
            ("audit_event", "commitment"): None,
        }
        if (name, key) in own:
            return own[name, key] or secrets.token_bytes(32)
        if (name, key) in (("audit_event", "event_id"), ("task", "task_id")):
            return new_id()
        return None if key == "account_id" else value
