"""`python -m tests.bench`: how fast the real server answers, beside a floor measured in the same run.

    --profile NAME    one thing alone, in this process, under cProfile: the functions in which its time goes, and its
                      statements; NAME is sign-in, submit, release, open, "queue page", "letters page" or all
    --sort ORDER      of the profile: cumulative (as it is by itself) or tottime
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.profiling import NAMES, Bench


def main() -> int:
    """Run what was asked for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--profile", choices=[*NAMES, "all"])
    parser.add_argument("--sort", default="cumulative", choices=["cumulative", "tottime"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return profile(Path(directory), options.profile, options.sort)


def profile(directory: Path, name: str, order: str) -> int:
    """Print the profile of one thing, or the figures of all."""
    bench = Bench(directory)
    if name == "all":
        for each in NAMES:
            print(bench.figures(each))
        return 0
    print(bench.figures(name))
    print("\n".join(bench.statements_of(name)))
    print(bench.profile(name, order=order))
    return 0


if __name__ == "__main__":
    sys.exit(main())
