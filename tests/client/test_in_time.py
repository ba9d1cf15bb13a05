"""What time does to letters and cases: a release for later, a case and a roster that lapse, and their renewal."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from mediation.client import ApiError, Participant, ProtocolError
from mediation.client.letters import reread
from mediation.client.signing_in import utc_now
from tests.client.world import World


def test_a_release_for_later_is_neither_offered_nor_shown_as_passed_on_before(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    later = utc_now() + timedelta(days=3)
    assert world.case.letters.release(letter, world.mary.participant_id, not_before=later).final
    assert world.mary.letters().offers == []
    assert world.roy.letters().own[0].status == "with_facilitator"
    with time_machine.travel(later + timedelta(minutes=1)):
        assert world.mary.open(letter) == "Hello."
        assert world.roy.letters().own[0].status == "passed_on"


def test_a_case_that_lapsed_passes_nothing_on_until_it_is_renewed(world: World) -> None:
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(letter, world.mary.participant_id)
    with time_machine.travel(utc_now() + timedelta(days=25)):
        world.ada.renew()
    with time_machine.travel(utc_now() + timedelta(days=32)):
        assert "case-expired" in world.case.file().alarms
        assert world.mary.letters().offers == []
        with pytest.raises(ProtocolError, match="case-expired"):
            world.mary.private("Hello?")
        with pytest.raises(ProtocolError, match="case-expired"):
            world.case.writing.note("Hm.")
        with pytest.raises(ApiError, match="case-expired"):
            world.mary.me.transport.post(f"/letters/{letter}/opening", {"tell": False})
        assert world.case.renew().state == "adopted"
        assert world.mary.open(letter) == "Hello."


def test_an_expired_roster_passes_nothing_on_until_it_is_renewed(world: World) -> None:
    with time_machine.travel(utc_now() + timedelta(days=25)):
        world.case.renew()
    with time_machine.travel(utc_now() + timedelta(days=31)):
        with pytest.raises(ProtocolError, match="roster-expired"):
            world.mary.private("Hello?")
        world.ada.renew()
        world.mary.private("Hello!")


def test_what_was_opened_before_can_be_read_while_the_case_has_lapsed(world: World) -> None:
    opened, unopened = (world.roy.write([world.mary.participant_id], text) for text in ("one", "two"))
    for each in (opened, unopened):
        world.case.letters.release(each, world.mary.participant_id)
    world.mary.open(opened)
    with time_machine.travel(utc_now() + timedelta(days=31)):
        place = world.mary.place()
        rows = {row["message_id"]: row for row in world.mary.me.transport.get("/letters")["offers"]}
        assert set(rows) == {opened}
        assert reread(place, rows[opened]).text == "one"


def test_a_client_whose_clock_is_before_the_roster_trusts_nothing_yet(world: World) -> None:
    slow = replace(world.mary.me, clock=lambda: utc_now() - timedelta(hours=1))
    with pytest.raises(ProtocolError, match="roster-not-yet"):
        Participant(slow).private("Hello?")
