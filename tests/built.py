"""What a server builds for itself in its instance directory, built once for all tests of this process.

None of it holds data: static files and compiled templates. Each is made of the repository alone.
"""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

NAMES: Final = ("static", "templates")


def share(instance: Path) -> None:
    """Let a server in this directory find what another has built, and build the rest for those to come."""
    for name in NAMES:
        place = instance / name
        if not place.exists():
            instance.mkdir(parents=True, exist_ok=True)
            place.symlink_to(_shared(name), target_is_directory=True)


@cache
def _shared(name: str) -> Path:
    directory = Path(mkdtemp(prefix=f"mediation-{name}-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory
