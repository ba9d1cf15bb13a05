"""What a start loads stays to the end, so the garbage collector need not look through it, neither then nor later.

It would look many times while some 60 MB of modules are loaded, and find nothing: a third of a cold start. What is
frozen before the processes part also stays in memory once for all of them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Nothing of what is made in here counts as garbage, ever."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
