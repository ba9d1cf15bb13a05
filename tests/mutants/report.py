"""The numbers of a run, as a table that the README can quote."""

import datetime
from collections.abc import Iterable, Sequence

from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.result import Result

COMMAND = "python -m tests.mutants"


def _part(result: Result) -> str:
    path = result.mutant.path
    return path.rsplit("/", 1)[0]


def summary(results: Sequence[Result], seconds: float) -> str:
    """A Markdown table of the parts, and a line on the time."""
    lines = ["| | removed | noticed | equivalent | survived |", "|---|---|---|---|---|"]
    for part in sorted({_part(each) for each in results} | {_folder(key) for key in EQUIVALENT}):
        own = [each for each in results if _part(each) == part]
        tried = {each.mutant.key for each in own}
        equivalent = [key for key in EQUIVALENT if _folder(key) == part]
        noticed = sum(each.killer is not None for each in own)
        survived = sum(each.killer is None and each.mutant.key not in EQUIVALENT for each in own)
        removed = len(tried | set(equivalent))
        lines.append(f"| `{part}` | {removed} | {noticed} | {len(equivalent)} | {survived} |")
    return "\n".join([*lines, "", f"{seconds / 60:.1f} minutes."])


def _folder(key: str) -> str:
    return key.split(" ", 1)[0].rsplit("/", 1)[0]


def document(results: Sequence[Result], text: str) -> str:
    """The file that keeps the numbers of the newest whole run."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    survivors = [f"- `{each.mutant}`" for each in results if each.killer is None and each.mutant.key not in EQUIVALENT]
    return "\n".join([f"# Checks removed once, by `{COMMAND}` on {day}", "", text, *_listed(survivors), ""])


def _listed(survivors: Iterable[str]) -> list[str]:
    found = list(survivors)
    return ["", "Not noticed by any test:", "", *found] if found else ["", "Every removal was noticed by a test."]
