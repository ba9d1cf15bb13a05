"""Node, as the set-up installed it: beside this Python, and able to load libsodium as browsers do."""

import shutil
import sysconfig
from pathlib import Path
from typing import Final

_FOUND = shutil.which("node", path=sysconfig.get_path("scripts"))
assert _FOUND, "node comes with the set-up: make setup-test"
NODE: Final = _FOUND
LOADING: Final = (NODE, "--import", str(Path(__file__).parent / "js" / "file_fetch.mjs"))
"""The beginning of a command that runs modules of ours with the cryptography."""
