"""Releasing, returning and stopping: who must sign, what must hold, and that nothing passes otherwise."""

from dataclasses import replace
from typing import Any

import pytest

from mediation.messages import deciding, holding, participation, taking_back
from mediation.messages.deciding import Proposed, SealedNote
from mediation.messages.models import Decision, Message, MessageRecipient, Wrap
from mediation.protocol import decision as decisions
from mediation.protocol import envelope, note
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.message import Sealed
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import message_id
from tests.protocol.world import DAY, Envelope, Person, person
from tests.protocol.world_case import document

RELEASE, RETURN, STOP = "release", "return", "stop"


def _given(desk: Desk, sealed: Sealed, choice: Choice, by: Person | None = None, *, final: bool = True) -> Proposed:
    proposal = desk.case.propose(sealed, choice, by or desk.fay)
    return desk.case.proposed(proposal, sealed, choice, final)


def _propose(desk: Desk, sealed: Sealed, given: Proposed, by: Person | None = None) -> tuple[Decision, bool]:
    return desk.case.do(deciding.propose, by or desk.fay, message_id(sealed), given)


def _sign(desk: Desk, by: Person, hash_: str, given: Envelope, wrap: bytes | None) -> tuple[Decision, bool]:
    return desk.case.do(deciding.sign, by, hash_, given, wrap)


def _state(desk: Desk, sealed: Sealed, who: Person) -> str:
    (row,) = desk.office.rows(MessageRecipient, message_id=message_id(sealed), participant_id=who.id)
    return str(row.state)


def _resigned(given: Proposed, signer: Person, **changes: Any) -> Proposed:
    """The proposal with another payload, signed by somebody."""
    payload = {**envelope.parse(given.envelope, "decision").payload, **changes}
    return replace(given, envelope=envelope.make("decision", payload, [signer.sign_seed]))


def _to(who: Person, **named: Any) -> Choice:
    return Choice(RELEASE, who.id, **named)


