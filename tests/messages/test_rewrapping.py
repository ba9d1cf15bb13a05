"""Keys and notes sealed anew: for whom there may be one, and for nobody else."""

from typing import Any

from mediation.messages import choices, deciding, rewrapping
from mediation.messages.models import Decision, Wrap
from mediation.protocol import message, note
from mediation.protocol.decision_signing import Choice
from mediation.protocol.message import WRAP_SIZE, Sealed
from mediation.protocol.primitives import kid
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused
from tests.cases.served import message_id
from tests.protocol.world import DAY, Person, person


def _rewrap(desk: Desk, sealed: Sealed, box_pk: bytes, by: Person | None = None, **changes: Any) -> None:
    seal = message.wrap(sealed.key, desk.case.case_id, message_id(sealed), box_pk)
    desk.case.do(rewrapping.rewrap, by or desk.fay, message_id(sealed), kid(box_pk), changes.get("seal", seal))


def test_somebody_with_a_new_key_reads_again_what_was_theirs(desk: Desk) -> None:
    written = desk.case.write(desk.rhys, [desk.hana], "Mine.")
    received, private = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.fay, [desk.rhys], kind="private")
    desk.case.release(received, desk.rhys)
    again = person("Rhys", desk.rhys.id)
    desk.case.readmit(again, "person_responsible")
    desk.case.agree(again)
    for sealed in (written, received, private):
        _rewrap(desk, sealed, again.box_pk)
    assert len(desk.office.rows(Wrap, box_kid=again.box_kid)) == 3
    _, wrap = desk.case.do(choices.open_letter, again, message_id(received), tell=False)
    assert len(wrap) == WRAP_SIZE


def test_the_present_epoch_may_have_one_too(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    desk.case.step(people, facilitators=[desk.fay])
    _rewrap(desk, sealed, desk.case.head().epoch_pk)


def test_nobody_gets_a_key_before_a_release(desk: Desk) -> None:
    waiting, returned = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
    desk.case.decide(returned, Choice("return"))
    note_ = desk.case.write(desk.fay, [], kind="note")
    other = desk.case.write(desk.fay, [desk.hana], kind="private")
    for sealed in (waiting, returned, note_, other):
        with refused(desk.office, "wraps-wrong"):
            _rewrap(desk, sealed, desk.rhys.box_pk)
    with refused(desk.office, "wraps-wrong"):
        _rewrap(desk, waiting, person("Eve").box_pk)


def test_a_wrap_has_one_size_and_is_stored_by_the_case_s_facilitators(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    with refused(desk.office, "wraps-wrong"):
        _rewrap(desk, sealed, desk.hana.box_pk, seal=b"short")
    people = desk.office.agency.people
    for who, code in ((people["flo"], "not-found"), (people["sue"], "not-allowed"), (desk.hana, "not-found")):
        with refused(desk.office, code):
            _rewrap(desk, sealed, desk.hana.box_pk, who)
    desk.case.now += 31 * DAY
    with refused(desk.office, "roster-expired"):
        _rewrap(desk, sealed, desk.hana.box_pk)


def test_a_content_note_is_sealed_again_to_its_reader(desk: Desk) -> None:
    sealed, told = desk.case.write(desk.hana, [desk.rhys]), note.new("It is long.")
    desk.case.release(sealed, desk.rhys, note=told)
    (decision,) = desk.office.rows(Decision)
    seal = note.seal(told, desk.rhys.box_pk)
    desk.case.do(rewrapping.renote, desk.finn, decision.hash, seal)
    assert desk.office.rows(Decision)[0].note_recipient == seal
    with refused(desk.office, "note-wrong"):
        desk.case.do(rewrapping.renote, desk.finn, decision.hash, bytes(50_000))
    with refused(desk.office, "not-found", 404):
        desk.case.do(rewrapping.renote, desk.office.agency.people["flo"], decision.hash, seal)
    with refused(desk.office, "not-found", 404):
        desk.case.do(rewrapping.renote, desk.finn, "A" * 43, seal)


def test_the_note_of_a_release_that_waits_for_a_colleague_follows_new_keys_too(strict_desk: Desk) -> None:
    case, told = strict_desk.case, note.new("It is long.")
    sealed, choice = case.write(strict_desk.hana, [strict_desk.rhys]), Choice("release", strict_desk.rhys.id, note=told)
    proposal = case.propose(sealed, choice, strict_desk.fay)
    given = case.proposed(proposal, sealed, choice, final=False)
    row, _ = case.do(deciding.propose, strict_desk.fay, message_id(sealed), given)
    seal = note.seal(told, strict_desk.rhys.box_pk)
    case.do(rewrapping.renote, strict_desk.finn, row.hash, seal)
    assert strict_desk.office.rows(Decision)[0].note_recipient == seal
    case.do(deciding.drop_proposal, strict_desk.fay, row.hash)
    with refused(strict_desk.office, "note-wrong"):
        case.do(rewrapping.renote, strict_desk.finn, row.hash, seal)


def test_there_is_no_note_where_there_was_none(desk: Desk) -> None:
    desk.case.release(desk.case.write(desk.hana, [desk.rhys]), desk.rhys)
    (decision,) = desk.office.rows(Decision)
    with refused(desk.office, "note-wrong"):
        desk.case.do(rewrapping.renote, desk.fay, decision.hash, b"note")
