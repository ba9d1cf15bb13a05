"""The desk's pages: the title of a letter says what has become of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mediation.client.signing_in import utc_now
from tests.client.world import World

Act = Callable[[World, str], object]
TO_READ = "A letter to read"


def title(world: World, message_id: str) -> tuple[str, str]:
    """The page's own title and its heading, as Fay's browser loads them, before any script."""
    client = world.app.test_client()
    for cookie in world.fay.me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1", path="/")
    page = client.get(f"/review/{message_id}", base_url="http://127.0.0.1:8000").get_data(as_text=True)
    found = re.search(r"<title>(.*?) – .*?</title>.*?<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1], found[2]


def _pass_on(world: World, letter: str, not_before: datetime | None = None) -> None:
    world.case.letters.release(letter, world.mary.participant_id, not_before=not_before)


ACTS: list[tuple[Act, str]] = [
    (lambda world, letter: world.case.letters.hold(letter), "A letter that is held"),
    (lambda world, letter: world.case.letters.send_back(letter, "Why?"), "A letter that was given back to its writer"),
    (lambda world, letter: world.case.letters.stop(letter, "Why?"), "A letter that is not passed on"),
    (_pass_on, "A letter that was passed on"),
    (lambda world, letter: _pass_on(world, letter, utc_now() + timedelta(days=1)), "A letter that will be passed on"),
    (lambda world, letter: world.roy.take_back(letter), "A letter that its writer took back"),
    (lambda world, _: world.roy.pause(), "A letter that was called back"),
]


@pytest.mark.parametrize(("act", "words"), ACTS)
def test_a_letter_that_was_decided_is_not_titled_as_one_to_read(world: World, act: Act, words: str) -> None:
    letter = world.roy.write([world.mary.participant_id], "I have thought about it.")
    assert title(world, letter) == (TO_READ, TO_READ)
    act(world, letter)
    assert title(world, letter) == (words, words)
