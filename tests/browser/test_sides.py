"""Both sides are treated alike: every page and state of a participant is the same to either, but for the two labels."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from mediation.client import Facilitator, Participant
from tests.browser.demonstration import Demonstration, demonstrated, press, settled, visit

PATHS: Final = ("/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact")
PEOPLE: Final = ("Nadia Sorrell", "Peter Langford")
LETTER: Final = "This is the same letter, whoever writes it. Ring me on 07700 900333."
LABELS: Final = re.compile(r"\bthe person (harmed|responsible)\b", re.IGNORECASE)
# The page as its reader has it, hidden parts too: what is written, and where links and fields are.
MARKS: Final = """() => {
    const copy = document.body.cloneNode(true);
    copy.querySelectorAll("script, [data-slot=code]").forEach((one) => one.remove());
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
    for writer, reader in (people, people[::-1]):
        if reader is people[0]:
            writer.take_back(writer.write([reader.participant_id], begun.text))
        opened, offered, back = (writer.write([reader.participant_id], LETTER) for _ in range(3))
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

    def __init__(self, browser: Browser, demonstration: Demonstration) -> None:
        self.pages = [demonstration.page(browser, who) for who in PEOPLE]

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
    Pair(browser, demonstration).visit(path)


def test_every_choice_about_a_letter(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair(browser, demonstration)
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
    pair = Pair(browser, demonstration)
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


def test_pausing_and_stopping(browser: Browser, demonstration: Demonstration) -> None:
    pair = Pair(browser, demonstration)
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
