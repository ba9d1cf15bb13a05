"""Each person's own encrypted documents: pins, settings, invitations, drafts."""

from typing import Annotated, Any

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.accounts import operations
from mediation.protocol.encoding import b64, unb64
from mediation.web import guard
from mediation.web.api import PathOf, Strict, blueprint
from mediation.web.transaction import clock, no_content

api = blueprint("memory")

BLOB_LIMIT = 1_400_000
DocumentName = Annotated[str, Field(pattern=r"^(pins|settings|invitations|draft-[A-Za-z0-9_-]{21}[AQgw])$")]


class MemoryPath(PathOf):
    """The name of a document."""

    name: DocumentName


class MemoryBody(Strict):
    """A document as its owner closed it; `revision` is the stored one plus 1."""

    revision: Annotated[int, Field(ge=1, le=2**53 - 1)]
    blob: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", min_length=54, max_length=BLOB_LIMIT)]


class RevisionAnswer(BaseModel):
    """What is stored now."""

    name: str
    revision: int


class MemoryAnswer(RevisionAnswer):
    """A stored document."""

    blob: str


@api.get("/memory/<name>", responses={"200": MemoryAnswer})
@guard.signed_in
def read(path: MemoryPath) -> dict[str, Any]:
    """One's own document. 404 `not-found` where there is none."""
    document = operations.read_memory(g.session, g.actor, path.name)
    return {"name": document.name, "revision": document.revision, "blob": b64(document.blob)}


@api.put("/memory/<name>", responses={"200": RevisionAnswer})
@guard.signed_in
def write(path: MemoryPath, body: MemoryBody) -> dict[str, Any]:
    """Compare and swap. 409 `memory-conflict` with the stored `revision`; the same bytes again are accepted."""
    document = operations.write_memory(g.session, g.actor, path.name, body.revision, unb64(body.blob), clock())
    return {"name": document.name, "revision": document.revision}


@api.delete("/memory/<name>", responses={"204": None})
@guard.signed_in
def delete(path: MemoryPath) -> Response:
    """Remove one's own document; also when there is none."""
    operations.delete_memory(g.session, g.actor, path.name)
    return no_content()
