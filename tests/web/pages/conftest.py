"""The small agency of the client's tests: two people on two sides, at the real application."""

from tests.client.conftest import founded, world

__all__ = ["founded", "world"]
