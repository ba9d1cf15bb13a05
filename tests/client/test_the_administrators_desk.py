"""The administrator's desk: founding the agency, hiring and dismissing, renewing the roster."""

import pytest
import time_machine

from mediation.client import Administrator, ApiError, ClientError, ProtocolError
from mediation.client.administrator import RENEW_FROM, is_due
from mediation.client.recovery_sheet import from_code, to_code
from mediation.protocol.primitives import random_bytes
from tests.client.world import PHRASE, World, heard


def test_the_staff_are_those_who_were_admitted(world: World) -> None:
    assert {each.display_name: each.roles for each in world.ada.staff()} == {
        "Ada": ("administrator",),
        "Fay": ("facilitator",),
        "Finn": ("facilitator",),
        "Flo": ("facilitator",),
    }


def test_a_newcomer_is_admitted_after_their_six_words(world: World) -> None:
    card = world.ada.invite("Sue", ["supervisor", "facilitator"])
    joined = world.site.invitation(card.code).join(PHRASE)
    [newcomer] = world.ada.waiting()
    assert (newcomer.display_name, list(newcomer.words)) == ("Sue", joined.words)
    with pytest.raises(ClientError, match="words-differ"):
        world.ada.admit([card.invite_id], lambda words: False)
    assert "Sue" not in {each.display_name for each in world.ada.staff()}
    world.ada.admit([card.invite_id], heard(joined.words))
    assert world.ada.authority().roster.staff[str(joined.me.staff_id)].roles == ("facilitator", "supervisor")
    assert world.ada.waiting() == []


def test_nobody_is_admitted_who_did_not_join(world: World) -> None:
    card = world.ada.invite("Sue", ["facilitator"])
    with pytest.raises(ClientError, match="not-mine"):
        world.ada.admit([card.invite_id], lambda words: True)


def test_a_roster_is_renewed_in_its_last_ten_days(world: World) -> None:
    assert not is_due(world.ada.authority())
    with time_machine.travel(world.ada.authority().roster.expires_at - RENEW_FROM):
        assert is_due(world.ada.authority())
        assert not is_due(world.ada.renew())


def test_whoever_is_dismissed_is_signed_out(world: World) -> None:
    world.ada.remove(str(world.flo.me.staff_id))
    with pytest.raises(ApiError, match="signed-out"):
        world.flo.cases()


def test_another_role_is_given_with_the_next_roster(world: World) -> None:
    world.ada.give_roles(str(world.flo.me.staff_id), ["supervisor"])
    assert world.ada.authority().roster.staff[str(world.flo.me.staff_id)].roles == ("supervisor",)
    with pytest.raises(ClientError, match="not-mine"):
        world.flo.open_case([str(world.fay.me.staff_id)])


def test_only_an_issuer_issues(world: World) -> None:
    with pytest.raises(ApiError, match="not-allowed"):
        Administrator(world.fay.me).renew()
    world.ada.give_roles(str(world.fay.me.staff_id), ["administrator", "facilitator"])
    with pytest.raises(ProtocolError, match="unknown-signer"):
        Administrator(world.fay.me).renew()


def test_the_agency_is_set_up_once(world: World) -> None:
    with pytest.raises(ApiError, match="agency-set-up"):
        world.site.set_up("0000", agency_name="Another", display_name="Eve", phrase=PHRASE)


def test_the_codes_of_the_recovery_sheet_are_typed_back_as_people_type() -> None:
    seed = random_bytes(32)
    code = to_code(seed)
    assert len(code) == 64
    assert from_code(code.lower().replace("-", " ").replace("1", "l").replace("0", "o")) == seed


@pytest.mark.parametrize("code", ["", "0" * 51, "0" * 53, "0" * 51 + "1", "U" * 52, "é" * 52])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(ClientError, match="recovery-code"):
        from_code(code)
