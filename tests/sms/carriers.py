"""The real clients of both providers, set to a stand-in; each test runs with either."""

from dataclasses import replace
from typing import Final

from mediation.settings import Settings
from mediation.sms.providers import Provider

ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "a-token-that-signs"
KEY: Final = "name-" + "1" * 8 + "-1111-1111-1111-" + "1" * 12 + "-" + "2" * 8 + "-2222-2222-2222-" + "2" * 12
PROVIDERS: Final = ("twilio", "notify")


def with_provider(settings: Settings, name: str, url: str, sender: str = "+15005550006") -> Settings:
    """These settings with a provider that is at this address."""
    return replace(
        settings,
        sms_provider=name,
        twilio_account=ACCOUNT,
        twilio_token=TOKEN,
        twilio_sender=sender,
        twilio_url=url,
        notify_key=KEY,
        notify_template="3" * 8,
        notify_token="a-token-for-callbacks",
        notify_url=url,
    )


def carrier(settings: Settings, name: str, url: str, sender: str = "+15005550006") -> Provider:
    """A provider, through its real client."""
    chosen = with_provider(settings, name, url, sender)
    if name == "twilio":
        from mediation.sms.twilio_provider import TwilioProvider

        return TwilioProvider(chosen)
    from mediation.sms.notify_provider import NotifyProvider

    return NotifyProvider(chosen)
