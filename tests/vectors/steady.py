"""A whole world that is the same on every run: inside `steady`, everything that libsodium draws follows from a name."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import nacl.utils
from nacl import bindings

from tests.vectors.builder import fixed_seal, seed


@contextmanager
def steady(name: str) -> Iterator[None]:
    """Random bytes and the one-time keys of sealed boxes come from `name` and a counter, within this block."""
    count = itertools.count()

    def draw(size: int) -> bytes:
        return seed(f"{name} {next(count)}", size)

    def seal(message: bytes, public_key: bytes) -> bytes:
        return fixed_seal(public_key, message, f"{name} seal {next(count)}")

    with patch.object(nacl.utils, "random", draw), patch.object(bindings, "crypto_box_seal", seal):
        yield