def test_a_release_hands_the_key_over_and_offers_the_letter(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    row, new = _propose(desk, sealed, given)
    assert (row.state, row.decision, row.recipient_id, new) == ("final", RELEASE, desk.rhys.id, True)
    assert _state(desk, sealed, desk.rhys) == "offered"
    assert desk.office.rows(Wrap, box_kid=desk.rhys.box_kid)[0].seal == given.wrap
    assert desk.office.kinds(desk.case.case_id)[-2:] == ["message.released", "message.offered"]
    with unchanged(desk.office):
        again, new = _propose(desk, sealed, given)
    assert (again.hash, new) == (row.hash, False)


@pytest.mark.parametrize(("word", "state"), [(RETURN, "returned"), (STOP, "stopped")])
def test_a_return_or_stop_closes_the_message_for_everyone_it_was_not_released_to(
    desk: Desk, word: str, state: str
) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    both = sorted([desk.rhys, ann], key=lambda each: each.id)
    sealed = desk.case.write(desk.hana, both)
    desk.case.release(sealed, desk.rhys)
    desk.case.decide(sealed, Choice(word))
    assert _state(desk, sealed, desk.rhys) == "offered"
    assert _state(desk, sealed, ann) == state
    assert desk.office.kinds(desk.case.case_id)[-1] == f"message.{state}"
    with pytest.raises(Exception, match="already-decided"):
        desk.case.decide(sealed, _to(ann))


def test_the_server_itself_refuses_a_second_decision(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    first, second = _given(desk, sealed, _to(desk.rhys)), _given(desk, sealed, _to(desk.rhys))
    back = _given(desk, sealed, Choice(RETURN))
    _propose(desk, sealed, first)
    for given in (second, back):
        with refused(desk.office, "already-decided"):
            _propose(desk, sealed, given)


def test_two_must_sign_where_two_are_required(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), _to(desk.rhys)
    proposal = desk.case.propose(sealed, choice, desk.fay)
    given = desk.case.proposed(proposal, sealed, choice, False)
    row, _ = _propose(desk, sealed, given)
    assert (row.state, _state(desk, sealed, desk.rhys)) == ("proposed", "in_review")
    assert not desk.office.rows(Wrap, box_kid=desk.rhys.box_kid)
    with unchanged(desk.office):
        assert not _sign(desk, desk.fay, row.hash, proposal.envelope, None)[1]
    both = desk.case.co_sign(sealed, proposal.envelope, proposal.consents, desk.finn)
    with refused(desk.office, "wraps-wrong"):
        _sign(desk, desk.finn, row.hash, both, None)
    row, _ = _sign(desk, desk.finn, row.hash, both, desk.case.wrap_for(sealed, choice))
    assert (row.state, _state(desk, sealed, desk.rhys)) == ("final", "offered")
    kinds = desk.office.kinds(desk.case.case_id)
    assert kinds[-4:] == ["decision.proposed", "decision.signed", "message.released", "message.offered"]


def test_a_key_is_not_handed_over_with_a_first_signature(strict_desk: Desk) -> None:
    sealed = strict_desk.case.write(strict_desk.hana, [strict_desk.rhys])
    with refused(strict_desk.office, "wraps-wrong"):
        _propose(strict_desk, sealed, _given(strict_desk, sealed, _to(strict_desk.rhys)))


def test_the_same_person_twice_is_not_two(strict_desk: Desk) -> None:
    desk, choice = strict_desk, _to(strict_desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    row, _ = _propose(desk, sealed, _given(desk, sealed, choice, final=False))
    twice = {**row.envelope, "signatures": row.envelope["signatures"] * 2}
    with refused(desk.office, "duplicate-signature"):
        _sign(desk, desk.fay, row.hash, twice, desk.case.wrap_for(sealed, choice))


def test_a_signature_of_another_payload_or_by_a_stranger_does_not_count(strict_desk: Desk) -> None:
    desk, choice = strict_desk, _to(strict_desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, choice, final=False)
    row, _ = _propose(desk, sealed, given)
    other = _given(desk, sealed, Choice(STOP), desk.finn, final=False)
    with refused(desk.office, "not-found", 404):
        _sign(desk, desk.finn, row.hash, dict(other.envelope), None)
    flo = desk.office.agency.people["flo"]
    stranger = envelope.add_signature(row.envelope, "decision", flo.sign_seed)
    with refused(desk.office, "not-signed-by-you", 403):
        _sign(desk, desk.finn, row.hash, stranger, None)
    forged = {**row.envelope, "signatures": [{"keyid": desk.finn.sign_kid, "sig": b64(bytes(64))}]}
    with refused(desk.office, "bad-signature"):
        _sign(desk, desk.finn, row.hash, forged, None)


def test_the_writer_and_the_recipient_release_nothing(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    for who in (desk.hana, desk.rhys):
        with refused(desk.office, "unknown-signer"):
            _propose(desk, sealed, _resigned(given, who))
        with refused(desk.office, "not-found", 404):
            _propose(desk, sealed, _resigned(given, who), by=who)


def test_facilitators_of_other_cases_and_overseers_decide_nothing(desk: Desk) -> None:
    people, sealed = desk.office.agency.people, desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    for name, code in (("flo", "not-found"), ("sue", "not-allowed"), ("ada", "not-allowed")):
        with refused(desk.office, code):
            _propose(desk, sealed, _resigned(given, people[name]), by=people[name])
    with refused(desk.office, "not-signed-by-you", 403):
        _propose(desk, sealed, given, by=desk.finn)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"case_id": "A" * 22}, "case-mixed"),
        ({"message_hash": b64(bytes(32))}, "decision-of-another-message"),
        ({"recipient_id": "A" * 22}, "recipient-wrong"),
        ({"approvals": 2}, "approvals-wrong"),
        ({"consents_hash": b64(bytes(32))}, "consents-wrong"),
        ({"note_hash": b64(bytes(32))}, "note-wrong"),
        ({"decided_on": "2026-04-20"}, "decided-in-future"),
        ({"decided_on": "2026-02-20"}, "proposal-too-old"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(desk: Desk, changes: dict[str, Any], code: str) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _resigned(_given(desk, sealed, _to(desk.rhys)), desk.fay, **changes)
    with refused(desk.office, code):
        _propose(desk, sealed, given)


def test_a_private_or_a_note_is_never_released(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    private = desk.case.write(desk.hana, [], kind="private")
    forged = _resigned(given, desk.fay, message_hash=private.statement.hash)
    with refused(desk.office, "decision-not-needed"):
        _propose(desk, private, forged)


def test_the_newest_consents_of_both_sides_are_cited(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    old = _given(desk, sealed, _to(desk.rhys))
    desk.case.agree(desk.rhys)
    with refused(desk.office, "consents-wrong"):
        _propose(desk, sealed, old)
    document = decisions.consents_document({desk.rhys.id: desk.case.newest(desk.rhys).hash})
    one_side = replace(_resigned(old, desk.fay, consents_hash=decisions.consents_hash(document)), consents=document)
    with refused(desk.office, "consents-wrong"):
        _propose(desk, sealed, one_side)
    assert _propose(desk, sealed, _given(desk, sealed, _to(desk.rhys)))[0].state == "final"


def test_somebody_who_never_consented_is_sent_nothing(desk: Desk) -> None:
    kim = person("Kim")
    desk.case.admit(document(desk.case.join(kim, "person_responsible")))
    sealed = desk.case.write(desk.hana, sorted([desk.rhys, kim], key=lambda each: each.id))
    given = _resigned(_given(desk, sealed, _to(desk.rhys)), desk.fay, recipient_id=kim.id)
    with refused(desk.office, "consent-missing"):
        _propose(desk, sealed, given)


@pytest.mark.parametrize("who", ["hana", "rhys"])
@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_nothing_is_released_from_or_to_somebody_who_paused(desk: Desk, who: str, standing: str) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    desk.case.do(participation.change_own, getattr(desk, who), standing)
    with refused(desk.office, "not-standing"):
        _propose(desk, sealed, given)


def test_what_was_taken_back_is_not_decided(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    desk.case.do(taking_back.take_back, desk.hana, message_id(sealed))
    with refused(desk.office, "taken-back"):
        _propose(desk, sealed, given)


def test_a_pause_drops_what_waits_for_a_second_signature(strict_desk: Desk) -> None:
    desk, choice = strict_desk, _to(strict_desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    proposal = desk.case.propose(sealed, choice, desk.fay)
    row, _ = _propose(desk, sealed, desk.case.proposed(proposal, sealed, choice, False))
    both = desk.case.co_sign(sealed, proposal.envelope, proposal.consents, desk.finn)
    desk.case.do(participation.change_own, desk.rhys, "paused")
    assert desk.office.rows(Decision)[0].state == "dropped"
    with refused(desk.office, "proposal-closed", 409):
        _sign(desk, desk.finn, row.hash, both, desk.case.wrap_for(sealed, choice))
    assert _state(desk, sealed, desk.rhys) == "in_review"


def test_a_dropped_proposal_is_not_revived(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys), final=False)
    row, _ = _propose(desk, sealed, given)
    desk.case.do(deciding.drop_proposal, desk.finn, row.hash)
    with unchanged(desk.office):
        desk.case.do(deciding.drop_proposal, desk.fay, row.hash)
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, approvals=1)
    with refused(desk.office, "proposal-closed", 409):
        _propose(desk, sealed, given)
    again = envelope.add_signature(row.envelope, "decision", desk.finn.sign_seed)
    with refused(desk.office, "proposal-closed", 409):
        _sign(desk, desk.finn, row.hash, again, None)


def test_a_final_decision_cannot_be_dropped(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    row, _ = _propose(desk, sealed, _given(desk, sealed, _to(desk.rhys)))
    with refused(desk.office, "proposal-closed", 409):
        desk.case.do(deciding.drop_proposal, desk.fay, row.hash)


def test_a_proposal_from_before_approvals_fell_still_needs_as_many_as_then(strict_desk: Desk) -> None:
    desk, choice = strict_desk, _to(strict_desk.rhys)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    row, _ = _propose(desk, sealed, _given(desk, sealed, choice, final=False))
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, approvals=1)
    both = envelope.add_signature(row.envelope, "decision", desk.finn.sign_seed)
    row, _ = _sign(desk, desk.finn, row.hash, both, desk.case.wrap_for(sealed, choice))
    assert row.state == "final"


def test_one_proposal_about_a_recipient_waits_at_a_time(strict_desk: Desk) -> None:
    desk = strict_desk
    ann = desk.case.assist("Ann", "person_responsible")
    sealed = desk.case.write(desk.hana, sorted([desk.rhys, ann], key=lambda each: each.id))
    _propose(desk, sealed, _given(desk, sealed, _to(desk.rhys), final=False))
    for choice in (_to(desk.rhys), Choice(STOP), Choice(RETURN)):
        with refused(desk.office, "decision-open", 409):
            _propose(desk, sealed, _given(desk, sealed, choice, desk.finn, final=False), by=desk.finn)
    row, _ = _propose(desk, sealed, _given(desk, sealed, _to(ann), desk.finn, final=False), by=desk.finn)
    assert row.state == "proposed"


def test_what_a_scribe_wrote_down_is_released_by_somebody_else(desk: Desk) -> None:
    ann = desk.case.assist("Ann")
    sealed, choice = desk.case.write(ann, [desk.rhys], scribe=desk.fay), _to(desk.rhys)
    proposal = desk.case.propose(sealed, choice, desk.fay)
    row, _ = _propose(desk, sealed, desk.case.proposed(proposal, sealed, choice, False))
    assert row.state == "proposed"
    both = desk.case.co_sign(sealed, proposal.envelope, proposal.consents, desk.finn)
    row, _ = _sign(desk, desk.finn, row.hash, both, desk.case.wrap_for(sealed, choice))
    assert row.state == "final"


def test_a_hold_stands_until_its_facilitator_decides_or_it_is_lifted(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.do(holding.hold, desk.finn, message_id(sealed))
    given = _given(desk, sealed, _to(desk.rhys))
    with refused(desk.office, "message-held", 409):
        _propose(desk, sealed, given)
    desk.case.do(holding.unhold, desk.fay, message_id(sealed))
    assert _propose(desk, sealed, given)[1]


def test_the_holder_s_own_decision_lifts_the_hold(strict_desk: Desk) -> None:
    desk = strict_desk
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.do(holding.hold, desk.fay, message_id(sealed))
    row, _ = _propose(desk, sealed, _given(desk, sealed, Choice(RETURN), final=False))
    assert desk.office.rows(Message)[0].held_by is None
    both = envelope.add_signature(row.envelope, "decision", desk.finn.sign_seed)
    desk.case.do(holding.hold, desk.fay, message_id(sealed))
    with refused(desk.office, "message-held", 409):
        _sign(desk, desk.finn, row.hash, both, None)
    desk.case.do(holding.unhold, desk.fay, message_id(sealed))
    desk.case.do(holding.hold, desk.finn, message_id(sealed))
    row, _ = _sign(desk, desk.finn, row.hash, both, None)
    assert (row.state, desk.office.rows(Message)[0].held_by) == ("final", None)


def test_a_content_note_travels_sealed_to_its_reader_and_the_facilitators(desk: Desk) -> None:
    sealed, choice = desk.case.write(desk.hana, [desk.rhys]), _to(desk.rhys, note=note.new("It speaks of a death."))
    given = _given(desk, sealed, choice)
    assert given.note is not None
    for wrong in (None, SealedNote(None, given.note.epoch), SealedNote(bytes(40_000), given.note.epoch)):
        with refused(desk.office, "note-wrong"):
            _propose(desk, sealed, replace(given, note=wrong))
    row, _ = _propose(desk, sealed, given)
    assert (row.note_recipient, row.note_epoch) == (given.note.recipient, given.note.epoch)
    plain = _given(desk, desk.case.write(desk.hana, [desk.rhys]), _to(desk.rhys))
    assert plain.note is None
    with refused(desk.office, "note-wrong"):
        _propose(desk, desk.case.messages[-1], replace(plain, note=given.note))


def test_an_assisted_person_is_sent_no_key(desk: Desk) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    sealed, choice = desk.case.write(desk.hana, [ann]), _to(ann, note=note.new("Sad."))
    given = _given(desk, sealed, choice)
    assert (given.wrap, given.note and given.note.recipient) == (None, None)
    with refused(desk.office, "wraps-wrong"):
        _propose(desk, sealed, replace(given, wrap=bytes(200)))
    assert _propose(desk, sealed, given)[0].state == "final"


def test_nothing_is_decided_in_an_expired_case(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    desk.case.now += 31 * DAY
    with refused(desk.office, "roster-expired"):
        _propose(desk, sealed, given)


def test_what_rests_on_a_key_that_is_gone_is_not_decided(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    again = person("Hana", desk.hana.id)
    desk.case.readmit(again)
    with refused(desk.office, "unknown-signer"):
        _propose(desk, sealed, given)


def test_a_wrap_of_another_size_is_refused(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, _to(desk.rhys))
    for wrap in (None, b"", bytes(10)):
        with refused(desk.office, "wraps-wrong"):
            _propose(desk, sealed, replace(given, wrap=wrap))


def test_an_unknown_decision_is_not_found(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    given = _given(desk, sealed, Choice(RETURN))
    with refused(desk.office, "not-found", 404):
        desk.case.do(deciding.drop_proposal, desk.fay, b64(bytes(32)))
    with refused(desk.office, "not-found", 404):
        _sign(desk, desk.fay, b64(bytes(32)), dict(given.envelope), None)
