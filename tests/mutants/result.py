"""What became of mutants, for the screen and for the file that the README quotes."""

import os
from dataclasses import dataclass

from tests.mutants.mutant import Mutant


@dataclass
class Result:
    """What became of a mutant: what noticed it, or None."""

    mutant: Mutant
    killer: str | None
    seconds: float


def progress(result: Result) -> None:
    """A line for a survivor; with MUTANTS_VERBOSE set, for every mutant."""
    if result.killer is None:
        print(f"SURVIVED {result.mutant}", flush=True)
    elif os.environ.get("MUTANTS_VERBOSE"):
        print(f"killed   {result.mutant} by {result.killer} in {result.seconds:.1f} s", flush=True)
