"""Removals that no test can notice, each with the reason why nothing is lost by it. There are none now.

A check whose removal changes nothing is better removed. One that must stay all the same, because a type checker or a
reader wants it, is listed here by its mutant's key: file, function, operator, code. `tests/mutants/test_mutants.py`
holds that each names something that exists; `python -m tests.mutants --equivalents` tries them all the same.
"""

from typing import Final

EQUIVALENT: Final[dict[str, str]] = {}
