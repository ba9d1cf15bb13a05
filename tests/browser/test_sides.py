"""Both sides are treated alike: every page and state of a participant is the same to either, but for the two labels."""

import re
import time
from collections.abc import Iterator
from difflib import unified_diff
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from mediation.client import Facilitator, Participant
from mediation.client.case_room import Case
from tests.browser.demonstration import Demonstration, anyone, demonstrated, press, settled, visit

PATHS: Final = ("/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact")
SIDES: Final = ("person_harmed", "person_responsible")
PEOPLE: Final = ("Nadia Sorrell", "Peter Langford")
LETTER: Final = "This is the same letter, whoever writes it. Ring me on 07700 900333."
LABELS: Final = re.compile(r"\bthe person (harmed|responsible)\b", re.IGNORECASE)
# The page as its reader has it, hidden parts too: what is written, and where links and fields are.
MARKS: Final = """() => {
    const copy = document.body.cloneNode(true);
    copy.querySelectorAll("script, [data-slot=code]").forEach((one) => one.remove());
    // Six words and a sign-in name are made for one person; how many there are is the same for all.
    copy.querySelectorAll(".md-words li, #sign-in-name").forEach((one) => { one.textContent = "made up"; });
    copy.querySelector("#labels").remove();
    copy.querySelectorAll("input[value]").forEach((one) => one.type === "checkbox" && one.removeAttribute("value"));
    return copy.outerHTML;
}"""
IDS: Final = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A case in which each side has done exactly what the other did."""
    with demonstrated(tmp_path_factory) as found:
        _exchange(found)
        yield found


def _exchange(demonstration: Demonstration) -> None:
    """Each has a letter opened, one offered, one given back and one waiting, and has written a line in private."""
    fiona, joseph = (Facilitator(demonstration.client(who)) for who in ("Fiona Hartley", "Joseph Merrick"))
    people = [Participant(demonstration.client(who)) for who in PEOPLE]
    case, same = (each.case(str(people[0].me.case_id)) for each in (fiona, joseph))
    [begun] = people[0].letters().own
    people[0].take_back(begun.message_id)
    people[1].take_back(people[1].write([people[0].participant_id], begun.text))
    # Both write before either has anything to read: letters stand in the order of time, which is then the same.
    pairs = [(people[0], people[1]), (people[1], people[0])]
    written = [[writer.write([reader.participant_id], LETTER) for _ in range(3)] for writer, reader in pairs]
    time.sleep(1)  # the service tells the time in whole seconds: nothing is passed on in the one of the last letter
    for (writer, reader), (opened, offered, back) in zip(pairs, written, strict=True):
        for letter in (opened, offered):
            asked = case.letters.release(letter, reader.participant_id, content_note="About the station.")
            same.letters.co_sign(letter, asked.hash)
        asked = case.letters.send_back(back, "Let us talk first.", LETTER)
        same.letters.co_sign(back, asked.hash, "Let us talk first.", LETTER)
        reader.open(opened, tell=True)
        writer.private(LETTER)


def marks(page: Page) -> str:
    """The whole page as its reader has it, hidden parts too, without ids, labels and people's own names."""
    text = LABELS.sub("the person on the other side", str(page.evaluate(MARKS)))
    return IDS.sub("id", text)


class Pair:
    """Both sides doing the same; whatever their pages say then must be the same."""

    def __init__(self, *pages: Page) -> None:
        self.pages = pages

    @classmethod
    def of_people(cls, browser: Browser, demonstration: Demonstration) -> "Pair":
        """Both people of the case, signed in."""
        return cls(*(demonstration.page(browser, who) for who in PEOPLE))

    def visit(self, path: str) -> None:
        for page in self.pages:
            visit(page, path)
            if path == "/home":  # has no line that says when it is ready
                page.wait_for_load_state("networkidle")
        self.same()

    def press(self, name: str, shown: str) -> None:
        for page in self.pages:
            page.get_by_role("button", name=name).first.click()
            page.locator(shown).locator("visible=true").first.wait_for()
        self.same()

    def follow(self, name: str, shown: str) -> None:
        for page in self.pages:
            page.get_by_role("link", name=name).first.click()
            page.locator(shown).locator("visible=true").first.wait_for()
            settled(page)
        self.same()

    def same(self) -> None:
        one, other = (marks(page).splitlines() for page in self.pages)
        assert "\n".join(unified_diff(one, other, n=0, lineterm="")) == ""


@pytest.mark.parametrize("path", PATHS)
def test_every_page(browser: Browser, demonstration: Demonstration, path: str) -> None:
    Pair.of_people(browser, demonstration).visit(path)


