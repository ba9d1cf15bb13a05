"""The description of the API is true: whatever is sent, signed in as anybody, every answer is one that it documents.

schemathesis makes the requests from the document itself, well-formed and ill-formed ones.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mediation.web.api import REFUSALS
from tests import databases
from tests.agency_site import Browser, Site, settings_in
from tests.case_site import CaseSite

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES: Final = ("nobody", "waiting", "participant", "administrator", "auditor", "facilitator", "supervisor")
METHODS: Final = ("GET", "POST", "PUT", "DELETE")
EXAMPLES: Final = 4
ENDING: Final = {("DELETE", "/api/v1/session")}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, Browser]]]:
    """The description as it is served, and a browser for each role."""
    directory = tmp_path_factory.mktemp("described")
    databases.new(directory)
    site = Site(settings_in(directory, TRIES_PER_NAME="100000", TRIES_PER_ADDRESS="100000"))
    ada = site.found()
    fay = site.staff("Fay", "facilitator")
    browsers = {
        "nobody": site.browser(),
        "administrator": ada.browser,
        "facilitator": fay.browser,
        "supervisor": site.staff("Sue", "supervisor").browser,
        "auditor": site.staff("Axel", "auditor").browser,
        "waiting": CaseSite.open(site, fay).newcomer().browser,
        "participant": CaseSite.open(site, fay).member().browser,
    }
    states = [browsers[name].read("/membership")["state"] for name in ("waiting", "participant")]
    assert states == ["waiting", "admitted"]
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app), browsers


def _operations(schema: Any, method: str) -> list[Any]:
    found = [each.ok() for each in schema.get_all_operations()]
    return [each for each in found if each.method.upper() == method]


def _fuzz(operation: Any, mode: GenerationMode, browsers: dict[str, Browser]) -> None:
    """A few requests of one operation, each sent by every role: what takes long is making them."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        for role, browser in browsers.items():
            _send(case, role, browser)

    try:
        send()
    except Unsatisfiable:  # nothing ill-formed can be made of a route without any input
        assert mode is GenerationMode.NEGATIVE


def _send(case: Any, role: str, browser: Browser) -> None:
    """The session is not handed to the operation that would end it."""
    cookie = browser.client.get_cookie("session")
    ends = (case.operation.method.upper(), case.operation.path) in ENDING
    cookies = {} if cookie is None or ends else {"session": cookie.value}
    headers = {**browser.headers, "Accept-Encoding": "identity"}
    try:
        case.call_and_validate(headers=headers, cookies=cookies, checks=CHECKS)
    except Exception as error:
        error.add_note(f"sent as {role}")
        raise


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["well-formed", "ill-formed"])
@pytest.mark.parametrize("method", METHODS)
def test_every_answer_is_documented(served: Any, method: str, mode: GenerationMode) -> None:
    schema, browsers = served
    assert set(browsers) == set(ROLES)
    for operation in _operations(schema, method):
        _fuzz(operation, mode, browsers)


def test_the_description_is_openapi_3_1_and_names_every_refusal(empty_site: Site) -> None:
    document = empty_site.browser().read("/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert {method.upper() for item in document["paths"].values() for method in item} == set(METHODS)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
            assert set(REFUSALS) <= set(operation["responses"]), (method, path)
            assert any(status.startswith("2") for status in operation["responses"]), (method, path)


def test_no_two_models_of_the_api_share_a_name(empty_site: Site) -> None:
    named: dict[str, set[str]] = {}
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        model = waiting.pop()
        waiting.extend(model.__subclasses__())
        if model.__module__.startswith("mediation.web"):
            named.setdefault(model.__name__, set()).add(model.__module__)
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}


def test_what_needs_a_session_says_so(empty_site: Site) -> None:
    document = empty_site.browser().read("/openapi.json")
    assert document["components"]["securitySchemes"]["session"]["in"] == "cookie"
    assert document["paths"]["/api/v1/trust"]["get"]["security"] == [{"session": []}]
    assert "security" not in document["paths"]["/api/v1/agency"]["get"]


def test_every_api_route_is_described(empty_site: Site) -> None:
    app = empty_site.app
    described = {
        (method.upper(), path)
        for path, item in empty_site.browser().read("/openapi.json")["paths"].items()
        for method in item
    }
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/", "/audit/")) or rule.rule == "/healthz"
    }
    assert routed - described == {("GET", "/api/v1/openapi.json")}
    assert described <= routed
