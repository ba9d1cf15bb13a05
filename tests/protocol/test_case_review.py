"""What signers and the server check before a step: kept lists hold exactly what counted, new keys come from joins."""

import copy
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import pytest

from mediation.protocol import case, case_review, kept, members
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.counted import Counted, Lists, Record, counted
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Members
from tests.protocol.forging import forged, read
from tests.protocol.refusals import refused
from tests.protocol.world import NOW, Agency, Person, person
from tests.protocol.world_case import Case, document

Document = Mapping[str, Any]


class Correspondence:
    """A case of Fay and Finn in which Hana and Rob have written to each other."""

    def __init__(self) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn])
        self.hana = self.case.welcome(person("Hana"))
        self.rob = self.case.welcome(person("Rob"), "person_responsible")
        self.letter = self.case.write(self.hana, [self.rob])
        self.release = self.case.release(self.letter, self.rob)
        self.answer = self.case.write(self.rob, [self.hana], "I am sorry.")
        self.returned = self.case.decide(self.answer, Choice("return"))
        self.reason = self.case.write(self.agency.fay, [self.rob], "Let us talk first.", kind="private")
        self.thanks = self.case.write(self.rob, [], "Thank you.", kind="private")
        self.note = self.case.write(self.agency.finn, [], "Rob is ready to listen.", kind="note")
        self.summary = self.case.write(self.agency.fay, [self.hana], "Rob has begun to write.", kind="summary")

    def counted(self) -> Counted:
        return counted(self.case.head(), self.case.members(), self.case.record(), self.case.kept())


@functools.cache
def built() -> Correspondence:
    return Correspondence()


@pytest.fixture
def world() -> Correspondence:
    return copy.deepcopy(built())


def hashes(*statements: Any) -> frozenset[str]:
    return frozenset(
        read(each, "decision").hash if isinstance(each, dict) else each.statement.hash for each in statements
    )


def everything(world: Correspondence) -> frozenset[str]:
    messages = (world.letter, world.answer, world.reason, world.thanks, world.note, world.summary)
    return hashes(*messages, world.release, world.returned)


# What counts --------------------------------------------------------------------------------------------------------


def test_facilitators_keep_every_message_and_decision(world: Correspondence) -> None:
    assert world.counted().lists.facilitators == everything(world)
    assert world.counted().doubtful == frozenset()


def test_members_keep_releases_to_them_their_privates_and_what_they_wrote(world: Correspondence) -> None:
    lists = world.counted().lists
    assert lists.of(world.hana.id) == hashes(world.letter)
    assert lists.of(world.rob.id) == hashes(world.letter, world.release, world.answer, world.reason, world.thanks)
    assert lists.of("nobody") == frozenset()


def test_a_released_summary_counts_for_its_recipient(world: Correspondence) -> None:
    release = world.case.release(world.summary, world.hana)
    assert world.counted().lists.of(world.hana.id) == hashes(world.letter, world.summary, release)


def test_what_never_counted_is_not_kept(world: Correspondence) -> None:
    """A message by a stranger, a decision by one, and a decision about an unknown message."""
    stranger = Correspondence()
    record = world.case.record()
    mixed = Record(
        [*record.messages, stranger.letter.envelope], [*record.decisions, stranger.release, stranger.returned]
    )
    found = counted(world.case.head(), world.case.members(), mixed, world.case.kept())
    assert found.lists == world.counted().lists


def test_a_decision_about_what_does_not_count_is_not_kept(world: Correspondence) -> None:
    """A facilitator's true signature on a stranger's letter of the right form."""
    mallory = person("Mallory")
    letter = forged(world.letter.envelope, "message", mallory, author_kid=mallory.sign_kid)
    release = forged(world.release, "decision", world.agency.fay, message_hash=read(letter, "message").hash)
    record = world.case.record()
    mixed = Record([*record.messages, letter], [*record.decisions, release])
    assert counted(world.case.head(), world.case.members(), mixed, world.case.kept()).lists == world.counted().lists


