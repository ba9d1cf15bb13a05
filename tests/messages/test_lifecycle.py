"""Letters on their way, in any order of acts: the server agrees with a small model of what each state allows.

Hypothesis plays both sides and the facilitators. After each step every row, what each side is shown, the tasks and the
audit trail are compared with the model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mediation.errors import MediationError
from mediation.messages import choices, letters, participation, taking_back
from mediation.messages.models import Decision, MessageRecipient
from mediation.protocol.decision_signing import Choice
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message import Sealed
from tests.cases.fixtures import Desk
from tests.cases.served import message_id
from tests.protocol.world import Person

CHOICES = ("kept", "with_facilitator", "not_wanted")
UNOPENED = ("offered", *CHOICES)
FIRST: list[Desk] = []


@dataclass
class Letter:
    """What the model knows of one letter."""

    sealed: Sealed
    writer: Person
    reader: Person
    state: str = "in_review"
    due: Any = None
    was_offered: bool = False
    taken_back: bool = False
    tell: bool = False
    told: str | None = None


class Journey(RuleBasedStateMachine):
    """Both sides write, facilitators decide, readers choose, anybody pauses, time passes."""

    def __init__(self) -> None:
        super().__init__()
        first = FIRST[0]
        office = first.office.copy("office")
        self.desk = Desk(office, office.cases[0], first.fay, first.finn, first.hana, first.rhys)
        self.letters: list[Letter] = []
        self.standing = {first.hana.id: "active", first.rhys.id: "active"}

    def teardown(self) -> None:
        self.desk.office.close()

    # Helpers ---------------------------------------------------------------------------------------------------------

    def person(self, harmed: bool) -> tuple[Person, Person]:
        """Somebody, and the other side."""
        return (self.desk.hana, self.desk.rhys) if harmed else (self.desk.rhys, self.desk.hana)

    def pick(self, number: int) -> Letter:
        return self.letters[number % len(self.letters)]

    def active(self, who: Person) -> bool:
        return self.standing[who.id] == "active"

    def offer_what_is_due(self, letter: Letter) -> None:
        """A release whose time has come to somebody who takes part is an offer as soon as anybody looks."""
        due = letter.due is None or letter.due <= self.desk.case.now
        if letter.state == "released" and due and self.active(letter.reader):
            letter.state, letter.was_offered = "offered", True

    def expect(self, code: str | None, act: Callable[[], Any]) -> bool:
        """Do it; whether it went through, which it must exactly where no refusal is expected."""
        try:
            act()
        except (MediationError, ProtocolError) as error:
            assert code is not None, error
            assert error.code == code
            return False
        assert code is None
        return True

    # Acts ------------------------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.write(True)

    @rule(harmed=st.booleans())
    def write(self, harmed: bool) -> None:
        """Somebody hands in a letter."""
        writer, reader = self.person(harmed)
        written: list[Sealed] = []
        code = None if self.active(writer) else "not-standing"
        if self.expect(code, lambda: written.append(self.desk.case.write(writer, [reader]))):
            self.letters.append(Letter(written[0], writer, reader))

    @rule(number=st.integers(0, 9), later=st.booleans())
    def release(self, number: int, later: bool) -> None:
        """A facilitator releases a letter, at once or for tomorrow."""
        letter = self.pick(number)
        due = self.desk.case.now + timedelta(days=1) if later else None
        choice = Choice("release", letter.reader.id, not_before=due)
        if self.expect(self.refusal(letter, release=True), lambda: self.decide(letter, choice)):
            letter.state, letter.due = "released", due
            self.offer_what_is_due(letter)

    @rule(number=st.integers(0, 9), word=st.sampled_from(["return", "stop"]))
    def close(self, number: int, word: str) -> None:
        """A facilitator returns or stops a letter."""
        letter = self.pick(number)
        if self.expect(self.refusal(letter), lambda: self.decide(letter, Choice(word))):
            letter.state = {"return": "returned", "stop": "stopped"}[word]

    def decide(self, letter: Letter, choice: Choice) -> None:
        """Without the client's own look at what has been decided: the server must refuse by itself."""
        case, known = self.desk.case, self.desk.case.decisions
        case.decisions = []
        try:
            case.decide(letter.sealed, choice)
        finally:
            case.decisions = [*known, *case.decisions]

    def refusal(self, letter: Letter, *, release: bool = False) -> str | None:
        if release and not (self.active(letter.writer) and self.active(letter.reader)):
            return "not-standing"
        if letter.taken_back:
            return "taken-back"
        if letter.state == "in_review":
            return None
        return "recalled" if release and letter.state == "recalled" else "already-decided"

    @rule(number=st.integers(0, 9))
    def take_back(self, number: int) -> None:
        """The writer takes a letter back; that never fails."""
        letter = self.pick(number)
        self.offer_what_is_due(letter)
        self.desk.case.do(taking_back.take_back, letter.writer, message_id(letter.sealed))
        if not letter.taken_back and letter.state in ("in_review", "released", *UNOPENED):
            letter.state = "recalled"
        letter.taken_back = True

    @rule(
        number=st.integers(0, 9), word=st.sampled_from(["kept", "with_facilitator", "not_wanted"]), tell=st.booleans()
    )
    def choose(self, number: int, word: str, tell: bool) -> None:
        """The reader chooses what to do with a letter."""
        letter = self.pick(number)
        act = (choices.choose, letter.reader, message_id(letter.sealed), word)
        code = self.not_offered(letter) or ("already-opened" if letter.state == "opened" else None)
        if self.expect(code, lambda: self.desk.case.do(*act, tell=tell)):
            letter.state, letter.tell = word, tell
            letter.told = word if tell else letter.told

    @rule(number=st.integers(0, 9), tell=st.booleans())
    def open(self, number: int, tell: bool) -> None:
        """The reader opens a letter, or reads it again."""
        letter = self.pick(number)
        act = (choices.open_letter, letter.reader, message_id(letter.sealed))
        code = None if letter.state == "opened" else self.not_offered(letter)
        if self.expect(code, lambda: self.desk.case.do(*act, tell=tell)):
            letter.tell = letter.tell or tell if letter.state == "opened" else tell
            letter.state = "opened"
            letter.told = "opened" if tell else letter.told

    def not_offered(self, letter: Letter) -> str | None:
        self.offer_what_is_due(letter)
        due = letter.state == "released" and (letter.due is None or letter.due <= self.desk.case.now)
        if not letter.was_offered and not due:
            return "not-found"
        if letter.state == "recalled":
            return "recalled"
        return None if self.active(letter.reader) else "not-standing"

    @rule(harmed=st.booleans(), word=st.sampled_from(["paused", "withdrawn"]))
    def pause(self, harmed: bool, word: str) -> None:
        """Somebody pauses or withdraws."""
        who, _ = self.person(harmed)
        for letter in self.letters:
            self.offer_what_is_due(letter)
        code = "already-withdrawn" if (self.standing[who.id], word) == ("withdrawn", "paused") else None
        if self.expect(code, lambda: self.desk.case.do(participation.change_own, who, word)):
            before, self.standing[who.id] = self.standing[who.id], word
            for letter in self.letters:
                recallable = letter.state in ("in_review", "released", *UNOPENED)
                if before != word and letter.writer is who and recallable:
                    letter.state = "recalled"

    @precondition(lambda self: "paused" in self.standing.values() or "withdrawn" in self.standing.values())
    @rule()
    def consent(self) -> None:
        """Whoever paused comes back."""
        self.desk.case.later(minutes=1)
        for who in (self.desk.hana, self.desk.rhys):
            if not self.active(who):
                self.desk.case.agree(who)
                self.standing[who.id] = "active"

    @rule()
    def wait(self) -> None:
        """A day passes."""
        if self.desk.case.now < self.desk.case.agency.authority().roster.expires_at - timedelta(days=2):
            self.desk.case.later(days=1)

    @rule()
    def sweep(self) -> None:
        """The worker offers what has come due."""
        self.desk.office.sweep(self.desk.case.now)
        assert self.desk.office.sweep(self.desk.case.now) == 0

    # What must hold --------------------------------------------------------------------------------------------------

    @invariant()
    def rows_agree(self) -> None:
        stored = {row.message_id: row for row in self.desk.office.rows(MessageRecipient)}
        for letter in self.letters:
            row = stored[message_id(letter.sealed)]
            if (letter.state, str(row.state)) != ("offered", "released"):  # not swept yet
                assert (row.state, row.tell) == (letter.state, letter.tell)

    @invariant()
    def each_side_is_shown_what_it_may_know(self) -> None:
        for who in (self.desk.hana, self.desk.rhys):
            shown = self.desk.case.see(letters.letters, who)
            offers = {each["message_id"]: each["state"] for each in shown["offers"]}
            own = {each["message_id"]: (each["status"], each["told"]) for each in shown["own"]}
            for letter in self.letters:
                id_ = message_id(letter.sealed)
                if letter.reader is who:
                    assert offers.pop(id_, None) == self.offered_as(letter)
                else:
                    assert own.pop(id_) == (self.status(letter), self.told(letter, who))
            assert (offers, own) == ({}, {})

    def offered_as(self, letter: Letter) -> str | None:
        self.offer_what_is_due(letter)
        if not letter.was_offered:
            return None
        if letter.state in ("opened", "recalled"):
            return letter.state
        return letter.state if self.active(letter.reader) else None

    def status(self, letter: Letter) -> str:
        self.offer_what_is_due(letter)
        if letter.taken_back:
            return "taken_back"
        if letter.state in ("returned", "stopped"):
            return letter.state
        if letter.was_offered:
            return "passed_on"
        return "recalled" if letter.state == "recalled" else "with_facilitator"

    def told(self, letter: Letter, who: Person) -> list[dict[str, str]] | None:
        if letter.taken_back or letter.told is None:
            return None
        return [{"participant_id": letter.reader.id, "choice": letter.told}]

    @invariant()
    def nobody_s_events_have_a_gap(self) -> None:
        numbers: dict[str, list[int]] = {}
        for event in self.desk.office.events(self.desk.case.case_id):
            numbers.setdefault(event["actor"], []).append(event["n"])
        assert all(each == list(range(len(each))) for each in numbers.values())

    @invariant()
    def every_release_has_one_decision(self) -> None:
        final = [row for row in self.desk.office.rows(Decision) if row.decision == "release"]
        assert len({(row.message_id, row.recipient_id) for row in final}) == len(final)


def test_letters_on_their_way_in_any_order(first_desk: Desk) -> None:
    FIRST[:] = [first_desk]
    steady = settings(
        max_examples=12,
        stateful_step_count=14,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Journey, settings=steady)
