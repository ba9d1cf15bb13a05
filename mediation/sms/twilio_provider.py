"""Twilio, through its own client: texts, and what its list and its answers say of them.

A message of Twilio's carries no reference of ours. It is found again by number, words and the time of the try; ids that
stand for another text already are passed over (`outcomes`), and its status callback names our text in its address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import local
from typing import Any, Final

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from mediation.protocol.encoding import b64
from mediation.protocol.primitives import mac
from mediation.settings import Settings
from mediation.sms.providers import TIMEOUT, RefusedError, Report, RetryLaterError, UnsureError
from mediation.sms.webhooks import STATUS_PATH, news_of_twilio

SKEW: Final = timedelta(minutes=2)
"""By how much their clock may be behind ours."""
LISTED: Final = 1000
"""Messages to one number that are looked through: the longest page that there is."""


class TwilioProvider:
    """Texts for one account; each thread has a client of its own, since none says that it may be shared."""

    reports = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_thread = local()
        named = f"twilio {settings.twilio_account} {settings.twilio_token} {settings.twilio_sender}"
        self.sender = b64(mac(settings.peppers[0], named.encode()))[:43]

    def send(self, number: str, body: str, reference: str) -> str:
        """Twilio's id of the text."""
        sender = self._settings.twilio_sender
        who = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        callback = f"{self._settings.public_url}{STATUS_PATH}{reference}"
        with self._client() as client:
            made = client.messages.create(to=number, body=body, status_callback=callback, **who)
        if not made.sid:
            raise UnsureError
        return str(made.sid)

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        """What was sent to this number with these words since then. Not by the day on which it was sent: what waits at
        Twilio has none yet.
        """
        if not number:
            return []
        with self._client() as client:
            made = client.messages.list(to=number, page_size=LISTED, limit=LISTED)
        mine = [(_created(each), each) for each in made if each.body == body and each.direction != "inbound"]
        new = sorted((pair for pair in mine if pair[0] >= since - SKEW), key=lambda pair: pair[0])
        return [_report(each) for _, each in new]

    def ask(self, provider_id: str) -> Report | None:
        """What became of a text."""
        with self._client() as client:
            return _report(client.messages(provider_id).fetch())

    @contextmanager
    def _client(self) -> Iterator[Client]:
        client: Client | None = getattr(self._of_thread, "client", None)
        if client is None:
            client = self._of_thread.client = _made(self._settings)
        try:
            yield client
        except requests.exceptions.ConnectTimeout as error:
            raise RetryLaterError from error
        except requests.RequestException as error:
            raise (RetryLaterError if _never_connected(error) else UnsureError) from error
        except (TwilioRestException, TwilioServiceException) as error:
            raise _refusal(error, client.http_client) from error
        except (TwilioException, ValueError, KeyError, TypeError) as error:
            raise UnsureError from error  # it answered, with what is no answer


class _Http(TwilioHttpClient):  # type: ignore[misc]  # it has no types
    """Keeps how long the last answer asked to wait: the client's own errors leave that out."""

    retry_after = 0

    def request(self, *given: Any, **named: Any) -> Any:
        """As the client's own."""
        self.retry_after = 0
        answer = super().request(*given, **named)
        told = str((answer.headers or {}).get("Retry-After", ""))
        self.retry_after = int(told) if told.isascii() and told.isdigit() else 0
        return answer


def _made(settings: Settings) -> Client:
    http = _Http(timeout=TIMEOUT)
    environment = {"MEDIATION": "settings alone"}  # the client would look for its own variables
    client = Client(settings.twilio_account, settings.twilio_token, http_client=http, environment=environment)
    client.api.base_url = settings.twilio_url
    return client


def _never_connected(error: requests.RequestException) -> bool:
    """Whether the request surely never left: no connection was made."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    reason = error.args[0] if error.args else None
    reason = reason.reason if isinstance(reason, MaxRetryError) else reason
    return isinstance(reason, NewConnectionError)


def _refusal(error: Any, http: Any) -> Exception:
    if error.status >= 500:
        return UnsureError()
    return RefusedError(str(error.code or f"http-{error.status}"), getattr(http, "retry_after", 0))


def _created(message: Any) -> datetime:
    made: datetime | None = message.date_created
    if made is None:
        return datetime.max.replace(tzinfo=UTC)  # not dated yet: it is new
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _report(message: Any) -> Report:
    code = "" if message.error_code in (None, "") else str(message.error_code)
    return Report(str(message.sid), news_of_twilio(str(message.status)), code)
