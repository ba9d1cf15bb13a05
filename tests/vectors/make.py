"""Write the shared test vectors: `python -m tests.vectors.make` from the project's root.

The committed JSON is what both languages must agree with; a test holds that this program still writes exactly that. One
vector stands on one line, so that a change shows as a change of one line.
"""

import json
from pathlib import Path
from types import ModuleType
from typing import Final

from tests.vectors import (
    make_authority,
    make_bundle,
    make_case,
    make_checkpoint,
    make_consistency,
    make_counting,
    make_decisions,
    make_documents,
    make_encoding,
    make_entering,
    make_envelope,
    make_forms,
    make_handing_in,
    make_invitation_secret,
    make_joining,
    make_kept,
    make_letters,
    make_log,
    make_members,
    make_memory,
    make_notes,
    make_opening,
    make_padding,
    make_passphrase,
    make_primitives,
    make_reading,
    make_signing,
    make_statements,
    make_steps,
    make_text,
    make_tree,
    make_words,
)

FOLDER: Final = Path(__file__).parent

MODULES: Final[dict[str, ModuleType]] = {
    "authority": make_authority,
    "bundle": make_bundle,
    "case": make_case,
    "checkpoint": make_checkpoint,
    "consistency": make_consistency,
    "counting": make_counting,
    "decisions": make_decisions,
    "documents": make_documents,
    "encoding": make_encoding,
    "entering": make_entering,
    "envelope": make_envelope,
    "forms": make_forms,
    "handing_in": make_handing_in,
    "invitation_secret": make_invitation_secret,
    "joining": make_joining,
    "kept": make_kept,
    "letters": make_letters,
    "log": make_log,
    "members": make_members,
    "memory": make_memory,
    "notes": make_notes,
    "opening": make_opening,
    "padding": make_padding,
    "passphrase": make_passphrase,
    "primitives": make_primitives,
    "reading": make_reading,
    "signing": make_signing,
    "statements": make_statements,
    "steps": make_steps,
    "text": make_text,
    "tree": make_tree,
    "words": make_words,
}
"""Each has `ABOUT`, a sentence, and `vectors()`, the list."""

FORM: Final = (
    " Bytes are hexadecimal: every input whose name ends in _hex, and every output or part of one that is bytes."
    " `expect` is success or the code of the refusal."
)


def file_text(module: str) -> str:
    """The whole text of one file of vectors."""
    lines = [_line(vector) for vector in MODULES[module].vectors()]
    return f'{{\n"about": {_line(MODULES[module].ABOUT + FORM)},\n"vectors": [\n' + ",\n".join(lines) + "\n]\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, separators=(", ", ": "))


def main() -> None:
    """Write every file."""
    for module in MODULES:
        (FOLDER / f"{module}.json").write_text(file_text(module), encoding="utf-8")


if __name__ == "__main__":
    main()
