"""Nobody becomes a member but through a card, their own keys, and six words that a facilitator heard."""

from datetime import timedelta

import pytest
import time_machine

from mediation.client import ApiError, ClientError, Participant, ProtocolError
from mediation.client.signing_in import utc_now
from tests.client.world import HARMED, PHRASE, World, heard, join


def test_the_card_tells_who_invites_and_who_can_read(world: World) -> None:
    card = world.case.people.invite(HARMED, "supporter")
    invitation = world.site.invitation(card.code.lower().replace("-", " "))
    assert (invitation.agency_name, invitation.side, invitation.role) == ("Bridgeway", HARMED, "supporter")
    assert {each.display_name for each in invitation.facilitators} == {"Fay", "Finn"}
    assert (invitation.approvals, invitation.for_staff) == (1, False)
    assert card.link.endswith(f"/join#{card.code}")


def test_until_they_are_admitted_a_newcomer_waits_and_reads_nothing(world: World) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    person = Participant(joined.me)
    assert person.state() == "waiting"
    with pytest.raises(ClientError, match="not-admitted"):
        person.letters()
    [waiting] = world.case.people.waiting()
    assert (waiting.invite_id, list(waiting.words)) == (invite_id, joined.words)
    world.case.people.admit(invite_id, heard(joined.words))
    assert person.state() == "admitted"
    assert person.letters().offers == []


def test_other_words_admit_nobody(world: World) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    with pytest.raises(ClientError, match="words-differ"):
        world.case.people.admit(invite_id, heard(["some", "other", "words"]))
    assert Participant(joined.me).state() == "waiting"


def test_a_card_is_used_once(world: World) -> None:
    card = world.case.people.invite(HARMED)
    world.site.invitation(card.code).join(PHRASE)
    with pytest.raises(ApiError, match="invitation-used"):
        world.site.invitation(card.code)


def test_a_cancelled_card_admits_nobody(world: World) -> None:
    card = world.case.people.invite(HARMED)
    world.case.people.cancel(card.invite_id)
    with pytest.raises(ApiError, match="invitation-cancelled"):
        world.site.invitation(card.code)


def test_a_card_runs_out_after_seven_days(world: World) -> None:
    card = world.case.people.invite(HARMED)
    with time_machine.travel(utc_now() + timedelta(days=7, minutes=11)), pytest.raises(ApiError) as refused:
        world.site.invitation(card.code)
    assert refused.value.code == "invitation-expired"


def test_a_mistyped_code_finds_nothing(world: World) -> None:
    card = world.case.people.invite(HARMED)
    with pytest.raises(ProtocolError, match="bad-invitation-code"):
        world.site.invitation(card.code[:-1])
    other = "0" if card.code[0] != "0" else "1"
    with pytest.raises(ApiError, match="invitation-unknown"):
        world.site.invitation(other + card.code[1:])


def test_a_short_passphrase_is_refused_before_anything_is_sent(world: World) -> None:
    card = world.case.people.invite(HARMED)
    invitation = world.site.invitation(card.code)
    with pytest.raises(ProtocolError, match="passphrase-too-short"):
        invitation.join("too short")
    assert invitation.join(PHRASE).words


def test_what_the_card_proved_is_pinned(world: World) -> None:
    _, joined = join(world.site, world.case, HARMED)
    pins = joined.me.pins.value
    assert pins["agency"]["seq"] == 1
    assert set(pins["cases"]) == {world.case_id}
