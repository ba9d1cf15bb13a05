"""What a start loads is never looked through for garbage; what comes after it is."""

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from mediation.loading import loading

WSGI = "import gc, wsgi; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"


class _Held:
    """Refers to itself, so that only the garbage collector finds that nobody else does."""

    def __init__(self) -> None:
        self.own = self


def test_garbage_is_looked_for_only_afterwards() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    found = weakref.ref(_Held())
    gc.collect()
    assert found() is None


def test_a_failure_does_not_leave_it_off() -> None:
    with pytest.raises(ValueError, match="failed"), loading():
        raise ValueError("failed")
    assert gc.isenabled()


def test_a_servers_application_is_frozen(tmp_path: Path) -> None:
    environ = {"MEDIATION_INSTANCE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", WSGI], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.split() == ["True", "True"]
