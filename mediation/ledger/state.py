"""What the signer remembers outside the database: the last size and root of each log that it put its name to.

A database can be rolled back by whoever holds it; this file is how the signer notices. It is written whole or not at
all, and on the disk before a signature is given away. One holder at a time, among threads and processes.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from mediation.protocol.encoding import b64, unb64

NAME: Final = "audit-signer.json"


class LedgerError(Exception):
    """The log cannot go on by itself. `code` is stable; the text says what an operator can do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Head:
    """A tree: the log's origin, how many entries it has, and its root (32 bytes)."""

    origin: str
    size: int
    root: bytes


class SignerState:
    """The file in the instance directory."""

    def __init__(self, instance: Path) -> None:
        self.path = instance / NAME
        self._lock = instance / f"{NAME}.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else reads or writes it meanwhile."""
        with holding(self._lock):
            yield

    def read(self) -> dict[str, Head]:
        """What was signed last of each log, by origin, the newest log last; empty where there is no file. Raises
        LedgerError `signer-state-unreadable`.
        """
        try:
            found = json.loads(self.path.read_text("ascii"))
            return {each["origin"]: Head(each["origin"], int(each["size"]), unb64(each["root"], 32)) for each in found}
        except FileNotFoundError:
            return {}
        except Exception as error:
            raise LedgerError(
                "signer-state-unreadable", f"{NAME} in the instance directory cannot be read: bring back its backup."
            ) from error

    def write(self, head: Head) -> None:
        """Remember this of its log, on the disk before it returns."""
        heads = [*(each for each in self.read().values() if each.origin != head.origin), head]
        rows = [{**asdict(each), "root": b64(each.root)} for each in heads]
        write_whole(self.path, json.dumps(rows))


@contextmanager
def holding(lock: Path) -> Iterator[None]:
    """Hold this file alone, among threads and processes; a process that dies lets go of it."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """The file has this text, readable by its owner alone, and it is on the disk; or nothing has changed."""
    descriptor, draft = mkstemp(prefix=f"{path.name}.", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
