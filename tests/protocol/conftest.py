"""The two cases of the tests of case statements; and Hypothesis as a busy machine needs it: no time limit for one
example, and the same examples on every run.
"""

import pytest
from hypothesis import settings

from tests.protocol.world import Agency
from tests.protocol.world_case import Case

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def agency() -> Agency:
    return Agency.found()


@pytest.fixture
def single(agency: Agency) -> Case:
    """A case of Fay alone, who may decide alone."""
    return Case.open(agency, [agency.fay])


@pytest.fixture
def double(agency: Agency) -> Case:
    """A case of Fay and Finn, who must both sign."""
    return Case.open(agency, [agency.fay, agency.finn], approvals=2)
