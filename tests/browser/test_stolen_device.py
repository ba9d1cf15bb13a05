"""Refusal 12 of the protocol: all that a signed-in device keeps, together with a dump of the database, opens nothing.

The device is a real browser, unlocked, with somebody's letters before it; the database is the one it speaks to. Whoever
has both lacks what stands in neither: the server's own keys, with which the same attempts succeed.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from mediation.accounts import records
from mediation.accounts.models import Account, LoginSession
from mediation.client.signing_in import SignedIn
from mediation.db import engine_from, import_models, reading
from mediation.protocol import bundle, passphrase
from mediation.protocol.encoding import b64, pae, parse_canonical, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import KEY_SIZE, aead_open, kdf
from mediation.settings import Settings, read
from tests.browser.demonstration import Demonstration, demonstrated, visit
from tests.serving import SETTINGS

STORAGE: Final = """async () => ({
    session: { ...sessionStorage }, local: { ...localStorage }, databases: await indexedDB.databases(),
    caches: await caches.keys(), name: window.name, state: history.state,
})"""
SHORT: Final = 200
"""Bytes of a value in the database in which every run of 32 is tried as a key; of a longer one both its ends."""
PEOPLE: Final = {"Marion Ellery": "/letters", "Fiona Hartley": "/queue"}


@dataclass(frozen=True)
class Stolen:
    """What a thief has of somebody: the device's storage and cookies, every value of the database, their passphrase
    where that is told; and what is compared with it, their true keys and the server's settings."""

    storage: dict[str, Any]
    cookies: str
    dump: list[bytes]
    me: SignedIn
    phrase: str
    settings: Settings

    @property
    def slot(self) -> bytes:
        """The wrapped keys."""
        return unb64(self.storage["session"]["k"])

    def keys(self) -> set[bytes]:
        """All that could be a key: any 32 bytes of the dump and of the device, as they are or written in base64."""
        everything = [*self.dump, json.dumps(self.storage).encode(), self.cookies.encode(), self.slot]
        return {key for value in everything for key in _runs(value)}


def _runs(value: bytes) -> Iterator[bytes]:
    last = len(value) - KEY_SIZE
    starts = range(last + 1) if len(value) <= SHORT else (0, last)
    yield from (value[start : start + KEY_SIZE] for start in starts)
    for text in re.findall(rb"[\w-]{43}", value):
        try:
            yield unb64(text.decode(), KEY_SIZE)
        except ProtocolError:
            continue


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module", params=PEOPLE)
def stolen(request: pytest.FixtureRequest, browser: Browser, demonstration: Demonstration) -> Stolen:
    page = demonstration.page(browser, request.param)
    visit(page, PEOPLE[request.param])
    settings = read({**SETTINGS, "MEDIATION_INSTANCE": str(demonstration.server.directory)})
    account = demonstration.account(request.param)
    storage, cookies = _device(page)
    return Stolen(
        storage, cookies, _dump(settings), demonstration.client(request.param), account["passphrase"], settings
    )


def _device(page: Page) -> tuple[dict[str, Any], str]:
    return page.evaluate(STORAGE), json.dumps([dict(each) for each in page.context.cookies()])


def _dump(settings: Settings) -> list[bytes]:
    """Every value of every table, as bytes."""
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for name in tables for row in connection.execute(f'SELECT * FROM "{name}"')]  # noqa: S608  # own names
    values = {value for row in rows for value in row if isinstance(value, str | bytes)}
    return [value if isinstance(value, bytes) else value.encode() for value in values]


def _opens(slot: bytes, half: bytes) -> bytes | None:
    """What the worker makes of the wrapped keys and a half (static/js/crypto/session.js)."""
    try:
        return aead_open(kdf(half, 1, "medtab01"), slot, pae("mediation/v1/tab", b""))
    except ProtocolError:
        return None


def test_the_device_keeps_the_wrapped_keys_and_nothing_else(stolen: Stolen) -> None:
    assert list(stolen.storage["session"]) == ["k"]
    assert not any(value for name, value in stolen.storage.items() if name != "session")


def test_nothing_in_the_dump_or_on_the_device_unwraps_the_keys(stolen: Stolen) -> None:
    keys = stolen.keys()
    assert len(keys) > 1000
    assert [key for key in keys if _opens(stolen.slot, key) is not None] == []


def test_the_same_with_the_server_s_own_keys_would(stolen: Stolen) -> None:
    """So that the test above tries the right thing."""
    import_models()
    engine = engine_from(stolen.settings)
    with reading(engine) as session:
        halves = [half for half in session.scalars(select(LoginSession.lock_half)) if half is not None]
    engine.dispose()
    opened = [found for half in halves if (found := _opens(stolen.slot, half)) is not None]
    keys = stolen.me.keys
    seeds = [b64(each) for each in (keys.sign_seed, keys.box_seed, keys.root_pk)]
    assert [parse_canonical(each) for each in opened] == [[stolen.me.account_id, *seeds]]


def test_the_right_passphrase_opens_no_bundle_of_the_dump(stolen: Stolen) -> None:
    import_models()
    engine = engine_from(stolen.settings)
    with reading(engine) as session:
        account = session.get_one(Account, stolen.me.account_id)
        derived = passphrase.derive(stolen.phrase, unb64(account.salt), account.opslimit, account.memlimit)
        kept, inner = account.bundle, records.bundle_of(session, account)
    engine.dispose()
    named = (derived.wrap, stolen.me.account_id, account.revision)
    for start in range(len(kept) - records.BUNDLE_SIZE + 1):
        with pytest.raises(ProtocolError):
            bundle.open_(kept[start : start + records.BUNDLE_SIZE], *named)
    assert bundle.open_(inner, *named) == stolen.me.keys  # with the key that is not in the database


def test_no_key_and_nothing_that_was_written_stands_in_either(stolen: Stolen, demonstration: Demonstration) -> None:
    everything = b"\n".join([*stolen.dump, json.dumps(stolen.storage).encode(), stolen.cookies.encode(), stolen.slot])
    for seed in (stolen.me.keys.sign_seed, stolen.me.keys.box_seed):
        assert not any(form in everything for form in (seed, b64(seed).encode(), seed.hex().encode()))
    for text in [*demonstration.book["canaries"], stolen.phrase]:
        assert not any(form in everything for form in (text.encode(), b64(text.encode()).encode())), text
