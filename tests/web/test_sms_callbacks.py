"""What providers call: believed with their own proof alone, applied once, in whatever order and however often."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.app import App
from mediation.db import insert
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import open_event
from mediation.protocol.encoding import b64, new_id, parse_canonical
from mediation.protocol.primitives import mac
from mediation.settings import Settings
from mediation.sms import delivery, numbers, opting
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import Contact, OutboxText, TextTask
from mediation.web.transaction import ENGINE, clock
from mediation.worker import SWEEPS
from tests import standing
from tests.sms.carriers import PROVIDERS, TOKEN, with_provider
from tests.sms.test_delivery import Provider

PUBLIC = "https://letters.example.org"
NUMBER = "+447700900123"
SID = "SM" + "a" * 32


class Line:
    """A server, a participant with a text that was sent, and calls as a provider makes them."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.engine: Engine = app.extensions[ENGINE]
        self.participant_id, self.case_id = new_id(), new_id()
        with Session(self.engine.execution_options(mediation_writes=True)) as session:
            insert(session, self._contact())
            refs = {"participant": self.participant_id}
            ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=self.case_id, refs=refs, at=clock())
            self.text_id = str(sms.enqueue(session, self.participant_id, now=clock()))
            session.commit()

    def _contact(self) -> Contact:
        index = b64(mac(self.settings.peppers[0], b"number " + NUMBER.encode()))
        return Contact(
            participant_id=self.participant_id,
            case_id=self.case_id,
            channel="text",
            number=NUMBER,
            number_index=index,
            hours=AT_ANY_HOUR.as_json,
            wording="update",
            recorded_at=clock(),
            confirmed_at=clock(),
        )

    def sent(self, provider_id: str = SID) -> None:
        provider = Provider(lambda: provider_id)
        provider.reports = True
        assert delivery.deliver(self.engine, provider, clock)

    def status(self, sid: str, status: str, code: str = "", **options: Any) -> TestResponse:
        given = {"MessageSid": sid, "MessageStatus": status, "To": NUMBER} | ({"ErrorCode": code} if code else {})
        return self.twilio(f"/webhooks/twilio/status/{options.pop('text_id', self.text_id)}", given, **options)

    def answered(self, body: str, sid: str = "SM1", **more: str) -> TestResponse:
        return self.twilio("/webhooks/twilio/received", {"MessageSid": sid, "From": NUMBER, "Body": body, **more})

    def says(self, provider: str, body: str, text_id: str) -> TestResponse:
        """A text from the phone, by way of either provider."""
        if provider == "twilio":
            return self.answered(body, text_id)
        given = {"id": text_id, "source_number": NUMBER.lstrip("+"), "message": body}
        return self.notify("/webhooks/notify/received", given)

    def twilio(self, path: str, given: dict[str, str], token: str = TOKEN, url: str = PUBLIC) -> TestResponse:
        signature = RequestValidator(token).compute_signature(f"{url}{path}", given)
        return self.app.test_client().post(path, data=given, headers={"X-Twilio-Signature": signature})

    def notify(self, path: str, given: dict[str, str], token: str = "a-token-for-callbacks") -> TestResponse:
        return self.app.test_client().post(path, json=given, headers={"Authorization": f"Bearer {token}"})

    def text(self) -> OutboxText:
        with Session(self.engine) as session:
            return session.scalars(select(OutboxText)).one()

    def state(self) -> str:
        return self.text().state

    def tasks(self) -> list[str]:
        with Session(self.engine) as session:
            return sorted(session.scalars(select(TextTask.kind)))

    def kinds(self) -> list[str]:
        with Session(self.engine) as session:
            key = session.get_one(AuditKey, self.case_id).key
            rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == self.case_id))
            return [parse_canonical(open_event(key, row)[1])["kind"] for row in rows]

    def is_stopped(self) -> bool:
        with Session(self.engine) as session:
            return numbers.is_stopped(session, NUMBER)

    def everything(self) -> list[Any]:
        """All that a call could change."""
        names = ("outbox", "text_try", "text_task", "stopped_number", "received_text", "audit_event")
        with Session(self.engine) as session:
            return [session.execute(text(f"SELECT * FROM {name} ORDER BY 1")).all() for name in names]  # noqa: S608  # own names


@pytest.fixture
def line(settings: Settings) -> Line:
    own = with_provider(replace(settings, public_url=PUBLIC, trusted_proxies=1), "twilio", "http://127.0.0.1:1")
    return Line(standing.app(own), own)


