"""Gathers every sentence that people can read into one file, for a practitioner to review and change.

    python -m mediation.web.catalogue

brings `translations/en/LC_MESSAGES/messages.po` up to date and keeps what was changed there: a sentence is changed by
writing another one after its `msgstr`; where that is empty, people read it as it is. Sentences stand in templates and
Python as `_()`, in scripts as `gettext()` and `WorkerError()`, and in the tables named in `TABLES`: refusals, what is
recorded, and what texts are for.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from mediation.settings import ROOT

PO: Final = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
TABLES_METHOD: Final = "mediation.web.catalogue:tables"
TABLES: Final = frozenset({"CODES", "KINDS", "SENTENCES", "WHAT"})
KEYWORDS: Final[dict[str, Any]] = {"_": None, "gettext": None, "ngettext": (1, 2), "WorkerError": (2,)}
SOURCES: Final = (
    ("templates", "**/*.html", "jinja2.ext:babel_extract"),
    ("mediation/web", "**/*.py", "python"),
    ("mediation", "errors.py", TABLES_METHOD),
    ("mediation/ledger", "vocabulary.py", TABLES_METHOD),
    ("mediation/protocol", "errors.py", TABLES_METHOD),
    ("mediation/sms", "wordings.py", TABLES_METHOD),
    ("static/js/pages", "*.js", "javascript"),
    ("static/js/page", "*.js", "javascript"),
    ("static/js/crypto", "*.js", "javascript"),
)


def tables(file: IO[bytes], keywords: object, comment_tags: object, options: object) -> Iterator[tuple[Any, ...]]:
    """For babel: the sentences of a module's tables."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.AnnAssign) or getattr(node.target, "id", None) not in TABLES:
            continue
        if isinstance(node.value, ast.Dict):
            for value in node.value.values:
                yield value.lineno, "_", ast.literal_eval(value), []


def _found() -> Iterator[tuple[str, Any]]:
    for directory, pattern, method in SOURCES:
        for path in sorted((ROOT / directory).glob(pattern)):
            for _line, message, _comments, _context in _extracted(path, method):
                yield path.relative_to(ROOT).as_posix(), message


def _extracted(path: Path, method: str) -> Iterable[tuple[Any, ...]]:
    options = {"trimmed": "true", "silent": "false"} if method.startswith("jinja2") else {}
    return extract_from_file(method, path, KEYWORDS, (), options)


def gather() -> Catalog:
    """Every sentence, with the files that it stands in."""
    catalog = Catalog(locale="en")
    for name, message in _found():
        catalog.add(message, locations=[(name, 0)])
    return catalog


def known() -> Catalog:
    """The file as it is: every sentence that was gathered last time, and what is read instead of it."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def main() -> None:
    """Bring the file up to date. Without dates and line numbers: it changes only when a sentence does."""
    catalog = known() if PO.exists() else Catalog(locale="en")
    catalog.update(gather(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False, omit_header=True)


if __name__ == "__main__":
    main()
