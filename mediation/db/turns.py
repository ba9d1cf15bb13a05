"""Writers of a SQLite file come one after the other, in the order in which they asked, in all processes.

SQLite itself lets a waiting writer sleep and look again, longer each time: whoever just asked is served before whoever
has slept for long, and nobody writes meanwhile. Here they queue, threads at a lock and processes at a file that the
kernel locks, which it gives back when a process dies.
"""

import fcntl
import os
import time
from pathlib import Path
from threading import Lock
from typing import Final

POLL_SECONDS: Final = 0.001


class Turns:
    """The queue for one database file."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-turn")
        self._lock = Lock()
        self._descriptor = -1

    def take(self, patience: float, default: float) -> bool:
        """Wait for a turn, up to `patience` seconds for threads of this process; whether there is one.

        Only an impatient writer (less than `default`) gives up on another process: the kernel keeps the order for those
        who wait.
        """
        deadline = time.monotonic() + patience
        if not self._lock.acquire(timeout=patience):
            return False
        if patience >= default:
            fcntl.flock(self._open(), fcntl.LOCK_EX)
            return True
        while not self._locked_at_once():
            if time.monotonic() >= deadline:
                self._lock.release()
                return False
            time.sleep(POLL_SECONDS)
        return True

    def give(self) -> None:
        """The turn is over."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._lock.release()

    def _locked_at_once(self) -> bool:
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _open(self) -> int:
        if self._descriptor < 0:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def close(self) -> None:
        """The engine is done with."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
