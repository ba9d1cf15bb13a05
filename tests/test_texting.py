"""`mediation sms`, as an operator types it: what it says, what it changes, and the exit status that scripts use."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.cli import main
from mediation.db import reading
from mediation.settings import Settings
from mediation.sms import delivery, numbers
from mediation.sms.models import Contact, OutboxText, TextTask
from mediation.sms.providers import RefusedError
from mediation.sms.wordings import TEST
from tests.sms.carriers import with_provider
from tests.sms.conftest import AT, NUMBER, wants_texts
from tests.sms.stand_in import Fault, StandIn, standing_in
from tests.sms.test_delivery import Provider, _raise


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> Settings:
    """The settings of the test are those that the command reads."""
    own = with_provider(settings, "twilio", stand_in.url)
    monkeypatch.setattr("mediation.settings.read", lambda: own)
    return own


@pytest.fixture
def text_id(engine: Engine, writing_session: Session) -> str:
    """A text that is queued for somebody whose number can be found."""
    participant_id = wants_texts(writing_session)
    contact = writing_session.get_one(Contact, participant_id)
    contact.number_index = numbers.indexes(writing_session, NUMBER)[0]
    made = sms.enqueue(writing_session, participant_id, now=AT)
    writing_session.commit()
    return str(made)


def _state(engine: Engine, text_id: str) -> str:
    with reading(engine) as session:
        return session.get_one(OutboxText, text_id).state


def test_the_status_counts_and_names_nobody(text_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sms", "status"]) == 0
    said = capsys.readouterr().out
    assert "1 queued" in said
    assert "900123" not in said
    assert main(["sms", "status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["states"], found["oldest"], found["stopped"]) == ({"queued": 1}, "2026-03-02T09:00:00Z", [])


def test_a_stopped_sender_is_said_and_can_be_let_go(
    engine: Engine, text_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert delivery.deliver(engine, Provider(_raise(RefusedError("20003"))), lambda: AT)
    assert main(["sms", "status"]) == 1
    assert "STOPPED since 2026-03-02T09:00:00Z" in capsys.readouterr().out
    later = AT + timedelta(hours=1)
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: later)
    assert main(["sms", "retry"]) == 0
    assert capsys.readouterr().out == "1 let go\n"
    assert delivery.deliver(engine, Provider(lambda: "id"), lambda: later)


@pytest.mark.parametrize("typed", ["07700 900123", "-"])
def test_texts_to_a_number_are_stopped_and_allowed_again(
    engine: Engine, text_id: str, typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NUMBER}\n"))
    assert main(["sms", "suppress", typed]) == 0
    assert capsys.readouterr().out == "stopped; 1 people have this number\n"
    assert _state(engine, text_id) == "suppressed"
    with reading(engine) as session:
        assert session.scalars(select(TextTask.kind)).all() == ["text-opted-out"]
        assert numbers.is_stopped(session, NUMBER)
    assert main(["sms", "suppress", NUMBER, "--allow"]) == 0
    with reading(engine) as session:
        assert not numbers.is_stopped(session, NUMBER)


def test_what_is_no_number_is_refused(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sms", "suppress", "12"]) == 2
    assert capsys.readouterr().err == "This is not a telephone number that we can use.\n"


def test_a_test_is_sent(engine: Engine, stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sms", "send-test", "07700 900123"]) == 0
    assert [(each.number, each.body) for each in stand_in.taken] == [(NUMBER, TEST)]
    assert capsys.readouterr().out == f"taken by twilio as {stand_in.taken[0].id}\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault(status=401, code=20003), "refused by twilio: 20003 (stop)"), (Fault(), "twilio did not answer.")],
)
def test_a_test_that_is_not_taken_says_why(
    engine: Engine, stand_in: StandIn, fault: Fault, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.plan = lambda number, reference: fault
    assert main(["sms", "send-test", NUMBER]) == 1
    assert said in capsys.readouterr().err


def test_without_a_provider_there_is_no_test(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mediation.settings.read", lambda: replace(settings, sms_provider=""))
    assert main(["sms", "send-test", NUMBER]) == 2
    assert "SMS_PROVIDER" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["status"], ["retry"], ["suppress"], ["send-test"]])
def test_every_command_says_what_it_does(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sms", *command, "--help"])
    assert ended.value.code == 0
    assert "usage: mediation sms" in capsys.readouterr().out
