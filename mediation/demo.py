"""The demonstration agency, built through the API by the Python client with real keys, as real people would.

`python -m mediation.demo BASE_URL DEMO_JSON` reads the set-up code from standard input, waits for the server, builds,
writes DEMO_JSON (base_url, accounts, invitations, and as `canaries` every plaintext that it put in) and prints who can
sign in with what. Without a set-up code it only prints. Everybody in it is invented.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.case_room import Case
from mediation.client.signing_in import SignedIn
from mediation.protocol.passphrase import new_passphrase
from mediation.sms.hours import AT_ANY_HOUR

PATIENCE: Final = 60.0
CONSENT: Final = (
    "I have been told who can read what I write, when confidentiality ends, and that I can stop at any time. "
    "I would like to take part."
)
SETTINGS: Final[dict[str, Any]] = {
    "help": [
        {"label": "Bridgeway, weekdays 9 to 5", "phone": "07700 900100", "text": "07700 900101", "web": ""},
        {"label": "Somebody to talk to, day and night", "phone": "07700 900116", "text": "", "web": ""},
    ],
    "phone": "07700 900100",
    "kept_for": "We keep letters for six years after the last one.",
}


@dataclass
class Book:
    """What the demonstration notes down: who signs in with what, open invitations, and every plaintext it wrote."""

    accounts: list[dict[str, str]] = field(default_factory=list)
    invitations: list[dict[str, str]] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)

    def says(self, text: str) -> str:
        """A text that goes in, noted down."""
        self.canaries.append(text)
        return text

    def account(self, role: str, who: str, sign_in_name: str, phrase: str) -> None:
        """Somebody who can sign in."""
        entry = {"role": role, "who": who, "sign_in_name": sign_in_name, "passphrase": phrase}
        self.accounts.append(entry)


@dataclass(frozen=True)
class Builder:
    """Builds at a server; `book` notes everything down."""

    site: Site
    book: Book

    def agency(self, set_up_code: str) -> Administrator:
        """The agency, its administrator and its settings."""
        phrase = new_passphrase()
        made = self.site.set_up(set_up_code, agency_name="Bridgeway", display_name="Ruth Amery", phrase=phrase)
        self.book.account("administrator", "Ruth Amery", made.sign_in_name, phrase)
        office = Administrator(made.administrator)
        office.settings({**self.site.agency()["settings"], **SETTINGS})
        return office

    def facilitator(self, office: Administrator, name: str) -> Facilitator:
        """A facilitator, invited, heard and admitted."""
        return Facilitator(self.colleague(office, name, "facilitator"))

    def colleague(self, office: Administrator, name: str, role: str) -> SignedIn:
        """Somebody of the staff, invited, heard and admitted."""
        card = office.invite(name, [role])
        me, words = self._join(card.code, role, name)
        office.admit([card.invite_id], _heard(words))
        return me

    def participant(self, case: Case, side: str, name: str, others: Sequence[Case] = ()) -> Participant:
        """A participant, invited, heard by every facilitator who must (`others` as well), admitted and consenting."""
        card = case.people.invite(side)
        me, words = self._join(card.code, side, name)
        asked = case.people.admit(card.invite_id, _heard(words))
        for each in others:
            each.sign(asked.hash, _heard(words))
        person = Participant(me)
        person.agree(CONSENT)
        return person

    def confirm(self, phones: Mapping[str, Participant]) -> None:
        """Each asks for a code and types the one that their phone shows, as the page of phones has it."""
        for each in phones.values():
            each.send_code()
        for number, each in phones.items():
            each.confirm(code_on_phone(self.site.base_url, number))

    def _join(self, code: str, role: str, name: str) -> tuple[SignedIn, list[str]]:
        phrase = new_passphrase()
        joined = self.site.invitation(code).join(phrase)
        self.book.account(role, name, joined.sign_in_name, phrase)
        return joined.me, joined.words


def code_on_phone(base_url: str, number: str) -> str:
    """The newest code on a phone of the demonstration, once the worker has sent it."""
    shown = re.compile(re.escape(number) + r"</h2>.*?<p[^>]*>([0-9]{6}) ", re.DOTALL)
    until = time.monotonic() + PATIENCE
    while (found := shown.search(httpx.get(f"{base_url}/dev/phones").text)) is None and time.monotonic() < until:
        time.sleep(0.1)
    if found is None:
        raise TimeoutError("No code came to a phone of the demonstration: does its worker run?")
    return found[1]


def _heard(words: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """What a facilitator answers who heard these words on the telephone."""
    return lambda shown: list(shown) == list(words)


def build(site: Site, set_up_code: str) -> Book:
    """The whole demonstration, at a server that has no agency yet. Raises what the client raises."""
    builder = Builder(site, Book())
    office = builder.agency(set_up_code)
    fiona = builder.facilitator(office, "Fiona Hartley")
    joseph = builder.facilitator(office, "Joseph Merrick")
    builder.colleague(office, "Helen Marsh", "auditor")
    letters_waiting(builder, fiona, joseph)
    in_preparation(builder, fiona, joseph)
    two_approvals(builder, fiona, joseph)
    return builder.book


def letters_waiting(builder: Builder, fiona: Facilitator, joseph: Facilitator) -> None:
    """A case under way: letters opened, offered, returned and waiting, and private threads."""
    says = builder.book.says
    case = fiona.open_case([str(joseph.me.staff_id)]).case
    marion = builder.participant(case, "person_harmed", says("Marion Ellery"))
    callum = builder.participant(case, "person_responsible", says("Callum Ferris"))
    word = says("Sunday kettle")
    marion.set_contact("text", _number(says, "07700 900201"), "update", code_word=word, hours=AT_ANY_HOUR.as_json)
    callum.set_contact("text", _number(says, "07700 900202"), "appointment", language="cy", hours=AT_ANY_HOUR.as_json)
    builder.confirm({"+447700900201": marion, "+447700900202": callum})
    case.writing.describe(
        says("The allotment shed"),
        {marion.participant_id: "Marion Ellery", callum.participant_id: "Callum Ferris"},
        says("Both prefer letters for now. Marion likes a telephone call before anything new arrives."),
    )
    case.writing.call(marion.participant_id, {callum.participant_id: says("Callum")})
    case.writing.call(callum.participant_id, {marion.participant_id: says("Marion")})
    _thread(says, case, marion, callum)
    _letters(says, case, marion, callum)


def _number(says: Callable[[str], str], written: str) -> str:
    """A telephone number, noted down as it is written and as it is stored."""
    says("+44" + written[1:].replace(" ", ""))
    return says(written)


def _thread(says: Callable[[str], str], case: Case, marion: Participant, callum: Participant) -> None:
    marion.private(says("I would like to know whether he still lives nearby before I write again."))
    answer = "I asked him, and he is happy for you to know that he has moved to his aunt's. Take all the time you want."
    case.writing.private(marion.participant_id, says(answer))
    callum.private(says("Is it all right to say that I still think about her greenhouse?"))
    case.writing.note(
        says("Callum came with his aunt to the second preparation meeting. He had practised what to say.")
    )


def _letters(says: Callable[[str], str], case: Case, marion: Participant, callum: Participant) -> None:
    apology = callum.write([marion.participant_id], says(APOLOGY))
    case.letters.release(apology, marion.participant_id)
    marion.open(apology, tell=True)
    question = marion.write([callum.participant_id], says(QUESTION), answers=apology)
    case.letters.release(question, callum.participant_id)
    callum.open(question)
    evening = callum.write([marion.participant_id], says(EVENING), answers=question)
    about = "In this letter Callum describes the evening of the break-in, step by step."
    case.letters.release(evening, marion.participant_id, content_note=says(about))
    thanks = marion.write([callum.participant_id], says(WITH_NUMBER), answers=apology)
    reason = "You gave your own telephone number. We keep numbers out of letters, whoever writes them."
    case.letters.send_back(thanks, says(reason), says(WITHOUT_NUMBER))
    callum.write([marion.participant_id], says(OFFER))
    callum.save_draft(case.case_id, {"text": says(DRAFT), "answers": None, "revises": None, "saved_at": _now(callum)})


def _now(person: Participant) -> str:
    return person.me.clock().strftime("%Y-%m-%dT%H:%M:%SZ")


APOLOGY: Final = """Dear Mrs Ellery,

