"""The audit log for everybody signed in: what was published of it, its timestamps, and a participant's receipts."""

from typing import Any, Final

from flask import Response, g
from pydantic import BaseModel

from mediation.ledger import reading, receipts
from mediation.protocol.encoding import b64, format_time
from mediation.web import guard
from mediation.web.api import B64Text, Count, IdText, PathOf, blueprint

api = blueprint("log")

TIMESTAMP_TYPE: Final = "application/timestamp-reply"


class PublishedQuery(BaseModel):
    """How many entries the head has that the asker kept; 0 for none."""

    size: Count = 0


class PublishedAnswer(BaseModel):
    """The newest published head as a signed note, null before the first, and the hashes that prove that it begins with
    the asker's.
    """

    note: str | None
    proof: list[B64Text]


@api.get("/audit/published", responses={"200": PublishedAnswer})
@guard.signed_in
def published(query: PublishedQuery) -> dict[str, Any]:
    """The newest published head, with the proof that it contains the one that the asker kept."""
    found = reading.published(g.session, g.actor, query.size)
    return {"note": found.note, "proof": [b64(each) for each in found.proof]}


class TimestampQuery(BaseModel):
    """How many entries the published head has that is meant; without it the newest one that has a timestamp."""

    size: Count | None = None


STAMPED: Final[Any] = {
    "description": "The head's note without the lines of witnesses: the bytes that were stamped.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}
TIMESTAMP: Final[Any] = {
    "description": "A time-stamp response of RFC 3161 (DER), as the authority gave it.",
    "content": {TIMESTAMP_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


@api.get("/audit/published/timestamp", responses={"200": TIMESTAMP})
@guard.signed_in
def timestamp(query: TimestampQuery) -> Response:
    """The timestamp of a published head, over `/audit/published/stamped` of the same size."""
    found = reading.timestamped(g.session, g.actor, query.size)
    return _file(found.answer, TIMESTAMP_TYPE, f"head-{found.size}.tsr")


@api.get("/audit/published/stamped", responses={"200": STAMPED})
@guard.signed_in
def stamped(query: TimestampQuery) -> Response:
    """What the timestamp of a published head is over, byte by byte."""
    found = reading.timestamped(g.session, g.actor, query.size)
    return _file(found.data, "text/plain; charset=utf-8", f"head-{found.size}")


def _file(data: str | bytes, kind: str, name: str) -> Response:
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class ReceiptsQuery(BaseModel):
    """The last receipt of the page before."""

    before: IdText | None = None


class ReceiptAnswer(BaseModel):
    """An act of the asker's own. `index` is its place in the log, null until a published head covers it: then its
    receipt is there.
    """

    receipt_id: IdText
    kind: str
    at: str
    index: Count | None


class ReceiptsAnswer(BaseModel):
    """Newest first; `more` is the `before` of the next page, null on the last one."""

    receipts: list[ReceiptAnswer]
    more: IdText | None


class ReceiptPath(PathOf):
    """One act of the asker's own."""

    receipt_id: IdText


PROOF: Final[Any] = {
    "description": "A proof of C2SP tlog-proof; `extra` is base64(salt ‖ event).",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


@api.get("/audit/receipts", responses={"200": ReceiptsAnswer})
@guard.participant
def listed(query: ReceiptsQuery) -> dict[str, Any]:
    """What has been recorded of one's own acts, newest first."""
    found, more = receipts.listed(g.session, g.actor, query.before)
    shown = [{**vars(each), "at": format_time(each.at)} for each in found]
    return {"receipts": shown, "more": more}


@api.get("/audit/receipts/<receipt_id>", responses={"200": PROOF})
@guard.participant
def receipt(path: ReceiptPath) -> Response:
    """The receipt of one act, to keep as a file. 409 `not-published` before a published head covers it."""
    proof = receipts.proof(g.session, g.actor, path.receipt_id)
    return _file(proof.text, "text/plain; charset=utf-8", f"receipt-{proof.index}.tlog-proof")
