"""What a server withholds, repeats or takes back comes to a facilitator's notice; it never hides a verified letter.

(Refusals 7 of the specification: alarms beside the text.)
"""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from mediation.client import Participant, ProtocolError, trust
from mediation.client.signing_in import opened, utc_now
from mediation.client.transport import Transport
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import random_bytes
from tests.client.forging import each_offer, offering, withholding_decisions
from tests.client.hostile import Evil, altered, forgetting
from tests.client.test_following_the_log import publish, signed
from tests.client.world import URL, World


def device(world: World, evil: Evil | None = None) -> Participant:
    """Mary on another device."""
    world.wire(world.mary.me).evil = evil
    transport = Transport(URL, world.wire(world.mary.me))
    transport.cookies.update(world.mary.me.transport.cookies)
    return Participant(opened(transport, world.mary.me.account_id, world.mary.me.keys, utc_now))


def alarms(world: World, message_id: str) -> tuple[str, ...]:
    """What a facilitator is warned of beside a message."""
    return world.case.read().by_id[message_id].alarms


def test_a_release_that_was_withheld_shows_in_what_the_reader_writes_next(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    world.wire(world.mary.me).evil = offering()
    with time_machine.travel(utc_now() + timedelta(days=3)):
        private = world.mary.private("Has he answered yet?")
        assert alarms(world, private) == ("seen-too-few",)


def test_an_honest_reader_raises_no_alarm_for_days(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    with time_machine.travel(utc_now() + timedelta(days=3)):
        assert alarms(world, world.mary.private("I shall read it tomorrow.")) == ()


def test_an_answer_to_what_its_reader_was_not_given_is_noticed_and_not_released(world: World) -> None:
    mary, letters = world.mary.participant_id, world.case.letters
    first = world.roy.write([mary], "Hello.")
    letters.release(first, mary)
    second = world.roy.write([mary], "I forgot something.", answers=first)
    assert alarms(world, second) == ()
    world.wire(world.fay.me).evil = withholding_decisions(first)
    assert alarms(world, second) == ("answers-unknown",)
    with pytest.raises(ProtocolError, match="answers-unknown"):
        letters.release(second, mary)
    world.wire(world.fay.me).evil = None
    letters.release(second, mary)


def test_a_memory_that_was_wiped_shows_in_what_is_written_next(world: World) -> None:
    world.mary.private("one")
    world.mary.private("two")
    third = device(world, forgetting()).private("three")
    assert set(alarms(world, third)) == {"seq-wrong", "prev-wrong", "memory-fell"}


def test_an_older_memory_shows_in_what_is_written_next(world: World) -> None:
    world.mary.private("one")
    old = world.mary.me.transport.get("/memory/pins")
    world.mary.private("two")
    lie = altered("/memory/pins", lambda answer: old, "GET")

    def evil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if request.method == "PUT" and request.url.path.endswith("/memory/pins"):
            return httpx.Response(200, json={"name": "pins", "revision": old["revision"] + 1})
        return lie(request, response)

    third = device(world, evil).private("three")
    assert set(alarms(world, third)) == {"seq-wrong", "prev-wrong", "memory-fell"}


def test_a_message_that_disappears_is_missed(world: World) -> None:
    world.mary.private("one")
    world.case.read()
    world.wire(world.fay.me).evil = altered("/messages", lambda answer: [])
    assert world.case.read().alarms == ("messages-missing",)


def test_a_message_that_was_never_shown_leaves_a_gap(world: World) -> None:
    hidden = world.mary.private("one")
    second = world.mary.private("two")
    world.wire(world.fay.me).evil = altered(
        "/messages", lambda answer: [each for each in answer if each["message_id"] != hidden]
    )
    assert alarms(world, second) == ("seq-wrong", "prev-wrong")


def test_a_message_shown_twice_is_noticed(world: World) -> None:
    world.mary.private("one")
    world.wire(world.fay.me).evil = altered("/messages", lambda answer: answer * 2)
    read = world.case.read()
    assert [each.alarms for each in read.messages] == [(), ("seq-wrong", "prev-wrong", "memory-fell")]


@pytest.mark.parametrize(
    ("field", "code"), [("ciphertext", "ct-hash-wrong"), ("order_block", "cannot-open"), ("wrap", "wrap-missing")]
)
def test_an_altered_message_is_not_read_and_hides_no_other(world: World, field: str, code: str) -> None:
    bad, good = world.mary.private("one"), world.roy.private("two")
    value: Any = None if field == "wrap" else b64(random_bytes(1072))

    def change(answer: Any) -> Any:
        return [each | {field: value} if each["message_id"] == bad else each for each in answer]

    world.wire(world.fay.me).evil = altered("/messages", change)
    read = world.case.read()
    assert (read.by_id[bad].text, read.by_id[bad].code) == (None, code)
    assert (read.by_id[good].text, read.by_id[good].code) == ("two", None)


def test_the_order_block_of_another_message_is_refused(world: World) -> None:
    one, two = world.mary.private("one"), world.mary.private("two")

    def swap(answer: Any) -> Any:
        blocks = {each["message_id"]: each["order_block"] for each in answer}
        return [each | {"order_block": blocks[two if each["message_id"] == one else one]} for each in answer]

    world.wire(world.fay.me).evil = altered("/messages", swap)
    assert [each.code for each in world.case.read().messages] == ["order-hash-wrong"] * 2


def test_a_checkpoint_that_contradicts_the_one_kept_is_told_and_hides_nothing(world: World) -> None:
    """A server that shows Fay another log cannot keep it from Mary: Fay's decision names what Fay was shown."""
    publish(world)
    assert trust.load(world.mary.me).checkpoint is not None
    fork = signed(world, Checkpoint(world.settings.log_origin(), world.settings.audit_step, random_bytes(32)))
    world.fay.me.pins.keep(lambda value: value | {"checkpoint": None})
    world.wire(world.fay.me).evil = altered("/audit/published", lambda it: {"note": fork, "proof": []})
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    assert world.mary.letters().contradicted
    assert world.mary.open(letter) == "Hello."
    assert alarms(world, world.mary.private("Something is odd.")) == ("checkpoint-contradicted",)


def test_a_second_attempt_looks_like_a_first_one_to_its_reader(world: World) -> None:
    first = world.roy.write([world.mary.participant_id], "A first attempt.")
    world.case.letters.send_back(first, "Gentler, please.", "A second attempt.")
    second = world.roy.accept(first)
    other = world.roy.write([world.mary.participant_id], "A third, never returned.")
    for each in (second, other):
        world.case.letters.release(each, world.mary.participant_id)
    rows = {row["message_id"]: row for row in world.mary.me.transport.get("/letters")["offers"]}
    assert set(rows) == {second, other}
    shapes = [_shape(rows[each]) for each in (second, other)]
    assert shapes[0] == shapes[1]


def _shape(row: Any) -> Any:
    """What anybody without keys can tell of an answer: its fields, their types and their lengths."""
    if isinstance(row, dict):
        return {name: _shape(value) for name, value in row.items()}
    return len(row) if isinstance(row, str) else type(row).__name__


def test_what_is_refused_is_not_stored(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    before = world.mary.me.pins.value["opened"]
    world.wire(world.mary.me).evil = altered("/opening", lambda answer: answer | {"wrap": answer["ciphertext"]})
    with pytest.raises(ProtocolError):
        world.mary.open(letter)
    world.wire(world.mary.me).evil = each_offer(lambda row: {"decision": None})
    assert world.mary.letters().offers == []
    assert world.mary.me.pins.value["opened"] == before