I am the one who broke into your shed in March. I took the tools and I knocked over the seedlings when I ran. I did \
not think about whose they were. I do now, and I am sorry.

You do not have to answer this.

Callum"""
QUESTION: Final = """Callum,

Thank you for writing. What I keep asking myself is: why my shed? Had you been watching me? I have not liked being \
there alone since.

Marion Ellery"""
EVENING: Final = """Dear Mrs Ellery,

No, I had never seen you. Yours was the first door without a padlock on that path. I had lost my job that week and I \
wanted to sell something, anything. It was dark, I was there for perhaps five minutes, and nobody told me where to go.

I am telling you because you asked. It had nothing to do with you.

Callum"""
WITH_NUMBER: Final = """Callum,

I believe you. You can ring me on 07700 900203 if you would rather talk about the seedlings.

Marion Ellery"""
WITHOUT_NUMBER: Final = """Callum,

I believe you. If you would rather talk about the seedlings than write, tell our facilitator.

Marion Ellery"""
OFFER: Final = """Dear Mrs Ellery,

My aunt has a workbench. If you would like it, I could build you a new cold frame this spring, with her and without \
coming to the allotments.

Callum"""
DRAFT: Final = "Dear Mrs Ellery, I have been drawing how the cold frame could"


def in_preparation(builder: Builder, fiona: Facilitator, joseph: Facilitator) -> None:
    """A case in preparation: one person without a device, one invitation that nobody has used yet."""
    says = builder.book.says
    case = joseph.open_case([str(fiona.me.staff_id)]).case
    arthur = case.people.add_assisted("person_harmed")
    case.people.agree_for(arthur, CONSENT, "dictation")
    case.people.set_contact(arthur, "call", _number(says, "07700 900211"))
    card = case.people.invite("person_responsible")
    names = {arthur: says("Arthur Penhale"), card.participant_id: says("Jamie Rowntree")}
    notes = says("Arthur would like letters read to him on Thursdays.")
    case.writing.describe(says("The bus shelter"), names, notes, invited={card.participant_id: "person_responsible"})
    entry = {"role": "person_responsible", "who": "Jamie Rowntree", "code": card.code, "link": card.link}
    builder.book.invitations.append(entry)


def two_approvals(builder: Builder, fiona: Facilitator, joseph: Facilitator) -> None:
    """A sensitive case where both facilitators must sign: a letter that waits for the second signature."""
    says = builder.book.says
    case = fiona.open_case([str(joseph.me.staff_id)], approvals=2).case
    others = [joseph.case(case.case_id)]
    nadia = builder.participant(case, "person_harmed", says("Nadia Sorrell"), others)
    peter = builder.participant(case, "person_responsible", says("Peter Langford"), others)
    names = {nadia.participant_id: "Nadia Sorrell", peter.participant_id: "Peter Langford"}
    case.writing.describe(says("The night on Quay Street"), names, says("Nadia chose that both of us read everything."))
    letter = nadia.write([peter.participant_id], says(WHAT_CHANGED))
    case.letters.release(letter, peter.participant_id, content_note=says("Nadia writes about how her days are now."))


WHAT_CHANGED: Final = """Peter,

