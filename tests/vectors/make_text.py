"""Vectors of `text`: characters that hide, reorder or control."""

from typing import Final

from tests.vectors.builder import Vector, known, refuse

ABOUT: Final = "Which characters a letter may hold, and how the others are named where they stand."

REFUSED: Final = {
    "a zero": "\0",
    "a bell": "\a",
    "a backspace": "\b",
    "a vertical tab": "\v",
    "a form feed": "\f",
    "a carriage return": "\r",
    "an escape": "\x1b",
    "a unit separator": "\x1f",
    "a delete": "\x7f",
    "a next line": "\x85",
    "the last control character": "\x9f",
    "a left-to-right embedding": "\u202a",
    "a right-to-left embedding": "\u202b",
    "a pop of an embedding": "\u202c",
    "a left-to-right override": "\u202d",
    "a right-to-left override": "\u202e",
    "a left-to-right isolate": "\u2066",
    "a right-to-left isolate": "\u2067",
    "a first strong isolate": "\u2068",
    "a pop of an isolate": "\u2069",
    "the first tag character": "\U000e0000",
    "a language tag": "\U000e0001",
    "a tag letter": "\U000e0061",
    "the last tag character": "\U000e007f",
    "a lone high surrogate": "\ud800",
    "a lone low surrogate": "\udfff",
}

ALLOWED: Final = {
    "nothing": "",
    "a line feed and a tab": "Dear\n\tyou",
    "letters with accents": "né, A\u030a",
    "Arabic with direction marks": "\u061c\u0645\u0631\u062d\u0628\u0627\u200f",
    "a left-to-right mark": "a\u200eb",
    "joined emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "no-break and narrow spaces": "10\u00a0000\u202f€",
    "line and paragraph separators": "a\u2028b\u2029",
    "a soft hyphen": "a\u00adb",
    "beside the refused ranges": "\u00a0\u2029\u202f\u2065\u206a\U000e0080\ud7ff\ue000",
}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    check, mark = "text.check_text", "text.mark_text"
    return [
        *(known(f"check_text: {name}", check, text, text=text) for name, text in ALLOWED.items()),
        *(refuse(f"check_text: {name} alone", check, "bad-text", text=c) for name, c in REFUSED.items()),
        *(refuse(f"check_text: {name} inside", check, "bad-text", text=f"ab{c}c") for name, c in REFUSED.items()),
        refuse("check_text: a number", check, "bad-text", text=1),
        refuse("check_text: null", check, "bad-text", text=None),
        refuse("check_text: an array", check, "bad-text", text=["a"]),
        *(
            known(f"mark_text: {name}", mark, [["ab", False], [f"U+{ord(c):04X}", True], ["c", False]], text=f"ab{c}c")
            for name, c in REFUSED.items()
        ),
        known("mark_text: nothing", mark, [], text=""),
        known("mark_text: nothing to mark", mark, [["a\n\tb", False]], text="a\n\tb"),
        known("mark_text: at both ends", mark, [["U+202E", True], ["a", False], ["U+0007", True]], text="\u202ea\a"),
        known("mark_text: each by itself", mark, [["U+202E", True], ["U+202E", True]], text="\u202e\u202e"),
        known("mark_text: an emoji is one character", mark, [["\U0001f600", False]], text="\U0001f600"),
    ]
