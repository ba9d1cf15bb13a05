"""The database is away or full for a while: people read that they should try again, and afterwards all is as it was."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine, event

from mediation.errors import SENTENCES
from mediation.settings import read
from mediation.web.signing_in import COOKIE_KEY
from mediation.web.transaction import ENGINE
from tests import databases
from tests.agency_site import ORIGIN, Browser, Site
from tests.bench import stores
from tests.crashes import power
from tests.serving import Server, serving

TRY_AGAIN = {"code": "try-again", "message": SENTENCES["try-again"]}
ATTEMPT = {"sign_in_name": "petal-attic-32", "auth": "A" * 43}
MOST = 2000


@pytest.fixture
def full(empty_site: Site) -> Iterator[list[int]]:
    """The number of pages that the SQLite file may have from now on, which the test changes; 0: as many as it likes."""
    engine: Engine = empty_site.app.extensions[ENGINE]
    pages = [0]

    def limit(connection: object, record: object, proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0] or 2**30}")  # type: ignore[attr-defined]  # a driver's

    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", limit)
    yield pages


def _try(site: Site, number: int) -> tuple[int, str]:
    answer = Browser(site.app.test_client()).post("/session", {**ATTEMPT, "sign_in_name": f"petal-attic-{number}"})
    return answer.status_code, answer.json["code"] if answer.json else ""


if databases.kind() == "sqlite":  # PostgreSQL's disk is its own: see test_postgresql_is_gone_and_back

    def test_a_full_disk_is_try_again_until_there_is_room(site: Site, full: list[int]) -> None:
        numbers = count()
        assert _try(site, next(numbers)) == (401, "sign-in-failed")
        full[0] = 1  # SQLite takes the size that it has instead
        answers = [_try(site, next(numbers))]
        while answers[-1][0] == 401 and len(answers) < MOST:
            answers.append(_try(site, next(numbers)))
        assert answers[-1] == (503, "try-again")
        assert Browser(site.app.test_client()).get("/agency").status_code == 200, "reading goes on"
        full[0] = 0
        assert _try(site, next(numbers)) == (401, "sign-in-failed")


def _asked(server: Server, method: str, path: str, cookie: str = "") -> httpx.Response:
    body = ATTEMPT if method == "POST" else None
    headers = {"Origin": ORIGIN, "Cookie": cookie}
    return httpx.request(method, f"{server.base_url}{path}", json=body, headers=headers, timeout=30)


def _cookie(directory: Path) -> str:
    """Of somebody who may be signed in, as only the database can tell."""
    keys = read({"MEDIATION_INSTANCE": str(directory)}).session_keys
    app = Flask("cookies")
    app.secret_key = keys[0]
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"session={signer.dumps({COOKIE_KEY: 'a token'})}"


if databases.kind() == "postgresql":  # a file does not go away

    def test_postgresql_is_gone_and_back(tmp_path: Path) -> None:
        url = stores.create("postgresql", tmp_path, f"gone{tmp_path.stat().st_ino}")
        with serving(tmp_path, PROCESSES="2", DATABASE_URL=url, PUBLIC_URL=ORIGIN) as server:
            database = power.PostgreSQL()
            database.kill()
            try:
                _everybody_is_told_to_try_again(server, _cookie(tmp_path))
            finally:
                database.start()
            assert _asked(server, "GET", "/healthz").json()["status"] == "ok"
            assert _asked(server, "POST", "/api/v1/session").json()["code"] != "try-again"
            printed = server.printed()
        assert "Traceback" not in printed
        assert "petal-attic" not in printed
        assert str(database.sockets) not in printed, "the address of the database"


def _everybody_is_told_to_try_again(server: Server, cookie: str) -> None:
    for _ in range(4):
        for method, path in [("GET", "/healthz"), ("GET", "/api/v1/agency"), ("POST", "/api/v1/session")]:
            answer = _asked(server, method, path)
            assert (answer.status_code, json.loads(answer.text)) == (503, TRY_AGAIN), path
        page = _asked(server, "GET", "/letters", cookie)
        assert page.status_code == 503
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert TRY_AGAIN["message"] in page.text
