"""The desks of `tests.cases.fixtures`, and hypothesis without a time limit for one example."""

from hypothesis import settings

from tests.cases.fixtures import desk, first_desk, first_strict_desk, strict_desk

__all__ = ["desk", "first_desk", "first_strict_desk", "strict_desk"]

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