@pytest.mark.parametrize(
    ("status", "code", "state", "tasks"),
    [
        ("delivered", "", "delivered", []),
        ("read", "", "delivered", []),
        ("sent", "", "sent", []),
        ("undelivered", "30006", "undelivered", ["number-recheck"]),
        ("failed", "30007", "failed", ["text-failed"]),
        ("undelivered", "21610", "suppressed", ["text-opted-out"]),
        ("undelivered", "30003", "queued", []),
        ("undelivered", "99999", "undelivered", ["text-failed"]),
    ],
)
def test_a_receipt_says_what_became_of_a_text(line: Line, status: str, code: str, state: str, tasks: list[str]) -> None:
    line.sent()
    assert line.status(SID, status, code).status_code == 204
    assert (line.state(), line.tasks()) == (state, tasks)
    after = line.everything()
    assert line.status(SID, status, code).status_code == 204
    assert line.everything() == after, "applied once"


def test_receipts_out_of_order_never_move_backwards(line: Line) -> None:
    line.sent()
    for status in ("delivered", "sending", "queued", "undelivered", "failed", "sent"):
        assert line.status(SID, status, "30008" if status == "failed" else "").status_code == 204
        assert line.state() == "delivered"
    assert line.kinds().count("sms.delivered") == 1


def test_a_receipt_that_comes_before_the_answer_settles_the_text(line: Line) -> None:
    (claimed,) = delivery.take(line.engine, provider := Provider(lambda: SID), clock(), 1)
    assert line.status(SID, "delivered").status_code == 204
    assert line.state() == "delivered"
    outcome = delivery.carry(line.engine, provider, claimed, clock)
    delivery.put_down(line.engine, provider, [(claimed, outcome)], clock())
    assert (line.state(), line.text().provider_id) == ("delivered", SID)


def test_a_receipt_of_an_earlier_try_changes_nothing(line: Line) -> None:
    line.sent()
    assert line.status(SID, "undelivered", "30003").status_code == 204
    after = line.everything()
    assert line.status(SID, "delivered").status_code == 204
    assert line.everything() == after


def test_a_foreign_receipt_changes_nothing(line: Line) -> None:
    line.sent()
    before = line.everything()
    assert line.status("SM" + "f" * 32, "failed", "30007").status_code == 204
    assert line.status("SM" + "f" * 32, "failed", "30007", text_id=new_id()).status_code == 204
    assert line.everything() == before


@pytest.mark.parametrize("how", ["another token", "another address", "no signature", "another parameter", "one more"])
def test_a_forged_call_is_refused_and_changes_nothing(line: Line, how: str) -> None:
    line.sent()
    before = line.everything()
    path, given = f"/webhooks/twilio/status/{line.text_id}", {"MessageSid": SID, "MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}", given)
    if how == "another token":
        signature = RequestValidator("other").compute_signature(f"{PUBLIC}{path}", given)
    if how == "another address":
        signature = RequestValidator(TOKEN).compute_signature(f"http://127.0.0.1{path}", given)
    if how == "another parameter":
        given = {**given, "MessageStatus": "failed"}
    if how == "one more":
        given = {**given, "ErrorCode": "30007"}
    headers = {} if how == "no signature" else {"X-Twilio-Signature": signature}
    answer = line.app.test_client().post(path, data=given, headers=headers)
    assert (answer.status_code, (answer.json or {}).get("code")) == (403, "not-allowed")
    assert line.everything() == before


def test_the_public_address_counts_whatever_a_proxy_says(line: Line) -> None:
    line.sent()
    path, given = f"/webhooks/twilio/status/{line.text_id}", {"MessageSid": SID, "MessageStatus": "delivered", "x": ""}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}?a=1&b=%20", given)
    headers = {"X-Twilio-Signature": signature, "X-Forwarded-Host": "other.example", "X-Forwarded-Proto": "http"}
    assert line.app.test_client().post(f"{path}?a=1&b=%20", data=given, headers=headers).status_code == 204
    assert line.state() == "delivered"


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "STOPIWCH", "peidio"])
def test_stop_in_either_language_stops_texts_and_tells_the_facilitator(line: Line, word: str) -> None:
    answer = line.answered(word)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<Message>" not in answer.text
    assert (line.state(), line.tasks(), line.is_stopped()) == ("suppressed", ["text-opted-out"], True)
    assert line.kinds().count("sms.opted-out") == 1
    with Session(line.engine.execution_options(mediation_writes=True)) as session:
        sms.enqueue(session, line.participant_id, now=clock())
        session.commit()
    provider = Provider(lambda: SID)
    assert not delivery.deliver(line.engine, provider, clock)
    assert provider.sent == []


