"""Thousands who get texts: those for whom an alert is queued, and those who ask for a code; and those who want none any
more, in the middle of it.

What one person does is one transaction, with their case held, as every act does it.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM, Actor
from mediation.db import insert, reading, writing
from mediation.protocol.encoding import new_id
from mediation.sms import codes, numbers
from mediation.sms.models import Contact, OutboxText
from mediation.sms.states import TextState
from tests.crashes.dispatching import hours
from tests.crashes.receipts import Receipts

BEGINS: Final = datetime(2026, 3, 2, 16, 50, tzinfo=UTC)
"""Ten minutes before the hours of one half are over: some of their alerts come due in time, some after it."""
STEP: Final = timedelta(minutes=2)
CASES: Final = 200


@dataclass(frozen=True)
class Person:
    """A participant, their case and their number."""

    participant_id: str
    case_id: str
    number: str


class Crowd:
    """So many texts in all: most are alerts, the others codes, which every third of those people asks for twice.
    `allowed`: of each text whose person wanted none any more, how often the provider may have taken it. `untraced`:
    texts that were on their way when the number went, for which nobody can look in that number's list any more.
    """

    def __init__(self, engine: Engine, texts: int, chance: random.Random) -> None:
        self.engine, self.chance = engine, chance
        asking = texts // 10
        cases = [new_id() for _ in range(CASES)]
        self.people = [
            Person(new_id(), cases[place % CASES], f"+4477009{place:05d}") for place in range(texts - -(-asking // 3))
        ]
        self.asking, self.told = self.people[:asking], self.people[asking:]
        self.leaving = self.told[: texts // 20]
        self.left: Counter[str] = Counter()
        self.allowed: dict[str, int] = {}
        self.untraced: set[str] = set()
        self._seed(cases)

    def _seed(self, cases: list[str]) -> None:
        with writing(self.engine) as session:
            for each in cases:
                ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=each, refs={}, at=BEGINS)
            insert(session, *[_contact(session, each, None) for each in self.asking])
            insert(session, *[_contact(session, each, BEGINS) for each in self.told])
            insert(session, *[_alert(each, BEGINS + place % 10 * STEP) for place, each in enumerate(self.told)])
            session.commit()

    def ask(self, most: int, now: datetime) -> None:
        """So many more ask for a code; every third of them does it twice."""
        for _ in range(min(most, len(self.asking))):
            person = self.asking.pop()
            for _ in range(2 if len(self.asking) % 3 == 0 else 1):
                self._act(person, lambda session, person=person: _ask(session, person, now))  # type: ignore[misc]  # bound at once
            if len(self.asking) % 4 == 0:
                self.leaving.append(person)

    def leave(self, most: int, now: datetime, receipts: Receipts) -> None:
        """So many more want no texts from now on, each in one of four ways."""
        ways: dict[str, Callable[[Session, Person], object] | None] = {
            "STOP": None,
            "pause": lambda session, person: _pause(session, person, now),
            "another number": lambda session, person: _change(session, person, now, f"+4478{person.number[5:]}"),
            "no texts": lambda session, person: _change(session, person, now, None),
        }
        for _ in range(min(most, len(self.leaving))):
            person, (name, way) = self.leaving.pop(), list(ways.items())[sum(self.left.values()) % len(ways)]
            if way is None:
                receipts.stop(person.number)
            else:
                self._act(person, lambda session, way=way, person=person: way(session, person))  # type: ignore[misc]  # bound at once
            self.left[name] += 1
            on_their_way = self._note(person, receipts)
            self.untraced |= on_their_way if name in ("another number", "no texts") else set()

    def _act(self, person: Person, act: Callable[[Session], object]) -> None:
        with writing(self.engine) as session:
            ledger.hold(session, SYSTEM, person.case_id, BEGINS)
            act(session)
            session.commit()

    def _note(self, person: Person, receipts: Receipts) -> set[str]:
        """What the provider has of theirs, it has; one that is on its way at this moment may still reach it: those."""
        mine = select(OutboxText.text_id, OutboxText.state).where(OutboxText.participant_id == person.participant_id)
        with reading(self.engine) as session:
            rows = session.execute(mine).all()
        taken = Counter(each.reference for each in receipts.stand_in.numbers.get(person.number, []))
        sending = {row.text_id for row in rows if row.state == TextState.SENDING}
        self.allowed.update({row.text_id: taken[row.text_id] + (row.text_id in sending) for row in rows})
        return sending


def _contact(session: Session, person: Person, confirmed_at: datetime | None) -> Contact:
    return Contact(
        participant_id=person.participant_id,
        case_id=person.case_id,
        channel="text",
        number=person.number,
        number_index=numbers.indexes(session, person.number)[0],
        hours=hours(person.number),
        wording="update",
        recorded_at=BEGINS,
        confirmed_at=confirmed_at,
    )


def _alert(person: Person, due: datetime) -> OutboxText:
    return OutboxText(
        text_id=new_id(),
        participant_id=person.participant_id,
        case_id=person.case_id,
        wording="update",
        state=TextState.QUEUED,
        created_at=BEGINS,
        not_before=due,
        expires_at=due + timedelta(days=3),
    )


def _ask(session: Session, person: Person, now: datetime) -> None:
    codes.make(session, session.get_one(Contact, person.participant_id), now, sent=True)


def _pause(session: Session, person: Person, now: datetime) -> None:
    """As `participation` does it."""
    sms.cancel(session, person.participant_id, now=now)
    sms.call_off(session, person.participant_id, person.case_id, now)


def _change(session: Session, person: Person, now: datetime, number: str | None) -> None:
    actor = Actor(kind="participant", account_id=new_id(), participant_id=person.participant_id)
    profile = sms.Profile("text" if number else "none", number)
    about = {"participant_id": person.participant_id, "case_id": person.case_id}
    sms.set_contact(session, actor, target=person, **about, profile=profile, now=now)
