"""Which tries are limited, and by what: a wrong passphrase by name and address, an unknown invitation by address.

Whoever guesses a passphrase at the door and at a locked page fills the same bucket.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g, request

from mediation.accounts import throttle
from mediation.accounts.records import normal_name
from mediation.accounts.throttle import Bucket
from mediation.db import writing
from mediation.errors import MediationError
from mediation.protocol.errors import ProtocolError
from mediation.settings import Settings
from mediation.web.transaction import clock, engine


def for_name(name: str) -> list[Bucket]:
    """The buckets of a try with a sign-in name, however it is typed; those of a try to unlock its account too."""
    return [Bucket("name", normal_name(name), _settings().tries_per_name), *for_address()]


def for_address() -> list[Bucket]:
    """The bucket of tries from the client's address."""
    return [Bucket("address", request.remote_addr or "", _settings().tries_per_address)]


@contextmanager
def judged(buckets: list[Bucket]) -> Iterator[None]:
    """What is judged within counts if it is refused, and leaves nothing else: nothing is changed within. Raises
    `too-many-tries` (429) before anything is tried, or in place of the refusal where others have filled a bucket since.
    """
    throttle.check(g.session, buckets, clock())
    try:
        yield
    except (MediationError, ProtocolError):
        throttle.take(g.session, buckets, clock())
        g.session.commit()
        raise


@contextmanager
def kept() -> Iterator[None]:
    """What is judged within counts its tries itself: they stay, and nothing else is changed, when it is refused."""
    try:
        yield
    except (MediationError, ProtocolError):
        g.session.commit()
        raise


@contextmanager
def counted(buckets: list[Bucket]) -> Iterator[None]:
    """As `judged`, for what changes something before all of it is judged: a refusal undoes that."""
    with judged(buckets), g.session.begin_nested():
        yield


def count(buckets: list[Bucket]) -> None:
    """Somebody who only reads has tried what is not there. Raises `too-many-tries` (429)."""
    with writing(engine()) as session:
        throttle.take(session, buckets, clock())
        session.commit()


def _settings() -> Settings:
    found: Settings = current_app.extensions["mediation settings"]
    return found
