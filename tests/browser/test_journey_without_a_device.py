"""Somebody without a device takes part whole: their yes, their words taken down, and a letter on paper."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.agency import RESPONSIBLE, Agency
from tests.browser.people import Colleague, Person

DICTATED = "I would like to know that he is all right."
REPLY = "I am all right. Thank you for asking."
NOTE = "A short answer to your question."


def open_case(fiona: Colleague, joseph: str) -> str:
    """Arthur takes part without a phone or computer; the path of the case."""
    fiona.visits("/cases/new")
    fiona.types("What you call it", "The bus shelter")
    fiona.types("Name", "Arthur Penhale", within="Person 1")
    person = fiona.page.get_by_role("group", name="Person 1")
    person.get_by_label("Takes part without a phone or computer").check()
    fiona.page.get_by_label("Second facilitator").select_option(label=joseph)
    fiona.presses("Open the case")
    fiona.page.wait_for_url(re.compile(r"/cases/[\w-]{22}$"))
    fiona.sees("takes part without a phone or computer · has not said yes yet")
    return fiona.page.url


def say_yes_for(fiona: Colleague, case: str) -> None:
    fiona.visits(case)
    fiona.follows("About them (Arthur Penhale)")
    fiona.sees("They have said yes to you, after you read the agreement to them:")
    fiona.presses("Write down their yes")
    fiona.sees("Said yes on")


def write_down(fiona: Colleague, case: str) -> None:
    """Nothing is handed in before it was read back."""
    fiona.visits(case)
    fiona.follows("Write down a letter (Arthur Penhale)")
    fiona.ticks("They said it and I wrote it down")
    fiona.types("Where, when, and who was there", "At his kitchen table, with his daughter.")
    fiona.types("Their words", DICTATED)
    fiona.presses("Hand it in for review")
    fiona.sees("Read it back to them first.")
    fiona.ticks("I read it back to them, and these are the words they want")
    fiona.presses("Hand it in for review")
    fiona.heading("It is handed in")


def print_and_note_choice(fiona: Colleague, case: str) -> None:
    """The letter alone goes on the paper; then what Arthur chose is written down."""
    fiona.visits("/queue")
    fiona.page.get_by_role("listitem").filter(has_text="Arthur Penhale").get_by_role("link", name="Print").click()
    fiona.sees(REPLY, NOTE, "Nobody has to take a letter.")
    fiona.page.emulate_media(media="print")
    fiona.sees(REPLY, "From the person responsible")
    expect(fiona.page.get_by_text("Nobody has to take a letter.")).to_be_hidden()
    expect(fiona.button("Write it down")).to_be_hidden()
    fiona.page.emulate_media(media="screen")
    fiona.ticks("They have it, or I read it to them")
    fiona.presses("Write it down")
    fiona.page.wait_for_url(case)
    fiona.sees("Arthur Penhale: has read it")


def test_taken_down_by_one_passed_on_by_another_and_printed(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague, joseph: Colleague
) -> None:
    jamie = somebody()
    case = open_case(fiona, agency.joseph.name)
    say_yes_for(fiona, case)
    desk = agency.fiona.desk.case(case.rpartition("/")[2])
    responsible = agency.welcome(desk, RESPONSIBLE, "Jamie Rowntree")
    write_down(fiona, case)

    joseph.visits(case)
    joseph.follows(re.compile("^Arthur Penhale to "))
    joseph.sees(DICTATED, "Fiona Hartley wrote down what they said.", "At his kitchen table, with his daughter.")
    joseph.decides("Pass it on now", "It is passed on")

    jamie.signs_in(responsible.account)
    jamie.visits("/letters")
    jamie.follows("Choose what to do with it")
    jamie.sees("Fiona Hartley wrote it down for them.")
    jamie.chooses("Read it now")
    jamie.sees(DICTATED, "Written down by Fiona Hartley, and passed on by Joseph Merrick")
    jamie.follows("Write back")
    jamie.writes(REPLY)

    fiona.visits(case)
    fiona.follows(re.compile(" to Arthur Penhale$"))
    fiona.decides("Pass it on now", "It is passed on", note=NOTE)
    print_and_note_choice(fiona, case)
