"""The demonstration as a server of its own, with everybody signed in by the browser; ends only what it has started.

It is built once for all tests that ask for it; each module has a copy of its own, and sees nothing of the others' acts.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from mediation.client import Site
from mediation.client.signing_in import SignedIn

PATIENCE: Final = 90.0
SLOWLY: Final = 30_000
PHONE: Final = (390, 844)
DESK: Final = (1280, 900)


@dataclass
class Demonstration:
    """A running server, its accounts, and who has signed in so far: one browser context for each person."""

    directory: Path
    base_url: str
    book: Mapping[str, Any]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def account(self, who: str) -> Mapping[str, str]:
        """The sign-in name and passphrase of somebody."""
        return next(each for each in self.book["accounts"] if each["who"] == who)

    def client(self, who: str) -> SignedIn:
        """Somebody signed in without a browser."""
        account = self.account(who)
        return Site(self.base_url).sign_in(account["sign_in_name"], account["passphrase"])

    def output(self) -> str:
        """Everything that the server has printed and logged."""
        return (self.directory / "output").read_text("utf-8")

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def server(directory: Path, command: str, ready: str, *, compress: bool = False) -> Iterator[str]:
    """`mediation <command>` in a directory of its own, once it has printed `ready` and answers; gives its address."""
    port = _free_port()
    where = {"MEDIATION_INSTANCE": str(directory), "HOST": "127.0.0.1", "PORT": str(port)}
    settings = {**where, "TRIES_PER_ADDRESS": "1000", "COMPRESS_STATIC": str(int(compress))}
    with (directory / "output").open("wb") as output:
        program = [sys.executable, "-m", "mediation.cli", command]
        process = subprocess.Popen(program, env={**os.environ, **settings}, stdout=output, stderr=output)
    try:
        _wait(process, directory / "output", ready, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: "subprocess.Popen[bytes]", output: Path, ready: str, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while ready not in output.read_text("utf-8") or not _answers(port):
        assert process.poll() is None, output.read_text("utf-8")
        assert time.monotonic() < until, output.read_text("utf-8")
        time.sleep(0.1)


@cache
def _built(parent: Path) -> Path:
    """The directory of a demonstration that was built and stopped again."""
    directory = parent / "demonstration"
    directory.mkdir()
    with server(directory, "demo", "/sign-in"):
        pass
    return directory


@contextmanager
def demonstrated(factory: pytest.TempPathFactory, *, compress: bool = False) -> Iterator[Demonstration]:
    """A copy of the demonstration, serving; `compress` the static files as in earnest, which takes a while."""
    directory = factory.mktemp("demonstrated") / "instance"
    shutil.copytree(_built(factory.getbasetemp()), directory)
    with server(directory, "demo", "/sign-in", compress=compress) as base_url:
        book = json.loads((directory / "demo.json").read_text("utf-8"))
        found = Demonstration(directory, base_url, book)
        yield found
        found.close()
