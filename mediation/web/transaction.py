"""One transaction a request, opened when first used and committed once, at the edge; a refusal rolls it back.

A GET (or HEAD) gets a reading session and never takes SQLite's write lock. `g.session` is the request's session.
"""

from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, current_app, g, request
from flask.ctx import _AppCtxGlobals
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.db import UNAVAILABLE, reading, writing
from mediation.errors import TryAgain

ENGINE: Final = "mediation engine"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Globals(_AppCtxGlobals):
    """Flask's `g` with a session that opens when it is first asked for."""

    @property
    def session(self) -> Session:
        """The request's one session."""
        opened: Session | None = self.get("opened_session")
        if opened is None:
            opened = (reading if request.method in SAFE else writing)(engine())
            self.opened_session = opened
        return opened


def engine() -> Engine:
    """The application's engine."""
    found: Engine = current_app.extensions[ENGINE]
    return found


def clock() -> datetime:
    """Now, in UTC, whole seconds as everywhere in the protocol."""
    return datetime.now(UTC).replace(microsecond=0)


def commit() -> None:
    """Commit the request's transaction, if it opened one. Raises `try-again` (503) if the database is busy.

    One that only read is committed as well: at a roll-back psycopg would forget every statement that it has prepared,
    and PostgreSQL would plan each anew.
    """
    opened: Session | None = g.get("opened_session")
    if opened is not None:
        try:
            opened.commit()
        except UNAVAILABLE as error:
            raise TryAgain("try-again") from error


def init_app(app: Flask, bound: Engine) -> None:
    """Give the application its engine and close each request's session at its end, rolling back what is left."""
    app.extensions[ENGINE] = bound
    app.app_ctx_globals_class = Globals
    app.teardown_appcontext(_close)


def _close(error: BaseException | None) -> None:
    opened: Session | None = g.pop("opened_session", None)
    if opened is not None:
        opened.close()


def no_content() -> Response:
    """204 without a body."""
    return Response(status=204)
