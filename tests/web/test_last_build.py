"""A start that finds the static files as they were reads none of them; one that finds anything else reads them all."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from mediation.web import assets, last_build
from mediation.web.assets import Assets
from mediation.web.files import Joins

JOINS = Joins({"js/worker.js": ("js/worker.js",)}, {})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, text in {"js/worker.js": "onmessage=null;", "css/x.css": "body { color: black }"}.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path / "source"


def _read_anew(source: Path, joins: Joins = JOINS) -> bool:
    """Whether the next start reads the files; what it finds is right in any case."""
    target = source.parent / "built"
    with mock.patch.object(assets, "_contents", wraps=assets._contents) as contents:
        made = Assets(source, target, compress=False, joins=joins)
    fresh = Assets(
        source, source.parent / "fresh" / str(len(list(source.parent.iterdir()))), compress=False, joins=joins
    )
    assert (made.integrity, made.build) == (fresh.integrity, fresh.build)
    assert (made.root / "css/x.css").read_bytes() == (source / "css/x.css").read_bytes()
    return bool(contents.called)


def test_files_that_are_as_they_were_are_not_read_again(source: Path) -> None:
    assert [_read_anew(source) for _ in range(3)] == [True, False, False]


def _same_size(source: Path) -> None:
    before = (source / "css/x.css").stat()
    (source / "css/x.css").write_text("body { color: white }")
    os.utime(source / "css/x.css", ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def _more(source: Path) -> None:
    (source / "js/more.js").write_text("export const more = 1;")


def _build_gone(source: Path) -> None:
    build = json.loads((source.parent / "built/last.json").read_text())["build"]
    (source.parent / "built" / build).rename(source.parent / "moved")


@pytest.mark.parametrize("change", [_same_size, _more, _build_gone])
def test_whatever_has_changed_is_noticed(source: Path, change: Callable[[Path], None]) -> None:
    assert _read_anew(source)
    change(source)
    assert _read_anew(source)
    assert not _read_anew(source)


def test_other_files_to_join_are_another_build(source: Path) -> None:
    (source / "js/late.js").write_text("export const late = 1;")
    assert _read_anew(source)
    assert _read_anew(source, joins=JOINS._replace(shared={"js/later.js": ("js/late.js",)}))


@pytest.mark.parametrize(
    "note", ["", "{", "[]", "null", '{"state": 1}', "\x00", '{"state": "x", "build": 1, "integrity": []}']
)
def test_a_note_that_is_none_is_as_if_it_were_not_there(source: Path, note: str) -> None:
    assert _read_anew(source)
    (source.parent / "built" / last_build.NAME).write_text(note)
    assert _read_anew(source)
    assert not _read_anew(source)
