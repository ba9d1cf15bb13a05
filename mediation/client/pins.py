"""What this person's clients have verified before, in their own memory: the newest of every chain, never set back.

Whatever the server hands out later must contain what is pinned here. The document's form is `protocol.pins`'.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mediation.client.own_memory import Document, OwnMemory
from mediation.protocol import pins

NAME: Final = "pins"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Pins:
    """The pins document of an account, read when it is first needed and written through."""

    def __init__(self, memory: OwnMemory) -> None:
        self._memory = memory
        self._document: Document | None = None

    @property
    def value(self) -> dict[str, Any]:
        """The document, empty for somebody who has none. Raises `bad-pins` and what `OwnMemory.read` raises."""
        if self._document is None:
            self.reload()
        assert self._document is not None
        return pins.empty() if self._document.value is None else dict(self._document.value)

    @property
    def revision(self) -> int:
        """The document's revision, 0 for none."""
        assert self._document is not None or self.value
        return 0 if self._document is None else self._document.revision

    def reload(self) -> None:
        """Read it anew from the server."""
        found = self._memory.read(NAME)
        if found.value is not None:
            pins.check(found.value)
        self._document = found

    def keep(self, change: Change) -> None:
        """Store what `change` makes of the document, if that is anything new; again if another device was faster."""
        if change(self.value) != self.value:
            self._document = self._memory.change(NAME, lambda value: pins.check(change(value or pins.empty())))

    def write(self, change: Change) -> None:
        """Store what `change` makes of the document under exactly the next revision.

        Raises ApiError 409 `memory-conflict` if another device was faster.
        """
        self._document = self._memory.write(NAME, self.revision + 1, pins.check(change(self.value)))


def newer(kept: Mapping[str, Any] | None, found: Mapping[str, Any]) -> dict[str, Any]:
    """The one with the higher `seq`; of two with the same, the one that was kept."""
    return dict(kept) if kept is not None and kept["seq"] >= found["seq"] else dict(found)
