"""How somebody may be reached, as they and their facilitator see it."""

import pytest
from sqlalchemy import Engine

from mediation.db import writing
from mediation.sms import numbers
from mediation.sms.wordings import WORDINGS
from mediation.web.transaction import ENGINE
from tests.client.world import World
from tests.sms.confirmed import code_of
from tests.web.pages.test_participant import Reader

NUMBER = "+447700900123"
SHARED = "This number is recorded for somebody else too."
ASKED = "A text from this number asked us to stop"


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
    assert (ASKED in Reader(world, world.mary).get("/contact")) == stopped
    assert ASKED not in Reader(world, world.roy).get("/contact")


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
