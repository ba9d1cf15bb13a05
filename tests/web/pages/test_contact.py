"""How somebody may be reached, as they and their facilitator see it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine

from mediation.db import writing
from mediation.sms import incoming, numbers, wordings
from mediation.sms.wordings import WORDINGS
from mediation.web.pages import contact_fields
from mediation.web.transaction import ENGINE
from mediation.web.wording import day
from tests.client.world import World
from tests.sms.confirmed import code_of
from tests.web.pages.test_participant import Reader

NUMBER = "+447700900123"
SHARED = "This number is recorded for somebody else too."
NO_TEXTS = "No texts go to your phone now, because that was asked for."
STARTED = "On {day} texts to your phone were asked for, so they may go to it."
HELPED = "On {day} a text from your phone asked for help. Your facilitator has been told."
NOT_ME = "If that was not you, please tell your facilitator."
ASKED = "No text goes to this number, because we were asked to stop."


def _stop(world: World) -> None:
    engine: Engine = world.app.extensions[ENGINE]
    with writing(engine) as session:
        numbers.stop(session, NUMBER, "opted-out", world.mary.me.clock())
        session.commit()


@pytest.mark.parametrize("stopped", [True, False])
def test_that_a_number_wants_no_texts_stands_on_its_own_page_and_on_nobody_else_s(world: World, stopped: bool) -> None:
    world.mary.set_contact("text", NUMBER)
    world.roy.set_contact("text", "+447700900124")
    if stopped:
        _stop(world)
    page = Reader(world, world.mary).get("/contact")
    assert [said in page for said in (ASKED, NO_TEXTS, NOT_ME)] == [stopped] * 3
    assert ASKED not in Reader(world, world.roy).get("/contact")


def _text(world: World, said: str, number: str = NUMBER, provider_id: str = "SM1") -> None:
    """Somebody sends us a text."""
    with writing(world.app.extensions[ENGINE]) as session:
        incoming.take_in(session, provider_id, number, said, world.mary.me.clock())
        session.commit()


def test_start_and_help_are_confirmed_on_the_page_of_whose_phone_it_is_and_nobody_else_s(world: World) -> None:
    world.mary.set_contact("text", NUMBER)
    world.roy.set_contact("text", "+447700900124")
    today = day(world.mary.me.clock())
    assert NOT_ME not in Reader(world, world.mary).get("/contact")
    _stop(world)
    for number, said in enumerate(("START", "CYMORTH", "canary-77 where are you")):
        _text(world, said, provider_id=f"SM{number}")
    page = Reader(world, world.mary).get("/contact")
    for wanted in (STARTED, HELPED):
        assert wanted.format(day=today) in page
    assert NOT_ME in page
    assert "canary-77" not in page
    assert NOT_ME not in Reader(world, world.roy).get("/contact")
    _text(world, "STOP", provider_id="SM9")
    page = Reader(world, world.mary).get("/contact")
    assert ASKED in page
    assert STARTED.format(day=today) not in page
    assert HELPED.format(day=today) in page


def test_what_came_from_a_phone_stays_after_the_facilitator_has_seen_to_it_but_not_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.mary.set_contact("text", NUMBER)
    _text(world, "HELP")
    for task in world.fay.queue():
        world.fay.done(task["task_id"])
    assert NOT_ME in Reader(world, world.mary).get("/contact")
    monkeypatch.setattr(contact_fields, "HEARD_FOR", -timedelta(minutes=1))
    assert NOT_ME not in Reader(world, world.mary).get("/contact")


def test_after_another_number_nothing_is_said_of_the_phone_before(world: World) -> None:
    world.mary.set_contact("text", NUMBER)
    _text(world, "HELP")
    assert NOT_ME in Reader(world, world.mary).get("/contact")
    with time_machine.travel(world.mary.me.clock() + timedelta(minutes=5)):
        world.mary.set_contact("text", "+447700900125")
        assert NOT_ME not in Reader(world, world.mary).get("/contact")
        _text(world, "HELP", "+447700900125", "SM3")
        assert NOT_ME in Reader(world, world.mary).get("/contact")


def test_help_asked_for_again_is_of_the_later_day(world: World) -> None:
    world.mary.set_contact("text", NUMBER)
    _text(world, "HELP")
    later = world.mary.me.clock() + timedelta(days=2)
    with time_machine.travel(later):
        _text(world, "CYMORTH", provider_id="SM3")
        assert HELPED.format(day=day(later)) in Reader(world, world.mary).get("/contact")
    assert [task["kind"] for task in world.fay.queue()].count("text-help") == 1


def test_facilitators_are_told_which_language_nobody_has_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Nobody has read what texts say in this language yet: Cymraeg."
    desk = f"/cases/{world.case_id}/people/{world.mary.participant_id}"
    assert said in Reader(world, world.fay).get(desk)
    assert said not in Reader(world, world.mary).get("/contact")
    monkeypatch.setattr(wordings, "UNREVIEWED", ())
    assert said not in Reader(world, world.fay).get(desk)


def test_what_somebody_chose_is_what_the_page_shows(world: World) -> None:
    world.mary.set_contact("text", NUMBER, "appointment", language="cy", code_word="Robin")
    page = Reader(world, world.mary).get("/contact")
    for wanted in (WORDINGS["appointment"].texts["cy"], 'value="Robin"', "••• 123"):
        assert wanted in page
    assert "900123" not in page


def test_a_number_is_confirmed_or_not_on_its_own_page_and_its_facilitator_s(world: World) -> None:
    world.mary.set_contact("text", NUMBER, language="cy")
    mary, fay = Reader(world, world.mary), Reader(world, world.fay)
    desk = f"/cases/{world.case_id}/people/{world.mary.participant_id}"
    for page in (mary.get("/contact"), fay.get(desk)):
        assert _hidden(page, "confirmed")
        assert not _hidden(page, "confirm")
        assert "Not confirmed yet: no texts are sent until it is." in page
        assert "123456 yw eich cod." in page
    world.mary.send_code()
    world.mary.confirm(code_of(world.app.extensions[ENGINE], world.mary.participant_id))
    for page in (mary.get("/contact"), fay.get(desk)):
        assert _hidden(page, "confirm")
        assert not _hidden(page, "confirmed")
        assert "Confirmed on" in page
    assert "Code: Will go out on" in fay.get(desk)


def test_the_facilitator_reads_what_became_of_the_answer_to_a_text(world: World) -> None:
    world.mary.set_contact("text", NUMBER)
    _text(world, "canary-77 where are you")
    desk = f"/cases/{world.case_id}/people/{world.mary.participant_id}"
    assert "Our answer to their text: Will go out on" in Reader(world, world.fay).get(desk)
    assert "Our answer" not in Reader(world, world.mary).get("/contact")


def test_only_the_facilitator_reads_that_a_number_is_somebody_else_s_too(world: World) -> None:
    world.mary.set_contact("text", NUMBER)
    world.roy.set_contact("text", NUMBER)
    desk = f"/cases/{world.case_id}/people/{world.mary.participant_id}"
    assert SHARED in Reader(world, world.fay).get(desk)
    assert SHARED not in Reader(world, world.mary).get("/contact")
    for task in world.fay.queue():
        world.fay.done(task["task_id"])
    assert SHARED not in Reader(world, world.fay).get(desk)


def _hidden(page: str, element: str) -> bool:
    """Whether the page begins with this element out of sight."""
    tag = page.partition(f'id="{element}"')[2].partition(">")[0]
    return "hidden" in tag