def test_a_proposal_that_is_not_final_is_not_kept() -> None:
    agency = Agency.found()
    world = Case.open(agency, [agency.fay, agency.finn], approvals=2)
    hana, rob = world.welcome(person("Hana")), world.welcome(person("Rob"), "person_responsible")
    letter = world.write(hana, [rob])
    world.decisions.append(world.propose(letter, Choice("release", rob.id)).envelope)
    found = counted(world.head(), world.members(), world.record(), Lists())
    assert found.lists.facilitators == hashes(letter)
    assert found.lists.of(rob.id) == frozenset()


def test_what_is_kept_stays_kept(world: Correspondence) -> None:
    before = world.counted().lists
    world.case.step(world.case.documents, facilitators=[world.agency.flo])
    assert world.counted().lists == before
    world.case.step(world.case.documents, facilitators=[world.agency.fay])
    assert world.counted().lists == before


def test_what_rests_on_somebody_off_the_roster_is_named_for_a_first_look(world: Correspondence) -> None:
    assert world.counted().doubtful == frozenset()
    by_finn = world.case.release(world.summary, world.hana, world.agency.finn)
    world.agency.dismiss(world.agency.finn)
    world.agency.issue(NOW)
    found = world.counted()
    assert found.lists.facilitators == everything(world) | hashes(by_finn)
    assert found.doubtful == hashes(world.note, by_finn)


# The lists of a step ------------------------------------------------------------------------------------------------


def step(
    world: Correspondence, documents: list[Document] | None = None, facilitators: list[Person] | None = None
) -> tuple[dict[str, Any], list[Document], KeptDocuments]:
    """An honest step, prepared: payload, member documents, kept documents."""
    payload, filled = world.case.prepare(documents or world.case.documents, facilitators=facilitators)
    return payload, filled, world.case.lists


def check(
    world: Correspondence,
    before: tuple[Members, Lists],
    payload: dict[str, Any],
    documents: list[Document],
    lists: KeptDocuments,
) -> Lists:
    after = members.open_all(payload, documents)
    return case_review.check_lists(world.case.head(), before[0], before[1], world.case.record(), payload, after, lists)


def held(world: Correspondence) -> tuple[Members, Lists]:
    return world.case.members(), world.case.kept()


def with_list(
    world: Correspondence,
    payload: dict[str, Any],
    documents: list[Document],
    who: Person | None,
    wanted: frozenset[str],
) -> tuple[dict[str, Any], list[Document], KeptDocuments]:
    """The step with another list for the facilitators (None) or for a member."""
    document = kept.build(wanted)
    lists = world.case.lists
    if who is None:
        changed = {**payload, "kept": kept.document_hash(document)}
        return changed, documents, dataclasses.replace(lists, facilitators=document)
    entries = [
        {**each, "kept": kept.document_hash(document)} if each.get("participant_id") == who.id else each
        for each in documents
    ]
    changed = case.admit(payload, members.hashes(entries))
    return changed, entries, dataclasses.replace(lists, members={**lists.members, who.id: document})


def test_a_change_of_facilitators_carries_exact_lists(world: Correspondence) -> None:
    before, expected = held(world), world.counted().lists
    assert check(world, before, *step(world, facilitators=[world.agency.flo])) == expected


@pytest.mark.parametrize("whose", ["facilitators", "hana", "rob"])
def test_a_list_that_leaves_out_or_adds_is_refused(world: Correspondence, whose: str) -> None:
    before, lists = held(world), world.counted().lists
    who = None if whose == "facilitators" else getattr(world, whose)
    right = lists.facilitators if who is None else lists.of(who.id)
    payload, documents, _ = step(world, facilitators=[world.agency.flo])
    for hash_ in right:
        with refused("kept-mismatch", "leaves out"):
            check(world, before, *with_list(world, payload, documents, who, right - {hash_}))
    with refused("kept-mismatch", "adds"):
        check(world, before, *with_list(world, payload, documents, who, right | {b64(bytes(32))}))


def test_somebody_else_s_letters_cannot_be_slipped_into_a_list(world: Correspondence) -> None:
    before = held(world)
    unreleased = world.counted().lists.of(world.hana.id) | hashes(world.answer)
    payload, documents, _ = step(world, facilitators=[world.agency.flo])
    with refused("kept-mismatch", "adds"):
        check(world, before, *with_list(world, payload, documents, world.hana, unreleased))


