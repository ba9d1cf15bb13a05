"""Who may reach which route: one table, checked for every role on every route.

A new route belongs here, or the first test fails. What somebody may do with an object once they have reached its route
is for the tests of each room.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from mediation.web.guard import Policy, policy_of
from mediation.web.transaction import SAFE
from tests import databases
from tests.agency_site import Browser, Site, settings_in
from tests.case_site import CaseSite

ID, HASH = "A" * 22, "A" * 43

TABLE: Final[dict[str, str]] = {
    "anyone": """
        GET /healthz
        GET /api/v1/openapi.json
        GET /api/v1/agency
        POST /api/v1/agency
        POST /api/v1/sign-in/parameters
        POST /api/v1/session
        DELETE /api/v1/session
        GET /api/v1/invitations/<invite_id>
        POST /api/v1/invitations/<invite_id>/join
        GET /
        GET /accessibility
        GET /dev/phones
        GET /help
        GET /join
        GET /privacy
        GET /set-up
        GET /sign-in
        GET /signed-out
    """,
    "provider": """
        POST /webhooks/notify/receipt
        POST /webhooks/notify/received
        POST /webhooks/twilio/received
        POST /webhooks/twilio/status/<text_id>
    """,
    "auditor": """
        GET /api/v1/audit/events
        GET /audit
        GET /audit/<int:number>/checkpoint
        GET /audit/<int:number>/tile/<path:tile>
    """,
    "auditor facilitator": """
        GET /api/v1/audit/consistency
    """,
    "signed-in": """
        GET /api/v1/session
        POST /api/v1/session/unlock
        GET /api/v1/session/lock-key
        PUT /api/v1/session/lock-key
        DELETE /api/v1/session/lock-key
        GET /api/v1/trust
        GET /api/v1/audit/published
        GET /api/v1/audit/published/stamped
        GET /api/v1/audit/published/timestamp
        GET /api/v1/memory/<name>
        PUT /api/v1/memory/<name>
        DELETE /api/v1/memory/<name>
        POST /api/v1/consents
        POST /api/v1/messages
        POST /api/v1/messages/<message_id>/withdrawal
        GET /unlock
        GET /waiting
    """,
    "participant": """
        GET /api/v1/audit/receipts
        GET /api/v1/audit/receipts/<receipt_id>
        GET /api/v1/membership
        PUT /api/v1/standing
        GET /api/v1/contact
        PUT /api/v1/contact
        POST /api/v1/contact/code
        POST /api/v1/contact/confirmation
        GET /api/v1/letters
        PUT /api/v1/letters/<message_id>/choice
        POST /api/v1/letters/<message_id>/opening
        GET /consent
        GET /contact
        GET /facilitator
        GET /home
        GET /letters
        GET /letters/<message_id>
        GET /letters/<message_id>/print
        GET /pause
        GET /recorded
        GET /write
    """,
    "administrator": """
        PUT /api/v1/agency/settings
        POST /api/v1/agency/statements
        GET /api/v1/anchors
        POST /api/v1/rosters
        GET /api/v1/staff/invitations
        GET /agency
        GET /agency/log-keys
        GET /agency/roster
        GET /agency/texts
        GET /agency/texts.csv
        GET /agency/staff
        GET /agency/staff/<invite_id>
    """,
    "administrator facilitator": """
        POST /api/v1/invitations
        DELETE /api/v1/invitations/<invite_id>
        POST /api/v1/cases/<case_id>/statements
        POST /api/v1/cases/<case_id>/statements/<hash>/signatures
        DELETE /api/v1/cases/<case_id>/statements/<hash>
    """,
    "administrator facilitator supervisor": """
        GET /api/v1/staff
        GET /api/v1/cases
        GET /api/v1/cases/<case_id>
        GET /api/v1/cases/<case_id>/messages
        GET /api/v1/messages/<message_id>
    """,
    "facilitator supervisor": """
        GET /api/v1/queue
        GET /cases
        GET /cases/<case_id>
        GET /queue
    """,
    "facilitator": """
        POST /api/v1/cases
        GET /api/v1/cases/<case_id>/events
        POST /api/v1/cases/<case_id>/exports
        GET /api/v1/cases/<case_id>/exports/<export_id>
        GET /api/v1/cases/<case_id>/invitations
        POST /api/v1/cases/<case_id>/participants/<participant_id>/acknowledgement
        PUT /api/v1/cases/<case_id>/participants/<participant_id>/contact
        POST /api/v1/cases/<case_id>/participants/<participant_id>/contact/code
        POST /api/v1/cases/<case_id>/participants/<participant_id>/contact/confirmation
        PUT /api/v1/cases/<case_id>/participants/<participant_id>/standing
        POST /api/v1/messages/<message_id>/decisions
        PUT /api/v1/messages/<message_id>/hold
        DELETE /api/v1/messages/<message_id>/hold
        PUT /api/v1/messages/<message_id>/recipients/<participant_id>/choice
        POST /api/v1/messages/<message_id>/wraps
        DELETE /api/v1/decisions/<hash>
        PUT /api/v1/decisions/<hash>/note
        POST /api/v1/decisions/<hash>/signatures
        POST /api/v1/tasks/<task_id>/done
        GET /cases/<case_id>/admit/<invite_id>
        GET /cases/<case_id>/facilitators
        GET /cases/<case_id>/invitations/<invite_id>
        GET /cases/<case_id>/invite
        GET /cases/<case_id>/letters/<message_id>/print
        GET /cases/<case_id>/people/<participant_id>
        GET /cases/<case_id>/transcript
        GET /cases/<case_id>/write
        GET /cases/<case_id>/write-down/<participant_id>
        GET /cases/new
        GET /review/<message_id>
    """,
}
ROLES: Final = ("nobody", "waiting", "participant", "administrator", "auditor", "facilitator", "supervisor")


def _rows() -> Iterator[tuple[str, str, str]]:
    for who, lines in TABLE.items():
        for line in lines.strip().splitlines():
            method, rule = line.split()
            yield who, method, rule


def _passes(who: str, role: str) -> bool:
    if who == "anyone":
        return True
    if who == "signed-in":
        return role != "nobody"
    return role in who.split()


def _policy(who: str) -> Policy:
    if who in ("anyone", "signed-in", "participant", "provider"):
        return Policy(who)  # type: ignore[arg-type]  # narrowed by the line above
    return Policy("staff", frozenset(who.split()))


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Browser]]:
    """One signed-in browser for each role, all on one server. `participant` waits to be admitted to a case."""
    directory = tmp_path_factory.mktemp("routes")
    databases.new(directory)
    site = Site(settings_in(directory))
    site.found()
    found = {role: site.staff(role, role).browser for role in ("administrator", "auditor", "supervisor")}
    fay = site.staff("Fay", "facilitator")
    newcomer = site.person("New")
    site.join(site.invite(newcomer.id), newcomer)
    yield {
        **found,
        "nobody": site.browser(),
        "waiting": newcomer.browser,
        "facilitator": fay.browser,
        "participant": CaseSite.open(site, fay).newcomer().browser,
    }


def test_the_table_is_what_the_routes_declare(empty_site: Site) -> None:
    app = empty_site.app
    declared = {
        (method, rule.rule): policy_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert declared == {(method, rule): _policy(who) for who, method, rule in _rows()}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_only_its_routes(browsers: dict[str, Browser], role: str) -> None:
    for who, method, rule in _rows():
        if (method, rule) == ("DELETE", "/api/v1/session"):
            continue
        path = re.sub(r"<\w*hash>|<invite_id>", HASH, rule).replace("<name>", "pins")
        path = path.replace("<int:number>", "1").replace("<path:tile>", "0/000")
        path = re.sub(r"<\w+>", ID, path)
        browser = browsers[role]
        options: dict[str, Any] = {} if method in SAFE else {"json": {}}
        answer = browser.client.open(path, method=method, headers=browser.headers, **options)
        refused = answer.status_code in (401, 403) or (answer.status_code == 303 and "/sign-in" in answer.location)
        assert answer.status_code < 500, (method, path, answer.text)
        if not _passes(who, role):
            assert refused, (method, path, answer.status_code)
        elif "not-admitted" not in answer.text:
            assert answer.status_code not in (401, 403), (method, path, answer.text)
