"""A hostile server offers a letter that was not released as the case requires: nothing of it is shown.

(Refusals 1 and 6 of the specification, against the real application and a server that alters its answers.)
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mediation.client import ClientError, ProtocolError
from mediation.client.signing_in import SignedIn, new_account, utc_now
from mediation.protocol import message as messages
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.primitives import random_bytes
from tests.client import forging
from tests.client.forging import each_offer, offer, offering, refusals
from tests.client.hostile import altered, both
from tests.client.world import CONSENT, PHRASE, World


@pytest.fixture
def letter(world: World) -> Any:
    """The envelope of a letter from Roy to Mary that nobody has decided about.

    Another one was released before, so that her client knows whose letter it is: only the release is wrong.
    """
    known = world.roy.write([world.mary.participant_id], "Hello.")
    world.case.letters.release(known, world.mary.participant_id)
    return forging.submitted(world, world.roy.write([world.mary.participant_id], "Read me."))


def lie(world: World, *rows: dict[str, Any]) -> list[str]:
    """Offer these to Mary; the codes of her client's refusals."""
    world.wire(world.mary.me).evil = offering(*rows)
    return refusals(world)


def test_an_honest_forgery_by_a_facilitator_of_the_head_would_be_shown(world: World, letter: Any) -> None:
    """So that the refusals below are not refusals of anything at all."""
    world.wire(world.mary.me).evil = offering(offer(letter, forging.decision(world, letter, world.fay.me)))
    assert len(world.mary.letters().offers) == 1


def test_no_release(world: World, letter: Any) -> None:
    assert lie(world, offer(letter, None)) == ["bad-envelope"]


SIGNERS: dict[str, Callable[[World], SignedIn]] = {
    "its writer": lambda world: world.roy.me,
    "its reader": lambda world: world.mary.me,
    "an administrator": lambda world: world.ada.me,
    "a facilitator of another case": lambda world: world.flo.me,
}


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_release_by_somebody_who_may_not(world: World, letter: Any, signer: str) -> None:
    forged = forging.decision(world, letter, SIGNERS[signer](world))
    assert lie(world, offer(letter, forged)) == ["unknown-signer"]


def test_a_release_by_another_agencys_facilitator(world: World, letter: Any) -> None:
    stranger = replace(world.fay.me, keys=new_account(random_bytes(32), PHRASE).keys)
    assert lie(world, offer(letter, forging.decision(world, letter, stranger))) == ["unknown-signer"]


def removed(world: World) -> None:
    """Finn leaves the case."""
    world.case.change_staff([str(world.fay.me.staff_id)])


@pytest.mark.parametrize("days", [0, 400])
def test_a_release_by_somebody_who_left_the_case_however_dated(world: World, letter: Any, days: int) -> None:
    removed(world)
    forged = forging.decision(world, letter, world.finn.me, decided_on=utc_now().date() - timedelta(days=days))
    assert lie(world, offer(letter, forged)) == ["unknown-signer"]


def test_a_release_by_somebody_who_left_the_agency(world: World, letter: Any) -> None:
    world.ada.remove(str(world.finn.me.staff_id))
    assert lie(world, offer(letter, forging.decision(world, letter, world.finn.me))) == ["unknown-signer"]


def two_required(world: World) -> None:
    """From now on two must sign."""
    world.case.change_staff(approvals=2)
    for person in (world.mary, world.roy):
        person.agree(CONSENT)


@pytest.mark.parametrize("approvals", [1, 2])
def test_one_signature_where_two_are_required(world: World, letter: Any, approvals: int) -> None:
    two_required(world)
    forged = forging.decision(world, letter, world.fay.me, approvals=approvals)
    assert lie(world, offer(letter, forged)) == ["too-few-signatures"]


def test_two_signatures_of_the_same_person(world: World, letter: Any) -> None:
    two_required(world)
    forged = forging.decision(world, letter, world.fay.me, approvals=2)
    twice = {**forged, "signatures": forged["signatures"] * 2}
    assert lie(world, offer(letter, twice)) == ["duplicate-signature"]


def test_two_keys_of_one_person(world: World, letter: Any) -> None:
    two_required(world)
    second = replace(world.fay.me, keys=new_account(random_bytes(32), PHRASE).keys)
    forged = forging.decision(world, letter, world.fay.me, second, approvals=2)
    assert lie(world, offer(letter, forged)) == ["too-few-signatures"]


def test_one_signature_from_when_the_decision_asked_for_more(world: World, letter: Any) -> None:
    forged = forging.decision(world, letter, world.fay.me, approvals=2)
    assert lie(world, offer(letter, forged)) == ["too-few-signatures"]


def test_the_scribe_alone(world: World) -> None:
    arthur = world.case.people.add_assisted("person_responsible")
    message_id = world.case.writing.write_down(arthur, [world.mary.participant_id], "Read me.", means="letter")
    written = forging.submitted(world, message_id)
    view = world.case.file().view
    entry = next(each for each in view["documents"] if each.get("participant_id") == arthur)
    evil = altered("/membership", lambda answer: answer | {"documents": [*answer["documents"], entry]})
    row = offer(written, forging.decision(world, written, world.fay.me))
    world.wire(world.mary.me).evil = both(evil, offering(row))
    assert refusals(world) == ["scribe-alone"]


