"""Serving: gunicorn with one process of several threads, and the worker's thread beside them."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from mediation.app import create_app
from mediation.settings import Settings
from mediation.worker import Worker


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn for one application, configured from our settings alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Our settings in gunicorn's words."""
        wanted = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self.settings.threads,
            "keepalive": 20,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "error",
            "accesslog": None,
            "control_socket_disable": True,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }
        for name, value in wanted.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the process that serves it."""
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


def serve(settings: Settings) -> None:
    """Serve until the process is told to stop."""
    Server(settings).run()
