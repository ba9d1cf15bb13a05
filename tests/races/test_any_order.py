"""Whatever people do at once, it looks as if they had done it one after the other, in some order.

Hypothesis chooses small sets of acts: handing in, deciding, taking back, opening, choosing, pausing, withdrawing,
consenting anew. They are sent at the same moment; answers and rows together must fit an order that the model allows.
"""


import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from mediation.cases.models import Consent
from mediation.client import membership
from mediation.client.consenting import text_hash
from mediation.client.signing_in import SignedIn
from mediation.db import reading
from mediation.protocol import consent, envelope
from mediation.protocol.decision_signing import Choice
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of
from tests.races import place as places
from tests.races.books import audit
from tests.races.letters import Desk, Letter, Pen, stand
from tests.races.model import OTHER, Act, Model, Side, explained
from tests.races.place import Founded

FIRST: list[Founded] = []
SIDES = st.sampled_from(["mary", "roy"])
DECISIONS = ("release", "release", "release", "return", "stop")
OF_READERS = ("open", "open", "kept", "with_facilitator", "not_wanted")
OF_A_SIDE = ("pause", "withdraw", "consent", "consent")
KINDS = st.sampled_from(("submit", *DECISIONS, "take-back", "take-back", *OF_READERS, *OF_A_SIDE))
WISHES = st.lists(st.tuples(KINDS, st.integers(0, 30), SIDES), min_size=2, max_size=5)


class AtOnce(RuleBasedStateMachine):
    """One case; every step is a few acts at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.place = places.restore(FIRST[0])
        room = self.place.room
        self.people: dict[Side, SignedIn] = {"mary": room.mary, "roy": room.roy}
        self.pens: dict[Side, Pen] = {
            side: Pen(room, me, self.people[OTHER[side]]) for side, me in self.people.items()
        }
        self.letters: list[Letter] = []
        self.model = Model()
        self.desks = self._open_desks()
        self.desks_at = dict(self.model.consents)

    def teardown(self) -> None:
        audit(self.place.engines[0], self.place.room.case_id)
        self.place.close()

    def _open_desks(self) -> list[Desk]:
        return [Desk(me, self.place.room) for me in self.place.facilitators]

    # Acts ------------------------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        """Letters of both sides, most of which have been passed on."""
        sides: list[Side] = ["mary", "roy", "mary", "roy"]
        for number, side in enumerate(sides):
            self._one(self._submit(side))
            if number:
                self._one(self._about("release", number, number))

    def _one(self, act: Act) -> None:
        assert self.place.town.ask(act.request).word == self.model.do(act) == "ok"

    @rule(wishes=WISHES)
    def at_once(self, wishes: list[tuple[str, int, Side]]) -> None:
        """What people wish to do, at the same moment."""
        if self.desks_at != self.model.consents:
            self.desks, self.desks_at = self._open_desks(), dict(self.model.consents)
        acts = [self._submit(side) for kind, _, side in wishes if kind == "submit"]
        consenting: set[Side] = set()
        for kind, number, side in wishes:
            if kind == "consent" and side not in consenting:
                consenting.add(side)
                acts.append(self._consent(side))
            elif kind in ("pause", "withdraw"):
                standing = {"pause": "paused", "withdraw": "withdrawn"}[kind]
                acts.append(Act(kind, stand(self.people[side], standing), side=side))
            elif kind not in ("submit", "consent"):
                acts.append(self._about(kind, number % len(self.letters), number))
        answers = self.place.town.at_once([act.request for act in acts])
        words = [answer.word for answer in answers]
        after = self._stored()
        found = explained(self.model, acts, words, after)
        assert found is not None, (self.model, list(zip(acts, words, strict=True)), after)
        self.model = found

    def _submit(self, side: Side) -> Act:
        self.letters.append(self.pens[side].letter())
        self.model.writers.append(side)
        return Act("submit", self.letters[-1].submit, len(self.letters) - 1)

    def _about(self, kind: str, number: int, hand: int) -> Act:
        """Something about a letter; decisions by one facilitator or another."""
        letter, desk = self.letters[number], self.desks[hand % len(self.desks)]
        if kind == "release":
            return Act(kind, desk.release(letter), number, cites=dict(self.model.consents))
        if kind in ("return", "stop"):
            return Act(kind, desk.decide(letter, Choice(kind)), number)
        if kind == "take-back":
            return Act(kind, letter.take_back, number)
        return Act(kind, letter.open if kind == "open" else letter.choose(kind), number)

    def _consent(self, side: Side) -> Act:
        """One more consent, after the newest one."""
        me = self.people[side]
        place = membership.load(me)
        signed = consent.build(
            me.keys.sign_seed,
            case_id=place.head.case_id,
            participant_id=str(me.participant_id),
            text_hash=text_hash("I would like to take part."),
            at=place.head.now,
            previous=envelope.parse(place.view["consents"][-1], "consent"),
        )
        return Act("consent", Prepared.call("POST", "/consents", cookie_of(me), {"consent": signed}, 201), side=side)

    # What is stored --------------------------------------------------------------------------------------------------

    def _stored(self) -> tuple[dict[int, str], set[int], dict[Side, str], dict[Side, int]]:
        found = audit(self.place.engines[0], self.place.room.case_id)
        numbers = {letter.message_id: number for number, letter in enumerate(self.letters)}
        with reading(self.place.engines[0]) as session:
            given = {
                side: session.query(Consent).filter_by(participant_id=me.participant_id).count()
                for side, me in self.people.items()
            }
        return (
            {numbers[row.message_id]: str(row.state) for row in found.recipients},
            {numbers[row.message_id] for row in found.messages if row.taken_back_at is not None},
            {side: str(found.members[str(me.participant_id)].standing) for side, me in self.people.items()},
            given,
        )


@pytest.mark.timeout(300)
def test_at_once_is_as_one_after_the_other(founded_place: Founded) -> None:
    FIRST[:] = [founded_place]
    steady = settings(
        max_examples=10,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(AtOnce, settings=steady)
