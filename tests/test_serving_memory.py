"""Threads of a process share glibc's places for memory: a process that serves stays smaller."""

import platform
import subprocess
import sys

from mediation import serving

ARENAS = """
import ctypes, threading
from mediation import serving
{before}
libc, ready, done = ctypes.CDLL(None), threading.Barrier(9), threading.Event()
def take():
    kept = [bytes(5000) for _ in range(50)]
    ready.wait()
    done.wait()
    kept.clear()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads:
    each.start()
ready.wait()
libc.malloc_stats()
done.set()
"""


def arenas(before: str) -> int:
    """How many arenas eight threads use."""
    program = [sys.executable, "-c", ARENAS.format(before=before)]
    told = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True).stderr
    return sum(line.startswith("Arena ") for line in told.splitlines())


def test_threads_share_two_places_where_the_library_can() -> None:
    glibc = platform.libc_ver()[0] == "glibc"
    assert serving.share_arenas() == glibc
    if glibc:
        assert arenas("") > serving.ARENAS
        assert arenas("serving.share_arenas()") == serving.ARENAS
