"""The real application on a fresh SQLite database in a temporary directory, reached without a network."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from mediation.accounts import set_up_code
from mediation.app import App, create_app
from mediation.client import Site
from mediation.db import migrate
from mediation.settings import Settings, read

URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Server:
    settings: Settings
    app: App
    set_up_code: str

    @property
    def wire(self) -> httpx.WSGITransport:
        return httpx.WSGITransport(app=self.app)

    def site(self, wire: httpx.BaseTransport | None = None) -> Site:
        return Site(URL, wire=wire or self.wire)


def start(directory: Path) -> Server:
    environ = {
        "MEDIATION_INSTANCE": str(directory),
        "WORKER_THREAD": "0",
        "COMPRESS_STATIC": "0",
        "TRIES_PER_ADDRESS": "1000",
    }
    settings = read(environ)
    migrate(settings.database_url)
    return Server(settings, create_app(settings), set_up_code.make(settings.instance))
