"""What every model rests on, and finding all of them."""

import importlib
import importlib.util
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, LargeBinary, MetaData, String, select
from sqlalchemy.orm import DeclarativeBase, Session

from mediation.db.columns import EncryptedBytes, EncryptedText, Hash, Id, UtcTime

ROOMS: Final = ("ledger", "sms", "accounts", "cases", "messages", "outcomes")


class Base(DeclarativeBase):
    """All models. `__audited__` (see ledger) marks those whose change needs an audit event in the same transaction, and
    `__scope__` says whose event: the name of the column with the case (NULL: the agency's), `agency`, `message`
    where it is the case of the row's message, or `signed`: no event binds the row, a signed statement does.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Id: String(22),
        Hash: String(43),
        datetime: UtcTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }
    __audited__ = False
    __scope__: ClassVar[str] = "case_id"


def import_models() -> MetaData:
    """Load the models of every room that has some, so that the metadata is whole; returns it."""
    for room in ROOMS:
        name = f"mediation.{room}.models"
        if importlib.util.find_spec(f"mediation.{room}") and importlib.util.find_spec(name):
            importlib.import_module(name)
    return Base.metadata


def reseal(session: Session) -> int:
    """Seal every encrypted value anew with the first field key, so that older keys may go; returns how many."""
    count = 0
    for table in import_models().sorted_tables:
        keys = list(table.primary_key.columns)
        for column in table.columns:
            if not isinstance(column.type, EncryptedBytes | EncryptedText):
                continue
            for *key, value in session.execute(select(*keys, column).where(column.is_not(None))).all():
                place = [one == part for one, part in zip(keys, key, strict=True)]
                session.execute(table.update().where(*place).values({column: value}))
                count += 1
    return count
