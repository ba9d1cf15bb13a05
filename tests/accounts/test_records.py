"""Keys of the server rotate: an older one is accepted, the newer one takes over; and a database alone opens nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mediation.accounts import records
from mediation.accounts.records import AccountRecord, Holder
from mediation.accounts.sign_in_words import WORDS
from mediation.db import UnreadableError, engine_from, reseal, settings_of, writing
from mediation.errors import Conflict
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import random_bytes
from mediation.settings import Settings
from tests.agency_site import Site
from tests.answers import accepted, refused

AT = datetime(2026, 3, 2, tzinfo=UTC)


def _record(**changes: object) -> AccountRecord:
    plain = AccountRecord(new_id(), b64(bytes(16)), 3, 64 * 1024 * 1024, random_bytes(32), random_bytes(168))
    return replace(plain, **changes)  # type: ignore[arg-type]  # whatever a test wants to be wrong


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account_id": "x"}, "bad-id"),
        ({"salt": b64(bytes(15))}, "bad-length"),
        ({"opslimit": 2}, "pwhash-bounds"),
        ({"opslimit": 17}, "pwhash-bounds"),
        ({"memlimit": 64 * 1024 * 1024 - 1}, "pwhash-bounds"),
        ({"memlimit": 256 * 1024 * 1024 + 1}, "pwhash-bounds"),
        ({"auth": bytes(31)}, "bad-length"),
        ({"bundle": bytes(167)}, "bad-length"),
        ({"revision": 2}, "bad-integer"),
    ],
)
def test_a_record_of_another_form_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(ProtocolError, match=code):
        _record(**changes).check()


def _rotated(site: Site, **keys: tuple[bytes, ...]) -> Site:
    settings: Settings = replace(site.settings, **keys)  # type: ignore[arg-type]  # every one is a tuple of keys
    return Site(settings)


@pytest.mark.parametrize("name", ["peppers", "bundle_keys", "session_keys", "field_keys"])
def test_a_new_key_in_front_keeps_people_able_to_sign_in(site: Site, name: str) -> None:
    old: tuple[bytes, ...] = getattr(site.settings, name)
    during = _rotated(site, **{name: (random_bytes(32), *old)})
    answer = accepted(site.ada.sign_in(during.browser()))
    assert answer["bundle"] == site.ada.record["bundle"]


@pytest.mark.parametrize(
    ("name", "status", "code"), [("peppers", 401, "sign-in-failed"), ("bundle_keys", 500, "server-error")]
)
def test_without_the_servers_key_a_right_passphrase_opens_nothing(
    site: Site, name: str, status: int, code: str
) -> None:
    stolen = _rotated(site, **{name: (random_bytes(32),)})
    refused(site.ada.sign_in(stolen.browser()), status, code)


@pytest.mark.parametrize("name", ["peppers", "bundle_keys"])
def test_after_signing_in_the_old_key_may_go(site: Site, name: str) -> None:
    new = random_bytes(32)
    old: tuple[bytes, ...] = getattr(site.settings, name)
    accepted(site.ada.sign_in(_rotated(site, **{name: (new, *old)}).browser()))
    accepted(site.ada.sign_in(_rotated(site, **{name: (new,)}).browser()))


def test_after_rekeying_the_old_field_key_may_go(site: Site) -> None:
    accepted(site.ada.browser.put("/session/lock-key", {"half": b64(bytes(32))}))
    new = random_bytes(32)
    during = replace(site.settings, field_keys=(new, *site.settings.field_keys))
    with writing(engine_from(during)) as session:
        assert reseal(session) >= 2  # the half, and the key of the agency's audit events
        session.commit()
    after = _rotated(site, field_keys=(new,))
    browser = after.browser()
    accepted(site.ada.sign_in(browser))  # appends an event under the agency's key
    stale = _rotated(site)
    refused(site.ada.sign_in(stale.browser()), 500, "server-error")


def test_a_session_outlives_the_rotation_of_the_cookies_key(site: Site) -> None:
    during = _rotated(site, session_keys=(random_bytes(32), *site.settings.session_keys))
    cookie = site.ada.browser.client.get_cookie("session")
    assert cookie is not None
    browser = during.browser()
    browser.client.set_cookie("session", cookie.value)
    accepted(browser.get("/session"))


def test_names_are_not_given_twice(writing_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([b"\0\1\0", b"\0\1\x5a", b"\0\2\x59"])
    writing_session.execute(
        text("INSERT INTO agency (agency_id, settings, created_at) VALUES ('a', '{}', '2026-03-02')")
    )
    real = random_bytes
    monkeypatch.setattr(records, "random_bytes", lambda size: next(drawn) if size == 3 else real(size))
    names = [
        records.create(writing_session, _record(), Holder("a", staff_id=new_id()), AT).sign_in_name for _ in range(2)
    ]
    assert names == [f"{WORDS[0]}-{WORDS[1]}-10", f"{WORDS[0]}-{WORDS[2]}-99"]


def test_names_are_made_of_256_different_plain_words() -> None:
    assert len(set(WORDS)) == len(WORDS) == 256
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)
    assert list(WORDS) == sorted(WORDS)


def test_an_account_id_is_used_once(writing_session: Session) -> None:
    writing_session.execute(
        text("INSERT INTO agency (agency_id, settings, created_at) VALUES ('a', '{}', '2026-03-02')")
    )
    record = _record()
    records.create(writing_session, record, Holder("a", staff_id=new_id()), AT)
    with pytest.raises(Conflict, match="account-exists"):
        records.create(writing_session, record, Holder("a", staff_id=new_id()), AT)


def test_an_encrypted_column_opens_in_no_other_place(settings: Settings) -> None:
    engine = engine_from(settings)
    with writing(engine) as session:
        assert settings_of(session) is settings
        session.execute(
            text("INSERT INTO demonstration_text (text_id, number, body, at) VALUES (:id, :sealed, :sealed, :at)"),
            {"id": new_id(), "sealed": random_bytes(80), "at": "2026-03-02"},
        )
        from mediation.sms.models import DemonstrationText

        with pytest.raises(UnreadableError, match=r"demonstration_text\.number"):
            session.query(DemonstrationText).all()
    engine.dispose()
