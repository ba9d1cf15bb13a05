"""Pages: GET only. Jinja renders them, their data lies in a JSON island, JavaScript verifies, decrypts and fills them.

`render(template, data, entry=…)` is how every page answers; `MODULES` lists the modules, each with a `pages` blueprint.
"""

import importlib
import importlib.util
import json
import re
import secrets
from typing import Any, Final

from flask import Flask, Response, current_app, g, render_template
from markupsafe import Markup

from mediation.access import Actor
from mediation.accounts.lasting import Lasting
from mediation.accounts.recent import Recent
from mediation.errors import MediationError
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.web import headers, wording
from mediation.web.assets import EXTENSION, Assets, PageScript
from mediation.web.pages.context import given

MODULES: Final = ("anyone", "participant", "facilitator", "administrator", "texts", "auditor", "development")
NO_SCRIPT: Final = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""The hash of nothing, for pages without any module."""
HOLDERS: Final = (dict, list, tuple)
FRAMES: Final = "mediation frames"
FRAMES_KEPT: Final = 128
PLACE: Final = secrets.token_hex(16)
"""Where the data of a page stands in its frame: a word that nobody can know, so that nobody can write it."""
_PLACES: Final = re.compile(f'"{PLACE} ([0-9]+)"')


def island(value: object) -> Markup:
    """JSON that can stand inside <script type="application/json">: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  # every character that HTML could take for its own is escaped above


def unfolded(value: Any, lasting: list[Lasting] | None = None) -> Any:
    """The same, with the `payload` of each envelope as `payload_text`, the text that it encodes, which is compressed
    better. `static/js/page/island.js` encodes it again, to the same characters.

    With `lasting`, what lasts is put there, and where it stood is its number.
    """
    if lasting is not None and isinstance(value, Lasting):
        lasting.append(value)
        return f"{PLACE} {len(lasting) - 1}"
    if isinstance(value, dict):
        same = {name: unfolded(part, lasting) if isinstance(part, HOLDERS) else part for name, part in value.items()}
        payload = same.get("payload")
        return _opened(payload, same) if isinstance(payload, str) else same
    return [unfolded(part, lasting) for part in value] if isinstance(value, list | tuple) else value


def data_island(value: object) -> str:
    """The island of a page's data; what lasts is written once and remembered."""
    lasting: list[Lasting] = []
    text = island(unfolded(value, lasting))
    return _PLACES.sub(lambda found: _written(lasting[int(found[1])]), text)


def _written(value: Lasting) -> str:
    if value.text is None:
        value.text = str(island(unfolded(value)))
    return value.text


def _opened(payload: str, envelope: dict[str, Any]) -> dict[str, Any]:
    """An envelope with its payload as text, where it is one."""
    try:
        text = unb64(payload).decode()
    except (ProtocolError, UnicodeDecodeError):
        return envelope
    return {
        "payload_text" if name == "payload" else name: text if name == "payload" else part
        for name, part in envelope.items()
    }


def render(
    template: str, data: object = None, *, entry: str | None = None, status: int = 200, **context: object
) -> Response:
    """A page. The template gets `data` and `strings` as islands, `script`, everything in `context`, and what
    pages.context gives to all.

    `entry` is the page's module under static/, such as "js/pages/letters.js". `script` is None without one, else a
    `PageScript`; the policy of the answer allows exactly its import map.

    What stands around the data depends on nothing but the template and what it is given, and is remembered under that:
    `context` is therefore to hold little, and only what can be written as JSON or as text.
    """
    script: PageScript | None = assets().page(entry) if entry else None
    g.page_policy = headers.page_policy(script.hash if script else NO_SCRIPT)
    around = given()
    key = json.dumps([template, entry, data is None, around, context], default=_in_key)
    frames: Recent[str, str] = current_app.extensions[FRAMES]
    frame = frames.get(key, lambda: _frame(template, script, data is None, {**around, **context}))
    text = frame if data is None else frame.replace(PLACE, data_island(data), 1)
    return current_app.response_class(text, status, content_type="text/html; charset=utf-8")


def _in_key(value: object) -> object:
    """Of the actor, what templates may ask for."""
    if isinstance(value, Actor):
        return [value.kind, value.account_id is not None, value.staff_id, sorted(value.roles)]
    return str(value)


def _frame(template: str, script: PageScript | None, plain: bool, context: dict[str, Any]) -> str:
    """The page with `PLACE` where its data will stand."""
    strings = island(wording.script_strings())
    return render_template(template, data=None if plain else Markup(PLACE), strings=strings, script=script, **context)  # noqa: S704  # our own word


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
    app.extensions[FRAMES] = Recent(FRAMES_KEPT)
    app.jinja_env.filters["island"] = island
    app.jinja_env.globals["asset"] = lambda name: assets().url(name)
    for name in MODULES:
        if importlib.util.find_spec(f"{__name__}.{name}"):
            app.register_blueprint(importlib.import_module(f"{__name__}.{name}").pages)
