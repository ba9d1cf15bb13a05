"""Participants' pages: nothing of anybody's words or names in their source, and the same for both sides."""

import json
import re
from typing import Any

import pytest

from mediation.client import Facilitator, Participant
from mediation.protocol.encoding import b64
from mediation.protocol.errors import ProtocolError
from tests.client.world import HARMED, World, join

PAGES = ["/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact", "/recorded"]
SECRET = "Did you know that I was in the house?"
NOTE = "It is about that night."


class Reader:
    """Somebody's browser, which only loads pages."""

    def __init__(self, world: World, person: Participant | Facilitator) -> None:
        self.client = world.app.test_client()
        for cookie in person.me.transport.cookies.jar:
            self.client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1", path="/")

    def get(self, path: str, status: int = 200) -> str:
        """The source of a page."""
        answer = self.client.get(path, base_url="http://127.0.0.1:8000")
        assert answer.status_code == status, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def data(self, path: str) -> dict[str, Any]:
        """The JSON that a page's script is given."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.get(path), re.DOTALL)
        return dict(json.loads(found[1], object_hook=_folded)) if found else {}


def _folded(value: dict[str, Any]) -> dict[str, Any]:
    """As the page's script encodes envelopes again."""
    text = value.pop("payload_text", None)
    return value if text is None else {**value, "payload": b64(text.encode())}


def _passed_on(world: World, writer: Participant, reader: Participant) -> str:
    """A letter that was read and passed on; its message_id."""
    message_id = writer.write([reader.participant_id], SECRET)
    world.case.letters.release(message_id, reader.participant_id, content_note=NOTE)
    return message_id


@pytest.fixture(params=["person_harmed", "person_responsible"])
def person(request: pytest.FixtureRequest, world: World) -> Participant:
    """Each side in turn."""
    return world.mary if request.param == "person_harmed" else world.roy


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_participant_has_help_a_way_out_and_a_way_to_pause(
    world: World, person: Participant, path: str
) -> None:
    text = Reader(world, person).get(path)
    assert text.count("data-leave") == 2
    assert 'href="/pause"' in text and 'href="/help"' in text
    assert "data-lock" in text and "data-sign-out" in text
    assert 'translate="no"' in text


def _shape(text: str) -> str:
    """A page without what is somebody's own: ids, data, and what the two sides are called."""
    text = re.sub(r'<script type="application/json" id="data">.*?</script>', "", text, flags=re.DOTALL)
    text = re.sub(r"[Tt]he person (harmed|responsible)", "the other", text)
    return re.sub(r"[A-Za-z0-9_-]{22,}", "id", text)


@pytest.mark.parametrize("path", PAGES)
def test_both_sides_see_the_same_page(world: World, path: str) -> None:
    assert _shape(Reader(world, world.mary).get(path)) == _shape(Reader(world, world.roy).get(path))


def test_home_says_that_a_letter_waits_and_nothing_of_it(world: World) -> None:
    assert "A letter is here for you" not in Reader(world, world.roy).get("/home")
    message_id = _passed_on(world, world.mary, world.roy)
    browser = Reader(world, world.roy)
    assert "A letter is here for you" in browser.get("/home")
    one = f"/letters/{message_id}"
    for path in ["/home", "/letters", one, f"{one}/print", f"/write?answers={message_id}"]:
        text = browser.get(path)
        assert SECRET not in text and NOTE not in text, path
    world.roy.open(message_id)
    assert "A letter is here for you" not in browser.get("/home")
    assert SECRET not in browser.get("/letters")


def test_the_script_of_a_page_gets_what_the_api_answers(world: World) -> None:
    message_id = _passed_on(world, world.mary, world.roy)
    transport = world.roy.me.transport
    data = Reader(world, world.roy).data(f"/letters/{message_id}")
    assert data["membership"] == transport.get("/membership")
    assert data["letters"] == transport.get("/letters")
    assert {**data["trust"], "now": ""} == {**transport.get("/trust"), "now": ""}
    assert data["pins"] == transport.get("/memory/pins")


def test_a_draft_comes_with_the_page(world: World, person: Participant) -> None:
    browser = Reader(world, person)
    assert browser.data("/write")["draft"] is None
    person.save_draft(world.case_id, {"text": "I began"})
    assert browser.data("/write")["draft"] == person.me.transport.get(f"/memory/draft-{world.case_id}")
    assert browser.data(f"/write?answers={'A' * 22}")["draft"] is None


def test_a_letter_of_somebody_else_is_not_there(world: World) -> None:
    message_id = _passed_on(world, world.mary, world.roy)
    for path in [f"/letters/{message_id}", f"/letters/{message_id}/print", f"/letters/{'A' * 22}", "/letters/x"]:
        assert "There is no such page" in Reader(world, world.mary).get(path, 404)


def test_a_pause_is_on_the_page_with_whether_it_was_seen(world: World, person: Participant) -> None:
    person.pause()
    browser = Reader(world, person)
    text = browser.get("/pause")
    assert "You have paused" in text and "Not yet seen by your facilitator." in text
    assert "/consent" in text, "the way to carry on"
    assert "Write to the person" not in browser.get("/home")
    person.withdraw()
    assert "You have stopped" in browser.get("/pause")


def test_pausing_never_depends_on_a_case_that_can_be_verified(
    world: World, person: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ProtocolError("chain-broken")

    for module in ("messages.letters", "messages.offering"):
        monkeypatch.setattr(f"mediation.{module}.verified", broken)
    browser = Reader(world, person)
    assert "Stop" in browser.get("/pause") and "How we reach you" in browser.get("/contact")
    browser.get("/letters", 422)
    person.pause()
    assert "You have paused" in browser.get("/pause")


def test_somebody_who_waits_has_only_the_first_page(world: World) -> None:
    _, joined = join(world.site, world.case, HARMED)
    browser = Reader(world, Participant(joined.me))
    assert 'id="six-words"' in browser.get("/home")
    assert "You joined." not in browser.get("/recorded"), "nothing was placed yet"
    for path in PAGES[1:-1]:
        browser.get(path, 303)


def test_staff_do_not_reach_participants_pages(world: World) -> None:
    client = world.app.test_client()
    for cookie in world.fay.me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1", path="/")
    assert client.get("/letters", base_url="http://127.0.0.1:8000").status_code == 403
