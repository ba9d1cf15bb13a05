"""What browsers load: static files under /static/<build hash>/, immutable, precompressed, each with its integrity.

`static/` is copied to `instance/static/<build hash>/` once for each state of the files; WhiteNoise serves that. The
hash covers every byte that is served, so that one address always means the same code. Of our own modules comments and
white space stay behind: a third of what an old phone would otherwise fetch. They are joined into a few files
(files.py). A start that finds no file changed since the last one reads none of them (last_build.py).
"""

import base64
import errno
import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import brotli
import rjsmin
from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise

from mediation.settings import ROOT, Settings
from mediation.web import headers, last_build
from mediation.web.files import EARLY, JOINS, Joins, served
from mediation.web.joined import OWN, WORKER, resolved

EXTENSION: Final = "mediation assets"
WASM: Final = "vendor/libsodium-sumo.wasm"
SODIUM: Final = ("vendor/libsodium-sumo.mjs", "vendor/libsodium-wrappers.mjs")
SERVED: Final = frozenset({".js", ".mjs", ".css", ".wasm", ".svg", ".png", ".jpg", ".woff2", ".ico", ".json", ".txt"})
COMPRESSED: Final = frozenset({".js", ".mjs", ".css", ".wasm", ".svg", ".json", ".txt"})
SOURCES: Final = ("css", "js", "images", "vendor")
_IMPORT = re.compile(r"""(?:^|[\s;}])(?:import|export)\b[^"';(]*?["'](\.{1,2}/[^"']+)["']""")


class Assets:
    """The static files of this build. `root` holds them; `build` is the hash in their address."""

    def __init__(self, source: Path, target: Path, *, compress: bool, joins: Joins = JOINS) -> None:
        self.source = source
        state = last_build.state(_sources(source), [compress, joins])
        known = last_build.read(target, state)
        self.integrity = self._make(target, joins, compress=compress) if known is None else known
        self.build = _hash(self.integrity, compress=compress)
        self.root = target / self.build
        if known is None:
            last_build.note(target, state, self.root, self.integrity)

    def _make(self, target: Path, joins: Joins, *, compress: bool) -> dict[str, str]:
        """Make what is not there yet of the present files; their integrity."""
        contents = _contents(self.source, joins)
        integrity = {name: _integrity(data) for name, data in contents.items()}
        root = target / _hash(integrity, compress=compress)
        if not root.exists():
            _build(self.source, contents, root, compress=compress)
        return integrity

    def url(self, name: str) -> str:
        """The address of a file: `url("css/mediation.css")`."""
        assert name in self.integrity, f"no static file {name}"
        return f"/static/{self.build}/{name}"

    def modules(self, entry: str) -> list[str]:
        """`entry` and every module that it imports, directly or not, in the order they are met."""
        found: list[str] = []
        waiting = [entry]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                waiting.extend(self._imports(name))
        return found

    def _imports(self, name: str) -> list[str]:
        text = (self.root / name).read_text("utf-8")
        targets = (resolved(name, target) for target in _IMPORT.findall(text))
        return [target for target in targets if target in self.integrity]

    def page(self, entry: str) -> "PageScript":
        """What a page needs in order to load `entry`, a file under static/."""
        return _page_script(self, entry)


class PageScript:
    """The import map, its hash for the CSP, and what to preload, of one entry module.

    A page whose modules include page/early.js opens keys at once: `early` is the address of that module, which is run
    before the page is all there, `worker` are the modules that the worker is about to load and `wasm` is what these
    fetch. Else None and nothing.
    """

    def __init__(self, assets: Assets, entry: str) -> None:
        names = assets.modules(entry)
        first = assets.modules(EARLY) if EARLY in names else []
        self.entry = assets.url(entry)
        self.early = assets.url(EARLY) if first else None
        self.worker = [assets.url(name) for name in (*SODIUM, WORKER)] if first else []
        self.wasm = assets.url(WASM) if first else None
        self.modules = [(assets.url(name), assets.integrity[name]) for name in dict.fromkeys([*first, *names])]
        import_map = json.dumps({"integrity": dict(self.modules)}, separators=(",", ":"))
        self.import_map = Markup(import_map)  # noqa: S704  # made of our own file names and hashes
        self.hash = _integrity(import_map.encode())


@cache
def _page_script(assets: Assets, entry: str) -> PageScript:
    return PageScript(assets, entry)


def _sources(source: Path) -> Iterator[Path]:
    for name in SOURCES:
        yield from (path for path in (source / name).rglob("*") if path.is_file() and path.suffix in SERVED)


def _contents(source: Path, joins: Joins) -> dict[str, bytes]:
    """What is served, by name: vendored files as they are, our own modules joined and without comments."""
    contents = {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(_sources(source))}
    own = {name: _bare(data) for name, data in contents.items() if name.startswith(OWN) and name.endswith(".js")}
    others = {name: "" for name in contents if name not in own}
    return {name: contents[name] for name in others} | {
        name: text.encode() for name, text in served(own | others, joins).items()
    }


def _bare(data: bytes) -> str:
    return str(rjsmin.jsmin(data.decode("utf-8")))


def _hash(integrity: Mapping[str, str], *, compress: bool) -> str:
    return hashlib.sha256(json.dumps([integrity, compress], sort_keys=True).encode()).hexdigest()[:16]


def _integrity(data: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def _build(source: Path, contents: dict[str, bytes], root: Path, *, compress: bool) -> None:
    """Write the files to a directory of its own and move that into place, so that a half-made one is never served.

    Processes that start together each make their own; the first to be done is served.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f"{root.name}.draft-", dir=root.parent))
    draft.chmod(0o755)
    for name, data in contents.items():
        target = draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if compress and target.suffix in COMPRESSED:
            _compress(source / name, target, data)
    for old in root.parent.glob("*"):
        if not old.name.startswith(root.name):
            shutil.rmtree(old, ignore_errors=True)
    try:
        draft.rename(root)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        shutil.rmtree(draft)


def _compress(path: Path, target: Path, data: bytes) -> None:
    """Beside the target; what the set-up has compressed already (static/vendor) is copied."""
    for ending in (".gz", ".br"):
        ready = path.with_name(path.name + ending)
        made = ready.read_bytes() if ready.exists() else _compressed(data, ending)
        target.with_name(target.name + ending).write_bytes(made)


def _compressed(data: bytes, ending: str) -> bytes:
    made: bytes = gzip.compress(data, 9, mtime=0) if ending == ".gz" else brotli.compress(data, quality=10)
    return made


def init_app(app: Flask, settings: Settings) -> Assets:
    """Serve the static files in front of the application."""
    assets = Assets(ROOT / "static", settings.instance / "static", compress=settings.compress_static)
    app.extensions[EXTENSION] = assets
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to put something in front
        app.wsgi_app,
        root=str(assets.root),
        prefix=f"static/{assets.build}/",
        allow_all_origins=False,
        max_age=31_536_000,
        immutable_file_test=lambda path, url: True,
        add_headers_function=lambda found, path, url: _add_headers(found, url, secure=settings.secure),
    )
    return assets


def _add_headers(found: dict[str, str], url: str, *, secure: bool) -> None:
    for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy"):
        found[name] = headers.HEADERS[name]
    found["Content-Security-Policy"] = headers.WORKER_POLICY if url.endswith(f"/{WORKER}") else headers.NOTHING
    if secure:
        found["Strict-Transport-Security"] = headers.HSTS