I am writing so that you know what changed. I take the long way home. My sister meets me at the station. I do not \
want an answer yet. I want you to have read this.

Nadia"""


def main(arguments: Sequence[str]) -> int:
    """Build the demonstration if there is a set-up code on standard input; print who can sign in. Exit status."""
    base_url, path = arguments[0], Path(arguments[1])
    set_up_code = sys.stdin.read().strip()
    if not _is_up(base_url):
        print(f"No server answers at {base_url}.", file=sys.stderr)
        return 1
    if set_up_code:
        started = time.monotonic()
        book = build(Site(base_url), set_up_code)
        _write(path, {"base_url": base_url, **vars(book)})
        print(f"The demonstration was built in {time.monotonic() - started:.0f} seconds.")
    if not path.exists():
        print("An earlier demonstration was never finished: remove its database and start again.", file=sys.stderr)
        return 1
    found = {**json.loads(path.read_text("utf-8")), "base_url": base_url}
    _write(path, found)
    print(describe(found), flush=True)
    return 0


def _is_up(base_url: str) -> bool:
    until = time.monotonic() + PATIENCE
    while not (up := _answers(base_url)) and time.monotonic() < until:
        time.sleep(0.1)
    return up


def _answers(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all, and for this user's eyes: it holds passphrases."""
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
    draft.replace(path)


def describe(found: Mapping[str, Any]) -> str:
    """Who can sign in with what, as a table."""
    url = found["base_url"]
    lines = [f"Sign in at {url}/sign-in, read the texts at {url}/dev/phones", ""]
    lines += [_row(each, "sign_in_name") + "\n" + " " * 40 + each["passphrase"] for each in found["accounts"]]
    lines += [_row({**each, "role": "an open invitation"}, "link") for each in found["invitations"]]
    return "\n".join([*lines, ""])


def _row(entry: Mapping[str, str], last: str) -> str:
    return f"  {entry['role'].replace('_', ' '):18}  {entry['who']:16}  {entry[last]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
