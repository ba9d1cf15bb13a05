"""Serving: gunicorn with any number of processes of several threads, and the worker's thread in each if it is wanted.

The application is loaded once, before the processes part: one that dies is replaced at once, and what does not change
is in memory once. Connections, threads and locks are made after that, in the process that uses them.
"""

import ctypes
import resource
import sys
from typing import Any, Final

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from mediation import arrivals
from mediation.app import create_app
from mediation.loading import loading
from mediation.settings import Settings
from mediation.worker import Worker

log = structlog.get_logger("mediation.serving")

CONNECTIONS: Final = 4000
"""Open connections to one process, if the system allows that many files."""
SPARE_FILES: Final = 200
GRACE_SECONDS: Final = 10
M_ARENA_MAX: Final = -8
"""Of glibc's malloc.h; MALLOC_ARENA_MAX in the environment is the same for servers that we do not start."""
ARENAS: Final = 2


class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log without stack traces and addresses: the kind of an error is all that is said of it."""

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """What gunicorn did not expect. The message may hold an address, the trace what people wrote."""
        kind = sys.exc_info()[0]
        log.error("connection", error=kind.__name__ if kind else "")


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn for one application, configured from our settings alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Our settings in gunicorn's words."""
        wanted = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.processes,
            "worker_class": arrivals.Worker,
            "threads": self.settings.threads,
            "worker_connections": _connections(),
            "preload_app": True,
            "keepalive": 20,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "error",
            "logger_class": Log,
            "accesslog": None,
            "control_socket_disable": True,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application; of its engine only the address is known before the processes part."""
        return create_app(self.settings)

    def _begin(self, process: Any) -> None:
        if self.settings.worker_thread:
            process.mediation_worker = Worker(self.settings)
            process.mediation_worker.start()

    @staticmethod
    def _end(server: object, process: Any) -> None:
        worker: Worker | None = getattr(process, "mediation_worker", None)
        if worker is not None:
            worker.stop()


def _connections() -> int:
    """How many connections one process may hold, after allowing ourselves as many files as we may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = CONNECTIONS + SPARE_FILES if most == resource.RLIM_INFINITY else min(most, CONNECTIONS + SPARE_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(files - SPARE_FILES, SPARE_FILES)


def share_arenas() -> bool:
    """Let all threads of this process and of those that part from it take memory from the same two places: glibc gives
    each thread a place of its own and hardly ever takes one back, which is a tenth of a process here. Whether that can
    be said to this system's C library.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(M_ARENA_MAX, ARENAS) == 1


def serve(settings: Settings) -> None:
    """Serve until the process is told to stop."""
    share_arenas()
    server = Server(settings)
    with loading():
        server.wsgi()
    server.run()
