"""A model of a case's letters, in which acts come one after the other; and what is allowed when they come at once.

Whatever happens at once must look as if it had happened in some order: `explained` tries all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final, Literal

from tests.bench.prepared import Prepared

Side = Literal["mary", "roy"]
OTHER: Final[dict[Side, Side]] = {"mary": "roy", "roy": "mary"}
UNOPENED: Final = ("offered", "kept", "with_facilitator", "not_wanted")
RECALLABLE: Final = ("in_review", *UNOPENED)
CLOSES: Final = {"return": "returned", "stop": "stopped"}
STANDS: Final = {"pause": "paused", "withdraw": "withdrawn"}


@dataclass(frozen=True)
class Act:
    """One act, and the request that is it. `kind`: submit, release, return, stop, take-back, open, kept,
    with_facilitator, not_wanted (of `letter`); pause, withdraw, consent (of `side`). `cites`: how many consents each
    side had given when it was made.
    """

    kind: str
    request: Prepared = field(repr=False)
    letter: int = -1
    side: Side = "mary"
    cites: Mapping[Side, int] = field(default_factory=dict)


@dataclass
class Model:
    """What a case is like. `writers`: who writes each letter; `states`: of those that were handed in."""

    writers: list[Side] = field(default_factory=list)
    states: dict[int, str] = field(default_factory=dict)
    offered: set[int] = field(default_factory=set)
    taken_back: set[int] = field(default_factory=set)
    standing: dict[Side, str] = field(default_factory=lambda: {"mary": "active", "roy": "active"})
    consents: dict[Side, int] = field(default_factory=lambda: {"mary": 1, "roy": 1})

    def seen(self) -> tuple[dict[int, str], set[int], dict[Side, str], dict[Side, int]]:
        """What can be compared with what is stored."""
        return self.states, self.taken_back, self.standing, self.consents

    def do(self, act: Act) -> str:
        """Do it: `ok`, or the code of the refusal."""
        if act.kind in STANDS:
            return self._stand(act.side, STANDS[act.kind])
        if act.kind == "consent":
            self.consents[act.side] += 1
            self.standing[act.side] = "active"
            return "ok"
        if act.kind == "submit":
            return self._submit(act.letter)
        if act.letter not in self.states:
            return "not-found"
        if act.kind == "take-back":
            return self._take_back(act.letter)
        if act.kind in ("release", *CLOSES):
            return self._decide(act)
        return self._choose(act)

    def _stand(self, side: Side, standing: str) -> str:
        if (self.standing[side], standing) == ("withdrawn", "paused"):
            return "already-withdrawn"
        if self.standing[side] != standing:
            self.standing[side] = standing
            for number, state in self.states.items():
                if self.writers[number] == side and state in RECALLABLE:
                    self.states[number] = "recalled"
        return "ok"

    def _submit(self, number: int) -> str:
        if self.standing[self.writers[number]] != "active":
            return "not-standing"
        self.states[number] = "in_review"
        return "ok"

    def _take_back(self, number: int) -> str:
        if number not in self.taken_back and self.states[number] in RECALLABLE:
            self.states[number] = "recalled"
        self.taken_back.add(number)
        return "ok"

    def _decide(self, act: Act) -> str:
        if act.kind == "release" and dict(act.cites) != self.consents:
            return "consents-wrong"
        if act.kind == "release" and set(self.standing.values()) != {"active"}:
            return "not-standing"
        if act.letter in self.taken_back:
            return "taken-back"
        if self.states[act.letter] != "in_review":
            recalled = act.kind == "release" and self.states[act.letter] == "recalled"
            return "recalled" if recalled else "already-decided"
        self.states[act.letter] = "offered" if act.kind == "release" else CLOSES[act.kind]
        if act.kind == "release":
            self.offered.add(act.letter)
        return "ok"

    def _choose(self, act: Act) -> str:
        state = self.states[act.letter]
        if (act.kind, state) == ("open", "opened"):
            return "ok"
        if act.letter not in self.offered:
            return "not-found"
        if state == "recalled":
            return "recalled"
        if self.standing[OTHER[self.writers[act.letter]]] != "active":
            return "not-standing"
        if state == "opened":
            return "already-opened"
        self.states[act.letter] = "opened" if act.kind == "open" else act.kind
        return "ok"


def explained(before: Model, acts: Sequence[Act], words: Sequence[str], after: object) -> Model | None:
    """The model after these acts in an order in which each is answered with its word and which ends as `after`
    (`Model.seen`) says; None if there is no such order.
    """
    for order in permutations(range(len(acts))):
        tried = deepcopy(before)
        if all(tried.do(acts[number]) == words[number] for number in order) and tried.seen() == after:
            return tried
    return None
