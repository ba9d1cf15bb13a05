"""Who may have a code sent, how often, and that nobody learns from it who else has a number."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.accounts.throttle import WINDOW
from mediation.cases import confirming
from mediation.cases.confirming import ACCOUNT, ADDRESS, ALL, NUMBER, NUMBER_A_DAY, PERSON, PERSON_A_DAY
from mediation.cases.states import Standing
from mediation.errors import MediationError, NotAllowed, TooManyTries
from mediation.messages import erasing
from mediation.sms import codes, numbers
from mediation.sms.codes import AGAIN_AFTER, DAY, LASTS
from mediation.sms.models import CodeSent, ConfirmationCode, OutboxText, TextTask
from tests.cases.fixtures import Desk
from tests.protocol.world import Person
from tests.sms.confirmed import confirm

PHONE = "+447700900123"


class Asking:
    """Somebody who has recorded a number, and asks for codes (or `by` somebody else does)."""

    def __init__(self, desk: Desk, who: Person, number: str = PHONE) -> None:
        self.desk, self.who, self.standing = desk, who, Standing.ACTIVE
        self.records(number)

    def records(self, number: str) -> None:
        profile = sms.Profile("text", number)
        self._do(sms.set_contact, self.actor(), case_id=self.desk.case.case_id, profile=profile, now=self.desk.case.now)

    def actor(self, by: Person | None = None) -> Any:
        return self.desk.case.actor(by or self.who)

    def _do(self, operation: Any, *given: Any, **named: Any) -> Any:
        target: Any = type("Target", (), {"participant_id": self.who.id})()
        return self.desk.office.do(operation, *given, target=target, participant_id=self.who.id, **named)

    def code(self, later: timedelta = timedelta(0), by: Person | None = None, address: str = "192.0.2.1") -> datetime:
        """When it ends."""
        member: Any = type("Row", (), {"participant_id": self.who.id, "standing": self.standing})()
        target: Any = self.desk.case.row if by is not None else member
        now = self.desk.case.now + later
        ends: datetime = self.desk.office.do(confirming.send_code, self.actor(by), member, address, now, target=target)
        return ends

    def refused(self, later: timedelta = timedelta(0), **how: Any) -> str:
        with pytest.raises(MediationError) as found:
            self.code(later, **how)
        if isinstance(found.value, TooManyTries):
            wait = timedelta(seconds=int(found.value.detail["retry_after"]))
            assert timedelta(0) < wait <= DAY
            self.code(later + wait, **how)  # it keeps its promise
        return found.value.code

    @property
    def sent(self) -> int:
        return len(self.desk.office.rows(OutboxText, participant_id=self.who.id))


@pytest.fixture
def hana(desk: Desk) -> Asking:
    return Asking(desk, desk.hana)


@pytest.fixture
def both(desk: Desk, hana: Asking) -> tuple[Asking, Asking]:
    """Two people of a case with one number, and a facilitator who has not asked them."""
    return hana, Asking(desk, desk.rhys)


def test_a_code_is_sent_and_lasts_ten_minutes(hana: Asking) -> None:
    assert hana.code() == hana.desk.case.now + LASTS
    (text,) = hana.desk.office.rows(OutboxText)
    assert (text.wording, text.state, text.expires_at) == ("code", "queued", hana.desk.case.now + LASTS)
    (code,) = hana.desk.office.rows(ConfirmationCode)
    assert (code.text_id, code.case_id) == (text.text_id, hana.desk.case.case_id)


JUST_BEFORE = AGAIN_AFTER - timedelta(seconds=1)


def test_asking_again_within_a_minute_sends_and_counts_nothing(hana: Asking) -> None:
    ends = hana.code()
    for _ in range(PERSON + 1):
        assert hana.code(JUST_BEFORE) == hana.code(JUST_BEFORE, by=hana.desk.finn) == ends
    assert hana.sent == 1
    assert hana.code(AGAIN_AFTER) == ends + AGAIN_AFTER, "then another one goes out"
    assert hana.sent == 2


def test_asking_again_brings_another_one_where_the_last_works_no_more(hana: Asking) -> None:
    hana.code()
    hana.records("+447700900124")
    hana.code(JUST_BEFORE)
    hana.records(PHONE)
    hana.code(JUST_BEFORE)
    assert hana.sent == 3


def test_where_none_goes_out_asking_again_looks_the_same(both: tuple[Asking, Asking]) -> None:
    hana, _ = both
    ends = hana.code()
    assert hana.code(JUST_BEFORE) == ends
    assert hana.code(AGAIN_AFTER) == ends + AGAIN_AFTER
    assert hana.sent == 0


def test_a_facilitator_of_the_case_sends_one_for_them_and_nobody_else(hana: Asking) -> None:
    hana.code(by=hana.desk.finn)
    assert hana.sent == 1
    with pytest.raises(NotAllowed):
        hana.code(by=hana.desk.office.agency.people["flo"])


@pytest.mark.parametrize("standing", [Standing.PAUSED, Standing.WITHDRAWN])
def test_whoever_paused_or_stopped_gets_no_text(hana: Asking, standing: Standing) -> None:
    hana.standing = standing
    assert hana.refused() == hana.refused(by=hana.desk.fay) == "not-standing"


def test_a_number_that_asked_us_to_stop_gets_none(hana: Asking) -> None:
    hana.desk.office.do(numbers.stop, PHONE, "opted-out", hana.desk.case.now)
    assert hana.refused() == hana.refused(by=hana.desk.fay) == "number-stopped"


def test_a_number_is_confirmed_once(hana: Asking) -> None:
    hana.desk.office.do(confirm, hana.who.id)
    assert hana.refused() == "number-confirmed"


def test_without_a_number_there_is_none(desk: Desk, hana: Asking) -> None:
    hana._do(sms.set_contact, hana.actor(), case_id=desk.case.case_id, profile=sms.Profile("call"), now=desk.case.now)
    assert hana.refused() == "number-missing"


def test_a_person_gets_a_few_in_a_quarter_of_an_hour(hana: Asking) -> None:
    for place in range(PERSON):
        hana.code(place * AGAIN_AFTER)
    assert hana.refused(PERSON * AGAIN_AFTER, by=hana.desk.fay) == "too-many-codes"
    assert hana.sent == PERSON + 1, "a refusal counts nothing"


def test_an_account_sends_a_few(hana: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "PERSON", ALL)
    monkeypatch.setattr(confirming, "NUMBER", ALL)
    monkeypatch.setattr(confirming, "NUMBER_A_DAY", ALL)
    monkeypatch.setattr(confirming, "PERSON_A_DAY", ALL)
    for place in range(ACCOUNT):
        hana.code(place * AGAIN_AFTER, by=hana.desk.fay)
    hana.code(ACCOUNT * AGAIN_AFTER, by=hana.desk.finn)
    assert hana.refused((ACCOUNT + 1) * AGAIN_AFTER, by=hana.desk.fay) == "too-many-codes"


def test_an_address_sends_a_few(hana: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "ADDRESS", 1)
    hana.code()
    hana.code(AGAIN_AFTER, address="192.0.2.9")
    assert hana.refused(2 * AGAIN_AFTER) == "too-many-codes"


def test_all_together_get_so_many(desk: Desk, hana: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "ALL", 1)
    hana.code()
    rhys = Asking(desk, desk.rhys, "+447700900124")
    assert rhys.refused(address="192.0.2.9") == "too-many-codes"


def test_each_limit_is_above_what_one_person_needs() -> None:
    assert PERSON < NUMBER < ACCOUNT < ADDRESS < ALL
    assert PERSON_A_DAY < NUMBER_A_DAY, "nobody reaches the limit of a number alone"


def test_a_person_gets_so_many_a_day(hana: Asking) -> None:
    for place in range(PERSON_A_DAY):
        hana.code(place * WINDOW)
    assert hana.refused(PERSON_A_DAY * WINDOW) == "too-many-codes"


def test_the_agency_sends_so_many_a_day(
    hana: Asking, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = replace(hana.desk.office.settings, sms_codes_a_day=1)
    monkeypatch.setattr(confirming, "settings_of", lambda _: settings)
    hana.code()
    assert hana.refused(AGAIN_AFTER) == "codes-spent"
    printed = capfd.readouterr()
    assert "sms.codes-spent" in printed.out + printed.err


def test_codes_of_an_erased_case_count_on_and_name_nobody(hana: Asking) -> None:
    office, case = hana.desk.office, hana.desk.case
    hana.code()
    office.do(erasing.erase, SYSTEM, case.case_id, case.now)
    assert (office.rows(ConfirmationCode), office.do(codes.sent_today, case.now)) == ([], 1)
    (counted,) = office.rows(CodeSent)
    assert counted.at == case.now
    office.do(codes.sweep, case.now + DAY)
    assert office.rows(CodeSent) == []


def test_a_shared_number_gets_none_and_only_a_facilitator_hears_why(both: tuple[Asking, Asking]) -> None:
    hana, rhys = both
    for each in both:
        assert each.code() == each.desk.case.now + LASTS, "as always"
        assert each.sent == 0
        assert each.refused(by=each.desk.fay) == "number-shared"
    for task in hana.desk.office.rows(TextTask):
        hana.desk.office.do(_done, task.task_id)
    rhys.code(AGAIN_AFTER)
    assert (hana.sent, rhys.sent) == (0, 1)


def _done(session: Any, task_id: str) -> None:
    task = session.get(TextTask, task_id)
    task.done_at = task.created_at
    ledger.append(session, "task.done", actor=SYSTEM, case_id=task.case_id, refs={}, at=task.created_at)


def test_that_somebody_else_used_a_number_up_is_not_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "NUMBER", PERSON)
    hana, rhys = Asking(desk, desk.hana), Asking(desk, desk.rhys, "+447700900124")
    for place in range(PERSON):
        hana.code(place * AGAIN_AFTER)
    rhys.records(PHONE)
    for task in desk.office.rows(TextTask):
        desk.office.do(_done, task.task_id)
    assert (rhys.code(), rhys.sent) == (desk.case.now + LASTS, 0)
    assert rhys.refused(by=desk.fay) == "too-many-codes"
