"""What the tests of one process use one after the other: directories, and the applications in them.

To make an application takes longer than most tests go on to work with it, and an engine that was used before knows its
SQL. So they stay, and all that a test may have changed is new for the next one: the database and every file but the
server's keys and what is built of the repository alone.
"""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from sqlalchemy import Engine

from mediation.app import App, create_app
from mediation.db import engine_from, import_models
from mediation.settings import Settings
from mediation.web.transaction import ENGINE
from tests import built, databases

KEPT: Final = frozenset({"keys.json", "translations"})
"""Beside what `built` has linked there."""
_apps: Final[dict[tuple[Settings, int], App]] = {}
_engines: Final[dict[Settings, Engine]] = {}


def directory(name: str) -> Path:
    """The directory of this name, without a database and as if no server had been there but for its keys."""
    found = _directory(name)
    for each in found.iterdir():
        if each.name not in KEPT and not each.is_symlink():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    return found


def copied(source: Path, name: str) -> Path:
    """The directory of this name, as `source` is now: its files and its database, at which nobody may be."""
    target = directory(name)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*built.NAMES))
    databases.copy(source, target)
    return target


@cache
def _directory(name: str) -> Path:
    made = Path(mkdtemp(prefix=f"mediation-{name}-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def app(settings: Settings, number: int = 0) -> App:
    """The application for these settings; another `number` is another process of the same server."""
    made = _apps.get((settings, number)) or create_app(settings)
    _apps[settings, number] = made
    return made


def engine(settings: Settings) -> Engine:
    """An engine for these settings, without an application."""
    import_models()
    made = _engines.get(settings) or engine_from(settings)
    _engines[settings] = made
    return made


def leave(place: Path) -> None:
    """The test is over: nobody is at the database of this directory any more, and on PostgreSQL it goes."""
    here = [made.extensions[ENGINE] for (settings, _), made in _apps.items() if settings.instance == place]
    for each in here + [made for settings, made in _engines.items() if settings.instance == place]:
        each.dispose()
    databases.drop(place)
