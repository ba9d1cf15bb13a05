"""Vectors of `notes`: the examples of C2SP `signed-note`, and notes and keys that are not quite like them."""

import hashlib
from typing import Any, Final

from mediation.protocol import notes
from mediation.protocol.primitives import sign, sign_public_key
from tests.vectors.builder import Vector, known, refuse, seed, success

ABOUT: Final = "Signed notes of C2SP `signed-note`."

EXAMPLE_KEY: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE: Final = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
POEM: Final = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore"
    " NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
_NAME: Final = "mediation.example/audit/1"
_TEXT: Final = "One line.\n\nAnother, with an é.\n"


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_examples(), *_read(), *_not_read(), *_keys(), *_signatures()]


def key_text(name: str, holder: str, type_: int = notes.ED25519) -> str:
    """The verifier key of somebody's seed."""
    return notes.verifier_key(name, seed(holder), type_).text


def signed(text: str, *lines: str) -> str:
    """A note of any text and lines, whether they hold or not."""
    return f"{text}\n{''.join(lines)}"


def line(text: str = _TEXT, name: str = _NAME, holder: str = "log") -> str:
    """Somebody's true line, even under a text and a name that no note can hold."""
    key = notes.VerifierKey(name, notes.ED25519, sign_public_key(seed(holder)))
    return notes.Signature(name, key.id, sign(seed(holder), text.encode())).line


def _examples() -> list[Vector]:
    return [
        success("parse: the example", "notes.parse", note=EXAMPLE),
        success("parse: a poem with an empty line in it", "notes.parse", note=POEM),
        success("parse_key: the example", "notes.parse_key", text=EXAMPLE_KEY),
        known("verified: the example", "notes.verified", None, note=EXAMPLE, keys=[EXAMPLE_KEY]),
    ]


def _read() -> list[Vector]:
    empty = notes.Signature(_NAME, bytes(4), b"x").line
    cases = {
        "empty lines at the end of the text": signed("Text.\n\n\n", line()),
        "a signature of one byte": signed(_TEXT, empty),
        "a line that looks like a signature within the text": signed(signed(_TEXT, line()), line()),
        "32 signatures": signed(_TEXT, *[line()] * 32),
        "a name of 255 letters": signed(_TEXT, line(name="n" * 255)),
        "a name beyond ASCII": signed(_TEXT, line(name="médiation\ufeff\u200b😀")),
        "a delete character in the text": signed("\x7f\x80\u2028\n", line()),
    }
    return [success(f"parse: {name}", "notes.parse", note=note) for name, note in cases.items()]


def _not_read() -> list[Vector]:
    good = signed(_TEXT, line())
    whole = line().removesuffix("\n")
    _, name, code = whole.split(" ")
    cases: dict[str, Any] = {
        "nothing": "",
        "null": None,
        "a number": 7,
        "a list": [good],
        "a newline alone": "\n",
        "two newlines alone": "\n\n",
        "no text": "\n\n" + line(),
        "no empty line": f"Text.\n{line()}",
        "no signature": "Text.\n\n",
        "a text alone": "Text.\n",
        "no newline at the end": good[:-1],
        "a space at the end": f"{good} ",
        "a letter for the last newline": f"{good[:-1]}x",
        "an empty line at the end": f"{good}\n",
        "a text behind the signatures": f"{good}Text.\n",
        "a text between the signatures": signed(_TEXT, line(), "Text.\n", line()),
        **{f"a control character {code:#04x} in the text": _controlled(code) for code in (0, 8, 9, 11, 13, 27, 31)},
        "a control character in a signature": signed(_TEXT, f"{whole}\t\n"),
        "carriage returns": good.replace("\n", "\r\n"),
        "half of a pair of surrogates": signed("\ud800\n", line()),
        "half of a pair of surrogates in a name": signed(_TEXT, f"— \udfff {code}\n"),
        "a hyphen for the dash": signed(_TEXT, f"- {name} {code}\n"),
        "an en dash for the dash": signed(_TEXT, f"– {name} {code}\n"),
        "a doubled dash": signed(_TEXT, f"—— {name} {code}\n"),
        "a doubled dash with a space": signed(_TEXT, f"— — {name} {code}\n"),
        "no dash": signed(_TEXT, f"{name} {code}\n"),
        "no space behind the dash": signed(_TEXT, f"—{name} {code}\n"),
        "two spaces behind the dash": signed(_TEXT, f"—  {name} {code}\n"),
        "another space behind the dash": signed(_TEXT, f"—\u00a0{name} {code}\n"),
        "a space before the dash": signed(_TEXT, f" — {name} {code}\n"),
        "two spaces before the signature": signed(_TEXT, f"— {name}  {code}\n"),
        "a space behind the signature": signed(_TEXT, f"{whole} \n"),
        "a name alone": signed(_TEXT, f"— {name}\n"),
        "a name and nothing": signed(_TEXT, f"— {name} \n"),
        "no name": signed(_TEXT, f"—  {code}\n"),
        "a plus in the name": signed(_TEXT, line(name="a+b")),
        "a space of another kind in the name": signed(_TEXT, line(name="a\u00a0b")),
        "a line separator in the name": signed(_TEXT, line(name="a\u2028b")),
        "a next-line character in the name": signed(_TEXT, line(name="a\u0085b")),
        "a name of 256 letters": signed(_TEXT, line(name="n" * 256)),
        "33 signatures": signed(_TEXT, *[line()] * 33),
        "a byte more than a note holds, in as many characters": _of_bytes(64 * 1024 + 1),
        "an id alone": signed(_TEXT, f"— {name} {notes.encode(bytes(4))}\n"),
        "half an id": signed(_TEXT, f"— {name} {notes.encode(bytes(2))}\n"),
        **{f"base64 {how}": signed(_TEXT, f"— {name} {each}\n") for how, each in _spoilt(code).items()},
    }
    return [refuse(f"parse: {name}", "notes.parse", "bad-note", note=note) for name, note in cases.items()]


