"""Removals that no test can notice, each with the reason why nothing is lost by it.

A key is a mutant's: file, function, operator, code. `tests/test_mutants.py` holds that each names something that
exists.
"""

from typing import Final

EQUIVALENT: Final[dict[str, str]] = {}
