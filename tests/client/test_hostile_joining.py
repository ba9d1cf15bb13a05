"""A hostile server, or somebody who stole a card, tries to put other keys in a newcomer's place.

(Refusals 3 of the specification.)
"""

import json
from typing import Any

import pytest

from mediation.client import Administrator, ClientError, ProtocolError, Site
from mediation.client.case_people import CasePeople
from mediation.client.signing_in import new_account
from mediation.protocol import invitation_secret, joining
from mediation.protocol.encoding import b64, parse_canonical, unb64
from mediation.protocol.primitives import box_public_key, mac, random_bytes
from tests.client.hostile import altered
from tests.client.world import HARMED, PHRASE, RESPONSIBLE, URL, Wire, World, heard, join


def lying(world: World, answer: Any) -> Site:
    """A newcomer's way to a server that answers so about their invitation."""
    wire = Wire(world.app)
    wire.evil = lambda request, response: (
        altered(request.url.path, lambda _: answer)(request, response) if "/invitations/" in request.url.path else None
    )
    return Site(URL, wire=wire)


def stored(world: World, invite_id: str) -> Any:
    """An invitation as the server has it."""
    return world.site.transport().get(f"/invitations/{invite_id}")


def test_two_cards_swapped_harmed_for_responsible(world: World) -> None:
    harmed, responsible = world.case.people.invite(HARMED), world.case.people.invite(RESPONSIBLE)
    with pytest.raises(ProtocolError, match="invite-mac-wrong"):
        lying(world, stored(world, responsible.invite_id)).invitation(harmed.code)


def test_an_invitation_closed_under_another_secret(world: World) -> None:
    card = world.case.people.invite(HARMED)
    answer = stored(world, card.invite_id)
    forged = mac(random_bytes(32), unb64(answer["blob"]))
    with pytest.raises(ProtocolError, match="invite-mac-wrong"):
        lying(world, answer | {"mac": b64(forged)}).invitation(card.code)


def test_an_invitation_with_anything_in_it_changed(world: World) -> None:
    card = world.case.people.invite(HARMED)
    answer = stored(world, card.invite_id)
    parts = parse_canonical(unb64(answer["blob"]))
    parts[1] = []
    with pytest.raises(ProtocolError, match="invite-mac-wrong"):
        lying(world, answer | {"blob": b64(json.dumps(parts).encode())}).invitation(card.code)


def waiting(world: World, *, change: dict[str, Any]) -> CasePeople:
    """The facilitator's desk, where the one invitation that was joined looks otherwise."""
    world.wire(world.fay.me).evil = altered(
        f"/cases/{world.case_id}",
        lambda answer: answer | {"invitations": [row | change for row in answer["invitations"] if row["join"]]},
    )
    return world.case.people


def forged_join(invite_hash: str, k: bytes) -> dict[str, Any]:
    """A join by keys of the server's own."""
    account = new_account(random_bytes(32), PHRASE)
    signed, code = joining.build(
        account.keys.sign_seed,
        box_public_key(account.keys.box_seed),
        account_id=account.account_id,
        invite_hash=invite_hash,
        k=k,
    )
    return {"join": signed, "join_mac": b64(code)}


def test_a_join_of_the_servers_own(world: World) -> None:
    invite_id, _ = join(world.site, world.case, HARMED)
    [found] = world.case.people.waiting()
    people = waiting(world, change=forged_join(found.joiner.invite_hash, random_bytes(32)))
    with pytest.raises(ProtocolError, match="join-mac-wrong"):
        people.admit(invite_id, lambda words: True)


def test_a_join_by_somebody_who_stole_the_card_says_other_words(world: World) -> None:
    card = world.case.people.invite(HARMED)
    joined = world.site.invitation(card.code).join(PHRASE)
    [found] = world.case.people.waiting()
    own = invitation_secret.secrets(invitation_secret.from_code(card.code))
    people = waiting(world, change=forged_join(found.joiner.invite_hash, own.k))
    with pytest.raises(ClientError, match="words-differ"):
        people.admit(card.invite_id, heard(joined.words))


def test_the_join_of_another_invitation(world: World) -> None:
    invite_id, _ = join(world.site, world.case, HARMED)
    other_id, _ = join(world.site, world.case, RESPONSIBLE)
    rows = {row["invite_id"]: row for row in world.case.file().view["invitations"]}
    other = {name: rows[other_id][name] for name in ("join", "join_mac")}
    people = waiting(world, change=other)
    with pytest.raises(ProtocolError, match="join-mac-wrong"):
        people.admit(invite_id, lambda words: True)


def test_one_invitation_passed_off_as_another(world: World) -> None:
    invite_id, _ = join(world.site, world.case, HARMED)
    other_id, _ = join(world.site, world.case, RESPONSIBLE)
    rows = {row["invite_id"]: row for row in world.case.file().view["invitations"]}
    people = waiting(world, change=rows[other_id] | {"invite_id": invite_id})
    with pytest.raises(ProtocolError, match="invite-secret-misplaced"):
        people.admit(invite_id, lambda words: True)


def test_an_invitation_that_was_used_before(world: World) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    world.case.people.admit(invite_id, heard(joined.words))
    world.case.file()
    people = waiting(world, change={"state": "joined"})
    with pytest.raises(ProtocolError, match="invite-used"):
        people.admit(invite_id, lambda words: True)


def test_an_invitation_that_was_used_by_somebody_who_has_left(world: World) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    world.case.people.admit(invite_id, heard(joined.words))
    world.case.file()
    world.case.people.remove(str(joined.me.participant_id))
    people = waiting(world, change={"state": "joined"})
    with pytest.raises(ProtocolError, match="invite-used"):
        people.admit(invite_id, lambda words: True)


def test_a_new_member_of_staff_with_the_servers_keys(world: World) -> None:
    card = world.ada.invite("Sue", ["facilitator"])
    joined = world.site.invitation(card.code).join(PHRASE)
    [found] = world.ada.waiting()
    own = invitation_secret.secrets(invitation_secret.from_code(card.code))

    def office(**change: Any) -> Administrator:
        world.wire(world.ada.me).evil = altered(
            "/staff/invitations",
            lambda answer: {
                "invitations": [row | change for row in answer["invitations"] if row["invite_id"] == card.invite_id]
            },
        )
        return world.ada

    with pytest.raises(ProtocolError, match="join-mac-wrong"):
        office(**forged_join(found.joiner.invite_hash, random_bytes(32))).waiting()
    stolen = office(**forged_join(found.joiner.invite_hash, own.k))
    with pytest.raises(ClientError, match="words-differ"):
        stolen.admit([card.invite_id], heard(joined.words))
    world.wire(world.ada.me).evil = None
    world.ada.admit([card.invite_id], heard(joined.words))
    with pytest.raises(ProtocolError, match="invite-used"):
        office(state="joined").waiting()