def _of_bytes(size: int) -> str:
    rest = signed("é\n", line())
    return "t" * (size - len(rest.encode())) + rest


def _controlled(code: int) -> str:
    text = f"Text{chr(code)}.\n"
    return signed(text, line(text))


def _spoilt(code: str) -> dict[str, str]:
    """Other spellings of base64: of 68 bytes, so that there is one `=`, and bits that no byte has."""
    url = code.replace("+", "-").replace("/", "_")
    bits = code[:-2] + chr(ord(code[-2]) + 1) + "="
    return {
        "for addresses": url if url != code else f"-{code[1:]}",
        "without its padding": code.rstrip("="),
        "with more padding": f"{code}=",
        "with padding for four": f"{code}====",
        "with padding within": f"{code[:4]}={code[5:]}",
        "with bits that no byte has": bits,
        "with a character missing": code[1:],
        "beyond ASCII": f"é{code[1:]}",
    }


def _keys() -> list[Vector]:
    good = key_text(_NAME, "log")
    name, id_, material = good.split("+", 2)
    cosigner = notes.VerifierKey(_NAME, notes.COSIGNATURE, sign_public_key(seed("log")))
    cases = {
        "nothing": "",
        "a name alone": name,
        "no key": f"{name}+{id_}",
        "an empty key": f"{name}+{id_}+",
        "no name": f"+{id_}+{material}",
        "another id": f"{name}+{int(id_, 16) ^ 1:08x}+{material}",
        "another name": f"x{good}",
        "an id in capitals": f"{name}+{id_.upper()}+{material}",
        "an id of six digits": f"{name}+{id_[:6]}+{material}",
        "an id of ten digits": f"{name}+{id_}00+{material}",
        "a space in the name": _spelled(notes.VerifierKey("a b", notes.ED25519, sign_public_key(seed("log")))),
        "a control character in the name": _spelled(_named("a\x1cb")),
        "half of a pair of surrogates in the name": good.replace("m", "\ud800", 1),
        "half of a pair of surrogates in a name that the key was made for": _replaced("a\ud800"),
        "a plus in the name": _spelled(_named("a+b")),
        "a name of 256 letters": _spelled(_named("n" * 256)),
        "a newline at the end": f"{good}\n",
        "a space in front": f" {good}",
        "a key of another type": _spelled(notes.VerifierKey(_NAME, 2, sign_public_key(seed("log")))),
        "a key of no type": _spelled(notes.VerifierKey(_NAME, 0, sign_public_key(seed("log")))),
        "a key of 31 bytes": _spelled(notes.VerifierKey(_NAME, 1, sign_public_key(seed("log"))[:31])),
        "a key of 33 bytes": _spelled(notes.VerifierKey(_NAME, 1, sign_public_key(seed("log")) + b"x")),
        "a type alone": _spelled(notes.VerifierKey(_NAME, 1, b"")),
        "a key with padding": f"{good}=",
        "a key of one character": f"{name}+{id_}+A",
        "the id of the key for another type": cosigner.text.replace(cosigner.text.split("+", 2)[2], material),
    }
    read = {
        "a log's": good,
        "a witness's": cosigner.text,
        "a name of 255 letters": _spelled(_named("n" * 255)),
        "a name beyond ASCII": _spelled(_named("médiation\ufeff😀")),
    }
    return [
        *(success(f"parse_key: {name}", "notes.parse_key", text=text) for name, text in read.items()),
        *(refuse(f"parse_key: {n}", "notes.parse_key", "bad-verifier-key", text=t) for n, t in cases.items()),
    ]


