"""Logs hold what happened, never what was written: only named fields leave a log call, and no fault shows values."""

import ast
import errno
import io
import logging
import sys
from pathlib import Path

import pytest
import structlog
from sqlalchemy.orm import Session

from mediation import log
from mediation.settings import ROOT
from tests.agency_site import Site
from tests.answers import refused

CANARY = "canary-91ab"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def _log_calls(path: Path) -> list[ast.Call]:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
    ]


def test_every_log_call_has_a_fixed_event_and_allowed_fields() -> None:
    found = 0
    for path in (ROOT / "mediation").rglob("*.py"):
        for call in _log_calls(path):
            found += 1
            assert isinstance(call.args[0], ast.Constant), f"{path.name}:{call.lineno}"
            assert len(call.args) == 1
            assert {keyword.arg for keyword in call.keywords} <= log.ALLOWED, f"{path.name}:{call.lineno}"
    assert found


def test_fields_that_are_not_allowed_are_dropped() -> None:
    event = log.only_allowed(None, "info", {"event": "x", "name": CANARY, "error": "KeyError"})
    assert event == {"event": "x", "error": "KeyError"}


def test_a_fault_is_answered_plainly_and_logged_without_its_message(
    site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("mediation.accounts.rosters.listed", fail)
    log.configure(production=True)
    with caplog.at_level(logging.DEBUG):
        answer = site.ada.browser.get("/staff")
    assert CANARY not in str(refused(answer, 500, "server-error"))
    written = capfd.readouterr()
    assert "RuntimeError" in written.err
    assert CANARY not in written.err + written.out + caplog.text
    assert "Traceback" not in written.err + written.out + caplog.text
    structlog.reset_defaults()


def test_a_page_that_cannot_be_made_is_answered_plainly(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("mediation.web.pages.render_refusal", fail)
    answer = site.browser().client.get("/no-such-page")
    assert answer.status_code == 500
    assert CANARY not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_fault_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(session: Session, *arguments: object, **options: object) -> None:
        raise RuntimeError

    before = site.browser().read("/agency")
    monkeypatch.setattr("mediation.ledger.append", fail)
    body = {**before["settings"], "waiting_words": "changed"}
    refused(site.ada.browser.put("/agency/settings", body), 500, "server-error")
    assert site.browser().read("/agency") == before


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        """No."""
        raise OSError(errno.ENOSPC, "no room")


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    log.configure(production=True)
    for say in (structlog.get_logger("test").error, structlog.get_logger("test").warning):
        say("fault", error="ValueError")
    structlog.reset_defaults()


@pytest.mark.parametrize("name", ["twilio.http_client", "urllib3.connectionpool", "notifications_python_client.base"])
def test_what_clients_of_providers_would_log_is_not_written(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    log.configure(production=True)
    logging.getLogger(name).error("%s of +447700900123", CANARY)
    assert CANARY not in capfd.readouterr().err
