"""Both providers, through their real clients, against a stand-in that fails as they do: sent once, whatever happens."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.settings import Settings
from mediation.sms import codes, delivery
from mediation.sms.models import Contact, OutboxText, StoppedNumber, TextSender, TextTask
from mediation.sms.outcomes import SETTLES_AFTER
from mediation.sms.providers import Provider
from mediation.sms.reports import ask_for_news
from mediation.sms.wordings import WORDINGS
from tests.sms.carriers import ACCOUNT, PROVIDERS, TOKEN, carrier
from tests.sms.confirmed import code_of
from tests.sms.conftest import AT, NUMBER
from tests.sms.stand_in import Fault, StandIn, standing_in


class Desk:
    """A provider, its stand-in, a clock that is moved by hand, and the one text."""

    def __init__(self, engine: Engine, settings: Settings, name: str, stand_in: StandIn) -> None:
        self.engine, self.stand_in, self.moment = engine, stand_in, AT
        stand_in.now = lambda: self.moment
        self.provider: Provider = carrier(settings, name, stand_in.url)

    def turn(self, later: timedelta = timedelta(0)) -> bool:
        """Let time pass, then one text."""
        self.moment += later
        return delivery.deliver(self.engine, self.provider, lambda: self.moment)

    def text(self) -> OutboxText:
        with Session(self.engine) as session:
            return session.scalars(select(OutboxText)).one()

    def tasks(self) -> list[str]:
        with Session(self.engine) as session:
            return list(session.scalars(select(TextTask.kind)))


@pytest.fixture(params=PROVIDERS)
def desk(request: pytest.FixtureRequest, engine: Engine, settings: Settings, queued: str) -> Iterator[Desk]:
    with standing_in() as stand_in:
        yield Desk(engine, settings, request.param, stand_in)


@pytest.fixture
def twilio(engine: Engine, settings: Settings, queued: str) -> Iterator[Desk]:
    with standing_in() as stand_in:
        yield Desk(engine, settings, "twilio", stand_in)


def once(fault: Fault) -> Callable[[str, str], Fault | None]:
    """This fault at the first try of each text."""
    met: set[str] = set()

    def plan(number: str, reference: str) -> Fault | None:
        if reference in met:
            return None
        met.add(reference)
        return fault

    return plan


def test_a_text_is_taken_with_its_words_number_and_reference(desk: Desk, queued: str) -> None:
    assert desk.turn()
    (taken,) = desk.stand_in.taken
    assert (taken.number, taken.body, taken.reference) == (NUMBER, WORDINGS["update"].texts["en"], queued)
    assert (desk.text().state, desk.text().provider_id) == ("sent", taken.id)


def test_twilio_is_told_who_sends_and_where_receipts_go(twilio: Desk, settings: Settings, queued: str) -> None:
    assert twilio.turn()
    (method, path, given), *_ = twilio.stand_in.asked
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert given.pop("authorization").startswith("Basic ")
    assert given == {
        "To": NUMBER,
        "From": "+15005550006",
        "Body": WORDINGS["update"].texts["en"],
        "StatusCallback": f"{settings.public_url}/webhooks/twilio/status/{queued}",
    }
    assert TOKEN not in str(given)


def test_twilio_sends_through_a_messaging_service_where_one_is_named(settings: Settings) -> None:
    with standing_in() as stand_in:
        carrier(settings, "twilio", stand_in.url, "MG" + "1" * 32).send(NUMBER, "Hello.", "ref")
        assert stand_in.asked[0][2]["MessagingServiceSid"] == "MG" + "1" * 32
        assert "From" not in stand_in.asked[0][2]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(takes=True),
        Fault(status=200, takes=True),
        Fault(status=500, takes=True),
        Fault(status=503, takes=True),
    ],
    ids=["cut", "no answer that can be read", "500", "503"],
)
def test_what_was_taken_without_saying_so_is_found_and_not_sent_again(desk: Desk, fault: Fault) -> None:
    desk.stand_in.plan = once(fault)
    assert desk.turn()
    assert desk.text().state == "sending"
    assert not desk.turn(timedelta(seconds=30))
    assert desk.turn(SETTLES_AFTER)
    assert (desk.text().state, desk.text().provider_id) == ("sent", desk.stand_in.taken[0].id)
    assert not desk.turn(timedelta(days=2))
    assert len(desk.stand_in.taken) == 1


@pytest.mark.parametrize("fault", [Fault(), Fault(status=200), Fault(status=502)], ids=["cut", "unreadable", "502"])
def test_what_was_not_taken_is_sent_again_once_the_list_says_so(desk: Desk, fault: Fault) -> None:
    desk.stand_in.plan = once(fault)
    assert desk.turn()
    assert desk.turn(SETTLES_AFTER)
    assert (desk.text().state, desk.stand_in.taken) == ("queued", [])
    assert desk.turn()
    assert (desk.text().state, desk.text().attempts, len(desk.stand_in.taken)) == ("sent", 2, 1)


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("taken", [True, False])
def test_the_words_of_a_code_are_the_same_whoever_asks_for_them_or_says_them_again(
    engine: Engine, settings: Settings, writing_session: Session, pat: str, name: str, taken: bool
) -> None:
    codes.make(writing_session, writing_session.get_one(Contact, pat), AT, sent=True)
    writing_session.commit()
    words = f"{code_of(engine, pat)} is your code. It works for ten minutes."
    with standing_in() as stand_in:
        desk = Desk(engine, settings, name, stand_in)
        stand_in.plan = once(Fault(takes=taken))
        delivery.take(engine, desk.provider, AT, 1)  # and this worker is killed
        assert desk.turn(delivery.LEASE), "another asks for it, and the list has none"
        assert desk.turn(), "it is cut"
        assert desk.turn(SETTLES_AFTER)
        assert taken or desk.turn()
        assert ([each.body for each in stand_in.taken], desk.text().state) == ([words], "sent")


def test_an_answer_that_hangs_is_left_and_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{type(desk.provider).__module__}.TIMEOUT", 0.3)
    desk.stand_in.plan = once(Fault(status=201, takes=True, after=2.0))
    assert desk.turn()
    assert desk.text().state == "sending"
    assert desk.turn(SETTLES_AFTER)
    assert (desk.text().state, len(desk.stand_in.taken)) == ("sent", 1)


def test_a_provider_that_is_away_has_surely_not_taken_it(engine: Engine, settings: Settings, queued: str) -> None:
    with standing_in() as gone:
        pass
    desk = Desk(engine, settings, "twilio", gone)
    assert desk.turn()
    assert (desk.text().state, gone.taken) == ("queued", [])


def test_while_the_list_is_away_nothing_is_sent(desk: Desk) -> None:
    desk.stand_in.plan, desk.stand_in.lists = once(Fault(takes=True)), False
    assert desk.turn()
    assert desk.turn(SETTLES_AFTER)
    assert desk.text().state == "sending"
    desk.stand_in.lists = True
    assert desk.turn(timedelta(hours=1))
    assert (desk.text().state, len(desk.stand_in.taken)) == ("sent", 1)


def test_too_many_requests_slow_the_sender_as_told_and_count_as_no_try(desk: Desk) -> None:
    desk.stand_in.plan = once(Fault(status=429, code=20429, retry_after=90))
    assert desk.turn()
    assert (desk.text().state, desk.text().attempts) == ("queued", 0)
    calls = len(desk.stand_in.asked)
    assert not desk.turn(timedelta(seconds=89))
    assert len(desk.stand_in.asked) == calls
    assert desk.turn(timedelta(seconds=1))
    assert desk.text().state == "sent"


def test_refused_credentials_stop_everything_and_lose_nothing(desk: Desk, settings: Settings) -> None:
    desk.stand_in.plan = lambda number, reference: Fault(
        status=403 if "Notify" in str(desk.provider) else 401, code=20003
    )
    assert desk.turn()
    assert not desk.turn(timedelta(hours=5))
    assert (desk.text().state, desk.text().attempts, len(desk.stand_in.asked)) == ("queued", 0, 1)
    with Session(desk.engine) as session:
        assert session.scalars(select(TextSender.stopped_at)).one() == AT


def test_other_credentials_are_another_sender(twilio: Desk, settings: Settings) -> None:
    twilio.stand_in.plan = once(Fault(status=401, code=20003))
    assert twilio.turn()
    assert not twilio.turn()
    twilio.provider = carrier(settings, "twilio", twilio.stand_in.url, "+15005550007")
    assert twilio.turn()
    assert twilio.text().state == "sent"


@pytest.mark.parametrize("code", [21211, 21614, 30006])
def test_a_number_that_takes_no_texts_is_to_be_checked(twilio: Desk, code: int) -> None:
    twilio.stand_in.plan = once(Fault(status=400, code=code))
    assert twilio.turn()
    assert (twilio.text().state, twilio.text().error, twilio.tasks()) == ("failed", str(code), ["number-recheck"])


def test_notify_says_of_a_number_that_it_takes_no_texts(engine: Engine, settings: Settings, queued: str) -> None:
    with standing_in(plan=once(Fault(status=400, code=1))) as stand_in:
        desk = Desk(engine, settings, "notify", stand_in)
        assert desk.turn()
        assert (desk.text().state, desk.tasks()) == ("failed", ["number-recheck"])


def test_somebody_who_opted_out_at_the_provider_gets_no_more(twilio: Desk, pat: str) -> None:
    twilio.stand_in.plan = once(Fault(status=400, code=21610))
    assert twilio.turn()
    assert (twilio.text().state, twilio.tasks()) == ("suppressed", ["text-opted-out"])
    with Session(twilio.engine) as session:
        assert len(session.scalars(select(StoppedNumber)).all()) == 1


def test_what_is_filtered_has_failed(twilio: Desk) -> None:
    twilio.stand_in.plan = once(Fault(status=400, code=30007))
    assert twilio.turn()
    assert (twilio.text().state, twilio.text().error) == ("failed", "30007")


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30008])
def test_what_may_pass_is_tried_again_while_there_is_time(twilio: Desk, code: int) -> None:
    twilio.stand_in.plan = lambda number, reference: Fault(status=400, code=code)
    while twilio.text().state == "queued":
        twilio.turn(timedelta(hours=1))
    assert (twilio.text().state, twilio.text().attempts, twilio.tasks()) == ("failed", 8, ["text-failed"])


def test_without_a_receipt_the_provider_is_asked_what_became_of_it(desk: Desk) -> None:
    assert desk.turn()
    desk.stand_in.taken[0].status = "delivered"
    assert ask_for_news(desk.engine, desk.provider, AT + timedelta(minutes=14), 10) == 0
    assert ask_for_news(desk.engine, desk.provider, AT + timedelta(minutes=15), 10) == 1
    assert desk.text().state == "delivered"
    assert ask_for_news(desk.engine, desk.provider, AT + timedelta(days=2), 10) == 0


def test_of_a_text_of_which_nobody_knows_more_is_asked_for_three_days(desk: Desk) -> None:
    assert desk.turn()
    asked = sum(ask_for_news(desk.engine, desk.provider, AT + timedelta(hours=hour), 10) for hour in range(24 * 7))
    assert 5 < asked < 20, "longer each time"
    assert desk.text().state == "sent"


def test_two_texts_with_the_same_words_are_told_apart(twilio: Desk, writing_session: Session, pat: str) -> None:
    assert twilio.turn()
    sms.seen(writing_session, pat, now=AT)
    second = sms.enqueue(writing_session, pat, now=AT)
    writing_session.commit()
    twilio.stand_in.plan = once(Fault())
    assert twilio.turn()
    assert twilio.turn(SETTLES_AFTER), "only the first is on the list"
    assert twilio.turn()
    assert twilio.stand_in.references()[1:] == [second]
