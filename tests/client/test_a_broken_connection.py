"""A message whose way to the server broke is sent again as the same bytes, and facilitators miss nothing."""

import httpx
import pytest

from mediation.client import ApiError, ClientError
from mediation.client.composing import send_again
from tests.client.world import Wire, World


def cut(wire: Wire, monkeypatch: pytest.MonkeyPatch, *, arrives: bool) -> None:
    """Messages break on their way there, or their answers on the way back."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/messages"):
            if arrives:
                Wire.handle_request(wire, request)
            raise httpx.ReadError("cut", request=request)
        return Wire.handle_request(wire, request)

    monkeypatch.setattr(wire, "handle_request", handle)
    monkeypatch.setattr("mediation.client.transport.PAUSE", 0)


@pytest.mark.parametrize("arrives", [True, False], ids=["the answer was lost", "the message was lost"])
def test_the_same_bytes_go_again(world: World, monkeypatch: pytest.MonkeyPatch, arrives: bool) -> None:
    with monkeypatch.context() as patch:
        cut(world.wire(world.roy.me), patch, arrives=arrives)
        with pytest.raises(ClientError, match="no-connection"):
            world.roy.write([world.mary.participant_id], "Hello.")
    assert len(world.roy.me.unsent) == 1
    [lost] = send_again(world.roy.me)
    assert (send_again(world.roy.me), world.roy.me.unsent) == ([], [])
    read = world.case.read()
    assert [(each.message_id, each.text) for each in read.messages] == [(lost, "Hello.")]
    assert (read.messages[0].alarms, read.alarms) == ((), ())


def test_the_next_message_follows_the_one_that_was_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        cut(world.wire(world.roy.me), patch, arrives=False)
        with pytest.raises(ClientError, match="no-connection"):
            world.roy.private("First.")
    second = world.roy.private("Second.")
    read = world.case.read().messages
    assert [(each.text, each.alarms) for each in read] == [("First.", ()), ("Second.", ())]
    assert read[1].message_id == second


def test_one_that_is_refused_in_the_end_gives_its_number_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        cut(world.wire(world.roy.me), patch, arrives=False)
        with pytest.raises(ClientError, match="no-connection"):
            world.roy.write([world.mary.participant_id], "Hello.")
    world.case.people.set_standing(world.roy.participant_id, "paused")
    with pytest.raises(ApiError, match="not-standing"):
        send_again(world.roy.me)
    assert world.roy.me.unsent == []
    world.roy.private("I have paused.")
    assert [(each.text, each.alarms) for each in world.case.read().messages] == [("I have paused.", ())]
