"""Whether the server works, for monitors; and the description of the API."""

from typing import Any, Literal, cast

from flask import Response, current_app, g, jsonify
from flask_openapi3 import OpenAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mediation.errors import TryAgain
from mediation.web import guard
from mediation.web.api import PREFIX, REFUSALS, rooms
from mediation.web.api.description import Room, document
from mediation.web.transaction import engine

api = Room("health", __name__, abp_responses=REFUSALS)


class Health(BaseModel):
    """The answer of a working server."""

    status: Literal["ok"]
    database: Literal["sqlite", "postgresql"]
    schema_: str

    model_config = {"alias_generator": lambda name: name.rstrip("_"), "populate_by_name": True}


@api.get("/healthz", responses={"200": Health})
@guard.anyone
def health() -> Response:
    """Whether the database answers, and at which schema it is. 503 `try-again` if it does not."""
    try:
        version = g.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        raise TryAgain("try-again") from error
    return jsonify({"status": "ok", "database": engine().dialect.name, "schema": version or ""})


@api.get(f"{PREFIX}/openapi.json", doc_ui=False)
@guard.anyone
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 document, made from the code."""
    return document(cast(OpenAPI, current_app), rooms())
