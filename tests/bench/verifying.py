"""What checking the audit trail costs: the root of all entries, and a whole export with every opening, checked by the
command that anybody runs, in a process of its own.
"""

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mediation.protocol import checkpoint, notes
from mediation.protocol.encoding import canonical
from mediation.protocol.event import commitment
from mediation.protocol.growing import GrowingTree

SEED: Final = bytes(32)
CASES: Final = 64
ORIGIN: Final = "bench.example/audit/1"
BLOCK: Final = 4096


def measured(directory: Path, stored: int) -> Iterator[dict[str, Any]]:
    """Seconds, and for the export the most memory that the command had, in MB."""
    file = directory / "trail.zip"
    entries = _entries(directory / "openings", stored)
    began = time.perf_counter()
    growing = GrowingTree()
    for first in range(0, stored, BLOCK):
        growing.add(entries[first : first + BLOCK])
    root = growing.root
    yield {"name": "recompute the root", "database": "", "stored": stored, "seconds": _since(began)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy", "quorum none\n")
        archive.writestr("checkpoint", checkpoint.issue(checkpoint.Checkpoint(ORIGIN, stored, root), [SEED]))
        archive.writestr("entries", b"".join(entries))
        archive.write(directory / "openings", "openings.jsonl")
    yield {"name": "verify an export", "database": "", "stored": stored, **_verified(file, stored)}


def _entries(file: Path, count: int) -> list[bytes]:
    """Writes the openings and answers their entries."""
    entries = []
    with file.open("w", encoding="ascii") as stream:
        for index in range(count):
            opening = os.urandom(32) + _event(index)
            entries.append(commitment(opening))
            stream.write(json.dumps({"i": index, "o": b64encode(opening).decode()}) + "\n")
    return entries


def _event(index: int) -> bytes:
    n, case = divmod(index, CASES)
    return canonical(
        {
            "actor": f"{case:021}A",
            "at": "2026-03-02T12:00:00Z",
            "case": f"{case:021}A",
            "kind": "message.submitted",
            "n": n,
            "refs": {"message": f"{index:022}"},
            "v": 1,
        }
    )


def _verified(file: Path, stored: int) -> dict[str, float]:
    """What the command took; it must find nothing."""
    key = notes.verifier_key(ORIGIN, SEED).text
    program = [sys.executable, "-m", "mediation.cli", "audit", "verify", str(file), "--key", key, "--json"]
    began, peak = time.perf_counter(), 0
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(0.05)
    seconds = _since(began)
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    assert (process.returncode, told["events"]) == (0, stored), told
    return {"seconds": seconds, "mb": peak}


def _peak(pid: int) -> int:
    """The most memory that a process has had, in MB: what the kernel counts for a child includes its parent's."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.MULTILINE)
    except OSError:  # it has just ended
        return 0
    return int(found[1]) // 1024 if found else 0


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 2)
