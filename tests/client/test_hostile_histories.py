"""A hostile server rolls back, forks or withholds the history of a case or of the agency: clients notice, and stop.

(Refusals 1 and 2 of the specification.) A leaver works with the server in most of these: they hold their old keys.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from mediation.client import ClientError, Participant, ProtocolError
from mediation.client.signing_in import SignedIn, new_account, opened, utc_now
from mediation.client.steps import LASTS
from mediation.client.transport import Transport
from mediation.protocol import case as cases
from mediation.protocol import envelope, roster
from mediation.protocol.anchors import Anchors
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import box_public_key, random_bytes, sign_public_key
from tests.client import forging
from tests.client.hostile import altered, both, forgetting
from tests.client.world import CONSENT, PHRASE, URL, World


def forgetful(world: World) -> Participant:
    """Mary on a device whose memory the server has wiped."""
    transport = Transport(URL, world.wire(world.mary.me))
    transport.cookies.update(world.mary.me.transport.cookies)
    me = world.mary.me
    return Participant(opened(transport, me.account_id, me.keys, utc_now))


def membership(world: World) -> Any:
    """What an honest server answers Mary now, from the first statement on."""
    return world.mary.me.transport.get("/membership")


def finn_leaves(world: World) -> None:
    """Finn leaves the case, but not the agency."""
    world.case.change_staff([str(world.fay.me.staff_id)])


def renewed(world: World, statements: Sequence[Any], signer: SignedIn) -> Any:
    """A renewal of the last of these statements by somebody who signed for it once."""
    today, newest = utc_now().date(), world.ada.authority().roster
    before = envelope.parse(statements[-1], "case")
    return cases.sign(cases.renew(before, newest, issued_on=today, expires_on=today + LASTS), signer.keys.sign_seed)


def test_an_older_head(world: World) -> None:
    old = membership(world)
    finn_leaves(world)
    world.mary.place()
    world.wire(world.mary.me).evil = altered("/membership", lambda answer: old)
    with pytest.raises(ProtocolError, match="chain-rolled-back"):
        world.mary.letters()


def test_a_fork_renewed_by_somebody_who_left(world: World) -> None:
    old = membership(world)
    finn_leaves(world)
    world.mary.place()
    fork = [*old["statements"], renewed(world, old["statements"], world.finn.me)]
    world.wire(world.mary.me).evil = altered("/membership", lambda answer: old | {"statements": fork})
    with pytest.raises(ProtocolError, match="chain-forked"):
        world.mary.letters()


@pytest.mark.parametrize("proof", ["the new one", "the old one", "none"])
def test_a_fork_shown_to_a_device_whose_memory_was_wiped(world: World, proof: str) -> None:
    world.ada.renew()  # so that the case is anchored at all
    old = membership(world)
    finn_leaves(world)
    world.ada.renew()
    fork = [*old["statements"], renewed(world, old["statements"], world.finn.me)]
    proofs = {"the new one": membership(world)["anchor"], "the old one": old["anchor"], "none": None}
    lie = old | {"statements": fork, "anchor": proofs[proof]}
    evil = both(altered("/membership", lambda answer: lie), forgetting())
    world.wire(world.mary.me).evil = evil
    expected = {"the new one": "anchor-not-in-chain", "the old one": "anchor-wrong", "none": "anchor-missing"}
    with pytest.raises(ProtocolError, match=expected[proof]):
        forgetful(world).letters()


def test_a_hand_over_to_an_accomplice_signed_by_somebody_who_left(world: World) -> None:
    old = membership(world)
    finn_leaves(world)
    world.ada.renew()
    found = world.ada.authority()
    payload = envelope.parse(renewed(world, old["statements"], world.finn.me), "case").payload
    accomplice = [found.roster.staff[str(each.me.staff_id)] for each in (world.finn, world.flo)]
    handed = cases.staff(payload, accomplice, 1, box_public_key(random_bytes(32)))
    lie = old | {
        "statements": [*old["statements"], cases.sign(handed, world.finn.me.keys.sign_seed)],
        "anchor": membership(world)["anchor"],
    }
    world.wire(world.mary.me).evil = both(altered("/membership", lambda answer: lie), forgetting())
    with pytest.raises(ProtocolError, match="anchor-not-in-chain"):
        forgetful(world).letters()


def test_everything_old_ends_when_the_roster_expires(world: World) -> None:
    old, trust = membership(world), world.mary.me.transport.get("/trust")
    finn_leaves(world)
    evil = both(
        altered("/membership", lambda answer: old),
        altered("/trust", lambda answer: trust),
        forgetting(),
    )
    world.wire(world.mary.me).evil = evil
    forgetful(world).letters()  # an honest limit: nothing on this device knows better yet
    with time_machine.travel(utc_now() + timedelta(days=31)), pytest.raises(ProtocolError, match="roster-expired"):
        forgetful(world).private("Hello?")


def test_a_statement_with_too_few_signatures(world: World) -> None:
    world.case.change_staff(approvals=2)
    found = world.ada.authority()
    payload = envelope.parse(renewed(world, membership(world)["statements"], world.fay.me), "case").payload
    only = [found.roster.staff[str(world.fay.me.staff_id)]]
    alone = cases.sign(cases.staff(payload, only, 1, box_public_key(random_bytes(32))), world.fay.me.keys.sign_seed)
    world.wire(world.mary.me).evil = altered(
        "/membership", lambda answer: answer | {"statements": [*answer["statements"], alone]}
    )
    with pytest.raises(ProtocolError, match="too-few-signatures"):
        world.mary.letters()


@pytest.mark.parametrize("wiped", [False, True])
def test_a_renewal_of_the_statement_from_before_approvals_rose(world: World, wiped: bool) -> None:
    old = membership(world)
    world.case.change_staff(approvals=2)
    world.mary.place()
    world.ada.renew()
    fork = [*old["statements"], renewed(world, old["statements"], world.fay.me)]
    lie = altered("/membership", lambda answer: answer | {"statements": fork})
    world.wire(world.mary.me).evil = both(lie, forgetting()) if wiped else lie
    with pytest.raises(ProtocolError, match="anchor-not-in-chain" if wiped else "chain-forked"):
        (forgetful(world) if wiped else world.mary).letters()


def test_a_rival_first_statement(world: World) -> None:
    honest = membership(world)
    first = envelope.parse(honest["statements"][0], "case").payload
    finn = world.ada.authority().roster.staff[str(world.finn.me.staff_id)]
    rival = cases.sign({**first, "facilitators": [cases.facilitator(finn)]}, world.finn.me.keys.sign_seed)
    lie = altered("/membership", lambda answer: honest | {"statements": [rival]})
    world.wire(world.mary.me).evil = both(lie, forgetting())
    with pytest.raises(ProtocolError, match="case-id-wrong"):
        forgetful(world).letters()


def test_another_case_altogether(world: World) -> None:
    other = world.finn.open_case([str(world.fay.me.staff_id)]).case
    view = other.file().view
    lie = {"statements": view["statements"], "nonce": view["nonce"], "anchor": view["anchor"]}
    world.wire(world.mary.me).evil = both(altered("/membership", lambda answer: answer | lie), forgetting())
    with pytest.raises(ProtocolError, match="case-mixed"):
        forgetful(world).letters()


def test_an_older_roster(world: World) -> None:
    old = world.mary.me.transport.get("/trust")
    world.ada.renew()
    world.mary.place()
    world.wire(world.mary.me).evil = altered("/trust", lambda answer: old)
    with pytest.raises(ProtocolError, match="chain-rolled-back"):
        world.mary.letters()


def test_a_forked_roster(world: World) -> None:
    before = world.ada.authority()
    fork = roster.build(
        world.ada.me.keys.sign_seed,
        agency=before.agency.newest,
        staff=list(before.roster.staff.values())[:1],
        anchors=before.roster.anchors,
        issued_at=before.now,
        expires_at=before.now + timedelta(days=1),
        previous=before.roster,
    )
    world.ada.renew()
    world.mary.place()
    world.wire(world.mary.me).evil = altered(
        "/trust", lambda answer: answer | {"rosters": [*answer["rosters"][:-1], fork]}
    )
    with pytest.raises(ProtocolError, match="chain-forked"):
        world.mary.letters()


def test_another_agency_with_a_root_key_of_its_own(world: World) -> None:
    seed = random_bytes(32)
    newest = world.ada.authority().agency.newest.payload
    forged = envelope.make("agency", {**newest, "root_pk": b64(sign_public_key(seed))}, [seed])
    world.wire(world.mary.me).evil = both(altered("/trust", lambda answer: answer | {"agency": [forged]}), forgetting())
    with pytest.raises(ProtocolError, match="unknown-signer"):
        forgetful(world).letters()


def test_a_facilitator_with_other_keys_on_the_roster_alone(world: World) -> None:
    """An issuer works with the server: their roster gives Finn's name to a thief's keys."""
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    world.finn.case(world.case_id).letters.release(letter, world.mary.participant_id)
    thief = replace(world.finn.me, keys=new_account(random_bytes(32), PHRASE).keys)
    found, anchors = (
        world.ada.authority(),
        Anchors([(world.case_id, envelope.parse(membership(world)["statements"][0], "case").hash)]),
    )
    rekeyed = roster.build(
        world.ada.me.keys.sign_seed,
        agency=found.agency.newest,
        staff=[
            replace(each, sign_pk=thief.sign_pk, box_pk=thief.box_pk) if each.display_name == "Finn" else each
            for each in found.roster.staff.values()
        ],
        anchors=anchors.field,
        issued_at=found.now,
        expires_at=found.now + timedelta(days=1),
        previous=found.roster,
    )
    stolen = forging.offer(
        forging.submitted(world, letter), forging.decision(world, forging.submitted(world, letter), thief)
    )
    world.wire(world.mary.me).evil = both(
        altered("/trust", lambda answer: answer | {"rosters": [*answer["rosters"], rekeyed]}),
        altered("/membership", lambda answer: answer | {"anchor": anchors.prove(world.case_id)}),
        altered("/letters", lambda answer: answer | {"offers": [*answer["offers"], stolen]}),
    )
    found_letters = world.mary.letters()
    assert (found_letters.offers, [each.code for each in found_letters.refused]) == ([], ["unknown-signer"] * 2)
    assert {each.sign_pk for each in world.mary.place().facilitators} == {world.fay.me.sign_pk}


def test_a_member_hidden_from_the_facilitators(world: World) -> None:
    world.wire(world.fay.me).evil = altered(
        f"/cases/{world.case_id}", lambda answer: answer | {"documents": answer["documents"][1:]}
    )
    with pytest.raises(ProtocolError, match="member-unopened"):
        world.case.file()


def test_a_member_slipped_in(world: World) -> None:
    entry = dict(world.case.file().people.people[0].document) | {"salt": b64(random_bytes(16))}
    world.wire(world.fay.me).evil = altered(
        f"/cases/{world.case_id}", lambda answer: answer | {"documents": [*answer["documents"], entry]}
    )
    with pytest.raises(ProtocolError, match="member-not-in-head"):
        world.case.file()


def test_somebody_elses_entry_for_ones_own(world: World) -> None:
    theirs = world.roy.me.transport.get("/membership")
    lie = {name: theirs[name] for name in ("document", "kept")}
    world.wire(world.mary.me).evil = altered("/membership", lambda answer: answer | lie | {"documents": []})
    with pytest.raises(ProtocolError, match="member-unknown"):
        world.mary.letters()


def test_the_epoch_secret_of_another_case(world: World) -> None:
    other = world.fay.open_case([str(world.finn.me.staff_id)]).case.file().view["seals"]
    world.wire(world.fay.me).evil = altered(f"/cases/{world.case_id}", lambda answer: answer | {"seals": other})
    with pytest.raises(ProtocolError, match="epoch-seal-misplaced"):
        world.case.file()


def test_no_epoch_secret_at_all(world: World) -> None:
    world.wire(world.fay.me).evil = altered(f"/cases/{world.case_id}", lambda answer: answer | {"seals": []})
    with pytest.raises(ClientError, match="not-mine"):
        world.case.file()


def test_an_old_consent_is_an_alarm_and_releases_nothing(world: World) -> None:
    old = world.fay.me.transport.get(f"/cases/{world.case_id}")["consents"]
    world.mary.agree("I agree to more.")
    world.case.file()
    world.wire(world.fay.me).evil = altered(f"/cases/{world.case_id}", lambda answer: answer | {"consents": old})
    assert world.case.file().alarms == ("consent-chain-rolled-back",)
    letter = world.roy.write([world.mary.participant_id], "Hello.")
    with pytest.raises(ProtocolError, match="consent-missing"):
        world.case.letters.release(letter, world.mary.participant_id)


def test_ones_own_old_consent(world: World) -> None:
    old = membership(world)["consents"]
    world.mary.agree(CONSENT)
    world.mary.place()
    world.wire(world.mary.me).evil = altered("/membership", lambda answer: answer | {"consents": old})
    with pytest.raises(ProtocolError, match="chain-rolled-back"):
        world.mary.place()
