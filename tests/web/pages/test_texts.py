"""The administrator's report on texts, as a page and as a spreadsheet."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mediation.db import writing
from mediation.protocol.encoding import new_id
from mediation.sms import senders, wordings
from mediation.sms.models import CodeSent
from mediation.sms.states import TextState
from mediation.web.pages.text_troubles import RECENT
from mediation.web.transaction import ENGINE
from tests.agency_site import Site, now
from tests.sms.conftest import store_text

PAGES = ("/agency", "/agency/texts")


def test_an_agency_that_has_sent_nothing_is_told_so(site: Site) -> None:
    ada = site.ada
    ada.sign_in(ada.browser)
    page = ada.browser.client.get("/agency/texts").text
    assert "No text has been queued in the last twelve months." in page
    assert "<svg" not in page.partition("<main")[2].partition("</main")[0].replace('<svg class="md-sign"', "")


def test_an_administrator_is_told_which_language_nobody_has_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.ada.sign_in(site.ada.browser)
    said = "Nobody has read what texts say in this language yet: Cymraeg."
    assert said in _main(site, "/agency/texts")
    monkeypatch.setattr(wordings, "UNREVIEWED", ())
    assert "Nobody has read" not in _main(site, "/agency/texts")


def test_the_spreadsheet_has_a_row_for_each_month(site: Site) -> None:
    site.ada.sign_in(site.ada.browser)
    answer = site.ada.browser.client.get("/agency/texts.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="texts.csv"'
    rows = answer.text.splitlines()
    assert rows[0] == "month,sent,delivered,failed,unsent,waiting,segments,estimated_cost"
    assert len(rows) == 13
    assert rows[-1].endswith(",0,0,0,0,0,0,0.00")


def _main(site: Site, path: str) -> str:
    return html.unescape(str(site.ada.browser.client.get(path).text.partition("<main")[2].partition("</main")[0]))


@contextmanager
def _writes(site: Site) -> Iterator[Session]:
    with writing(site.app.extensions[ENGINE]) as session:
        yield session
        session.commit()


def test_an_administrator_is_told_what_keeps_texts_and_of_nothing_else(site: Site) -> None:
    site.ada.sign_in(site.ada.browser)
    for path in PAGES:
        assert "govuk-warning-text" not in _main(site, path)
    with _writes(site) as session:
        senders.stop(session, "one of ours", "20003", now())
    for path in PAGES:
        assert "No texts go out: the provider refuses" in _main(site, path)
        assert "(code 20003)" in _main(site, path)


def test_an_administrator_is_told_when_texts_are_filtered(site: Site) -> None:
    site.ada.sign_in(site.ada.browser)
    with _writes(site) as session:
        store_text(session, TextState.FAILED, now() - RECENT - timedelta(seconds=1), error="30007")
        store_text(session, TextState.FAILED, now(), error="30003")
    for path in PAGES:
        assert "advertising" not in _main(site, path).partition("Why texts failed")[0]
    with _writes(site) as session:
        store_text(session, TextState.UNDELIVERED, now(), error="30007")
    for path in PAGES:
        assert "1 text of the last week was stopped by a network that took it for advertising." in _main(site, path)


def test_an_administrator_is_told_when_no_more_codes_go_out(site: Site) -> None:
    site.ada.sign_in(site.ada.browser)
    settings = site.app.extensions["mediation settings"]
    site.app.extensions["mediation settings"] = replace(settings, sms_codes_a_day=1)
    for path in PAGES:
        assert "As many codes" not in _main(site, path)
    with _writes(site) as session:
        session.add(CodeSent(sent_id=new_id(), at=now()))
    for path in PAGES:
        assert "As many codes were sent in the last 24 hours as the settings allow" in _main(site, path)
