"""GOV.UK Notify, through its own client: each text carries our reference, by which its list finds it again.

One template with the single placeholder ((text)) carries every wording, so that what a phone shows is what we say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import local
from typing import Any, Final

import requests
from notifications_python_client.errors import APIError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from mediation.protocol.encoding import b64
from mediation.protocol.primitives import mac
from mediation.settings import Settings
from mediation.sms.providers import TIMEOUT, RefusedError, Report, RetryLaterError, UnsureError
from mediation.sms.webhooks import news_of_notify

SKEW: Final = timedelta(minutes=2)


class NotifyProvider:
    """Texts for one service; each thread has a client of its own, which says that it may not be shared."""

    reports = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_thread = local()
        self.sender = b64(mac(settings.peppers[0], f"notify {settings.notify_key}".encode()))[:43]

    def send(self, number: str, body: str, reference: str) -> str:
        """Notify's id of the text."""
        with self._client() as client:
            made = client.send_sms_notification(
                phone_number=number,
                template_id=self._settings.notify_template,
                personalisation={"text": body},
                reference=reference,
                sms_sender_id=self._settings.notify_sender or None,
            )
            return str(made["id"])

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        """What carries this reference since then, oldest first."""
        with self._client() as client:
            found = client.get_all_notifications(template_type="sms", reference=reference)["notifications"]
            dated = sorted((datetime.fromisoformat(each["created_at"]), str(each["id"]), each) for each in found)
            return [_report(each) for created, _, each in dated if created >= since - SKEW]

    def ask(self, provider_id: str) -> Report | None:
        """What became of a text."""
        with self._client() as client:
            return _report(client.get_notification_by_id(provider_id))

    @contextmanager
    def _client(self) -> Iterator[Any]:
        client = getattr(self._of_thread, "client", None)
        if client is None:
            key, url = self._settings.notify_key, self._settings.notify_url
            client = self._of_thread.client = NotificationsAPIClient(key, base_url=url, timeout=TIMEOUT)  # type: ignore[no-untyped-call]  # it has no types
        try:
            yield client
        except InvalidResponse as error:
            raise UnsureError from error
        except APIError as error:
            raise _refusal(error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UnsureError from error  # it answered, with what is no answer


def _refusal(error: APIError) -> Exception:
    if error.response is None:  # the client answers 503 for whatever kept it from an answer
        cause = error.__cause__
        return RetryLaterError() if isinstance(cause, requests.exceptions.ConnectTimeout) else UnsureError()
    if error.status_code >= 500:
        return UnsureError()
    told = error.message
    kind = told[0].get("error", "") if isinstance(told, list) and told else ""
    wait = str(error.response.headers.get("Retry-After", ""))
    code = kind if kind in ("RateLimitError", "TooManyRequestsError", "AuthError") else f"http-{error.status_code}"
    return RefusedError(_number_refused(told) or code, int(wait) if wait.isascii() and wait.isdigit() else 0)


def _number_refused(told: Any) -> str:
    """Notify has one kind of error (400) for every input; a number that it cannot use is named in its sentence."""
    words = " ".join(str(each.get("message", "")) for each in told) if isinstance(told, list) else ""
    return "permanent-failure" if "phone_number" in words or "UK mobile" in words else ""


def _report(found: Any) -> Report:
    return Report(str(found["id"]), *news_of_notify(str(found["status"])))
