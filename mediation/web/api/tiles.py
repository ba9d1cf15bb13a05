"""The audit log for auditors' own programs, in the form of C2SP `tlog-tiles`: the newest checkpoint, tiles, entries."""

from typing import Any, Final

from flask import Response, g
from pydantic import Field

from mediation.ledger import reading
from mediation.web import guard
from mediation.web.api import REFUSALS, PathOf
from mediation.web.api.description import Room

api = Room("tiles", __name__, url_prefix="/audit", tags=["log"], abp_responses=REFUSALS)


class LogPath(PathOf):
    """Which log of this server."""

    number: int = Field(ge=1, le=9999)


class TilePath(LogPath):
    """A tile or a bundle of entries, as `tlog-tiles` names them."""

    tile: str = Field(max_length=64)


def _answer(what: str, kind: str) -> dict[str, Any]:
    return {"description": what, "content": {kind: {"schema": {"type": "string"}}}}


NOTE: Final[Any] = _answer("A signed note.", "text/plain")
BYTES: Final[Any] = _answer("Hashes of 32 bytes, or entries behind their lengths.", "application/octet-stream")


@api.get("/<int:number>/checkpoint", responses={"200": NOTE})
@guard.staff("auditor")
def checkpoint(path: LogPath) -> Response:
    """The newest signed head of a log."""
    return Response(reading.checkpoint(g.session, g.actor, path.number), content_type="text/plain; charset=utf-8")


@api.get("/<int:number>/tile/<path:tile>", responses={"200": BYTES})
@guard.staff("auditor")
def tile(path: TilePath) -> Response:
    """A tile, `<level>/<index>`, or entries, `entries/<index>`; with `.p/<width>` where there are fewer than 256."""
    return Response(reading.tile(g.session, g.actor, path.number, path.tile), content_type="application/octet-stream")
