"""The pages that the README shows, in the demonstration; with SCREENS=1 their pictures are taken anew.

SCREENS=1 .venv/bin/pytest tests/browser/test_journey_screens.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mediation.demo import APOLOGY, EVENING, OFFER
from mediation.settings import ROOT
from tests.browser.agency import Account
from tests.browser.demonstration import Demonstration, demonstrated
from tests.browser.people import Colleague, Person

SCREENS = ROOT / "docs" / "screens"
LARGEST = 150_000
"""Bytes of a picture: the README is read on slow lines too."""
NOTE = "In this letter Callum describes the evening of the break-in, step by step."


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def account(demonstration: Demonstration, who: str) -> Account:
    entry = demonstration.account(who)
    return Account(entry["sign_in_name"], entry["passphrase"])


def take(person: Person, name: str, directory: Path) -> None:
    """What stands on the screen, as a picture; it replaces the README's when that was asked for."""
    person.page.evaluate("document.activeElement?.blur()")
    picture = person.page.screenshot(animations="disabled", caret="hide")
    assert 5_000 < len(picture) < LARGEST
    wanted = SCREENS if os.environ.get("SCREENS") == "1" else directory
    wanted.mkdir(parents=True, exist_ok=True)
    (wanted / f"{name}.png").write_bytes(picture)


def line(text: str) -> str:
    """A line of a letter's body."""
    return text.split("\n\n")[1].split(".")[0]


def test_letters_on_a_phone(browser: Browser, demonstration: Demonstration, tmp_path: Path) -> None:
    marion = Person(browser, demonstration.base_url, phone=True)
    marion.signs_in(account(demonstration, "Marion Ellery"))
    marion.visits("/letters")
    marion.sees(line(APOLOGY), "It is closed.")
    marion.sees_no(line(EVENING))
    take(marion, "letters_phone", tmp_path)
    marion.follows("Choose what to do with it")
    marion.sees(NOTE, "Read it now")
    take(marion, "letter_offered_phone", tmp_path)
    marion.goes_home()


def test_a_desk(browser: Browser, demonstration: Demonstration, tmp_path: Path) -> None:
    fiona = Colleague(browser, demonstration.base_url)
    fiona.signs_in(account(demonstration, "Fiona Hartley"))
    fiona.sees("The allotment shed", "A letter to read")
    take(fiona, "queue_desk", tmp_path)
    fiona.reviews(line(OFFER))
    fiona.heading("As Marion Ellery will see it")
    fiona.ticks("Pass it on now")
    fiona.page.evaluate("scrollTo(0, 0)")
    take(fiona, "review_desk", tmp_path)
    fiona.goes_home()


def test_six_words_on_a_phone(browser: Browser, demonstration: Demonstration, tmp_path: Path) -> None:
    jamie = Person(browser, demonstration.base_url, phone=True)
    jamie.joins_letters(demonstration.book["invitations"][0]["code"])
    assert len(jamie.words("six-words")) == 6
    jamie.page.evaluate("scrollTo(0, 0)")
    take(jamie, "join_words_phone", tmp_path)
    jamie.goes_home()
