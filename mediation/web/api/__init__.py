"""The HTTP API under /api/v1: the one surface through which anything changes. One module per capability.

Every operation is described by strict pydantic models, and answers every refusal as {code, message, …}.
`blueprint(name)` makes the room for a module; `init_app` registers every module that is listed in `MODULES`.
"""

import importlib
from http import HTTPStatus
from typing import Annotated, Any, Final

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mediation.errors import Invalid, NotFound
from mediation.web.api.description import Room

PREFIX: Final = "/api/v1"
MODULES: Final = (
    "health",
    "agency",
    "session",
    "memory",
    "invitations",
    "rosters",
    "cases",
    "exports",
    "consents",
    "standing",
    "contact",
    "messages",
    "decisions",
    "letters",
    "queue",
    "log",
    "tiles",
    "events",
)

IdText = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$", description="16 bytes in base64url without padding")
]
HashText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", description="32 bytes in base64url")]
B64Text = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", description="bytes in base64url without padding")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Strict(BaseModel):
    """Base of every body: exact types, no further keys, nothing echoed in errors."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class PathOf(BaseModel):
    """Base of path parameters: one that cannot be an identifier is a 404, like one that does not exist."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Signature(Strict):
    """One signature of an envelope."""

    keyid: Annotated[str, Field(max_length=43)]
    sig: Annotated[str, Field(max_length=86)]


class Envelope(Strict):
    """A signed statement as a strict DSSE envelope."""

    payload: Annotated[str, Field(max_length=360_000)]
    payloadType: Annotated[str, Field(max_length=80)]  # noqa: N815  # the name that DSSE gives it
    signatures: Annotated[list[Signature], Field(min_length=1, max_length=64)]


class Refusal(BaseModel):
    """Every refusal: a stable code and a plain sentence."""

    model_config = ConfigDict(extra="allow")
    code: str
    message: str


REFUSALS: Final[dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]] = {
    str(status): {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    for status in (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503)
}
"""By reference: with the model itself its schema would be made for each of some 700 answers. The document has it as the
model of validation errors."""


def blueprint(name: str) -> Room:
    """The room of one module: its routes get the prefix, its tag and every documented refusal."""
    return Room(name, __name__, url_prefix=PREFIX, tags=[name], abp_responses=REFUSALS)


def refuse_input(error: ValidationError) -> Any:
    """Raise `bad-input` (422) with the name of the first wrong field, or 404 for a path; never what was sent."""
    if is_path_model(error.title):
        raise NotFound("not-found")
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "extra_forbidden" or not first["loc"]:
        raise Invalid("bad-input")
    raise Invalid("bad-input", field=str(first["loc"][0]))


def is_path_model(title: str) -> bool:
    """Whether a model of this name describes path parameters."""
    return any(one.__name__ == title for one in PathOf.__subclasses__())


def rooms() -> list[Room]:
    """Every module's."""
    return [importlib.import_module(f"{__name__}.{name}").api for name in MODULES]


def init_app(app: OpenAPI) -> None:
    """Register every module of the API."""
    for room in rooms():
        app.register_api(room)
