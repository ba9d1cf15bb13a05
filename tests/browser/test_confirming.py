"""Confirming a number by the code that a phone shows: by its holder, and by a facilitator who hears it read out."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mediation.demo import code_on_phone
from tests.browser.axe import Axe
from tests.browser.demonstration import Demonstration, ask, demonstrated, press, visit
from tests.browser.test_axe_desk import case_of
from tests.serving import SETTINGS

NADIA, PETER, CALLUM = "+447700900301", "+447700900302", "+447700900202"
NOT_YET = "Not confirmed yet: no texts are sent until it is."


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def _record(page: Page, choice: str, field: str, number: str, button: str) -> None:
    page.get_by_label(choice, exact=True).check()
    page.get_by_label(field, exact=True).fill(number)
    page.locator("#contact-form").get_by_role("button", name=button).click()
    expect(page.locator("#confirm-title")).to_be_focused()
    expect(page.locator("#confirm")).to_contain_text(NOT_YET)
    expect(page.locator("#number-hint")).to_have_text(f"Now: ••• {number[-3:]}")
    expect(page.locator("#code-preview")).to_have_text("123456 is your code. It works for ten minutes.")


def test_its_holder_types_the_code(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Nadia Sorrell")
    axe = Axe(page)
    visit(page, "/contact")
    expect(page.locator("#confirm")).to_be_hidden()
    _record(page, "Send me a text", "Number of your phone", NADIA, "Save")
    axe.look("not confirmed")
    axe.refused("Confirm", "no code")
    press(page, "Send me a code")
    expect(page.get_by_text("We have asked for a text with a code.")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    code = code_on_phone(demonstration.base_url, NADIA)
    page.locator("#code").fill(f"{(int(code) + 1) % 10**6:06}")
    axe.refused("Confirm", "a wrong code")
    expect(page.locator("#code-error")).to_contain_text("This is not the code that we sent.")
    page.locator("#code").fill(f"{code[:3]} {code[3:]}")
    press(page, "Confirm")
    expect(page.get_by_text("Thank you. The number is confirmed.")).to_be_visible()
    expect(page.locator("#confirm")).to_be_hidden()
    axe.look("confirmed")
    visit(page, "/contact")
    expect(page.locator("#confirmed")).to_contain_text("••• 301 · Confirmed on")
    _record(page, "Send me a text", "Number of your phone", "07700 900303", "Save")  # another number is another phone
    assert axe.found == []


def _operator(demonstration: Demonstration, *command: str) -> None:
    """Somebody at the server types `mediation sms …`."""
    own = {**SETTINGS, "MEDIATION_INSTANCE": str(demonstration.server.directory)}
    subprocess.run([sys.executable, "-m", "mediation.cli", "sms", *command], env={**os.environ, **own}, check=True)


def test_a_number_to_which_nothing_goes_says_so_and_whom_to_tell(
    browser: Browser, demonstration: Demonstration
) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    axe = Axe(page)
    _operator(demonstration, "suppress", CALLUM)
    visit(page, "/contact")
    box = page.locator(".govuk-inset-text").filter(has_text="If that was not you")
    expect(box).to_contain_text("No texts go to your phone now, because that was asked for.")
    expect(page.get_by_text("No text goes to this number, because we were asked to stop.")).to_be_visible()
    axe.look("stopped")
    _operator(demonstration, "suppress", "--allow", CALLUM)
    visit(page, "/contact")
    expect(box).to_contain_text("texts to your phone were asked for, so they may go to it.")
    expect(page.get_by_text("No text goes to this number")).to_have_count(0)
    axe.look("allowed again")
    box.get_by_role("link", name="Write to your facilitator").click()
    page.wait_for_url("**/facilitator")
    assert axe.found == []


def test_a_facilitator_types_what_is_read_out(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Fiona Hartley")
    axe = Axe(page)
    base = case_of(page, "The night on Quay Street")
    members = demonstration.client("Peter Langford")
    person = f"{base}/people/{members.participant_id}"
    visit(page, person)
    _record(page, "Send a text", "Number", PETER, "Keep")
    visit(page, base)
    expect(page.get_by_text("Number not confirmed yet, so no texts are sent").last).to_be_visible()
    axe.look("a case with a number to confirm")
    visit(page, person)
    axe.look("a number to confirm")
    press(page, "Send them a code")
    page.get_by_label("The six digits that they read out").fill(code_on_phone(demonstration.base_url, PETER))
    press(page, "Confirm")
    expect(page.get_by_text("Thank you. The number is confirmed.")).to_be_visible()
    visit(page, person)
    expect(page.get_by_text("Code: Sent on")).to_be_visible()
    assert ask(page, f"/cases/{base.split('/')[-1]}")["contacts"]
    assert axe.found == []
