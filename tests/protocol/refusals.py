"""One way to say in a test that something must be refused, and with which code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mediation.protocol.errors import ProtocolError


@contextmanager
def refused(code: str, detail: str | None = None) -> Iterator[None]:
    """The block must raise `ProtocolError` with this code, and this detail if one is given."""
    with pytest.raises(ProtocolError) as refusal:
        yield
    assert refusal.value.code == code
    if detail is not None:
        assert refusal.value.detail == detail
