"""Which characters may be shown: the whole of Unicode, one by one."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import text
from mediation.protocol.errors import ProtocolError

BIDIRECTIONAL = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def may_be_shown(character: str) -> bool:
    if unicodedata.category(character) in {"Cc", "Cs"}:
        return character in "\n\t"
    return unicodedata.bidirectional(character) not in BIDIRECTIONAL and not 0xE0000 <= ord(character) <= 0xE007F


def test_exactly_controls_surrogates_tags_and_bidirectional_formatting_are_refused() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        try:
            text.check_text(character)
        except ProtocolError:
            assert not may_be_shown(character), f"U+{number:04X}"
        else:
            assert may_be_shown(character), f"U+{number:04X}"


@given(st.text(st.characters() | st.sampled_from("\u202e\ud800\U000e0041\0")))
def test_what_is_marked_can_be_shown_and_the_rest_is_as_it_was(content: str) -> None:
    fragments = text.mark_text(content)
    for fragment, _ in fragments:
        assert fragment
        assert text.check_text(fragment) == fragment
    back = "".join(chr(int(part[2:], 16)) if suspicious else part for part, suspicious in fragments)
    assert back == content
