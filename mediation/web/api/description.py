"""The OpenAPI document of the API, made from the code when somebody first asks for it.

The schemas of all models take longer to make than anything else at a start, and few ever read them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any, Final

from flask_openapi3 import APIBlueprint, Info, OpenAPI, Tag
from flask_openapi3.types import ParametersTuple
from flask_openapi3.utils import parse_parameters

from mediation.web.guard import policy_of

INFO: Final = Info(
    title="mediation", version="1", description="Letters through a facilitator. Bodies are application/json."
)
DOCUMENT: Final = "mediation API document"
_making: Final = Lock()


class Room(APIBlueprint):
    """The routes of one module, which are described when they are asked to be."""

    def __init__(self, name: str, import_name: str, *, tags: Sequence[str] = (), **options: Any) -> None:
        super().__init__(name, import_name, abp_tags=[Tag(name=tag) for tag in tags], **options)
        self._waiting: list[Callable[[], object]] = []

    def _collect_openapi_info(self, rule: str, func: Callable[..., Any], **options: Any) -> ParametersTuple:
        """What a route takes, as the library asks for it; its description waits."""
        self._waiting.append(partial(super()._collect_openapi_info, rule, func, **options))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Describe every route, once."""
        for describe in self._waiting:
            describe()
        self._waiting.clear()


def document(app: OpenAPI, rooms: Sequence[Room]) -> dict[str, Any]:
    """The document of these rooms as they stand in `app`, made once."""
    with _making:
        if DOCUMENT not in app.extensions:
            app.extensions[DOCUMENT] = _document(app, rooms)
    found: dict[str, Any] = app.extensions[DOCUMENT]
    return found


def _document(app: OpenAPI, rooms: Sequence[Room]) -> dict[str, Any]:
    """From an application of their own, since ours takes no more routes once it has answered."""
    described = OpenAPI(
        app.import_name,
        info=INFO,
        doc_ui=False,
        validation_error_model=app.validation_error_model,
        security_schemes={"session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}},
    )
    for room in rooms:
        room.describe()
        described.register_api(room)
    _name_those_with_a_session(described)
    return described.api_doc


def _name_those_with_a_session(described: OpenAPI) -> None:
    for rule in described.url_map.iter_rules():
        policy = policy_of(described.view_functions[rule.endpoint])
        item = described.paths.get(rule.rule.replace("<", "{").replace(">", "}"))
        if item is None or policy is None or policy.who == "anyone":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            getattr(item, method.lower()).security = [{"session": []}]
