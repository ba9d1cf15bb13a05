"""Templates are compiled once for all starts, and a page never waits for a place to keep them."""

import shutil
import stat
from pathlib import Path

import pytest

from mediation.app import create_app
from mediation.settings import Settings
from mediation.web.transaction import ENGINE


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nothing is compiled yet."""
    (settings.instance / "templates").unlink()
    return settings


def _sign_in_page(settings: Settings) -> str:
    app = create_app(settings)
    answer = app.test_client().get("/sign-in")
    app.extensions[ENGINE].dispose()
    assert answer.status_code == 200
    return answer.text


def _kept(directory: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mtime_ns for each in directory.iterdir()}


def test_what_one_start_has_compiled_the_next_does_not_compile_again(settings: Settings) -> None:
    first = _sign_in_page(settings)
    directory = settings.instance / "templates"
    kept = _kept(directory)
    assert kept
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert _sign_in_page(settings) == first
    assert _kept(directory) == kept


def test_a_page_comes_out_where_templates_cannot_be_kept(settings: Settings) -> None:
    app = create_app(settings)
    directory = settings.instance / "templates"
    shutil.rmtree(directory)
    assert app.test_client().get("/sign-in").status_code == 200
    assert not directory.exists()
    app.extensions[ENGINE].dispose()
