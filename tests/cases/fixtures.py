"""An office with one case and both sides in it, built once and copied for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cases.office import Office
from tests.cases.served import Served
from tests.protocol.world import Person, person


@dataclass(frozen=True)
class Desk:
    """One office, one case: `fay` opened it, `finn` is its other facilitator, `hana` and `rhys` are its two sides."""

    office: Office
    case: Served
    fay: Person
    finn: Person
    hana: Person
    rhys: Person


def _desk(office: Office, hana: Person, rhys: Person) -> Desk:
    agency = office.agency
    return Desk(office, office.cases[0], agency.people["fay"], agency.people["finn"], hana, rhys)


def _furnish(path: Path, approvals: int) -> Desk:
    office = Office.found(path)
    agency = office.agency
    case = Served.start(office, [agency.people["fay"], agency.people["finn"]], approvals)
    return _desk(office, case.welcome(person("Hana")), case.welcome(person("Rhys"), "person_responsible"))


@pytest.fixture(scope="session")
def first_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The case in which one approval is enough, to be copied."""
    return _furnish(tmp_path_factory.mktemp("office"), 1)


@pytest.fixture(scope="session")
def first_strict_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The case that takes two approvals, to be copied."""
    return _furnish(tmp_path_factory.mktemp("office"), 2)


@pytest.fixture
def desk(first_desk: Desk) -> Iterator[Desk]:
    """A case with two facilitators in which one approval is enough, this test's own."""
    office = first_desk.office.copy("office")
    yield _desk(office, first_desk.hana, first_desk.rhys)
    office.close()


@pytest.fixture
def strict_desk(first_strict_desk: Desk) -> Iterator[Desk]:
    """A case with two facilitators that takes two approvals, this test's own."""
    first = first_strict_desk
    office = first.office.copy("strict office")
    yield _desk(office, first.hana, first.rhys)
    office.close()
