"""What providers of texts call: receipts and texts from people. Believed only with the provider's own proof, and then
without any session; a call without it is answered 403 and changes nothing.

Twilio signs the exact public address and every parameter (`PUBLIC_URL`, whatever a proxy in front makes of it); Notify
sends a token that both sides keep.
"""

import hmac
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, g, request

from mediation.errors import Malformed, NotAllowed
from mediation.settings import Settings
from mediation.sms import incoming, reports
from mediation.sms.profile import parsed_number
from mediation.sms.providers import Report
from mediation.sms.webhooks import STATUS_PATH, Keyword, news_of_notify, news_of_twilio
from mediation.web import guard
from mediation.web.body import read_object
from mediation.web.transaction import clock, no_content

hooks = Blueprint("sms_callbacks", __name__)
LONGEST_ID: Final = 64
_NO_ANSWER: Final = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""In TwiML. What is answered goes out as a text of its own."""
_OPT_OUTS: Final[dict[str, Keyword]] = {"STOP": "stop", "START": "start", "HELP": "help"}


def init_app(app: Flask) -> None:
    """Add the routes."""
    app.register_blueprint(hooks)


@hooks.post(STATUS_PATH + "<text_id>")
@guard.provider
def twilio_status(text_id: str) -> Response:
    """What became of a text. 403 `not-allowed` without Twilio's signature."""
    given = _signed_by_twilio()
    report = Report(_id(given.get("MessageSid")), news_of_twilio(given.get("MessageStatus", "")), _code(given))
    reports.receive(g.session, text_id, report, clock())
    return no_content()


@hooks.post("/webhooks/twilio/received")
@guard.provider
def twilio_received() -> Response:
    """A text from a person. 403 `not-allowed` without Twilio's signature."""
    given = _signed_by_twilio()
    said = _OPT_OUTS.get(given.get("OptOutType", ""))
    sid, number = _id(given.get("MessageSid")), parsed_number(given.get("From", ""))
    incoming.take_in(g.session, sid, number, given.get("Body", ""), clock(), said)
    return Response(_NO_ANSWER, mimetype="text/xml")


@hooks.post("/webhooks/notify/receipt")
@guard.provider
def notify_receipt() -> Response:
    """What became of a text. 403 `not-allowed` without the token."""
    given = _from_notify()
    news, code = news_of_notify(str(given.get("status", "")))
    reference = given.get("reference")
    report = Report(_id(given.get("id")), news, code)
    reports.receive(g.session, str(reference) if reference else None, report, clock())
    return no_content()


@hooks.post("/webhooks/notify/received")
@guard.provider
def notify_received() -> Response:
    """A text from a person. 403 `not-allowed` without the token."""
    given = _from_notify()
    number = parsed_number(f"+{str(given.get('source_number', '')).lstrip('+')}")
    incoming.take_in(g.session, _id(given.get("id")), number, str(given.get("message", "")), clock())
    return no_content()


def _settings() -> Settings:
    found: Settings = current_app.extensions["mediation settings"]
    return found


def _signed_by_twilio() -> Any:
    """The parameters, as they were signed."""
    token = _settings().twilio_token
    signature = request.headers.get("X-Twilio-Signature", "")
    if not token or not signature:
        raise NotAllowed("not-allowed")
    from twilio.request_validator import RequestValidator  # costs memory: only where texts come from Twilio

    query = request.query_string.decode("latin-1")
    address = f"{_settings().public_url}{request.path}{'?' + query if query else ''}"
    if not RequestValidator(token).validate(address, request.form, signature):
        raise NotAllowed("not-allowed")
    return request.form


def _from_notify() -> dict[str, Any]:
    token = _settings().notify_token
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
        raise NotAllowed("not-allowed")
    return read_object(request)


def _id(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise Malformed("malformed")
    return value


def _code(given: Any) -> str:
    code = str(given.get("ErrorCode", ""))
    return code if code.isascii() and code.isdigit() else ""
