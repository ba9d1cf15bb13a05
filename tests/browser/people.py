"""Somebody at a browser of their own, who reads and presses what the pages say.

Everything is found by its role and its words, as people and screen readers find it. Errors of a page's scripts, and
what its content security policy stopped, are noted down; `Person.leaves` fails when there were any.
"""

import re
from collections.abc import Sequence

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Route,
    ViewportSize,
    expect,
)

from tests.browser.agency import Account

NEUTRAL = "https://www.bbc.co.uk/weather"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


class Person:
    """A browser context with one page, and what its owner does there."""

    def __init__(self, browser: Browser, base_url: str, *, phone: bool = False) -> None:
        self.base_url = base_url
        self.errors: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=base_url,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        self.context.route(f"{NEUTRAL}**", _neutral)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda found: self.errors.append(str(found.error)))
        self.page: Page = self.context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "TrustedScript" in message.text:
            self.errors.append(message.text)

    def goes_home(self) -> None:
        """Ends it; nothing went wrong behind the pages."""
        self.context.close()
        assert not self.errors, self.errors

    # Reading and pressing

    def visits(self, path: str) -> None:
        """Types an address; again where the page was just on its way somewhere by itself."""
        try:
            self.page.goto(path)
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
            self.page.goto(path)

    def sees(self, *texts: str) -> None:
        """Waits until each of these stands on the page."""
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_no(self, *texts: str) -> None:
        """None of these is anywhere in the document, shown or not."""
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)

    def heading(self, words: str) -> None:
        """Waits for a heading."""
        expect(self.page.get_by_role("heading", name=words).first).to_be_visible()

    def presses(self, name: str | re.Pattern[str]) -> None:
        """Presses a button."""
        self.button(name).click()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button by its words."""
        return self.page.get_by_role("button", name=name, exact=True)

    def follows(self, name: str | re.Pattern[str]) -> None:
        """Follows a link."""
        self.page.get_by_role("link", name=name).first.click()

    def types(self, label: str, text: str, *, within: str | None = None) -> None:
        """Types into a field; `within` names a group of fields."""
        place = self.page.get_by_role("group", name=within) if within else self.page
        place.get_by_label(label, exact=True).filter(visible=True).fill(text)

    def ticks(self, label: str) -> None:
        """Ticks a box, or chooses one of several."""
        self.page.get_by_label(label, exact=True).filter(visible=True).check()

    def words(self, place: str) -> list[str]:
        """The six words that stand in a list."""
        items = self.page.locator(f"#{place} li")
        expect(items).to_have_count(6)
        return items.all_inner_texts()

    # Coming and going

    def signs_in(self, account: Account) -> None:
        """Signs in from the page for it, and waits for the first page."""
        self.visits("/sign-in")
        self.types("Sign-in name", account.sign_in_name)
        self.types("Passphrase", account.passphrase)
        self.presses("Sign in")
        self.page.wait_for_url(re.compile("/(home|queue|agency|waiting)$"))

    def unlocks(self, account: Account) -> None:
        """Types the passphrase again."""
        self.heading("This is locked")
        self.types("Passphrase", account.passphrase)
        self.presses("Unlock")

    def makes_account(self) -> tuple[Account, list[str]]:
        """The last steps of joining: six words as a passphrase, the sign-in name, and six words to say."""
        passphrase = " ".join(self.words("passphrase-words"))
        self.presses("I have written them down")
        self.types("Passphrase", passphrase)
        self.presses("Join")
        self.heading("Write down your sign-in name")
        name = self.page.locator("#sign-in-name").inner_text()
        self.presses("I have written it down")
        words = self.words("six-words")
        self.presses("Continue")
        self.presses("Go to my first page")
        return Account(name, passphrase), words

    def joins_letters(self, code: str) -> tuple[Account, list[str]]:
        """Joins a case from a card, one decision a page."""
        self.visits("/join")
        self.types("Code", code)
        titles = ("What this is", "Who can read what you write", "When confidentiality ends", "It is free")
        self.presses("Continue")
        for title in titles:
            self.heading(title)
            self.presses("Continue")
        self.ticks("Yes, I want to take part")
        self.presses("Continue")
        return self.makes_account()

    # Letters

    def opens_letter(self, text: str) -> None:
        """Chooses to read the one letter that is here, and reads it."""
        self.visits("/letters")
        self.follows("Choose what to do with it")
        self.chooses("Read it now")
        self.sees(text)

    def chooses(self, choice: str, *, tell: bool = False) -> None:
        """Says what is to be done with the letter on the page."""
        self.ticks(choice)
        if tell:
            self.ticks("Yes, they may know")
        self.presses("Continue")

    def writes(self, text: str) -> None:
        """Writes a letter on the page for it, and sends it."""
        self.types("Your letter", text)
        self.presses(re.compile("^Send to"))
        self.heading("Your letter is with")


class Colleague(Person):
    """Somebody at the agency's desk."""

    def hands_over_card(self) -> str:
        """Makes the card that the page is about; the code on it."""
        self.presses("Make the card")
        self.sees("and type this code:")
        return self.page.locator("#card [data-slot=code]").inner_text()

    def lets_in(self, words: Sequence[str], button: str = "Let them in") -> None:
        """Compares the words that were heard with those on the page, and lets somebody in."""
        assert self.words("six-words") == list(words)
        self.ticks("I heard these six words from them myself, in this order")
        self.presses(button)

    def reviews(self, text: str) -> None:
        """Opens the letter that waits to be read, and reads it."""
        self.visits("/queue")
        self.follows("A letter to read")
        self.sees(text)

    def decides(self, choice: str, result: str, **fields: str) -> None:
        """Decides about the letter on the page. Fields by their words, with `_` for a space."""
        self.ticks(choice)
        for label, text in fields.items():
            self.types(LABELS[label], text)
        self.presses("Decide")
        self.heading(result)


LABELS = {
    "note": "A word beforehand, if one is needed",
    "reason": "What you write to them about it",
    "suggestion": "Words that they could use (if you like)",
    "not_before": "Not before",
}


def _neutral(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title><h1>Weather</h1>")
