"""One case, for one of its facilitators. Every act loads the case anew and verifies it before anything rests on it."""

from collections.abc import Collection, Sequence

from mediation.client import people, recorded, review, steps, transcript
from mediation.client.case_access import CaseAccess
from mediation.client.case_file import CaseFile
from mediation.client.case_letters import CaseLetters
from mediation.client.case_people import CasePeople
from mediation.client.case_writing import CaseWriting
from mediation.client.errors import ClientError
from mediation.client.people import Hears
from mediation.client.recorded import Recorded
from mediation.client.remaking import welcome
from mediation.client.review import Reading
from mediation.client.signing_in import SignedIn
from mediation.client.steps import Adopted, Change, Proposal
from mediation.protocol.roster import Staff


class Case:
    """What a facilitator, signed in as `me`, does in the case `case_id`: with its `people`, in its `letters`, and
    what they write themselves (`writing`). Somebody who cannot open it (`opens` False) may still follow it and sign."""

    def __init__(self, me: SignedIn, case_id: str, *, opens: bool = True) -> None:
        self._access = CaseAccess(me, case_id, opens)
        self.me = me
        self.case_id = case_id
        self.people = CasePeople(self._access)
        self.writing = CaseWriting(self._access)
        self.letters = CaseLetters(self._access, self.writing)

    def file(self) -> CaseFile:
        """The case as it is now, verified. Raises what `case_file.load` raises."""
        return self._access.file()

    def read(self) -> Reading:
        """Everything written in the case, oldest first. Raises as `review.read`."""
        return review.read(self.file())

    def events(self, *, published: bool = False) -> list[Recorded]:
        """What was recorded of the case, newest first, verified. Raises as `recorded.of_case`."""
        return recorded.of_case(self.file(), published=published)

    def transcript(self, about: str | None = None) -> bytes:
        """The verified transcript: of the letters that were passed on, or of what concerns one participant (their
        id). `mediation transcript verify` checks it. Raises as `transcript.make`.
        """
        return transcript.make(self._access, about)

    def renew(self) -> Adopted:
        """The case for another 30 days, under the newest roster. Raises as `steps.take`."""
        return steps.take(self.file(), Change())

    def change_staff(self, facilitators: Collection[str] | None = None, approvals: int | None = None) -> Adopted:
        """Other facilitators (staff_ids), another number of approvals, or both: a new epoch, new kept lists.

        Raises as `steps.take`, `not-mine` for somebody who is no facilitator on the roster.
        """
        file = self.file()
        staff = None if facilitators is None else staff_named(file.trust.authority.roster.staff.values(), facilitators)
        return steps.take(file, Change(facilitators=staff, approvals=approvals))

    def proposals(self) -> list[Proposal]:
        """Statements that wait for signatures."""
        return steps.proposals(self.file())

    def sign(self, hash_: str, hears: Hears | None = None) -> Adopted:
        """Sign a colleague's statement after the full check. Whoever it admits says their words to this one too.

        Raises `proposal-unknown`, `words-differ`, and as `steps.co_sign`.
        """
        file = self.file()
        asked = steps.proposal(file, hash_)
        if asked.admits is None:
            return steps.co_sign(file, asked, None)
        joiner = people.heard(people.find(file, asked.admits), hears or _hears_nothing)
        adopted = steps.co_sign(file, asked, joiner)
        return welcome(self._access, adopted, joiner.participant_id)

    def drop(self, hash_: str) -> None:
        """Drop a statement that waits for signatures. Raises ApiError."""
        steps.drop(self.file(), hash_)


def staff_named(roster: Collection[Staff], staff_ids: Collection[str]) -> Sequence[Staff]:
    """The facilitators with these ids. Raises `not-mine`."""
    known = {each.staff_id: each for each in roster if "facilitator" in each.roles}
    if not set(staff_ids) <= set(known):
        raise ClientError("not-mine")
    return [known[each] for each in staff_ids]


def _hears_nothing(words: Sequence[str]) -> bool:
    return False
