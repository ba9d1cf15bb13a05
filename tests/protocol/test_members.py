"""Members: nobody hides behind an entry that was not opened, nobody is there twice."""

from typing import Any

import pytest

from mediation.protocol import members
from mediation.protocol.encoding import b64
from mediation.protocol.members import Member
from tests.protocol.refusals import refused
from tests.protocol.world import Agency, Person, person
from tests.protocol.world_case import Case


def entry(who: Person, **changes: Any) -> dict[str, Any]:
    built = members.build(
        participant_id=who.id,
        side="person_harmed",
        role="party",
        assisted=False,
        sign_pk=who.sign_pk,
        box_pk=who.box_pk,
        invite_hash="A" * 43,
    )
    return {**built, **changes}


@pytest.fixture(scope="module")
def world() -> Case:
    agency = Agency.found()
    case = Case.open(agency, [agency.fay])
    case.welcome(person("Hana"))
    case.welcome(person("Rob"), "person_responsible")
    case.assist("Xan")
    return case


def payload(world: Case, documents: list[Any]) -> dict[str, Any]:
    return {**world.chain().payload, "members": members.hashes(documents)}


def test_every_entry_is_opened(world: Case) -> None:
    opened = members.open_all(world.chain().payload, world.documents)
    assert [each.side for each in opened.people] == ["person_harmed", "person_responsible", "person_harmed"]
    assert len(opened.documents) == 8
    assert opened.complete


def test_an_entry_that_nobody_opens_is_refused(world: Case) -> None:
    for missing in range(8):
        rest = [each for place, each in enumerate(world.documents) if place != missing]
        with refused("member-unopened"):
            members.open_all(world.chain().payload, rest)


def test_a_participant_opens_only_what_they_are_given(world: Case) -> None:
    some = members.open_some(world.chain().payload, world.documents[:2])
    assert not some.complete
    assert len(some.people) == 2
    with refused("member-unknown"):
        some.get(world.documents[2]["participant_id"])


def test_a_document_that_is_not_listed_is_refused(world: Case) -> None:
    with refused("member-not-in-head"):
        members.open_some(world.chain().payload, [entry(person("Mallory"))])
    with refused("member-not-in-head"):
        members.open_all(world.chain().payload, [*world.documents, members.filler()])


def test_a_changed_document_is_refused(world: Case) -> None:
    with refused("member-not-in-head"):
        members.open_some(world.chain().payload, [{**world.documents[0], "side": "person_responsible"}])


def test_the_same_person_twice_is_refused(world: Case) -> None:
    hana = person("Hana")
    twice = members.fill([entry(hana), entry(person("Hana", hana.id))])
    with refused("member-repeated"):
        members.open_all(payload(world, twice), twice)


def test_the_same_document_twice_is_refused(world: Case) -> None:
    with refused("member-repeated"):
        members.open_some(world.chain().payload, [world.documents[0], world.documents[0]])


def test_a_member_under_a_facilitator_s_id_is_refused(world: Case) -> None:
    documents = members.fill([entry(person("Fay", world.agency.fay.id))])
    with refused("member-repeated"):
        members.open_all(payload(world, documents), documents)


@pytest.mark.parametrize("field", ["sign_pk", "box_pk"])
def test_a_key_twice_is_refused(world: Case, field: str) -> None:
    hana, rob = entry(person("Hana")), entry(person("Rob"))
    documents = members.fill([hana, {**rob, field: hana[field]}])
    with refused("key-repeated"):
        members.open_all(payload(world, documents), documents)


@pytest.mark.parametrize("field", ["sign_pk", "box_pk"])
def test_a_member_with_a_facilitator_s_key_is_refused(world: Case, field: str) -> None:
    key = b64(getattr(world.agency.fay, field))
    documents = members.fill([entry(person("Hana"), **{field: key})])
    with refused("key-repeated"):
        members.open_all(payload(world, documents), documents)


@pytest.mark.parametrize("field", ["sign_pk", "box_pk", "invite_hash"])
def test_keys_are_there_together_or_not_at_all(field: str) -> None:
    for assisted in (True, False):
        with refused("member-keys-wrong"):
            members.parse(entry(person("Hana"), assisted=assisted, **{field: None}))


def test_only_somebody_who_takes_part_with_help_has_no_keys() -> None:
    none = {"sign_pk": None, "box_pk": None, "invite_hash": None}
    assert isinstance(members.parse(entry(person("Xan"), assisted=True, **none)), Member)
    with refused("member-keys-wrong"):
        members.parse(entry(person("Xan"), assisted=False, **none))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"side": "victim"}, "bad-field"),
        ({"role": "facilitator"}, "bad-field"),
        ({"assisted": 1}, "bad-field"),
        ({"salt": "AAAA"}, "bad-field"),
        ({"participant_id": "me"}, "bad-field"),
        ({"sign_pk": b64(bytes(32))}, "bad-key"),
        ({"box_pk": b64(bytes(32))}, "bad-key"),
        ({"kept": "x"}, "bad-field"),
        ({"name": "Hana"}, "unknown-field"),
    ],
)
def test_a_document_has_exactly_its_form(changes: dict[str, Any], code: str) -> None:
    with refused(code):
        members.parse(entry(person("Hana"), **changes))


def test_a_document_that_lacks_a_field_is_refused() -> None:
    for name in entry(person("Hana")):
        rest = {key: value for key, value in entry(person("Hana")).items() if key != name}
        with refused("missing-field"):
            members.parse(rest)


def test_something_else_is_no_document() -> None:
    values: list[object] = [None, [], "x"]
    for value in values:
        with refused("bad-field"):
            members.parse(value)
    with refused("bad-field"):
        members.parse({"salt": "short"})


def test_a_document_is_checked_when_it_is_made() -> None:
    who = person("Hana")
    with refused("bad-field"):
        members.build(
            participant_id=who.id,
            side="victim",
            role="party",
            assisted=False,
            sign_pk=who.sign_pk,
            box_pk=who.box_pk,
            invite_hash="A" * 43,
        )


def test_entries_are_filled_up_to_a_multiple_of_eight() -> None:
    for people in range(10):
        documents = [entry(person("Somebody")) for _ in range(people)]
        filled = members.fill(documents)
        assert len(filled) % 8 == 0
        assert 0 <= len(filled) - people < 8
        assert members.fill(filled)[:people] == documents
