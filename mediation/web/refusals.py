"""Every refusal leaves as a code and a plain sentence: JSON under /api, a plain page elsewhere. No stack trace, no
input.
"""

from typing import Final

import structlog
from flask import Flask, Response, g, jsonify, redirect, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from mediation.db import UNAVAILABLE, is_race
from mediation.errors import (
    Conflict,
    Malformed,
    MediationError,
    NotFound,
    NotJson,
    SignedOut,
    TooLarge,
    TryAgain,
    from_protocol,
)
from mediation.protocol.errors import ProtocolError
from mediation.web import pages

log = structlog.get_logger("mediation.web")

_FAMILIES: Final[dict[int, tuple[type[MediationError], str]]] = {
    404: (NotFound, "not-found"),
    409: (Conflict, "try-again"),
    413: (TooLarge, "too-large"),
    415: (NotJson, "not-json"),
}


class WrongMethod(MediationError):
    """405: the address exists but not for this method."""

    status = 405


class ServerError(MediationError):
    """500: a fault of the server's."""

    status = 500


def is_api() -> bool:
    """Whether a program is asking, by the address."""
    return request.path.startswith(("/api/", "/audit/", "/webhooks/")) or request.path == "/healthz"


def answer(error: MediationError) -> AnyResponse:
    """The refusal as an answer. A page for somebody signed out leads to the sign-in page."""
    g.page_data = None
    if is_api():
        response: AnyResponse = jsonify(error.as_dict())
    elif isinstance(error, SignedOut):
        return redirect("/sign-in", 303)
    else:
        response = pages.render_refusal(error)
    response.status_code = error.status
    if "retry_after" in error.detail:
        response.headers["Retry-After"] = str(error.detail["retry_after"])
    return response


def init_app(app: Flask) -> None:
    """Answer every kind of error."""
    app.register_error_handler(MediationError, answer)
    app.register_error_handler(ProtocolError, lambda error: answer(from_protocol(error)))
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _database)
    app.register_error_handler(IntegrityError, _constraint)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _database(error: Exception) -> AnyResponse:
    log.error("database", error=type(getattr(error, "orig", None) or error).__name__)
    return answer(TryAgain("try-again"))


def _constraint(error: IntegrityError) -> AnyResponse:
    if not is_race(error):
        return _unforeseen(error)
    log.info("race", endpoint=request.endpoint, where=_where(error))
    return answer(TryAgain("try-again"))


def _http(error: HTTPException) -> AnyResponse | HTTPException:
    if error.code is None or error.code < 400:  # a ready response, a redirect
        return error
    if error.code >= 500:  # also where making another answer failed: nothing here can fail again
        return Response(ServerError("server-error").message, status=500, mimetype="text/plain")
    if error.code == 405:
        response = answer(WrongMethod("wrong-method"))
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return response
    family, code = _FAMILIES.get(error.code, (Malformed, "malformed"))
    return answer(family(code))


def _unforeseen(error: Exception) -> AnyResponse:
    log.error("fault", error=type(error).__name__, endpoint=request.endpoint, where=_where(error))
    return answer(ServerError("server-error"))


def _where(error: BaseException) -> str:
    """File and line of the fault, without any value of its variables or its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
