"""Who is signed in: Flask-Login keeps a random token in the signed cookie, the database its hash (see
accounts.sessions).
"""

from typing import Final

import structlog
from flask import Flask, g
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import URLSafeTimedSerializer

from mediation.access import ANYONE, Actor
from mediation.accounts import sessions
from mediation.accounts.models import LoginSession
from mediation.accounts.records import Stored
from mediation.db import READS, UNAVAILABLE, writing
from mediation.web.transaction import clock, engine

log = structlog.get_logger("mediation.web")

COOKIE_KEY: Final = "_user_id"
PATIENCE: Final = 0.2


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Flask-Login's user: one live session. `get_id` is its token, which only this browser knows."""

    def __init__(self, token: str, live: sessions.Live) -> None:
        self.token = token
        self.live = live

    def get_id(self) -> str:
        """The token."""
        return self.token


def _load(token: str) -> SignedIn | None:
    found = sessions.find(g.session, token, clock())
    return None if found is None else SignedIn(token, found)


def load_actor() -> Actor:
    """Who is signed in with this request's cookie; ANYONE without one, and then without any query."""
    if COOKIE_KEY not in cookie:
        return ANYONE
    user = current_user._get_current_object()  # the documented way to leave the proxy
    if not isinstance(user, SignedIn):
        cookie.clear()
        return ANYONE
    _touch(user)
    return user.live.actor


def _touch(user: SignedIn) -> None:
    """Note the use in a short transaction of its own, at most once a minute, so that reading needs no write lock.

    Where another writer is busy, the next request notes it.
    """
    now = clock()
    if now - user.live.last_seen_at < sessions.TOUCH_EVERY:
        return
    if READS not in g.session.info:
        sessions.touch(g.session, user.token, now)
        return
    try:
        with writing(engine(), patience=PATIENCE) as session:
            sessions.touch(session, user.token, now)
            session.commit()
    except UNAVAILABLE as error:
        log.info("a session's use was not noted", error=type(error).__name__)


def start(account: Stored) -> Actor:
    """Sign the browser in: a fresh cookie with the token of a new session. Returns who acts in it.

    The session that the browser had before ends: a copy of its cookie is worth nothing.
    """
    now = clock()
    before = cookie.get(COOKIE_KEY)
    if before is not None:
        sessions.end(g.session, before, now)
    cookie.clear()
    token, live = sessions.start(g.session, account, now)
    login_user(SignedIn(token, live))
    return live.actor


def current() -> LoginSession:
    """The row of the session of this request, in which somebody is signed in."""
    user = current_user._get_current_object()  # as above
    assert isinstance(user, SignedIn)
    return sessions.row_of(g.session, user.live)


def forget() -> None:
    """Empty the browser's cookie."""
    logout_user()
    cookie.clear()


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. What signs is made once for the application, not for each request."""

    def __init__(self, app: Flask) -> None:
        self._signing = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Of the application's keys."""
        return self._signing


def init_app(app: Flask) -> None:
    """Set Flask-Login up: no remember cookie, no guess by address or browser."""
    app.session_interface = Cookies(app)
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)  # a page of refusal asks no database who reads it
