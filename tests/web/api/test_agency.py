"""Setting the agency up, its newer statements and settings, and what clients verify with."""

from typing import Any

import pytest

from mediation.accounts import set_up_code
from mediation.protocol import authority
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes, sign_public_key
from tests.agency_site import Site, account_record, now
from tests.answers import accepted, refused

SETTINGS = {
    "help": [{"label": "Support line", "phone": "0808 000 0000", "text": "", "web": "https://example.org/help"}],
    "leave_to": "https://example.org/weather",
    "phone": "",
    "waiting_words": "We look at letters on weekdays.",
    "kept_for": "",
    "labels": {"person_harmed": "the person harmed", "person_responsible": "the person responsible"},
}


def test_before_set_up_anybody_learns_that_there_is_no_agency(empty_site: Site) -> None:
    answer = accepted(empty_site.browser().get("/agency"))
    assert (answer["set_up"], answer["agency_id"], answer["name"]) == (False, None, None)


def test_setting_up_signs_the_administrator_in_and_names_the_agency(empty_site: Site) -> None:
    ada = empty_site.found()
    answer = accepted(empty_site.browser().get("/agency"))
    assert (answer["set_up"], answer["agency_id"], answer["name"]) == (True, empty_site.agency_id, "Bridge Works")
    session = accepted(ada.browser.get("/session"))
    assert (session["kind"], session["roles"], session["admitted"]) == ("staff", ["administrator", "facilitator"], True)


def test_an_agency_is_set_up_once(site: Site) -> None:
    refused(site.browser().post("/agency", site.set_up_body()), 409, "agency-set-up")


@pytest.mark.parametrize("code", ["", "wrong", "0000-0000-0000-0000-0000-0000-00"])
def test_a_wrong_set_up_code_is_refused(empty_site: Site, code: str) -> None:
    body = {**empty_site.set_up_body(), "set_up_code": code or "x"}
    refused(empty_site.browser().post("/agency", body), 403, "set-up-code")
    assert not accepted(empty_site.browser().get("/agency"))["set_up"]


def test_a_set_up_code_may_be_typed_in_small_letters_and_spaces(empty_site: Site) -> None:
    body = empty_site.set_up_body()
    body["set_up_code"] = body["set_up_code"].lower().replace("-", " ")
    accepted(empty_site.browser().post("/agency", body), 201)


def test_an_older_set_up_code_no_longer_works(empty_site: Site) -> None:
    body = empty_site.set_up_body()
    set_up_code.make(empty_site.settings.instance)
    refused(empty_site.browser().post("/agency", body), 403, "set-up-code")


def _without_log_key(site: Site, body: dict[str, Any]) -> None:
    site.agency = []
    site.agency = [site.statement([])]
    site.rosters = []
    body.update(agency=site.agency[0], roster=site.next_roster())


def _somebody_else(site: Site, body: dict[str, Any]) -> None:
    body["staff_id"] = new_id()


def _no_administrator(site: Site, body: dict[str, Any]) -> None:
    site.staffed, site.rosters = {site.ada.id: site.ada.staff("facilitator")}, []
    body["roster"] = site.next_roster()


def _two_of_staff(site: Site, body: dict[str, Any]) -> None:
    other = site.person("Ben")
    site.staffed[other.id], site.rosters = other.staff("facilitator"), []
    body["roster"] = site.next_roster()


def _a_case_already(site: Site, body: dict[str, Any]) -> None:
    site.rosters = []
    body["roster"] = site.next_roster(anchors={new_id(): b64(random_bytes(32))})


def _wrong_root(site: Site, body: dict[str, Any]) -> None:
    body["agency"]["signatures"][0]["sig"] = b64(random_bytes(64))


def _second_statement(site: Site, body: dict[str, Any]) -> None:
    site.agency = [*site.agency, site.statement([])]
    body["agency"] = site.agency[-1]


def _roster_of_another(site: Site, body: dict[str, Any]) -> None:
    mallory = site.person("Mallory")
    site.rosters = []
    body["roster"] = site.next_roster(issuer=mallory)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_without_log_key, "log-key-missing"),
        (_somebody_else, "administrator-missing"),
        (_no_administrator, "administrator-missing"),
        (_two_of_staff, "administrator-missing"),
        (_a_case_already, "roster-anchors"),
        (_wrong_root, "bad-signature"),
        (_second_statement, "chain-seq"),
        (_roster_of_another, "unknown-signer"),
    ],
)
def test_a_first_statement_that_does_not_fit_sets_nothing_up(empty_site: Site, spoil: Any, code: str) -> None:
    body = empty_site.set_up_body()
    spoil(empty_site, body)
    refused(empty_site.browser().post("/agency", body), 422, code)
    assert not accepted(empty_site.browser().get("/agency"))["set_up"]


