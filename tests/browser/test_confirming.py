"""Confirming a number by the code that a phone shows: by its holder, and by a facilitator who hears it read out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mediation.demo import code_on_phone
from tests.browser.axe import Axe
from tests.browser.demonstration import Demonstration, ask, demonstrated, press, visit
from tests.browser.test_axe_desk import case_of

NADIA, PETER = "+447700900301", "+447700900302"
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
