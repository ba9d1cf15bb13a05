"""What somebody hands in as a transcript and is none: a clear refusal with a stable code, never a stack trace."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mediation.protocol.encoding import canonical
from mediation.transcripts import form
from mediation.transcripts.form import FORMAT, UnreadableError, load, parse
from tests.transcripts.scene import Document, Scene


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableError) as error:
        parse(data)
    assert str(error.value).startswith(form.SENTENCES[error.value.code])
    return error.value.code


def test_what_is_not_in_its_one_spelling(scene: Scene) -> None:
    data = canonical(scene.letters)
    for other in (
        b"",
        b"{",
        data[:-1],
        data[: len(data) // 2],
        data + b"\n",
        b"\xef\xbb\xbf" + data,
        data.replace(b'"about":null', b'"about":null,"about":null'),
        data.replace(b'"log":0', b'"log":0.0', 1),
        data.replace(b'"log":0', b'"log":1e0', 1),
        data.replace(b'"log":0', b'"log":' + b"9" * 6000, 1),
        data.replace(b'"about":null', b'"about":NaN'),
        data.replace(b'"about":', b' "about":'),
        data.replace(b"mediation-transcript", b"mediation\\u002dtranscript"),
        data.replace(b"mediation-transcript", b"\xff"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"PK\x03\x04 a zip file",
    ):
        assert refused(other) == "transcript-not-canonical"


def test_what_is_something_else() -> None:
    values: list[Any] = [None, [], "text", {}, {"format": "mediation-transcript/v2"}, {"format": [FORMAT]}]
    for value in values:
        assert refused(canonical(value)) == "transcript-other-version"


def at(*path: str | int) -> Callable[[Document, Any], None]:
    """Puts a value there."""

    def put(document: Document, value: Any) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        if value is MISSING:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return put


MISSING = object()
PLACES: list[tuple[str | int, ...]] = [
    ("about",),
    ("agency",),
    ("rosters",),
    ("case",),
    ("case", "case_id"),
    ("case", "nonce"),
    ("case", "statements"),
    ("documents",),
    ("documents", 0),
    ("letters",),
    ("letters", 0, "message"),
    ("letters", 0, "content"),
    ("letters", 0, "content", "text"),
    ("letters", 0, "content", "lang"),
    ("letters", 0, "content", "ciphertext"),
    ("letters", 0, "content", "key"),
    ("releases",),
    ("releases", 0, "decision"),
    ("releases", 0, "note", "block"),
    ("name_key",),
    ("heads",),
    ("heads", 0, "note"),
    ("heads", 0, "published", "proof"),
    ("events",),
    ("events", 0, "log"),
    ("events", 0, "index"),
    ("events", 0, "opening"),
    ("events", 0, "proof", 0),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_what_has_another_form(scene: Scene, place: tuple[str | int, ...]) -> None:
    for value in (True, 7, ["A"], {"a": 1}) if isinstance(place[-1], str) else (True, "A", 7):
        document = deepcopy(scene.letters)
        if place[-1] in ("log", "index") and value == 7 and value is not True:
            continue
        at(*place)(document, value)
        if place[-1] in ("message", "decision") and isinstance(value, dict):
            assert scene.check(document).findings
        else:
            assert refused(canonical(document)) == "transcript-bad-form"
    document = deepcopy(scene.letters)
    document["more"] = 1
    assert refused(canonical(document)) == "transcript-bad-form"


@pytest.mark.parametrize("place", [each for each in PLACES if isinstance(each[-1], str)])
def test_what_lacks_something(scene: Scene, place: tuple[str | int, ...]) -> None:
    document = deepcopy(scene.letters)
    at(*place)(document, MISSING)
    assert refused(canonical(document)) == "transcript-bad-form"


@pytest.mark.parametrize("part", ["agency", "rosters"])
@pytest.mark.parametrize("value", [{}, {"payload": 1, "payloadType": [], "signatures": {}}])
def test_an_envelope_that_is_none_is_found(scene: Scene, part: str, value: Document) -> None:
    document = deepcopy(scene.letters)
    document[part][0] = value
    assert [each.code for each in scene.check(document).findings] == ["bad-envelope"]


def test_nothing_is_read_beyond_the_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "LARGEST", 100)
    (tmp_path / "large").write_bytes(b"[" * 101)
    with pytest.raises(UnreadableError) as error:
        load(tmp_path / "large")
    assert error.value.code == "transcript-too-large"
    (tmp_path / "small").write_bytes(b"[" * 100)
    with pytest.raises(UnreadableError) as error:
        load(tmp_path / "small")
    assert error.value.code == "transcript-not-canonical"


@pytest.mark.parametrize("name", ["nothing", "."])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableError) as error:
        load(tmp_path / name)
    assert error.value.code == "transcript-missing"
