"""Each published head is stamped once; an answer that does not hold leaves nothing and holds up nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import structlog
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import decode_timestamp_response
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from mediation.db import reading, writing
from mediation.ledger import posting, stamping, stamps
from mediation.ledger.asking import has_signed
from mediation.ledger.models import AuditTimestamp
from mediation.ledger.stamped import stamped
from mediation.ledger.stamping import Stamping
from tests import databases
from tests.ledger.authority import UNTIL, Authority, offered
from tests.ledger.test_asking import Clock, asks, keeping, note_of, published
from tests.ledger.test_integrating import AT, committed, turn
from tests.ledger.witnesses import KEY, Sent, listening


@pytest.fixture
def authority() -> Authority:
    return Authority(AT)


def stamping_at(engine: Engine, url: str, authority: Authority, clock: Clock | None = None) -> Stamping:
    return Stamping(engine, url, authority.pem, clock or Clock())


def kept(engine: Engine) -> list[tuple[int, bytes]]:
    """(size, answer) of every timestamp that is kept."""
    with reading(engine) as session:
        rows = session.execute(select(AuditTimestamp.size, AuditTimestamp.answer).order_by(AuditTimestamp.size)).all()
        return [(row.size, row.answer) for row in rows if row.answer is not None]


def test_each_published_head_is_stamped_once(engine: Engine, authority: Authority) -> None:
    clock = Clock()
    with offered(authority) as url:
        for day in range(3):
            clock.now = authority.now = AT + timedelta(days=day, minutes=5)
            published(engine, day)
            found = stamping_at(engine, url, authority, clock)
            assert (found.turn(), found.turn()) == (True, False)
            committed(engine, 1)
            turn(engine, AT + timedelta(days=day, hours=1))
            clock.now += timedelta(hours=2)
            assert not found.turn(), "what was not published is nobody's business"
    assert len(authority.asked) == 3
    assert [size for size, _ in kept(engine)] == [512, 1024, 1536]
    last, data = kept(engine)[-1][1], stamped(note_of(engine))
    assert stamps.opened(last, data, stamps.roots_in(authority.pem)) == authority.now


def test_before_anything_was_published_nobody_is_asked(engine: Engine, authority: Authority) -> None:
    with offered(authority) as url:
        assert not stamping_at(engine, url, authority).turn()
    assert authority.asked == []


def test_the_lines_of_witnesses_change_nothing_whenever_they_come(engine: Engine, authority: Authority) -> None:
    note = published(engine)
    with listening(keeping(engine)) as witness, offered(authority) as url:
        assert asks(engine, witness).turn() == 1
        assert stamping_at(engine, url, authority).turn()
    assert has_signed(note_of(engine), KEY)
    assert stamped(note_of(engine)) == note.encode()
    assert stamps.opened(kept(engine)[0][1], note.encode(), stamps.roots_in(authority.pem)) == AT


def test_certificates_in_the_order_of_their_chain_are_taken_and_kept_as_they_came(engine: Engine) -> None:
    """As OpenSSL and authorities built on it give them; the library alone would refuse these."""
    authority = Authority(AT, disorderly=True)
    note = published(engine)
    with offered(authority) as url:
        assert stamping_at(engine, url, authority).turn()
    ((_, answer),) = kept(engine)
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(answer)
    assert sorted(stamps.in_order(answer)) == sorted(answer)
    assert stamps.opened(answer, note.encode(), stamps.roots_in(authority.pem)) == AT


def test_a_chain_through_another_certificate_is_taken_with_the_root_alone(engine: Engine) -> None:
    authority = Authority(AT, intermediate=True)
    published(engine)
    with offered(authority) as url:
        assert stamping_at(engine, url, authority).turn()
    assert len(kept(engine)) == 1


def _other(authority: Authority, **facts: object) -> Callable[[bytes], Sent]:
    for name, value in facts.items():
        setattr(authority, name, value)
    return authority


def _untrusted(authority: Authority) -> Callable[[bytes], Sent]:
    return Authority(authority.now)


def _other_purpose(authority: Authority) -> Callable[[bytes], Sent]:
    other = Authority(authority.now, purpose=ExtendedKeyUsageOID.CODE_SIGNING)
    authority.root = other.root
    return other


def _replay(authority: Authority) -> Callable[[bytes], Sent]:
    answer = authority.stamp(stamps.request(b"another head\n").body)
    return lambda body: Sent(200, answer)


WRONG: dict[str, tuple[Callable[[Authority], Callable[[bytes], Sent]], str]] = {
    "wrong nonce": (lambda each: _other(each, nonce=7), "timestamp-nonce-wrong"),
    "an answer to somebody else": (_replay, "timestamp-nonce-wrong"),
    "wrong hash": (lambda each: _other(each, digest=bytes(32)), "timestamp-hash-wrong"),
    "another root": (_untrusted, "timestamp-untrusted"),
    "not for timestamps": (_other_purpose, "timestamp-untrusted"),
    "without certificates": (lambda each: _other(each, with_certificates=False), "timestamp-untrusted"),
    "expired": (lambda each: _other(each, now=UNTIL + timedelta(days=1)), "timestamp-untrusted"),
    "too early": (lambda each: _other(each, now=AT - timedelta(minutes=11)), "timestamp-time-wrong"),
    "too late": (lambda each: _other(each, now=AT + timedelta(days=30)), "timestamp-time-wrong"),
    "rejected": (lambda each: _other(each, status="rejection"), "timestamp-refused"),
    "granted otherwise": (lambda each: _other(each, status="granted_with_mods"), "timestamp-refused"),
    "a page": (lambda each: lambda body: Sent(200, b"<html>"), "timestamp-unreadable"),
    "nothing": (lambda each: lambda body: Sent(200), "timestamp-unreadable"),
    "too large": (lambda each: lambda body: Sent(200, bytes(stamps.MOST_BYTES + 1)), "timestamp-too-large"),
    "500": (lambda each: lambda body: Sent(500), "timestamp-answered-500"),
    "elsewhere": (lambda each: lambda body: Sent(302), "timestamp-answered-302"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_does_not_hold_is_not_kept_and_said_once(
    engine: Engine, authority: Authority, wrong: str
) -> None:
    made, code = WRONG[wrong]
    published(engine)
    clock = Clock()
    with offered(made(authority)) as url, structlog.testing.capture_logs() as said:
        found = stamping_at(engine, url, authority, clock)
        for _ in range(3):
            assert not found.turn()
            clock.now += timedelta(minutes=10 if code == "timestamp-time-wrong" else 60)
    assert kept(engine) == []
    assert said == [{"event": "timestamp not given", "code": code, "log_level": "warning"}]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/tsa", "http://[nowhere/tsa", "http://127.0.0.1:99999/"])
def test_nobody_at_the_address(engine: Engine, authority: Authority, url: str) -> None:
    published(engine)
    with structlog.testing.capture_logs() as said:
        assert not stamping_at(engine, url, authority).turn()
    assert [each["code"] for each in said] == ["timestamp-unreachable"]


def test_one_that_answers_byte_by_byte_is_left(
    engine: Engine, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.5)
    published(engine)
    with offered(authority, pause=0.1) as url, structlog.testing.capture_logs() as said:
        assert not stamping_at(engine, url, authority).turn()
    assert [each["code"] for each in said] == ["timestamp-unreachable"]
    assert kept(engine) == []


def test_after_a_failure_it_is_asked_later_by_whoever_is_there_and_publishing_goes_on(
    engine: Engine, authority: Authority
) -> None:
    published(engine)
    clock, down, asked = Clock(), [True], []

    def answer(body: bytes) -> Sent:
        asked.append(clock.now - AT)
        return Sent(503) if down else authority(body)

    with offered(answer) as url:
        for minutes in (0, 0.5, 1, 2, 3, 6.5, 7):
            clock.now = AT + timedelta(minutes=minutes)
            assert not stamping_at(engine, url, authority, clock).turn(), "another process knows of it too"
        assert [each / timedelta(minutes=1) for each in asked] == [0, 1, 3, 7]
        clock.now = authority.now = AT + timedelta(days=1)
        assert published(engine, 1)
        down.clear()
        assert stamping_at(engine, url, authority, clock).turn()
    assert [size for size, _ in kept(engine)] == [1024], "the newest is what is asked for"


def test_of_two_workers_at_once_one_asks(engine: Engine, authority: Authority) -> None:
    published(engine)
    both = Barrier(2)
    with offered(authority) as url:

        def work(_: int) -> bool:
            both.wait(10)
            return stamping_at(engine, url, authority).turn()

        with ThreadPoolExecutor(2) as workers:
            assert sorted(workers.map(work, range(2))) == [False, True]
    assert (len(authority.asked), len(kept(engine))) == (1, 1)


def test_while_one_asks_no_other_does(engine: Engine, authority: Authority) -> None:
    published(engine)
    with offered(authority) as url:
        second = stamping_at(engine, url, authority)

        def meanwhile(body: bytes) -> Sent:
            assert not second.turn()
            return authority(body)

        with offered(meanwhile) as slow:
            assert stamping_at(engine, slow, authority).turn()
    assert len(authority.asked) == 1


def test_no_wait_is_shorter_than_an_answer_may_take() -> None:
    assert stamping.FIRST_WAIT.total_seconds() > 2 * posting.SECONDS


CHANGES = [
    "UPDATE audit_timestamp SET answer = NULL",
    "UPDATE audit_timestamp SET answer = x'00'",
    "UPDATE audit_timestamp SET size = 3",
    "UPDATE audit_timestamp SET log = 2",
    "UPDATE audit_timestamp SET tries = 0",
    "DELETE FROM audit_timestamp",
]
OF_ITS_OWN = {
    "sqlite": ["REPLACE INTO audit_timestamp VALUES (1, 512, 0, '2026-03-02', x'00')"],
    "postgresql": [
        "TRUNCATE audit_timestamp",
        "INSERT INTO audit_timestamp SELECT * FROM audit_timestamp ON CONFLICT (log, size) DO UPDATE SET answer = NULL",
    ],
}


def test_the_database_itself_keeps_a_timestamp_as_it_came(engine: Engine, authority: Authority) -> None:
    published(engine)
    with offered(authority) as url:
        assert stamping_at(engine, url, authority).turn()
    there = kept(engine)
    for statement in (*CHANGES, *OF_ITS_OWN[databases.kind()]):
        if databases.kind() == "postgresql":
            statement = statement.replace("x'00'", r"'\x00'")
        with pytest.raises(IntegrityError, match="audit trail"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert kept(engine) == there


def test_what_waits_for_an_answer_is_not_lost_either(engine: Engine) -> None:
    published(engine)
    with writing(engine) as session:
        assert stamping.claim(session, AT) is not None
        session.commit()
    for statement in ("DELETE FROM audit_timestamp", "UPDATE audit_timestamp SET size = 3"):
        with pytest.raises(IntegrityError, match="audit trail"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
