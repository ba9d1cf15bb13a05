"""The application: wiring, no rules."""

from typing import Any
from urllib.parse import urlsplit

from flask import Request
from flask_babel import Babel
from flask_openapi3 import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from mediation.db import engine_from, import_models
from mediation.settings import ROOT, Settings
from mediation.web import (
    api,
    assets,
    compression,
    guard,
    headers,
    pages,
    refusals,
    signing_in,
    sms_callbacks,
    templates,
    transaction,
    wording,
)


class JsonRequest(Request):
    """A request whose JSON is what the guard's body reader found, and nothing else."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The object in the body, read by `web.body`."""
        from flask import g

        return g.get("body", {})


class App(OpenAPI):
    """Flask with the API's document; what a view did is committed before its answer is made final."""

    request_class = JsonRequest

    def log_exception(self, exc_info: object) -> None:
        """Nothing: `refusals` has logged what may be logged, and a stack trace may hold what people wrote."""

    def dispatch_request(self) -> Response:
        """The view's answer, after the commit; a failure to commit is answered like any other error."""
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            transaction.commit()
        return response


def create_app(settings: Settings) -> App:
    """The whole application for these settings; the database must be migrated already."""
    import_models()
    app = App(
        "mediation",
        doc_ui=False,
        validation_error_callback=api.refuse_input,
        validation_error_model=api.Refusal,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        root_path=str(ROOT),
    )
    _configure(app, settings)
    transaction.init_app(app, engine_from(settings))
    refusals.init_app(app)
    signing_in.init_app(app)
    guard.init_app(app, signing_in.load_actor)
    headers.init_app(app)
    compression.init_app(app)
    api.init_app(app)
    pages.init_app(app)
    sms_callbacks.init_app(app)
    assets.init_app(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # as documented
    guard.check_routes(app)
    return app


def _configure(app: App, settings: Settings) -> None:
    app.extensions["mediation settings"] = settings
    app.json.sort_keys = False  # type: ignore[attr-defined]  # flask's default provider has it
    app.config.update(
        SECRET_KEY=settings.session_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.session_keys[1:]),
        MAX_CONTENT_LENGTH=settings.body_limit,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        ORIGINS=origins(settings),
        SECURE=settings.secure,
        BABEL_TRANSLATION_DIRECTORIES=wording.compiled(settings.instance),
        BABEL_DEFAULT_LOCALE="en",
    )
    Babel(app)
    templates.init_app(app, settings.instance)


def origins(settings: Settings) -> frozenset[str]:
    """The origins whose writes are accepted: the public one, and on a loopback address its other name."""
    parts = urlsplit(settings.public_url)
    names = {parts.hostname or ""}
    if not settings.secure and names & {"127.0.0.1", "localhost"}:
        names = {"127.0.0.1", "localhost"}
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{name}{port}" for name in names)