def test_what_rests_on_somebody_off_the_roster_may_be_left_out(world: Correspondence) -> None:
    world.agency.dismiss(world.agency.finn)
    world.agency.issue(NOW)
    before, found = held(world), world.counted()
    payload, documents, _ = step(world, facilitators=[world.agency.fay])
    fewer = found.lists.facilitators - found.doubtful
    assert fewer != found.lists.facilitators
    assert check(world, before, *with_list(world, payload, documents, None, fewer)).facilitators == fewer


def test_a_list_that_is_not_the_one_committed_to_is_refused(world: Correspondence) -> None:
    before = held(world)
    payload, documents, lists = step(world, facilitators=[world.agency.flo])
    for wrong in (None, kept.build([b64(bytes(32))]), {**(lists.facilitators or {}), "salt": b64(bytes(16))}):
        with refused("kept-document-wrong"):
            check(world, before, payload, documents, dataclasses.replace(lists, facilitators=wrong))
    with refused("kept-document-wrong"):
        check(world, before, payload, documents, dataclasses.replace(lists, members={}))


def test_lists_stay_as_they_were_in_any_other_step(world: Correspondence) -> None:
    world.case.step(world.case.documents, facilitators=[world.agency.flo])
    before = held(world)
    newcomer = document(world.case.join(person("Sam"), "person_harmed", "supporter"))
    payload, documents, lists = step(world, [*world.case.documents, newcomer])
    assert check(world, before, payload, documents, lists) == dataclasses.replace(
        before[1], members={**before[1].members, newcomer["participant_id"]: frozenset()}
    )
    with refused("kept-changed"):
        check(world, before, *with_list(world, payload, documents, world.hana, hashes(world.letter, world.note)))
    with refused("kept-changed"):
        check(world, before, *with_list(world, payload, documents, None, hashes(world.letter)))


def test_the_same_list_in_another_document_is_a_change(world: Correspondence) -> None:
    world.case.step(world.case.documents, facilitators=[world.agency.flo])
    before = held(world)
    payload, documents, _ = step(world)
    with refused("kept-changed"):
        check(world, before, *with_list(world, payload, documents, world.rob, before[1].of(world.rob.id)))


def test_a_new_member_brings_no_list(world: Correspondence) -> None:
    before, sam = held(world), person("Sam")
    newcomer = document(world.case.join(sam, "person_harmed", "supporter"))
    payload, documents, _ = step(world, [*world.case.documents, newcomer])
    with refused("kept-changed"):
        check(world, before, *with_list(world, payload, documents, sam, hashes(world.letter)))
    payload, documents, _ = step(world, [*world.case.documents, newcomer], facilitators=[world.agency.flo])
    with refused("kept-changed"):
        check(world, before, *with_list(world, payload, documents, sam, hashes(world.letter)))


def test_taking_a_key_away_carries_exact_lists(world: Correspondence) -> None:
    """Hana lost her passphrase and joins anew; then Rob leaves."""
    before, expected = held(world), world.counted().lists
    again = document(world.case.join(person("Hana", world.hana.id)))
    others = [each for each in world.case.documents if each.get("participant_id") not in (world.hana.id, None)]
    payload, documents, lists = step(world, [*others, again])
    assert check(world, before, payload, documents, lists) == expected
    with refused("kept-mismatch", "leaves out"):
        check(world, before, *with_list(world, payload, documents, world.rob, frozenset()))


def test_a_member_who_leaves_takes_a_key_away(world: Correspondence) -> None:
    before, expected = held(world), world.counted().lists
    staying = [each for each in world.case.documents if each.get("participant_id") == world.hana.id]
    payload, documents, lists = step(world, staying)
    checked = check(world, before, payload, documents, lists)
    assert checked.facilitators == expected.facilitators
    assert checked.members == {world.hana.id: expected.of(world.hana.id)}


