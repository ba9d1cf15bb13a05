"""The demonstration as a server of its own, with everybody signed in by the browser; ends only what it has started.

It is built once for all tests that ask for it; each module has a copy of its own, and sees nothing of the others' acts.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from mediation.client import Site
from mediation.client.signing_in import SignedIn
from tests.serving import Server, serving

READY: Final = "/sign-in"
"""What is printed once everybody is there."""
SLOWLY: Final = 30_000
PHONE: Final = (390, 844)
DESK: Final = (1280, 900)


@dataclass
class Demonstration:
    """A running server, its accounts, and who has signed in so far: one browser context for each person."""

    server: Server
    book: Mapping[str, Any]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """Where it is."""
        return self.server.base_url

    def account(self, who: str) -> Mapping[str, str]:
        """The sign-in name and passphrase of somebody."""
        return next(each for each in self.book["accounts"] if each["who"] == who)

    def client(self, who: str) -> SignedIn:
        """Somebody signed in without a browser."""
        account = self.account(who)
        return Site(self.base_url).sign_in(account["sign_in_name"], account["passphrase"])

    def page(self, browser: Browser, who: str) -> Page:
        """A page of somebody, signed in the first time; they stay signed in until the module ends."""
        if who not in self.contexts:
            page = anyone(browser, self.base_url)
            sign_in(page, self.account(who))
            self.contexts[who] = page.context
        return self.contexts[who].pages[0]

    def close(self) -> None:
        """Close every context."""
        for context in self.contexts.values():
            context.close()


def anyone(browser: Browser, base_url: str, **options: Any) -> Page:
    """A phone's page of somebody who is not signed in."""
    context = browser.new_context(base_url=base_url, viewport=_size(PHONE), reduced_motion="reduce", **options)
    context.set_default_timeout(SLOWLY)
    return context.new_page()


def sign_in(page: Page, account: Mapping[str, str]) -> None:
    """Sign in as a person does; returns on their first page."""
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(account["sign_in_name"])
    page.get_by_label("Passphrase", exact=True).fill(account["passphrase"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page's script has opened and shown what it has: no status line says anything any more."""
    page.locator("#status:not(:empty)").wait_for(state="detached")


def visit(page: Page, path: str) -> None:
    """Go somewhere and wait until it is settled."""
    page.goto(path)
    settled(page)


def press(page: Page, name: str) -> None:
    """Press the one shown button of that name."""
    page.get_by_role("button", name=name, exact=True).click()


def ask(page: Page, path: str) -> Any:
    """What the API answers this person."""
    return page.evaluate("path => fetch('/api/v1' + path).then(answer => answer.json())", path)


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}


def look(page: Page, size: tuple[int, int], scheme: Any) -> None:
    """Turn the page into a phone's or a desk's, light or dark, without loading it anew."""
    page.set_viewport_size(_size(size))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def _built(parent: Path) -> Path:
    """The directory of a demonstration that was built and stopped again, by whoever of this run asks first."""
    directory, whole = parent / "demonstration", parent / "demonstration.whole"
    with (parent / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            directory.mkdir()
            with serving(directory, "demo", ready=READY):
                pass
            whole.touch()
    return directory


def _of_the_run(factory: pytest.TempPathFactory) -> Path:
    """A directory for all processes of this run of the tests."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def demonstrated(factory: pytest.TempPathFactory, *, compress: bool = False) -> Iterator[Demonstration]:
    """A copy of the demonstration, serving; `compress` the static files as in earnest, which takes a while."""
    directory = factory.mktemp("demonstrated") / "instance"
    shutil.copytree(_built(_of_the_run(factory)), directory)
    with serving(directory, "demo", ready=READY, COMPRESS_STATIC=str(int(compress))) as server:
        book = json.loads((directory / "demo.json").read_text("utf-8"))
        found = Demonstration(server, book)
        yield found
        found.close()
