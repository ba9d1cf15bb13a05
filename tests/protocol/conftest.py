"""Hypothesis on a busy machine: no time limit for one example, and the same examples on every run."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
