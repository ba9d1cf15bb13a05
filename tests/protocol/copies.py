"""A world that takes long to make is made once; every test gets a copy, to do with as it likes."""

import copy
import functools
from collections.abc import Callable
from typing import Any, TypeVar

World = TypeVar("World")


@functools.cache
def _made(make: Callable[..., Any], *args: Any) -> Any:
    return make(*args)


def copied(make: Callable[..., World], *args: Any) -> World:
    """What `make(*args)` gives, this test's own."""
    found: World = copy.deepcopy(_made(make, *args))
    return found
