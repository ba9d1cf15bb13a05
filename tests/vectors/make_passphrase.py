"""Vectors of `passphrase`: keyboards differ, the keys must not."""

from typing import Final

from mediation.protocol.primitives import MEBIBYTE
from tests.vectors.builder import Vector, known, refuse, seed, success

ABOUT: Final = "Passphrases in their normal form, stretched, and the least length of one's own."

NORMAL: Final = {
    "as it is": ("six plain words", "six plain words"),
    "spaces at both ends": ("  six words \n", "six words"),
    "runs of spaces": ("six  plain   words", "six plain words"),
    "a tab and a line feed": ("six\tplain\r\nwords", "six plain words"),
    "a no-break space": ("six\u00a0words", "six words"),
    "an em space": ("six\u2003words", "six words"),
    "an ideographic space": ("six\u3000words", "six words"),
    "an ogham space": ("six\u1680words", "six words"),
    "a next line": ("six\u0085words", "six words"),
    "line and paragraph separators": ("six\u2028\u2029words", "six words"),
    "a run of different spaces": ("six \u00a0\u2009\t words", "six words"),
    "a combining accent": ("cafe\u0301 society", "café society"),
    "a ligature": ("e\ufb03cient", "efficient"),
    "fullwidth letters": ("\uff33\uff49\uff58", "Six"),
    "a superscript": ("m\u00b2", "m2"),
    "Hangul letters one by one": ("\u1112\u1161\u11ab", "\ud55c"),
    "upper case stays": ("Six WORDS", "Six WORDS"),
    "a zero-width space is no white space": ("six\u200bwords", "six\u200bwords"),
    "a byte order mark is no white space": ("\ufeffsix", "\ufeffsix"),
    "a Mongolian vowel separator is no white space": ("six\u180ewords", "six\u180ewords"),
    "emoji": ("\U0001f600 \U0001f468\u200d\U0001f469", "\U0001f600 \U0001f468\u200d\U0001f469"),
    "private use": ("a\ue000", "a\ue000"),
}

REFUSED: Final = {
    "nothing": "",
    "only spaces": " \u2003\t\n",
    "a zero": "six\0words",
    "a bell": "six\awords",
    "a backspace": "six\bwords",
    "an escape": "six\x1bwords",
    "a file separator is no white space": "six\x1cwords",
    "a unit separator at the end is no white space": "six words\x1f",
    "a delete": "six\x7fwords",
    "a C1 control": "six\x80words",
    "unassigned": "six\u0378words",
    "an unassigned one beyond the basic plane": "six\U000e0fffwords",
    "no character at all": "six\uffffwords",
    "no character at all, in Arabic": "six\ufdd0words",
    "a lone high surrogate": "six\ud800words",
    "a lone low surrogate": "six\udc00words",
}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    normalise = "passphrase.normalise"
    return [
        *(known(f"normalise: {n}", normalise, out.encode(), passphrase=typed) for n, (typed, out) in NORMAL.items()),
        *(refuse(f"normalise: {n}", normalise, "bad-passphrase", passphrase=typed) for n, typed in REFUSED.items()),
        *_derive(),
        *_own(),
    ]


def _derive() -> list[Vector]:
    derive, salt, least = "passphrase.derive", seed("salt", 16), 64 * MEBIBYTE
    usual = {"salt": salt, "opslimit": 3, "memlimit": least}
    plain = success("derive: six words", derive, passphrase="six plain words", **usual)
    return [
        plain,
        known("derive: typed with spaces", derive, plain["output"], passphrase=" six  plain\u00a0words\n", **usual),
        refuse("derive: an escape", derive, "bad-passphrase", passphrase="six\x1bwords", **usual),
        refuse("derive: 2 passes", derive, "pwhash-bounds", passphrase="six words", **usual | {"opslimit": 2}),
        refuse("derive: 17 passes", derive, "pwhash-bounds", passphrase="six words", **usual | {"opslimit": 17}),
        refuse("derive: 32 MiB", derive, "pwhash-bounds", passphrase="six words", **usual | {"memlimit": least // 2}),
        refuse("derive: 512 MiB", derive, "pwhash-bounds", passphrase="six words", **usual | {"memlimit": least * 8}),
        refuse(
            "derive: a salt of 15 bytes", derive, "bad-length", passphrase="six words", **usual | {"salt": salt[1:]}
        ),
    ]


def _own() -> list[Vector]:
    check, short = "passphrase.check_own_passphrase", "passphrase-too-short"
    return [
        known("own: 16 characters", check, None, passphrase="sixteen letters!"),
        known("own: 16 characters beyond the basic plane", check, None, passphrase="\U0001f600" * 16),
        known("own: longer once written out", check, None, passphrase="e\ufb03cient letters"),
        refuse("own: 15 characters", check, short, passphrase="fifteen letters"),
        refuse("own: 15 characters and spaces", check, short, passphrase="  fifteen   letters "),
        refuse("own: 15 characters beyond the basic plane", check, short, passphrase="\U0001f600" * 15),
        refuse("own: shorter once composed", check, short, passphrase="e\u0301" * 15),
        refuse("own: nothing", check, "bad-passphrase", passphrase=""),
        refuse("own: an escape", check, "bad-passphrase", passphrase="sixteen letters \x1b"),
    ]
