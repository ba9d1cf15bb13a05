"""Holds every row of every audited table against the events that bind it: none is different, missing or too many.

What an event of the agency left of rows of cases (somebody left, and the seals for their key went from all cases) is
kept until the case itself is looked at.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from mediation.db import Base, UnreadableError
from mediation.db.rows import columns_of, key_of, table_of
from mediation.ledger.binding import RowHashes, row_name
from mediation.ledger.models import AuditKey
from mediation.ledger.trail import Binding, Bound, Trail
from mediation.ledger.verifying import Report

UNREADABLE: Final = (UnreadableError, LookupError)
"""What reading a row raises that holds something sealed with another key, or a word that is none of its states."""
AT_ONCE: Final = 500
"""Rows that are read at once."""
Elsewhere = dict[str, Bound]
"""What events of the agency bind of rows of cases, by case."""


def check_rows(session: Session, trail: Trail, report: Report, elsewhere: Elsewhere) -> None:
    """Find every row of a scope that is not as the newest event which binds it left it. The agency comes first: what
    it says of rows of cases goes into `elsewhere`.
    """
    bound = _own(trail, elsewhere)
    hashes = {key: RowHashes(key) for key in {each.key for each in bound.values()}}
    for model in _audited():
        table = model.__tablename__
        for name, values in _rows(session, model, trail.case_id):
            told = bound.pop((table, name), None)
            if values is None:
                report.find("row-differs", f"{table} {name}: it cannot be read.")
            elif told is None or told.hash is None:
                if told is not None or trail.whole:
                    report.find("row-unrecorded", f"{table} {name}: no event tells of it.")
            elif hashes[told.key].of(model, values) != told.hash:
                report.find("row-differs", f"{table} {name}: not as it was when the log told of it last.")
        if trail.case_id is None:
            for name in _of_no_case(session, model):
                report.find("row-unrecorded", f"{table} {name}: the log knows nothing of its case.")
    for (table, name), told in bound.items():
        if told.hash is not None:
            report.find("row-missing", f"{table} {name}: the log tells of it, and it is not there.")


def _own(trail: Trail, elsewhere: Elsewhere) -> Bound:
    """The newest bindings of the rows of this scope."""
    found: Bound = {}
    for (table, name), told in trail.bound.items():
        table, at, case_id = table.partition("@")
        (elsewhere.setdefault(case_id, {}) if at else found)[table, name] = told
    for place, told in elsewhere.pop(trail.case_id or "", {}).items():
        found[place] = max(found.get(place, told), told, key=_age)
    return found


def _age(told: Binding) -> int:
    return told.qid


def _audited() -> Iterator[type[Base]]:
    """Every model whose rows events bind."""
    for mapper in sorted(Base.registry.mappers, key=lambda each: each.class_.__tablename__):
        if mapper.class_.__audited__ and mapper.class_.__scope__ != "signed":
            yield mapper.class_


def _rows(session: Session, model: type[Base], case_id: str | None) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """The rows of a model in a scope, by name; None for one that cannot be read."""
    wanted = _of_scope(model, columns_of(model), agency=case_id is None)
    if wanted is None:
        return
    seen = set()
    try:
        for row in session.execute(wanted, {"of_case": case_id}, execution_options={"yield_per": AT_ONCE}).mappings():
            name = row_name([row[part] for part in key_of(model)])
            seen.add(name)
            yield name, dict(row)
    except UNREADABLE:
        yield from (each for each in _one_by_one(session, model, case_id) if each[0] not in seen)


def _one_by_one(
    session: Session, model: type[Base], case_id: str | None
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    wanted, keys = (_of_scope(model, names, agency=case_id is None) for names in (columns_of(model), key_of(model)))
    assert wanted is not None and keys is not None
    of_case = {"of_case": case_id}
    for key in session.execute(keys, of_case).all():
        here = and_(*(getattr(model, name) == part for name, part in zip(key_of(model), key, strict=True)))
        try:
            yield row_name(key), dict(session.execute(wanted.where(here), of_case).mappings().one())
        except UNREADABLE:
            yield row_name(key), None


def _of_no_case(session: Session, model: type[Base]) -> Iterator[str]:
    """The rows that name a case of which there is no key, or a message that is not there: no scope has them."""
    lost = _lost(model)
    if lost is not None:
        yield from map(row_name, session.execute(lost).all())


@cache
def _lost(model: type[Base]) -> Select[*tuple[Any, ...]] | None:
    wanted = select(*(getattr(model, name) for name in key_of(model)))
    if model.__scope__ == "agency":
        return None
    if model.__scope__ == "message":
        message = model.__mapper__.relationships["message"]
        return wanted.outerjoin(message.class_attribute).where(message.mapper.class_.message_id.is_(None))
    return wanted.where(getattr(model, model.__scope__).not_in(select(AuditKey.scope)))


@cache
def _of_scope(model: type[Base], names: tuple[str, ...], *, agency: bool) -> Select[*tuple[Any, ...]] | None:
    """These columns of the rows of a model in the agency's scope or in that of `of_case`; None where it has none."""
    wanted = select(*(getattr(model, name) for name in names))
    if model.__scope__ == "agency":
        return wanted if agency else None
    if model.__scope__ == "message":
        message = model.__mapper__.relationships["message"]
        of_case = message.mapper.class_.case_id == bindparam("of_case")
        return None if agency else wanted.join(message.class_attribute).where(of_case)
    case_id = table_of(model).columns[model.__scope__]
    if agency:
        return wanted.where(case_id.is_(None)) if case_id.nullable else None
    return wanted.where(case_id == bindparam("of_case"))