def test_every_choice_about_a_letter(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair.of_people(browser, demonstration)
    pair.visit("/letters")
    pair.follow("Choose what to do with it", "#offered")
    pair.press("Continue", "#problem")
    for choice in ("Keep it for later", "Read it with my facilitator", "I do not want it"):
        for page in pair.pages:
            page.get_by_label(choice).check()
        pair.press("Continue", "#chosen")
        pair.visit("/letters")
        pair.follow("Change your mind", "#offered")
    for page in pair.pages:
        page.get_by_label("Read it now").check()
    pair.press("Continue", "#letters")


def test_writing(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair.of_people(browser, demonstration)
    pair.visit("/letters")
    pair.press("Take it back", "#take-back-title")
    pair.follow("Write back", "#letter-form")
    pair.visit("/write")
    pair.press("Send to your facilitator", "#problem")
    for page in pair.pages:
        page.locator("#text").fill("I will find you. Ring me on 07700 900333.")
    pair.press("Check it privately", "#advice")
    for page in pair.pages:
        press(page, "Send to your facilitator")
        page.locator("#sent").wait_for()
    pair.same()


def test_joining(browser: Browser, demonstration: Demonstration) -> None:
    case = _quay_street(demonstration)
    pair = Pair(*(anyone(browser, demonstration.base_url) for _ in SIDES))
    for page, side in zip(pair.pages, SIDES, strict=True):
        page.goto("/join")
        page.get_by_label("Code", exact=True).fill(case.people.invite(side).code)
    pair.press("Continue", "#step-what")
    for step in ("readers", "confidentiality", "choice", "consent"):
        pair.press("Continue", f"#step-{step}")
    pair.press("Continue", "#problem")
    for answer, shown in (("Not now", "#step-no"), ("Yes, I want to take part", "#passphrase-words li")):
        for page in pair.pages:
            page.get_by_label(answer).check()
        pair.press("Continue", shown)
        if shown == "#step-no":
            pair.press("Back to the question", "#step-consent")
    pair.press("I would rather make up my own", "#step-own")
    for page in pair.pages:
        page.get_by_label("Your own passphrase").fill("the kettle sings at seven")
    pair.press("Continue", "#step-again")
    for page in pair.pages:
        page.locator("#again").fill("the kettle sings at seven")
    pair.press("Join", "#step-name")
    pair.press("I have written it down", "#six-words li")
    pair.press("Continue", "#step-done")
    pair.press("Go to my first page", "#six-words li")
    for page in pair.pages:
        page.context.close()


def test_printing_a_letter(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair.of_people(browser, demonstration)
    pair.visit("/letters")
    pair.follow("Print", "#ready")
    for page in pair.pages:
        page.emulate_media(media="print")
    pair.same()
    seen = [page.evaluate("document.body.innerText") for page in pair.pages]
    for page in pair.pages:
        page.emulate_media(media="screen")
    assert len({LABELS.sub("the person on the other side", each) for each in seen}) == 1
    assert LETTER in seen[0] and "Think about who else" not in seen[0]


def test_a_facilitator_prints_for_either_side(browser: Browser, demonstration: Demonstration) -> None:
    page, case = demonstration.page(browser, "Fiona Hartley"), _without_devices(demonstration)
    seen = []
    for reader in case.file().people.people:
        summary = case.writing.summary([reader.participant_id], LETTER)
        case.letters.release(summary, reader.participant_id, content_note="About the station.")
        visit(page, f"/cases/{case.case_id}/letters/{summary}/print?for={reader.participant_id}")
        page.locator("#ready").wait_for()
        page.wait_for_load_state("networkidle")
        seen.append(re.sub(r"\(\d+\)|>\d+<", "some", marks(page)).splitlines())
    assert len(seen) == len(SIDES)
    assert "\n".join(unified_diff(seen[0], seen[1], n=0, lineterm="")) == ""


def _without_devices(demonstration: Demonstration) -> Case:
    """A case with somebody on each side who takes part on paper."""
    case = Facilitator(demonstration.client("Fiona Hartley")).open_case([]).case
    for side in SIDES:
        case.people.agree_for(case.people.add_assisted(side), "I would like to take part.")
    return case


def _quay_street(demonstration: Demonstration) -> Case:
    """Their case, at the desk of its first facilitator."""
    person = Participant(demonstration.client(PEOPLE[0]))
    return Facilitator(demonstration.client("Fiona Hartley")).case(str(person.me.case_id))


def test_pausing_and_stopping(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair.of_people(browser, demonstration)
    pair.visit("/pause")
    for page in pair.pages:
        page.get_by_label("Pause", exact=True).check()
    pair.press("Do this now", "#paused")
    for path in PATHS:
        pair.visit(path)
    pair.visit("/pause")
    pair.press("Stop altogether", "#withdrawn")
    for path in PATHS:
        pair.visit(path)
