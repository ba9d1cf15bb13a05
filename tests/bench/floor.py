"""The floor: a plain Flask application beside ours, on the same server and the same database.

`/floor` reads 512 bytes, checks them, and stores them with one INSERT of SQLAlchemy's ORM and one COMMIT, without
reading anything back. `/empty` renders an empty template. The engine is ours (write-ahead log,
synchronous=FULL, BEGIN IMMEDIATE on SQLite), so that both wait for the disk alike.

For gunicorn: `gunicorn tests.bench.floor:served()`, with the environment of the measured server.
"""

import re
from typing import Final

from flask import Flask, abort, render_template, request
from jinja2 import DictLoader
from sqlalchemy import Engine, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mediation.db import engine_from, writing
from mediation.settings import read

SIZE: Final = 512
_TEXT: Final = re.compile(rb"[A-Za-z0-9_-]{512}")


class Base(DeclarativeBase):
    """Apart from our own tables, so that no migration knows of it."""


class Row(Base):
    """What the floor stores."""

    __tablename__ = "bench_floor"

    row_id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(SIZE))


def create_table(engine: Engine) -> None:
    """The floor's table, unless it is there."""
    Base.metadata.create_all(engine)


def floor_app(engine: Engine) -> Flask:
    """The application."""
    app = Flask("floor")
    app.jinja_loader = DictLoader({"empty.html": ""})

    @app.post("/floor")
    def floor() -> tuple[str, int]:
        body = request.get_data()
        if _TEXT.fullmatch(body) is None:
            abort(422)
        with writing(engine) as session:
            session.add(Row(body=body.decode("ascii")))
            session.commit()
        return "", 201

    @app.get("/empty")
    def empty() -> str:
        return render_template("empty.html")

    return app


def served() -> Flask:
    """The application for gunicorn, with settings from the environment."""
    return floor_app(engine_from(read()))