def test_settings_are_the_administrators_to_change(site: Site) -> None:
    accepted(site.ada.browser.put("/agency/settings", SETTINGS))
    assert accepted(site.browser().get("/agency"))["settings"] == SETTINGS
    fay = site.staff("Fay")
    refused(fay.browser.put("/agency/settings", SETTINGS), 403, "not-allowed")
    refused(site.browser().put("/agency/settings", SETTINGS), 401, "signed-out")


@pytest.mark.parametrize(
    "change",
    [
        {"leave_to": "http://example.org"},
        {"leave_to": "javascript:alert(1)"},
        {"leave_to": ""},
        {"help": [{"label": "x", "phone": "<b>", "text": "", "web": ""}]},
        {"help": [{"label": "x", "phone": "", "text": "", "web": "data:text/html,x"}]},
        {"waiting_words": "\u202eevil"},
        {"labels": {"person_harmed": ""}},
        {"extra": 1},
    ],
)
def test_settings_that_are_not_plain_are_refused(site: Site, change: dict[str, Any]) -> None:
    refused(site.ada.browser.put("/agency/settings", {**SETTINGS, **change}), 422, "bad-input")


def _vkey(site: Site) -> str:
    return str(site.browser().read("/agency")["log_vkey"])


def test_a_newer_agency_statement_is_stored_once(site: Site) -> None:
    newer = site.statement([_vkey(site)])
    first = accepted(site.ada.browser.post("/agency/statements", {"agency": newer}), 201)
    assert accepted(site.ada.browser.post("/agency/statements", {"agency": newer}), 201) == first
    assert len(accepted(site.ada.browser.get("/trust"))["agency"]) == 2


def test_a_newer_agency_statement_must_follow_the_newest(site: Site) -> None:
    rival = site.statement([_vkey(site), "other+00000000+AAAA"])
    newer = site.statement([_vkey(site)])
    accepted(site.ada.browser.post("/agency/statements", {"agency": newer}), 201)
    refused(site.ada.browser.post("/agency/statements", {"agency": rival}), 409, "agency-moved")


def test_a_newer_agency_statement_keeps_the_issuer_of_the_newest_roster(site: Site) -> None:
    newer = site.statement([_vkey(site)], issuers=[site.person("Ben")])
    refused(site.ada.browser.post("/agency/statements", {"agency": newer}), 422, "issuer-withdrawn")


def test_a_newer_agency_statement_names_the_log(site: Site) -> None:
    refused(site.ada.browser.post("/agency/statements", {"agency": site.statement([])}), 422, "log-key-missing")


def test_a_newer_agency_statement_is_signed_by_the_root(site: Site) -> None:
    newer = site.statement([_vkey(site)])
    site.root_seed = random_bytes(32)
    forged = site.statement([_vkey(site)])
    refused(site.ada.browser.post("/agency/statements", {"agency": forged}), 422, "unknown-signer")
    newer["payload"] = forged["payload"]
    refused(site.ada.browser.post("/agency/statements", {"agency": newer}), 422, "bad-signature")


def test_trust_holds_what_a_client_verifies_from_the_root_key(site: Site) -> None:
    site.issue()
    trust = accepted(site.ada.browser.get("/trust"))
    word = authority.verify(trust["agency"], trust["rosters"], sign_public_key(site.root_seed), now())
    assert word.roster.seq == 2
    assert len(accepted(site.ada.browser.get("/trust?roster_from=2"))["rosters"]) == 1


@pytest.mark.parametrize("query", ["roster_from=x", "roster_from=-1", "roster_from="])
def test_trust_from_something_that_is_no_number_is_refused(site: Site, query: str) -> None:
    refused(site.ada.browser.get(f"/trust?{query}"), 422, "bad-input")


def test_trust_is_for_those_signed_in(site: Site) -> None:
    refused(site.browser().get("/trust"), 401, "signed-out")


def test_an_account_must_have_the_exact_form(empty_site: Site) -> None:
    body = empty_site.set_up_body()
    for change in ({"opslimit": 1}, {"memlimit": 1024}, {"salt": "AAAA"}, {"auth": "x"}, {"revision": 2}, {"more": 1}):
        account = {**account_record(empty_site.ada.keys), **change}
        answer = empty_site.browser().post("/agency", {**body, "account": account})
        refused(answer, 422, "bad-input")
