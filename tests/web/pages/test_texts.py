"""The administrator's report on texts, as a page and as a spreadsheet."""

from tests.agency_site import Site


def test_an_agency_that_has_sent_nothing_is_told_so(site: Site) -> None:
    ada = site.ada
    ada.sign_in(ada.browser)
    page = ada.browser.client.get("/agency/texts").text
    assert "No text has been queued in the last twelve months." in page
    assert "<svg" not in page.partition("<main")[2].partition("</main")[0].replace('<svg class="md-sign"', "")


def test_the_spreadsheet_has_a_row_for_each_month(site: Site) -> None:
    site.ada.sign_in(site.ada.browser)
    answer = site.ada.browser.client.get("/agency/texts.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="texts.csv"'
    rows = answer.text.splitlines()
    assert rows[0] == "month,sent,delivered,failed,unsent,waiting,segments,estimated_cost"
    assert len(rows) == 13
    assert rows[-1].endswith(",0,0,0,0,0,0,0.00")
