"""From an empty server to a letter that was answered, in five browsers at once and through the pages alone."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Colleague, Person
from tests.serving import Server, serving

MARION, CALLUM = "Marion Ellery", "Callum Ferris"
APOLOGY = "I am the one who broke into your shed in March. I am sorry."
ANSWER = "Thank you for writing. What I keep asking myself is: why my shed?"
NOTE = "Callum writes about the night of the break-in."
CODE = "is your code. It works for ten minutes."
HARMED_PHONE, RESPONSIBLE_PHONE = "07700 900201", "07700 900202"


@pytest.fixture
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("empty")) as running:
        yield running


class Cast:
    """Everybody, each in a browser of their own."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.server = server
        self.ruth, self.fiona, self.joseph = (Colleague(browser, server.base_url) for _ in range(3))
        self.marion, self.callum = (Person(browser, server.base_url, phone=True) for _ in range(2))

    def go_home(self) -> None:
        for each in (self.ruth, self.fiona, self.joseph, self.marion, self.callum):
            each.goes_home()


def set_up_agency(ruth: Colleague, link: str) -> None:
    ruth.visits(link)
    ruth.presses("Continue")  # the code came with the link
    ruth.types("Name", "Bridgeway")
    ruth.types("Number to ring", "07700 900100")
    ruth.presses("Continue")
    ruth.types("What it is", "Somebody to talk to", within="Help number 1")
    ruth.types("Number to ring", "07700 900116", within="Help number 1")
    ruth.presses("Continue")
    ruth.types("Your name, as colleagues see it", "Ruth Amery")
    ruth.presses("Continue")
    ruth.types("Type them once, to be sure", " ".join(ruth.words("passphrase-words")))
    ruth.presses("Continue")
    keep_recovery_sheet(ruth)
    ruth.presses("Make the agency")
    ruth.heading("Your agency is set up")
    expect(ruth.page.locator("#sign-in-name")).to_have_text(re.compile(r"^[a-z]+-[a-z]+-\d+$"))


def keep_recovery_sheet(ruth: Colleague) -> None:
    """Nothing is made before it is on paper; the paper has the keys on it and no buttons."""
    ruth.heading("The recovery sheet")
    ruth.presses("Make the agency")
    ruth.sees("Print the sheet or copy it first.")
    ruth.page.emulate_media(media="print")
    for key in ("root", "recovery"):
        expect(ruth.page.locator(f"#recovery-sheet [data-slot={key}]")).to_have_text(re.compile(r"\w{4}"))
    expect(ruth.button("Make the agency")).to_be_hidden()
    ruth.page.emulate_media(media="screen")
    ruth.ticks("I have the sheet on paper, complete and readable")


def hire(ruth: Colleague, newcomer: Colleague, name: str) -> None:
    """A card, six words heard, and a new list of staff."""
    ruth.visits("/agency/staff")
    ruth.types("Their name, as participants and colleagues see it", name)
    ruth.ticks("Facilitator")
    code = ruth.hands_over_card()
    newcomer.visits("/join")
    newcomer.types("Code", code)
    newcomer.presses("Continue")
    newcomer.heading("You are invited to work here")
    newcomer.presses("Continue")
    _, words = newcomer.makes_account()
    assert newcomer.words("six-words") == words
    ruth.visits("/agency/staff")
    ruth.follows(name)
    ruth.lets_in(words, "Let them in, on a new list of staff")
    ruth.sees(f"{name} is on the list of staff now, and can begin.")
    newcomer.visits("/queue")
    newcomer.heading("What is waiting for you")


def open_case(fiona: Colleague) -> str:
    """Two parties and a second facilitator as cover; the path of the case."""
    fiona.visits("/cases/new")
    fiona.types("What you call it", "The allotment shed")
    fiona.types("Name", MARION, within="Person 1")
    fiona.types("Name", CALLUM, within="Person 2")
    fiona.page.get_by_label("Second facilitator").select_option(label="Joseph Merrick")
    fiona.presses("Open the case")
    fiona.page.wait_for_url(re.compile(r"/cases/[\w-]{22}$"))
    fiona.heading("The allotment shed")
    fiona.sees("Joseph Merrick", "not invited yet")
    return fiona.page.url


