"""An agency that the Python client builds at a real server, so that a browser can begin where it matters.

Everybody has the same passphrase. Every case is new, with people of its own, so that no journey rests on another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.case_room import Case
from mediation.client.recovery_sheet import RecoverySheet

PHRASE = "a passphrase for tests only"
CONSENT = "I would like to take part."
HARMED, RESPONSIBLE = "person_harmed", "person_responsible"
MARION, CALLUM = "Marion Ellery", "Callum Ferris"
SETTINGS = {
    "help": [{"label": "Somebody to talk to, day and night", "phone": "07700 900116", "text": "", "web": ""}],
    "phone": "07700 900100",
    "kept_for": "We keep letters for six years after the last one.",
}


@dataclass(frozen=True)
class Account:
    """What somebody types to sign in."""

    sign_in_name: str
    passphrase: str = PHRASE


@dataclass(frozen=True)
class Staff:
    """A facilitator, at the client's desk and by what they type to sign in."""

    name: str
    desk: Facilitator
    account: Account


@dataclass(frozen=True)
class Party:
    """A participant, at the client and by what they type to sign in."""

    name: str
    client: Participant
    account: Account

    @property
    def id(self) -> str:
        """Their participant_id."""
        return self.client.participant_id


@dataclass(frozen=True)
class Shared:
    """A case with both parties in it, at the desk of its first facilitator."""

    case: Case
    marion: Party
    callum: Party

    @property
    def case_id(self) -> str:
        """Its id."""
        return self.case.case_id

    @property
    def reference(self) -> str:
        """What the pages call it."""
        return self.case.file().reference

    def passed_on(self, text: str, *, note: str | None = None) -> str:
        """A letter of Callum's that was passed on to Marion; its message_id."""
        letter = self.callum.client.write([self.marion.id], text)
        self.case.letters.release(letter, self.marion.id, content_note=note)
        return letter


def heard(words: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """A facilitator who hears these words on the telephone."""
    return lambda shown: list(shown) == list(words)


@dataclass(frozen=True)
class Agency:
    """The agency at rest: its administrator, two facilitators, and the recovery sheet in its safe."""

    site: Site
    office: Administrator
    office_account: Account
    fiona: Staff
    joseph: Staff
    sheet: RecoverySheet = field(repr=False)

    def open_case(self, approvals: int = 1) -> Shared:
        """A new case of Fiona's with Joseph as cover, Marion (person harmed) and Callum (person responsible)."""
        case = self.fiona.desk.open_case([str(self.joseph.desk.me.staff_id)], approvals=approvals).case
        others = [self.joseph.desk.case(case.case_id)] if approvals > 1 else []
        marion = self.welcome(case, HARMED, MARION, others)
        callum = self.welcome(case, RESPONSIBLE, CALLUM, others)
        case.writing.describe("The allotment shed", {marion.id: MARION, callum.id: CALLUM}, "Both prefer letters.")
        case.writing.call(marion.id, {callum.id: "Callum"})
        case.writing.call(callum.id, {marion.id: "Marion"})
        return Shared(case, marion, callum)

    def welcome(self, case: Case, side: str, name: str, others: Sequence[Case] = ()) -> Party:
        """A participant, invited, heard by every facilitator who must, admitted and consenting."""
        card = case.people.invite(side)
        joined = self.site.invitation(card.code).join(PHRASE)
        asked = case.people.admit(card.invite_id, heard(joined.words))
        for each in others:
            each.sign(asked.hash, heard(joined.words))
        person = Participant(joined.me)
        person.agree(CONSENT)
        return Party(name, person, Account(joined.sign_in_name))


def hire(site: Site, office: Administrator, name: str) -> Staff:
    """A facilitator, invited, heard and admitted."""
    card = office.invite(name, ["facilitator"])
    joined = site.invitation(card.code).join(PHRASE)
    office.admit([card.invite_id], heard(joined.words))
    return Staff(name, Facilitator(joined.me), Account(joined.sign_in_name))


def found(base_url: str, set_up_code: str) -> Agency:
    """Build it."""
    return build(Site(base_url), set_up_code)


def build(site: Site, set_up_code: str) -> Agency:
    """Build it at this door."""
    made = site.set_up(set_up_code, agency_name="Bridgeway", display_name="Ruth Amery", phrase=PHRASE)
    office = Administrator(made.administrator)
    office.settings({**site.agency()["settings"], **SETTINGS})
    fiona, joseph = hire(site, office, "Fiona Hartley"), hire(site, office, "Joseph Merrick")
    return Agency(site, office, Account(made.sign_in_name), fiona, joseph, made.sheet)
