"""Who counted in a case at some moment of its past: which case statement, which roster, which members.

Today's head says nothing about the past, and years later it has lapsed. So every statement of the case is verified
under the roster that it names, and what was signed at a moment is verified under the statement and the roster of that
moment, by the same code as on the day itself. Between honest clocks lie at most 10 minutes, so that a roster counts
from so long before it was issued until so long after the next one was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from mediation.protocol import case_chain, case_signers, members
from mediation.protocol.authority import Authority
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import SKEW, parse_date, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members
from mediation.protocol.roster import Roster

DAY: Final = timedelta(days=1)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Moment:
    """Some time in the past (aware UTC, both included). `statements`: how many statements the case had then, where the
    log tells it; None where only the time does.
    """

    since: datetime
    until: datetime
    statements: int | None = None

    @staticmethod
    def at(time: datetime, statements: int | None = None) -> "Moment":
        """A moment that the log tells."""
        return Moment(time, time, statements)

    @staticmethod
    def days(first: date, last: date) -> "Moment":
        """From the beginning of one day to the end of another."""
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
        end = datetime(last.year, last.month, last.day, tzinfo=UTC)
        return Moment(begin, end + DAY)


class History:
    """The past of a case. `chains`: its chain after each of its statements."""

    def __init__(self, authority: Authority, case: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]) -> None:
        """Verify every statement. Raises what `case_chain.follow` raises."""
        self.authority = authority
        first, *others = case["statements"]
        chain = case_chain.start(first, unb64(case["nonce"]), authority)
        if chain.case_id != case["case_id"]:
            raise ProtocolError("case-mixed")
        self.chains = [chain]
        for each in others:
            self.chains.append(case_chain.extend(self.chains[-1], each, authority))
        self._documents = {members.document_hash(each): each for each in documents}
        self._people: dict[int, Members] = {}

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.chains[-1].case_id

    @property
    def named(self) -> set[str]:
        """The hashes of all documents that a statement of the case names."""
        return {hash_ for chain in self.chains for hash_ in chain.payload["members"]}

    def people(self, chain: Chain) -> Members:
        """Whose documents are given of those whom a statement names. Raises what `members.open_some` raises."""
        if chain.seq not in self._people:
            named = [self._documents[each] for each in chain.payload["members"] if each in self._documents]
            self._people[chain.seq] = members.open_some(chain.payload, named)
        return self._people[chain.seq]

    def check(self, moment: Moment, verify: Callable[[Head, Members], Found]) -> Found:
        """What `verify` returns under a head that may have been the one of that moment. Raises `unknown-signer` where
        there was none, else what it raises under the last of them.
        """
        refused = ProtocolError("unknown-signer")
        for head in self._heads(moment):
            try:
                return verify(head, self.people(head.chain))
            except ProtocolError as error:
                refused = error
        raise refused

    def _heads(self, moment: Moment) -> Iterator[Head]:
        for chain in self._chains(moment):
            for roster in self._rosters(moment, chain):
                run = self.authority.rosters[: self.authority.rosters.index(roster) + 1]
                authority = replace(self.authority, rosters=run, now=moment.until)
                counting = case_signers.counting(chain.payload, roster)
                signed = case_signers.Signed((), None, 0)  # verified when the chain was followed
                yield Head(chain, authority, counting, signed, lapse=None, anchor_lags=False)

    def _chains(self, moment: Moment) -> Sequence[Chain]:
        if moment.statements is not None:
            return self.chains[: moment.statements][-1:]
        begins = [parse_date(each.payload["issued_on"]) for each in self.chains]
        ends = [*begins[1:], date.max]
        first, last = (moment.since - SKEW).date(), (moment.until + SKEW).date()
        both = zip(self.chains, begins, ends, strict=True)
        return [chain for chain, begin, end in both if begin <= last and end >= first]

    def _rosters(self, moment: Moment, chain: Chain) -> Iterator[Roster]:
        run = self.authority.rosters
        for number, roster in enumerate(run):
            replaced = run[number + 1].issued_at if number + 1 < len(run) else None
            if roster.seq < chain.roster_seq or roster.issued_at > moment.until + SKEW:
                continue
            if roster.expires_at < moment.since - SKEW or (replaced is not None and replaced < moment.since - SKEW):
                continue
            yield roster
