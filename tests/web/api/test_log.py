"""The audit log over HTTP: what was published for everybody, tiles and entries as in `tlog-tiles` for auditors."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from mediation.ledger.stamping import Stamping
from mediation.ledger.stamps import opened, roots_in
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import checkpoint, tiles, tree
from mediation.protocol.encoding import unb64
from mediation.web.transaction import ENGINE
from tests.agency_site import Site
from tests.answers import accepted, refused
from tests.ledger.authority import Authority, offered

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def published(site: Site) -> Site:
    """A server that published its log once."""
    Upkeep(site.app.extensions[ENGINE], lambda: DAY).turn()
    return site


@pytest.fixture
def auditor(published: Site) -> FlaskClient:
    """The browser of an auditor."""
    return published.staff("Otto", "auditor").browser.client


def head_of(auditor: FlaskClient, site: Site) -> checkpoint.Checkpoint:
    answer = auditor.get("/audit/1/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    keys = [site.ada.browser.read("/agency")["log_vkey"]]
    return checkpoint.opened(answer.text, keys)


def test_an_auditor_recomputes_the_root_from_the_entries(published: Site, auditor: FlaskClient) -> None:
    head = head_of(auditor, published)
    entries: list[bytes] = []
    hashes: list[bytes] = []
    for n in range(-(-head.size // 256)):
        width = tiles.width_at(head.size, 0, n)
        tail = "" if width == 256 else f".p/{width}"
        bundle = auditor.get(f"/audit/1/tile/entries/{n:03}{tail}")
        assert bundle.content_type == "application/octet-stream"
        entries += [bundle.data[i + 2 : i + 34] for i in range(0, len(bundle.data), 34)]
        tile = auditor.get(f"/audit/1/tile/0/{n:03}{tail}").data
        hashes += [tile[i : i + 32] for i in range(0, len(tile), 32)]
    assert len(entries) == head.size
    assert hashes == [tree.leaf_hash(each) for each in entries]
    assert tree.root(entries) == head.root


@pytest.mark.parametrize(
    "path",
    [
        "2/checkpoint",
        "0/checkpoint",
        "x/checkpoint",
        "1/tile/0/999",
        "1/tile/0/0",
        "1/tile/0/000.p/0",
        "1/tile/0/000.p/256",
        "1/tile/00/000",
        "1/tile/9/000",
        "1/tile/entries/x000/000",
        "1/tile/entries/999.p/1",
        "1/tile/entries/../0/000",
        "2/tile/0/000",
    ],
)
def test_what_is_not_in_the_log_is_not_found(auditor: FlaskClient, path: str) -> None:
    assert auditor.get(f"/audit/{path}").status_code == 404


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "tile/entries/000"])
def test_the_growth_of_the_log_is_for_auditors_alone(published: Site, path: str) -> None:
    refused(published.browser().client.get(f"/audit/1/{path}"), 401, "signed-out")
    refused(published.ada.browser.client.get(f"/audit/1/{path}"), 403, "not-allowed")
    refused(published.staff("Fay").browser.client.get(f"/audit/1/{path}"), 403, "not-allowed")


def test_everybody_signed_in_is_given_what_was_published_and_the_proof(published: Site) -> None:
    first = accepted(published.ada.browser.get("/audit/published"))
    Upkeep(published.app.extensions[ENGINE], lambda: DAY.replace(day=3)).turn()
    second = accepted(published.ada.browser.get(f"/audit/published?size={published.settings.audit_step}"))
    keys = [published.ada.browser.read("/agency")["log_vkey"]]
    old, new = (checkpoint.opened(each["note"], keys) for each in (first, second))
    tree.verify_consistency(old.size, old.root, new.size, new.root, [unb64(each) for each in second["proof"]])
    assert first["proof"] == []
    assert accepted(published.ada.browser.get("/audit/published?size=9999"))["proof"] == []


def test_before_anything_was_published_there_is_nothing(site: Site) -> None:
    assert accepted(site.ada.browser.get("/audit/published")) == {"note": None, "proof": []}
    refused(site.browser().get("/audit/published"), 401, "signed-out")


@pytest.mark.parametrize("query", ["size=x", "size=-1", "size=1.5"])
def test_a_size_that_is_no_number_is_refused(site: Site, query: str) -> None:
    refused(site.ada.browser.get(f"/audit/published?{query}"), 422, "bad-input")


@pytest.fixture
def authority(published: Site) -> Authority:
    """Who has stamped what the server published on two days."""
    found = Authority(DAY)
    with offered(found) as url:
        for day in (2, 3):
            found.now = DAY.replace(day=day)
            Upkeep(published.app.extensions[ENGINE], lambda: found.now).turn()
            assert Stamping(published.app.extensions[ENGINE], url, found.pem, lambda: found.now).turn()
    return found


@pytest.mark.parametrize(("days", "query"), [(2, ""), (2, "?size={}"), (1, "?size={}")])
def test_everybody_signed_in_is_given_the_timestamp_and_what_it_is_over(
    published: Site, authority: Authority, days: int, query: str
) -> None:
    size = days * published.settings.audit_step
    client = published.ada.browser.client
    data, answer = (
        client.get(f"/api/v1/audit/published/{what}{query.format(size)}") for what in ("stamped", "timestamp")
    )
    assert opened(answer.data, data.data, roots_in(authority.pem)) == DAY.replace(day=days + 1)
    assert (data.content_type, answer.content_type) == ("text/plain; charset=utf-8", "application/timestamp-reply")
    named = [each.headers["Content-Disposition"] for each in (data, answer)]
    assert named == [f'attachment; filename="head-{size}"', f'attachment; filename="head-{size}.tsr"']
    keys = [published.ada.browser.read("/agency")["log_vkey"]]
    assert checkpoint.opened(data.text, keys).size == size


@pytest.mark.parametrize("what", ["stamped", "timestamp"])
def test_a_head_without_a_timestamp_has_none(published: Site, what: str) -> None:
    path = f"/audit/published/{what}"
    refused(published.ada.browser.get(path), 404, "not-found")
    refused(published.ada.browser.get(f"{path}?size={published.settings.audit_step}"), 404, "not-found")
    refused(published.ada.browser.get(f"{path}?size=x"), 422, "bad-input")
    refused(published.browser().get(path), 401, "signed-out")
