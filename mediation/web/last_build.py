"""What was built of the static files last, so that a start that finds them unchanged need not read them again.

Reading, joining and hashing all of them takes a tenth of a cold start. `instance/static/last.json` says what the files
looked like (name, size, time of the last change) and the integrity that came of them; whatever is wrong with it, it is
as if it were not there.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

NAME: Final = "last.json"
MAKERS: Final = tuple(Path(__file__).with_name(name) for name in ("assets.py", "files.py", "joined.py"))


def state(paths: Iterable[Path], how: Any) -> str:
    """A hash of what these files look like, and of what makes a build of them: our code, and `how` as JSON."""
    seen = [[str(path), (found := path.stat()).st_size, found.st_mtime_ns] for path in sorted([*paths, *MAKERS])]
    return hashlib.sha256(json.dumps([seen, how, version("rjsmin")]).encode()).hexdigest()


def read(target: Path, wanted: str) -> dict[str, str] | None:
    """The integrity by name of what was built of files in this state, if it is still there."""
    try:
        last = json.loads((target / NAME).read_text("utf-8"))
        found, root, integrity = last["state"], target / last["build"], dict(last["integrity"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return integrity if found == wanted and root.is_dir() else None


def note(target: Path, found: str, root: Path, integrity: Mapping[str, str]) -> None:
    """Keep what was built, whole or not at all."""
    last = {"state": found, "build": root.name, "integrity": integrity}
    with NamedTemporaryFile("w", dir=target, encoding="utf-8", delete=False) as draft:
        json.dump(last, draft)
    Path(draft.name).replace(target / NAME)