def test_start_allows_texts_again_and_the_same_stop_played_again_does_not_undo_it(line: Line) -> None:
    line.answered("STOP", "SM1")
    line.answered("DECHRAU", "SM2")
    assert (line.is_stopped(), line.tasks()) == (False, ["text-opted-in", "text-opted-out"])
    line.answered("STOP", "SM1")
    assert not line.is_stopped()


def test_an_old_start_sent_again_does_not_undo_a_newer_stop_even_years_later(line: Line) -> None:
    line.answered("START", "SM1")
    line.answered("STOP", "SM2")
    with Session(line.engine.execution_options(mediation_writes=True)) as session:
        for _, sweep in SWEEPS.values():
            sweep(session, clock() + timedelta(days=3 * 365))
        session.commit()
    line.answered("START", "SM1")
    assert line.is_stopped()


def test_start_is_told_where_nothing_was_stopped_as_well(line: Line) -> None:
    assert "<Message>" not in line.answered("START").text
    assert (line.is_stopped(), line.tasks(), line.state()) == (False, ["text-opted-in"], "queued")
    assert line.kinds().count("sms.opted-in") == 1


@pytest.mark.parametrize(("before", "after"), [(False, False), (True, False), (False, True)])
def test_start_does_not_allow_what_an_operator_stopped(line: Line, before: bool, after: bool) -> None:
    if before:
        line.answered("STOP", "SM8")
    with Session(line.engine.execution_options(mediation_writes=True)) as session:
        opting.stop(session, SYSTEM, NUMBER, "operator", clock())
        session.commit()
    if after:
        line.answered("STOP", "SM9")
    line.answered("START")
    assert (line.is_stopped(), line.tasks()) == (True, ["text-answered", "text-opted-out"])
    assert "sms.opted-in" not in line.kinds()


def test_help_is_told_to_the_facilitator(line: Line) -> None:
    assert "<Message>" not in line.answered("Cymorth").text
    assert (line.tasks(), line.state()) == (["text-help"], "queued")


def test_the_keyword_that_twilio_found_counts(line: Line) -> None:
    line.answered("No more of this", OptOutType="STOP")
    assert line.is_stopped()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_any_other_text_is_not_kept_and_tells_the_facilitator(line: Line, provider: str) -> None:
    said = [line.says(provider, f"canary-31c6 {words}", f"SM{words}") for words in ("who?", "hello?")]
    assert [each.status_code for each in said] == [{"twilio": 200, "notify": 204}[provider]] * 2
    assert "Message" not in said[0].text
    assert line.tasks() == ["text-answered"]
    assert "canary-31c6" not in str(line.everything())
    assert line.kinds().count("sms.answered") == 2


@pytest.mark.parametrize(
    ("status", "state", "tasks"),
    [
        ("delivered", "delivered", []),
        ("permanent-failure", "undelivered", ["number-recheck"]),
        ("temporary-failure", "queued", []),
        ("technical-failure", "queued", []),
    ],
)
def test_notify_tells_what_became_of_a_text(line: Line, status: str, state: str, tasks: list[str]) -> None:
    line.sent()
    given = {"id": SID, "reference": line.text_id, "status": status, "to": NUMBER}
    assert line.notify("/webhooks/notify/receipt", given).status_code == 204
    assert (line.state(), line.tasks()) == (state, tasks)


@pytest.mark.parametrize("token", ["", "other", "ä"])
def test_notify_without_the_token_is_refused(line: Line, token: str) -> None:
    line.sent()
    before = line.everything()
    for path in ("/webhooks/notify/receipt", "/webhooks/notify/received"):
        given = {"id": SID, "status": "delivered", "source_number": NUMBER, "message": "STOP"}
        assert line.notify(path, given, token).status_code == 403
    assert line.everything() == before


def test_notify_brings_what_people_answer(line: Line) -> None:
    given = {"id": "one", "source_number": NUMBER.lstrip("+"), "message": "Stop", "destination_number": "1"}
    assert line.notify("/webhooks/notify/received", given).status_code == 204
    assert (line.is_stopped(), line.tasks()) == (True, ["text-opted-out"])


def test_without_a_provider_nobody_is_believed(settings: Settings) -> None:
    client = standing.app(settings).test_client()
    signature = RequestValidator("").compute_signature("http://127.0.0.1:8000/webhooks/twilio/received", {})
    assert client.post("/webhooks/twilio/received", headers={"X-Twilio-Signature": signature}).status_code == 403
    assert client.post("/webhooks/notify/receipt", headers={"Authorization": "Bearer "}).status_code == 403


@pytest.mark.parametrize("sid", ["", "x" * 65])
def test_an_id_that_is_none_is_refused(line: Line, sid: str) -> None:
    assert line.status(sid, "delivered").status_code == 400
