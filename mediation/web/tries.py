"""Which tries are limited, and by what: a wrong passphrase by name and address, an unknown invitation by address.

Whoever guesses a passphrase at the door and at a locked page fills the same bucket.
"""

from flask import current_app, g, request

from mediation.accounts import throttle
from mediation.accounts.records import normal_name
from mediation.accounts.throttle import Bucket
from mediation.settings import Settings
from mediation.web.transaction import clock, engine


def for_name(name: str) -> list[Bucket]:
    """The buckets of a try with a sign-in name, however it is typed; those of a try to unlock its account too."""
    return [Bucket("name", normal_name(name), _settings().tries_per_name), *for_address()]


def for_address() -> list[Bucket]:
    """The bucket of tries from the client's address."""
    return [Bucket("address", request.remote_addr or "", _settings().tries_per_address)]


def take(buckets: list[Bucket]) -> None:
    """Count a try before it is judged, and before the request has changed anything. Raises `too-many-tries` (429)."""
    g.session.rollback()  # on SQLite the request's own transaction would keep the count from being written
    throttle.take(engine(), buckets, clock())


def give_back(buckets: list[Bucket]) -> None:
    """The try was right."""
    throttle.give_back(g.session, buckets)


def _settings() -> Settings:
    found: Settings = current_app.extensions["mediation settings"]
    return found