def _named(name: str) -> notes.VerifierKey:
    return notes.VerifierKey(name, notes.ED25519, sign_public_key(seed("log")))


def _spelled(key: notes.VerifierKey) -> str:
    return key.text


def _replaced(name: str) -> str:
    """A key with an id as of the name that is written where the half pair cannot be."""
    key = _named(name.encode("utf-8", "replace").decode().replace("?", "\ufffd"))
    return key.text.replace("\ufffd", "\ud800")


def _signatures() -> list[Vector]:
    log, new = key_text(_NAME, "log"), key_text(_NAME, "new log")
    stranger, other = line(name="stranger.example"), line(holder="new log")
    swapped = notes.Signature(_NAME, _named(_NAME).id, sign(seed("new log"), _TEXT.encode())).line
    moved = line().replace(f" {_NAME} ", " stranger.example ")
    cut = notes.Signature(_NAME, _named(_NAME).id, sign(seed("log"), _TEXT.encode())[:63]).line
    longer = notes.Signature(_NAME, _named(_NAME).id, bytes(65)).line
    holds = {
        "one key": ([line()], [log]),
        "a key that has signed twice": ([line(), line()], [log]),
        "a key among unknown ones": ([stranger, line(), other], [log]),
        "one of two keys": ([line()], [new, log]),
        "both of two keys of one name": ([line(), other], [log, new]),
        "an unknown line that does not verify": ([moved, line()], [log]),
    }
    unsigned = {
        "no key": ([line()], []),
        "another name with the same id": ([moved], [log]),
        "the same name with another id": ([other], [log]),
        "an unknown key": ([stranger], [log, new]),
        "a key of another type": ([line()], [key_text(_NAME, "log", notes.COSIGNATURE)]),
    }
    wrong = {
        "a bit of the signature flipped": ([_flipped(line())], [log]),
        "another text": ([line("Another text.\n")], [log]),
        "a text without its last empty line": ([line(_TEXT.rstrip("\n"))], [log]),
        "a signature by another key under this id": ([swapped], [log]),
        "a signature of 63 bytes": ([cut], [log]),
        "a signature of 65 bytes": ([longer], [log]),
        "a wrong line before a right one": ([swapped, line()], [log]),
        "a wrong line behind a right one": ([line(), swapped], [log]),
        "a wrong line of one of two keys": ([swapped, other], [log, new]),
    }
    operation, unverified = "notes.verified", "note-signature-wrong"
    return [
        *(known(f"verified: {name}", operation, None, **_given(*each)) for name, each in holds.items()),
        *(refuse(f"verified: {name}", operation, "note-unsigned", **_given(*each)) for name, each in unsigned.items()),
        *(refuse(f"verified: {name}", operation, unverified, **_given(*each)) for name, each in wrong.items()),
        refuse("verified: the example, altered", operation, unverified, **_altered()),
        refuse("verified: the poem under a key of its name", operation, "note-unsigned", **_poem()),
    ]


def _given(lines: list[str], keys: list[str]) -> dict[str, Any]:
    return {"note": signed(_TEXT, *lines), "keys": keys}


def _altered() -> dict[str, Any]:
    return {"note": EXAMPLE.replace("message.", "message!"), "keys": [EXAMPLE_KEY]}


def _poem() -> dict[str, Any]:
    return {"note": POEM, "keys": [key_text("quasimodo.example/salvatore", hashlib.sha256(b"poem").hexdigest())]}


def _flipped(text: str) -> str:
    head, code = text.rstrip("\n").rsplit(" ", 1)
    data = notes.decode(code)
    return f"{head} {notes.encode(data[:40] + bytes([data[40] ^ 1]) + data[41:])}\n"