def test_before_its_time(world: World, letter: Any) -> None:
    forged = forging.decision(world, letter, world.fay.me, not_before=utc_now() + timedelta(hours=1))
    assert lie(world, offer(letter, forged)) == ["not-yet"]


@pytest.mark.parametrize("how", ["return", "stop"])
def test_a_decision_that_is_no_release(world: World, letter: Any, how: str) -> None:
    assert lie(world, offer(letter, forging.decision(world, letter, world.fay.me, how=how))) == ["not-released"]


def test_a_release_to_somebody_else(world: World, letter: Any) -> None:
    forged = forging.decision(world, letter, world.fay.me, recipient=world.roy.participant_id)
    assert lie(world, offer(letter, forged)) == ["recipient-not-me"]


def test_a_release_of_another_case(world: World, letter: Any) -> None:
    forged = forging.decision(world, letter, world.fay.me, case_id=forging.any_id())
    assert lie(world, offer(letter, forged)) == ["case-mixed"]


def two_letters(world: World) -> Sequence[str]:
    """Two letters that were released to Mary."""
    written = [world.roy.write([world.mary.participant_id], text) for text in ("one", "two")]
    for each in written:
        world.case.letters.release(each, world.mary.participant_id, content_note=f"About {each}.")
    return written


def test_a_release_of_another_letter(world: World) -> None:
    two_letters(world)
    rows = world.mary.me.transport.get("/letters")["offers"]
    swapped = [rows[0] | {"decision": rows[1]["decision"]}, rows[1] | {"decision": rows[0]["decision"]}]
    assert lie(world, *swapped) == ["decision-of-another-message"] * 2


def test_the_content_note_of_another_letter_or_none(world: World) -> None:
    two_letters(world)
    rows = world.mary.me.transport.get("/letters")["offers"]
    assert lie(world, rows[0] | {"note": rows[1]["note"]}) == ["note-hash-wrong"]
    assert lie(world, rows[0] | {"note": None}) == ["note-missing"]


def test_one_letter_under_the_number_of_another(world: World) -> None:
    one, two = two_letters(world)
    world.wire(world.mary.me).evil = each_offer(lambda row: {"message_id": two if row["message_id"] == one else one})
    assert refusals(world) == ["decision-of-another-message"] * 2


def test_a_private_passed_off_as_a_letter(world: World) -> None:
    private = forging.submitted(world, world.case.writing.private(world.mary.participant_id, "Only a private."))
    assert lie(world, offer(private, forging.decision(world, private, world.fay.me))) == ["decision-not-needed"]


def opening(world: World, **changes: str) -> None:
    """Lie about what opens a letter."""
    world.wire(world.mary.me).evil = altered("/opening", lambda answer: answer | changes)


def test_the_text_of_another_letter(world: World) -> None:
    one, two = two_letters(world)
    other = world.mary.me.transport.post(f"/letters/{two}/opening", {"tell": False})
    opening(world, ciphertext=other["ciphertext"])
    with pytest.raises(ProtocolError, match="ct-hash-wrong"):
        world.mary.open(one)


def test_the_key_of_another_letter(world: World) -> None:
    one, two = two_letters(world)
    other = world.mary.me.transport.post(f"/letters/{two}/opening", {"tell": False})
    opening(world, wrap=other["wrap"])
    with pytest.raises(ProtocolError, match="wrap-misplaced"):
        world.mary.open(one)


def test_another_key_for_this_letter(world: World) -> None:
    one, _ = two_letters(world)
    forged = messages.wrap(random_bytes(32), world.case_id, one, world.mary.me.box_pk)
    opening(world, wrap=b64(forged))
    with pytest.raises(ProtocolError, match="commitment-mismatch"):
        world.mary.open(one)


@pytest.mark.parametrize("field", ["ciphertext", "wrap"])
def test_any_flipped_bit(world: World, field: str) -> None:
    one, _ = two_letters(world)
    honest = world.mary.me.transport.post(f"/letters/{one}/opening", {"tell": False})
    data = bytearray(unb64(honest[field]))
    data[len(data) // 2] ^= 1
    opening(world, **{field: b64(bytes(data))})
    with pytest.raises(ProtocolError, match=r"ct-hash-wrong|cannot-open"):
        world.mary.open(one)


def test_one_bad_letter_hides_no_other(world: World) -> None:
    one, two = two_letters(world)
    world.wire(world.mary.me).evil = each_offer(lambda row: {"note": None} if row["message_id"] == one else {})
    found = world.mary.letters()
    assert [each.message_id for each in found.offers] == [two]
    assert [(each.message_id, each.code) for each in found.refused] == [(one, "note-missing")]
    with pytest.raises(ClientError, match="not-offered"):
        world.mary.open(one)