def bring_in(fiona: Colleague, case: str, person: Person, name: str) -> None:
    """Card, joining, six words, and the yes that was said when joining."""
    fiona.visits(case)
    fiona.follows(f"Invite ({name})")
    code = fiona.hands_over_card()
    _, words = person.joins_letters(code)
    assert person.words("six-words") == words
    fiona.visits("/queue")
    fiona.follows("Somebody has joined")
    fiona.lets_in(words)
    fiona.sees("They are in.")
    person.visits("/home")
    expect(person.page.get_by_role("heading", name="Write to the person")).to_be_visible()


def give_number(person: Person, number: str) -> None:
    person.visits("/contact")
    person.ticks("Send me a text")
    person.types("Number of your phone", number)
    person.page.get_by_text("Days and hours").click()
    person.types("From", "00:00")
    person.types("Until", "00:00")
    person.presses("Save")
    person.sees("Saved. It counts from now on.", "Not confirmed yet: no texts are sent until it is.")
    person.presses("Send me a code")
    person.sees("We have asked for a text with a code.")
    code = phone_shows(person, number, CODE).split()[0]
    person.visits("/contact")
    person.types("The six digits", code)
    person.presses("Confirm")
    person.sees("The number is confirmed.", "Confirmed on")
    expect(person.page.get_by_role("button", name="Send me a code")).to_have_count(0)


def write_with_private_check(callum: Person) -> None:
    """The check points at a telephone number; the writer takes it out."""
    callum.visits("/home")
    callum.follows("Write to the person harmed")
    callum.types("Your letter", f"{APOLOGY} Ring me on 07700 900202.")
    callum.presses("Check it privately")
    callum.sees("You need not change it.", "07700 900202")
    callum.writes(APOLOGY)


def phone_shows(person: Person, number: str, words: str) -> str:
    """What a phone shows, once the worker has delivered a text with these words."""
    text = person.page.get_by_role("article").filter(has_text=number[-6:]).locator("p").filter(has_text=words)
    for _ in range(40):
        person.visits("/dev/phones")
        if text.count():
            return text.first.inner_text()
        time.sleep(0.5)
    raise AssertionError(f"no text went to {number}")


def choose_and_open(marion: Person) -> None:
    """Who it is from and the word beforehand stand there; nothing of the letter before it is opened."""
    marion.visits("/home")
    marion.follows("A letter is here for you")
    marion.sees("From the person responsible", NOTE, "It is closed.")
    marion.sees_no(APOLOGY)
    marion.follows("Choose what to do with it")
    marion.sees(NOTE)
    assert APOLOGY not in marion.page.content()
    marion.chooses("Read it now")
    marion.sees(APOLOGY, "Read and passed on by Fiona Hartley")


@pytest.mark.timeout(300)
def test_the_whole_journey(browser: Browser, empty_server: Server) -> None:
    cast = Cast(browser, empty_server)
    ruth, fiona, joseph, marion, callum = cast.ruth, cast.fiona, cast.joseph, cast.marion, cast.callum
    set_up_agency(ruth, empty_server.set_up_link())
    hire(ruth, fiona, "Fiona Hartley")
    hire(ruth, joseph, "Joseph Merrick")
    case = open_case(fiona)
    bring_in(fiona, case, marion, MARION)
    bring_in(fiona, case, callum, CALLUM)
    give_number(marion, HARMED_PHONE)
    write_with_private_check(callum)

    fiona.reviews(APOLOGY)
    fiona.decides("Pass it on now", "It is passed on", note=NOTE)
    assert phone_shows(marion, HARMED_PHONE, "update") == "You have an update. Sign in when you are ready."
    choose_and_open(marion)

    marion.follows("Write back")
    marion.writes(ANSWER)
    joseph.reviews(ANSWER)  # the cover decides on it
    joseph.decides("Pass it on now", "It is passed on")
    callum.opens_letter(ANSWER)
    callum.visits("/letters")
    callum.sees(APOLOGY, ANSWER, "Passed on.")
    assert not [each for each in (APOLOGY, ANSWER, NOTE, MARION, CALLUM) if each in empty_server.printed()]
    cast.go_home()
