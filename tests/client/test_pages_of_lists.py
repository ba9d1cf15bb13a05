"""Lists that can grow without bound come a page at a time: on screen with a way on, through the client all of them."""

from collections.abc import Callable

import pytest

from mediation.accounts import invitations
from mediation.cases import listing
from mediation.client import Participant, administrator, facilitator
from mediation.client.signing_in import SignedIn
from mediation.messages import queue
from mediation.web.pages import facilitator as desk
from tests.client.world import HARMED, World, welcome


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two on a page."""
    for module in (queue, listing, desk, invitations, administrator, facilitator):
        monkeypatch.setattr(module, "PAGE", 2)


def _see(world: World, me: SignedIn) -> Callable[[str], str]:
    client = world.app.test_client()
    for cookie in me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1")

    def page(path: str) -> str:
        answer = client.get(path, base_url="http://127.0.0.1:8000")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    return page


def _way_on(text: str, path: str) -> str | None:
    _, found, rest = text.partition(f'href="{path}?after=')
    return f"{path}?after={rest.partition(chr(34))[0]}" if found else None


def test_cases_come_newest_first_and_none_is_left_out(world: World) -> None:
    opened = [world.fay.open_case([]).reference for _ in range(4)]
    assert [each["reference"] for each in world.fay.cases()] == [*opened[::-1], "BR-0001"]
    page, way, seen = _see(world, world.fay.me), "/cases", []
    while way:
        text = page(way)
        seen.append([each for each in (*opened, "BR-0001") if f">{each}<span" in text])
        way = _way_on(text, "/cases") or ""
    assert seen == [opened[2:], opened[:2], ["BR-0001"]]


def test_the_queue_goes_on_where_its_page_ended_and_whoever_paused_comes_first(world: World) -> None:
    for number in range(4):
        world.mary.write([world.roy.participant_id], f"Letter {number}.")
    other = welcome(world.site, world.fay.open_case([]).case, HARMED)
    Participant(other.me).pause()
    items = world.fay.queue()
    assert [item["kind"] for item in items] == ["acknowledge", *["review"] * 4]
    assert len({item["message_id"] for item in items}) == 5
    assert items[1:] == sorted(items[1:], key=lambda item: (item["since"], item["message_id"]))
    page = _see(world, world.fay.me)
    first = page("/queue")
    assert first.count("md-queue__item") == 2 and ">2+<" in first
    second = page(str(_way_on(first, "/queue")).replace("&amp;", "&"))
    assert second.count("/review/") >= 2 and ">2+<" in second
    last = page(str(_way_on(second, "/queue")))
    assert last.count("md-queue__item") == 1 and _way_on(last, "/queue") is None


ID = "A" * 22


@pytest.mark.parametrize("after", ["x", "1", f"2 2026-01-01T00:00:00Z {ID}", f"1 2026-99-01T00:00:00Z {ID}"])
def test_what_is_no_key_leads_nowhere(world: World, after: str) -> None:
    client = world.app.test_client()
    for cookie in world.fay.me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1")
    answer = client.get("/queue", query_string={"after": after}, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 404
    answer = client.get("/api/v1/queue", query_string={"after": after}, base_url="http://127.0.0.1:8000")
    assert answer.status_code in (404, 422)


def test_invitations_to_the_staff_come_newest_first_and_none_is_left_out(world: World) -> None:
    made = [world.ada.invite(f"Guest {number}", ["facilitator"]).invite_id for number in range(5)]
    page, way, seen = _see(world, world.ada.me), "/agency/staff", []
    while way:
        text = page(way)
        seen.append({each for each in made if f"/agency/staff/{each}" in text})
        way = _way_on(text, "/agency/staff") or ""
    assert [len(each) for each in seen[:3]] == [2, 2, 1]
    assert set.union(*seen) == set(made)
    assert world.ada.waiting() == []
