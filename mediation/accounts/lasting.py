"""Lists that nobody changes: made once from bytes that a hash stands for, and remembered with what they are written as.
"""

from typing import Any


class Lasting(list[Any]):
    """A list to be read only. `text`: how a page writes it, once that is known."""

    __slots__ = ("text",)

    def __init__(self, values: list[Any]) -> None:
        super().__init__(values)
        self.text: str | None = None
