"""How somebody may be reached, as they and their facilitator see it."""

import pytest
from sqlalchemy import Engine

from mediation.db import writing
from mediation.sms import numbers
from mediation.sms.wordings import WORDINGS
from mediation.web.transaction import ENGINE
from tests.client.world import World
from tests.web.pages.test_participant import Reader

NUMBER = "+447700900123"
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
