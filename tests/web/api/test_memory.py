"""Each person's own documents: compare and swap, nobody else's, nothing but the names that are used."""

import pytest

from mediation.protocol.encoding import b64, new_id
from tests.agency_site import Site
from tests.answers import accepted, refused

ONE, TWO = b64(b"1" * 100), b64(b"2" * 100)


@pytest.mark.parametrize("name", ["pins", "settings", "invitations", f"draft-{'A' * 22}"])
def test_a_document_is_written_read_and_deleted(site: Site, name: str) -> None:
    browser = site.ada.browser
    refused(browser.get(f"/memory/{name}"), 404, "not-found")
    assert accepted(browser.put(f"/memory/{name}", {"revision": 1, "blob": ONE})) == {"name": name, "revision": 1}
    assert accepted(browser.put(f"/memory/{name}", {"revision": 2, "blob": TWO}))["revision"] == 2
    assert accepted(browser.get(f"/memory/{name}")) == {"name": name, "revision": 2, "blob": TWO}
    accepted(browser.delete(f"/memory/{name}"), 204)
    accepted(browser.delete(f"/memory/{name}"), 204)
    refused(browser.get(f"/memory/{name}"), 404, "not-found")


@pytest.mark.parametrize("revision", [1, 3, 9])
def test_a_revision_that_does_not_follow_is_a_conflict(site: Site, revision: int) -> None:
    browser = site.ada.browser
    accepted(browser.put("/memory/pins", {"revision": 1, "blob": ONE}))
    body = refused(browser.put("/memory/pins", {"revision": revision, "blob": TWO}), 409, "memory-conflict")
    assert body["revision"] == 1
    assert accepted(browser.get("/memory/pins"))["blob"] == ONE


def test_the_first_revision_is_one(site: Site) -> None:
    body = refused(site.ada.browser.put("/memory/pins", {"revision": 2, "blob": ONE}), 409, "memory-conflict")
    assert body["revision"] == 0


def test_the_same_bytes_again_are_accepted(site: Site) -> None:
    for _ in range(2):
        accepted(site.ada.browser.put("/memory/pins", {"revision": 1, "blob": ONE}))


def test_somebody_elses_documents_cannot_be_seen(site: Site) -> None:
    accepted(site.ada.browser.put("/memory/pins", {"revision": 1, "blob": ONE}))
    fay = site.staff("Fay")
    refused(fay.browser.get("/memory/pins"), 404, "not-found")
    accepted(fay.browser.delete("/memory/pins"), 204)
    assert accepted(site.ada.browser.get("/memory/pins"))["blob"] == ONE


def test_signed_out_there_is_no_memory(site: Site) -> None:
    refused(site.browser().get("/memory/pins"), 401, "signed-out")
    refused(site.browser().put("/memory/pins", {"revision": 1, "blob": ONE}), 401, "signed-out")
    refused(site.browser().delete("/memory/pins"), 401, "signed-out")


@pytest.mark.parametrize("name", ["other", "draft-", "draft-x", "PINS", "draft-" + "A" * 23])
def test_other_names_do_not_exist(site: Site, name: str) -> None:
    refused(site.ada.browser.put(f"/memory/{name}", {"revision": 1, "blob": ONE}), 404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {"revision": 0, "blob": ONE},
        {"revision": "1", "blob": ONE},
        {"revision": True, "blob": ONE},
        {"revision": 2**53, "blob": ONE},
        {"revision": 1, "blob": "plain text"},
        {"revision": 1, "blob": "short"},
        {"revision": 1},
        {"revision": 1, "blob": ONE, "more": 1},
    ],
)
def test_a_document_of_another_form_is_refused(site: Site, body: object) -> None:
    refused(site.ada.browser.put("/memory/pins", body), 422, "bad-input")


def test_base64_with_stray_bits_is_refused(site: Site) -> None:
    blob = ONE[:-1] + "B"
    refused(site.ada.browser.put("/memory/pins", {"revision": 1, "blob": blob}), 422, "bad-base64")


def test_documents_are_limited_in_number(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediation.accounts.operations.MEMORY_DOCUMENTS", 2)
    for _ in range(2):
        accepted(site.ada.browser.put(f"/memory/draft-{new_id()}", {"revision": 1, "blob": ONE}))
    answer = site.ada.browser.put(f"/memory/draft-{new_id()}", {"revision": 1, "blob": ONE})
    refused(answer, 413, "memory-full")


def test_documents_are_limited_in_their_bytes_together(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediation.accounts.operations.MEMORY_BYTES", 200)
    browser, draft = site.ada.browser, f"/memory/draft-{new_id()}"
    accepted(browser.put("/memory/pins", {"revision": 1, "blob": ONE}))
    accepted(browser.put(draft, {"revision": 1, "blob": TWO}))
    longer = b64(b"3" * 101)
    refused(browser.put(f"/memory/draft-{new_id()}", {"revision": 1, "blob": ONE}), 413, "memory-full")
    refused(browser.put(draft, {"revision": 2, "blob": longer}), 413, "memory-full")
    accepted(browser.put(draft, {"revision": 2, "blob": b64(b"3" * 99)}))
    accepted(browser.put("/memory/pins", {"revision": 2, "blob": longer}))
    assert accepted(browser.get(draft))["revision"] == 2


def test_somebody_else_s_documents_take_no_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediation.accounts.operations.MEMORY_BYTES", 100)
    accepted(site.ada.browser.put("/memory/pins", {"revision": 1, "blob": ONE}))
    accepted(site.staff("Fay").browser.put("/memory/pins", {"revision": 1, "blob": ONE}))