def test_giving_somebody_a_device_takes_no_key_away(world: Correspondence) -> None:
    xan = world.case.assist("Xan")
    before = held(world)
    others = [each for each in world.case.documents if each.get("participant_id") not in (xan.id, None)]
    after = members.Members(tuple(filter(None, map(members.parse, [*others]))), (), complete=True)
    assert not case_review.takes_away_key(world.case.members(), world.case.members())
    assert not case_review.takes_away_key(before[0], after)


@pytest.mark.parametrize(
    ("document_", "code"),
    [
        ({"salt": b64(bytes(16)), "hashes": []}, "bad-field"),
        ({"salt": b64(bytes(16)), "hashes": ["B" * 42 + "A", "A" * 43]}, "bad-field"),
        ({"salt": b64(bytes(16)), "hashes": ["A" * 43, "A" * 43]}, "bad-field"),
        ({"salt": b64(bytes(16)), "hashes": ["x"]}, "bad-field"),
        ({"salt": "x", "hashes": ["A" * 43]}, "bad-field"),
        ({"hashes": ["A" * 43]}, "missing-field"),
        ({"salt": b64(bytes(16)), "hashes": ["A" * 43], "note": ""}, "unknown-field"),
    ],
)
def test_a_kept_document_has_exactly_its_form(document_: dict[str, Any], code: str) -> None:
    with refused(code):
        kept.open_(document_, kept.document_hash(document_))


def test_an_empty_list_is_null() -> None:
    assert kept.build([]) is None
    assert kept.open_(None, None) == frozenset()
    with refused("kept-document-wrong"):
        kept.open_(None, "A" * 43)


# Admissions ---------------------------------------------------------------------------------------------------------


def admit(world: Correspondence, documents: list[Document]) -> Members:
    """The members with these documents in addition."""
    coming = {each["participant_id"] for each in documents}
    staying = [each for each in world.case.documents if each.get("participant_id", "") not in coming | {""}]
    filled = members.fill([*staying, *documents])
    return members.open_all({**world.case.chain().payload, "members": members.hashes(filled)}, filled)


def test_new_keys_come_from_a_join_that_was_checked(world: Correspondence) -> None:
    before = world.case.members()
    joiner = world.case.join(person("Sam"), "person_harmed", "supporter")
    after = admit(world, [document(joiner)])
    case_review.check_admissions(before, after, {joiner.participant_id: joiner})
    with refused("not-joined"):
        case_review.check_admissions(before, after, {})


@pytest.mark.parametrize("field", ["sign_pk", "box_pk", "invite_hash", "side", "role", "assisted"])
def test_a_member_who_differs_from_the_join_is_refused(world: Correspondence, field: str) -> None:
    joiner = world.case.join(person("Sam"), "person_harmed", "supporter")
    other = person("Mallory")
    changes: dict[str, Any] = {
        "sign_pk": other.sign_pk,
        "box_pk": other.box_pk,
        "invite_hash": b64(bytes(32)),
        "side": "person_responsible",
        "role": "guardian",
        "assisted": True,
    }
    swapped = dataclasses.replace(joiner, **{field: changes[field]})
    with refused("not-joined"):
        case_review.check_admissions(
            world.case.members(), admit(world, [document(swapped)]), {joiner.participant_id: joiner}
        )


def test_a_swapped_key_of_somebody_already_in_is_refused(world: Correspondence) -> None:
    mine = next(each for each in world.case.documents if each.get("participant_id") == world.hana.id)
    swapped = {**mine, "sign_pk": b64(person("Mallory").sign_pk)}
    with refused("not-joined"):
        case_review.check_admissions(world.case.members(), admit(world, [swapped]), {})


def test_whoever_was_in_before_needs_no_new_join(world: Correspondence) -> None:
    case_review.check_admissions(world.case.members(), world.case.members(), {})
    world.case.assist("Xan")
    case_review.check_admissions(Members((), (), complete=True), admit(world, []), _joined(world))


def _joined(world: Correspondence) -> dict[str, Any]:
    found = {}
    for each in world.case.members().people:
        if each.sign_pk is not None and each.box_pk is not None:
            found[each.participant_id] = Joiner(
                each.participant_id,
                each.side,
                each.role,
                each.assisted,
                "",
                each.sign_pk,
                each.box_pk,
                each.invite_hash or "",
            )
    return found
