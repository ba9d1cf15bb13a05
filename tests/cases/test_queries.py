"""Somebody else's case is not there: every kind of person looks for a case that is theirs, and one that is not."""

import pytest

from mediation.access import ANYONE, SYSTEM, Actor
from mediation.cases import listing, queries
from mediation.cases.anchors import leaves
from mediation.errors import NotFound
from tests.cases.fixtures import Desk
from tests.cases.served import Served
from tests.protocol.world import DAY, NOW, person


def _actors(desk: Desk) -> dict[str, Actor]:
    people = desk.office.agency.people
    staff = {name: desk.office.actor(people[name]) for name in ("fay", "finn", "flo", "sue", "ada")}
    elsewhere = {"elsewhere": Actor("staff", "a", "B" * 22, people["sue"].id, roles=frozenset({"supervisor"}))}
    participants = {"hana": desk.case.actor(desk.hana), "nobody": desk.case.actor(person("Nobody"))}
    return {**staff, **elsewhere, **participants, "anyone": ANYONE, "system": SYSTEM}


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("fay", True, False),
        ("finn", True, False),
        ("flo", False, True),
        ("sue", True, True),
        ("ada", True, True),
        ("hana", True, False),
        ("nobody", False, False),
        ("elsewhere", False, False),
        ("anyone", False, False),
        ("system", True, True),
    ],
)
def test_a_case_is_found_by_its_own_people_and_those_who_oversee(desk: Desk, name: str, own: bool, other: bool) -> None:
    second = Served.start(desk.office, [desk.office.agency.people["flo"]])
    actor = _actors(desk)[name]
    for case, visible in ((desk.case, own), (second, other)):
        if visible:
            assert desk.office.see(queries.case_for, actor, case.case_id).case_id == case.case_id
        else:
            with pytest.raises(NotFound):
                desk.office.see(queries.case_for, actor, case.case_id)


def test_a_case_that_does_not_exist_is_not_found_by_anybody(desk: Desk) -> None:
    for actor in _actors(desk).values():
        for case_id in ("A" * 22, None):
            with pytest.raises(NotFound):
                desk.office.see(queries.case_for, actor, case_id)


def test_a_list_has_one_s_own_cases_only(desk: Desk) -> None:
    second = Served.start(desk.office, [desk.office.agency.people["flo"]])
    both = [second.case_id, desk.case.case_id]
    expected = {"fay": both[1:], "flo": both[:1], "sue": both, "ada": both, "elsewhere": []}
    for name, ids in expected.items():
        found = desk.office.see(listing.page, _actors(desk)[name])
        assert [case.case_id for case in found] == ids, name


def test_a_member_of_another_case_is_not_found_in_this_one(desk: Desk) -> None:
    second = Served.start(desk.office, [desk.fay])
    with pytest.raises(NotFound):
        desk.office.see(queries.member_of, second.row, desk.hana.id)
    assert desk.office.see(queries.member_of, desk.case.row, desk.hana.id).participant_id == desk.hana.id


def test_the_next_roster_anchors_every_case(desk: Desk) -> None:
    second = Served.start(desk.office, [desk.fay])
    agency_id = desk.office.agency.agency_id
    expected = {desk.case.case_id: desk.case.row.anchor_hash, second.case_id: second.row.head_hash}
    assert desk.office.see(leaves, agency_id) == expected
    desk.office.issue(NOW + DAY)
    desk.case.now = NOW + DAY
    desk.case.renew()
    assert desk.case.head().lapse is None
