"""Several workers, one outbox: every text goes to its phone once, and none that was cancelled; what is due is offered
once, however many sweep.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from unittest import mock

import pytest
from sqlalchemy import Engine, select

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.client.signing_in import SignedIn
from mediation.db import UNAVAILABLE, engine_from, reading, writing
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import open_event
from mediation.protocol.encoding import b64, new_id, parse_canonical, unb64
from mediation.sms import delivery
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import OutboxText
from mediation.sms.outcomes import Outcome
from mediation.sms.providers import Report, RetryLaterError
from mediation.sms.states import TextState
from mediation.worker import Worker, utc_now
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of, quick
from tests.races.asking import together
from tests.races.books import audit
from tests.races.letters import Desk, pens, stand
from tests.races.place import Place
from tests.sms.confirmed import confirm_all

WORKERS = 3
TEXTS = 40
NUMBERS = count()
"""Another for each: nothing goes to a number that two people gave."""
HEAD_START = 0.3
"""Seconds in which another act comes to where it has to wait."""


class Counting:
    """A provider that counts what it was given, and refuses every `refusing`th text once, as one that is busy does."""

    sender = "counting"
    reports = False

    def __init__(self, refusing: int = 0) -> None:
        self.taken: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._refusing = refusing
        self._lock = Lock()

    def send(self, number: str, body: str, reference: str) -> str:
        """Takes a text."""
        with self._lock:
            self._seen[reference] += 1
            if self._refusing and len(self._seen) % self._refusing == 0 and self._seen[reference] == 1:
                raise RetryLaterError(0)
            self.taken[reference] += 1
            return f"provider-{reference}"

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        """What it has taken."""
        return [Report(f"provider-{reference}")] if self.taken[reference] else []

    def ask(self, provider_id: str) -> Report | None:
        """It knows no more."""
        return None


def _reachable(place: Place, me: SignedIn) -> None:
    """They wish to be told by text."""
    number = f"07700 900{next(NUMBERS):03}"
    body = {"channel": "text", "number": number, "wording": "update", "hours": AT_ANY_HOUR.as_json}
    assert place.town.ask(Prepared.call("PUT", "/contact", cookie_of(me), body, 200)).ok
    confirm_all(place.engines[0])


def _queue(engine: Engine, me: SignedIn, number: int) -> list[str]:
    """Texts to somebody, as they would be after many days of letters and sign-ins."""
    now, ids = utc_now(), [new_id() for _ in range(number)]
    with writing(engine) as session:
        for text_id in ids:
            session.add(
                OutboxText(
                    text_id=text_id,
                    participant_id=str(me.participant_id),
                    case_id=str(me.case_id),
                    wording="update",
                    state=TextState.QUEUED,
                    created_at=now,
                    not_before=now,
                    expires_at=now + timedelta(days=3),
                )
            )
            refs = {"text": text_id, "wording": "update"}
            ledger.append(session, "sms.queued", actor=SYSTEM, case_id=str(me.case_id), refs=refs, at=now)
        session.commit()
    return ids


def _workers(place: Place, provider: Counting, clock: Callable[[], datetime]) -> list[Callable[[], int]]:
    """Each on an engine of its own, until nothing is due."""

    def work() -> int:
        engine, sent = engine_from(place.settings), 0
        try:
            while delivery.deliver(engine, provider, clock):
                sent += 1
        finally:
            engine.dispose()
        return sent

    return [work] * WORKERS


def _texts(place: Place) -> list[OutboxText]:
    with reading(place.engines[0]) as session:
        return list(session.scalars(select(OutboxText)))


def _told(place: Place, kind: str) -> Counter[str]:
    """How many events of a kind there are about each text."""
    with reading(place.engines[0]) as session:
        keys = {row.scope: row.key for row in session.scalars(select(AuditKey))}
        rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id.is_not(None)))
        events = [parse_canonical(open_event(keys[str(row.case_id)], row)[1]) for row in rows]
    return Counter(event["refs"]["text"] for event in events if event["kind"] == kind)


def test_every_text_is_sent_once(place: Place) -> None:
    everybody = [me for room in place.rooms[:2] for me in room.sides]
    for me in everybody:
        _reachable(place, me)
    ids = [one for me in everybody for one in _queue(place.engines[0], me, TEXTS // len(everybody))]
    provider = Counting()
    tried = together(*_workers(place, provider, utc_now))
    assert provider.taken == dict.fromkeys(ids, 1)
    assert sum(tried) == TEXTS
    assert {(each.state, each.attempts, each.leased_until) for each in _texts(place)} == {("sent", 1, None)}
    assert _told(place, "sms.claimed") == _told(place, "sms.sent") == dict.fromkeys(ids, 1)


def test_a_text_that_the_provider_put_off_is_sent_once_too(place: Place) -> None:
    _reachable(place, place.room.mary)
    ids = _queue(place.engines[0], place.room.mary, TEXTS // 2)
    provider = Counting(refusing=4)
    together(*_workers(place, provider, utc_now))
    together(*_workers(place, provider, lambda: utc_now() + timedelta(minutes=5)))
    assert provider.taken == dict.fromkeys(ids, 1)
    assert {each.state for each in _texts(place)} == {"sent"}
    assert _told(place, "sms.sent") == dict.fromkeys(ids, 1)


def test_a_text_is_sent_or_cancelled_but_never_both(place: Place) -> None:
    """People pause, sign in and change their number while texts to them are on their way out."""
    people = [me for room in place.rooms for me in room.sides]
    for me in people:
        _reachable(place, me)
        _queue(place.engines[0], me, 4)
    provider = Counting()
    asks = [_sign_in(place, me) if number % 3 else stand(me, "paused") for number, me in enumerate(people)]
    together(*_workers(place, provider, utc_now), *[lambda each=each: place.town.ask(each) for each in asks])
    together(*_workers(place, provider, utc_now))  # a case in which somebody acted was left out
    _check_outbox(place, provider)


def _sign_in(place: Place, me: SignedIn) -> Prepared:
    name = place.names[me.account_id]
    asked = me.transport.post("/sign-in/parameters", {"sign_in_name": name})
    auth = quick("", unb64(asked["salt"]), asked["opslimit"], asked["memlimit"]).auth
    return Prepared.call("POST", "/session", "", {"sign_in_name": name, "auth": b64(auth)}, 200)


def _check_outbox(place: Place, provider: Counting) -> None:
    by_state: dict[str, set[str]] = {}
    for each in _texts(place):
        by_state.setdefault(each.state, set()).add(each.text_id)
    assert set(by_state) <= {"sent", "cancelled"}
    assert provider.taken == dict.fromkeys(by_state.get("sent", ()), 1)
    assert _told(place, "sms.sent") == dict.fromkeys(by_state.get("sent", ()), 1)
    assert _told(place, "sms.cancelled") == dict.fromkeys(by_state.get("cancelled", ()), 1)


@pytest.mark.parametrize("act", [sms.seen, sms.cancel], ids=["signed in", "paused"])
def test_a_text_that_a_worker_has_just_taken_is_left_to_it(place: Place, act: Callable[..., object]) -> None:
    """The worker has taken the text and not yet said so, when somebody else looks at what is queued: whoever would
    have called it back is asked to try again, and then finds it on its way."""
    mary = place.room.mary
    _reachable(place, mary)
    (text_id,) = _queue(place.engines[0], mary, 1)
    claims = writing(place.engines[0])
    assert delivery.claim(claims, utc_now())

    def another() -> None:
        with writing(place.engines[1]) as session:
            act(session, str(mary.participant_id), now=utc_now())
            session.commit()

    def persistent() -> None:
        try:
            another()
        except UNAVAILABLE:
            another()

    def commit() -> None:
        time.sleep(HEAD_START)
        claims.commit()
        claims.close()

    together(persistent, commit)
    with writing(place.engines[0]) as session:
        delivery.record(session, text_id, Outcome(found=(Report("provider-1"),)), utc_now(), Counting())
        session.commit()
    (text,) = _texts(place)
    assert (text.state, text.provider_id) == ("sent", "provider-1")
    assert not _told(place, "sms.cancelled")


def test_what_is_due_is_offered_once(place: Place) -> None:
    """Sweeps of several workers, and somebody who opens before any of them came by."""
    later = utc_now() + timedelta(hours=1)
    rooms = place.rooms[:3]
    letters = [pen.letter() for room in rooms for pen in pens(room) for _ in range(3)]
    desks = {room.case_id: Desk(place.fay, room) for room in rooms}
    for me in (one for room in rooms for one in room.sides):
        _reachable(place, me)
    for each in letters:
        assert place.town.ask(each.submit).ok
        assert place.town.ask(desks[each.room.case_id].release(each, later)).ok
    after = later + timedelta(minutes=1)

    def work() -> int:
        """A transaction for each case, as workers do it."""
        worker = Worker(place.settings)
        try:
            return worker.offer()
        finally:
            worker.engine.dispose()

    with mock.patch("mediation.worker.utc_now", lambda: after):
        assert sum(together(work, work, work, work)) == len(letters)
    for room in rooms:
        found = audit(place.engines[0], room.case_id)
        assert {row.state for row in found.recipients} == {"offered"}
        assert found.kinds()["message.offered"] == 6
    assert Counter(each.participant_id for each in _texts(place)) == {
        str(me.participant_id): 1 for room in rooms for me in room.sides
    }
