"""Texts with a structure, such as what the other side is called, are told from plain prose by their first line.

`mediation-document/v1 <name>` LF, then the value in RFC 8785 form. They travel as the text of a note or a private.
"""

import re
from typing import Any, Final

from mediation.protocol.encoding import canonical, parse_canonical
from mediation.protocol.errors import ProtocolError

_FIRST_LINE: Final = re.compile(r"mediation-document/v1 ([a-z-]{1,40})\n", re.ASCII)


def to_text(name: str, value: object) -> str:
    """The text of a structured document; `name` is 1 to 40 lower-case letters and hyphens. Raises `bad-field`."""
    first_line = f"mediation-document/v1 {name}\n"
    if not _FIRST_LINE.fullmatch(first_line):
        raise ProtocolError("bad-field", "name")
    return first_line + canonical(value).decode("utf-8")


def from_text(text: str) -> tuple[str, Any] | None:
    """The name and value of a structured document, None for prose. Raises `not-canonical`."""
    found = _FIRST_LINE.match(text)
    return None if found is None else (found[1], parse_canonical(text[found.end() :].encode("utf-8")))
