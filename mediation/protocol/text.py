"""Text that shows what it says: characters that hide, reorder or control are refused, or named where they stand.

Refused are control characters other than line feed and tab, the bidirectional embeddings, overrides and isolates, tag
characters and lone surrogates. Direction marks (U+200E, U+200F, U+061C) stay: right-to-left languages need them.
"""

import re
from typing import Final

from mediation.protocol.errors import ProtocolError

_SUSPICIOUS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)


def check_text(text: object) -> str:
    """The text itself if every character in it may be shown as it is. Raises `bad-text`."""
    if not isinstance(text, str) or _SUSPICIOUS.search(text):
        raise ProtocolError("bad-text")
    return text


def mark_text(text: str) -> list[tuple[str, bool]]:
    """The text in fragments, each with whether it is suspicious, for showing marked what `check_text` refuses.

    A suspicious character becomes a fragment of its own that spells its code point, such as `U+202E`.
    """
    fragments: list[tuple[str, bool]] = []
    position = 0
    for found in _SUSPICIOUS.finditer(text):
        if found.start() > position:
            fragments.append((text[position : found.start()], False))
        fragments.append((f"U+{ord(found.group()):04X}", True))
        position = found.end()
    if position < len(text):
        fragments.append((text[position:], False))
    return fragments
