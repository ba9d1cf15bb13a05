"""Pages: GET only. Jinja renders them, their data lies in a JSON island, JavaScript verifies, decrypts and fills them.

`render(template, data, entry=…)` is how every page answers; `MODULES` lists the modules, each with a `pages` blueprint.
"""

import importlib
import importlib.util
import json
from typing import Any, Final

from flask import Flask, Response, current_app, g, make_response, render_template
from markupsafe import Markup

from mediation.errors import MediationError
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.web import headers, wording
from mediation.web.assets import EXTENSION, Assets, PageScript

MODULES: Final = ("anyone", "participant", "facilitator", "administrator", "development")
NO_SCRIPT: Final = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""The hash of nothing, for pages without any module."""


def island(value: object) -> Markup:
    """JSON that can stand inside <script type="application/json">: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  # every character that HTML could take for its own is escaped above


def unfolded(value: Any) -> Any:
    """The same, with the `payload` of each envelope as `payload_text`, the text that it encodes, which is compressed
    better. `static/js/page/island.js` encodes it again, to the same characters.
    """
    if isinstance(value, dict):
        return dict(_unfolded(*item) for item in value.items())
    return [unfolded(part) for part in value] if isinstance(value, list | tuple) else value


def _unfolded(name: str, part: Any) -> tuple[str, Any]:
    if name != "payload" or not isinstance(part, str):
        return name, unfolded(part)
    try:
        return "payload_text", unb64(part).decode()
    except (ProtocolError, UnicodeDecodeError):
        return name, part


def render(
    template: str,
    data: object = None,
    *,
    entry: str | None = None,
    strings: dict[str, Any] | None = None,
    status: int = 200,
    **context: object,
) -> Response:
    """A page. The template gets `data` and `strings` as islands, `script`, everything in `context`, and what
    pages.context gives to all.

    `entry` is the page's module under static/, such as "js/pages/letters.js". `script` is None without one, else a
    `PageScript`; the policy of the answer allows exactly its import map.
    """
    script: PageScript | None = assets().page(entry) if entry else None
    g.page_policy = headers.page_policy(script.hash if script else NO_SCRIPT)
    text = render_template(
        template,
        data=None if data is None else island(unfolded(data)),
        strings=island(strings or wording.script_strings()),
        script=script,
        **context,
    )
    response = make_response(text, status)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response


def render_refusal(error: MediationError) -> Response:
    """The plain page of a refusal: `errors/plain.html` with `code` and `message`."""
    entry = "js/pages/plain.js"
    return render("errors/plain.html", entry=entry, status=error.status, code=error.code, message=error.message)


def assets() -> Assets:
    """The static files of this build."""
    found: Assets = current_app.extensions[EXTENSION]
    return found


def init_app(app: Flask) -> None:
    """Register every module of pages that exists, and what templates may call."""
    wording.init_app(app)
    importlib.import_module(f"{__name__}.context").init_app(app)
    app.jinja_env.globals["asset"] = lambda name: assets().url(name)
    for name in MODULES:
        if importlib.util.find_spec(f"{__name__}.{name}"):
            app.register_blueprint(importlib.import_module(f"{__name__}.{name}").pages)
