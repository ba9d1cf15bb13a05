"""Static files: one address for one content, immutable, compressed, and each with the integrity that pages name."""

import base64
import gzip
import hashlib
import json
import subprocess
from pathlib import Path

import brotli
import pytest

from mediation.settings import ROOT
from mediation.web import headers
from mediation.web.assets import Assets
from mediation.web.files import Joins
from mediation.web.pages import island, unfolded
from tests.agency_site import Site
from tests.node import NODE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "js/a.js": 'import { b } from "./deep/b.js";\nimport "../vendor/lib.mjs";\nb();\n',
        "js/deep/b.js": 'export { c as b } from "../c.js";\nconst later = () => import("./lazy.js");\n',
        "js/deep/lazy.js": "export const lazy = 1;\n",
        "js/c.js": "export const c = () => 0;\n",
        "js/worker.js": 'import { part } from "./deep/part.js";\nonmessage = part;\n',
        "js/deep/part.js": "export const part = null;\n",
        "vendor/lib.mjs": "export default 1;\n",
        "css/x.css": "body { color: black }\n" * 50,
        "package.json": "{}",
        "node_modules/x.js": "secret",
        "js/notes.md": "not served",
    }
    for name, text in files.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "static"


JOINS = Joins(worker={"js/worker.js": ("js/worker.js",)}, shared={})


def _assets(source: Path, *, compress: bool = False) -> Assets:
    return Assets(source, source.parent / "built", compress=compress, joins=JOINS)


def test_only_what_browsers_load_is_served(source: Path) -> None:
    assets = _assets(source)
    assert set(assets.integrity) == {
        "css/x.css",
        "js/a.js",
        "js/c.js",
        "js/deep/b.js",
        "js/deep/lazy.js",
        "js/worker.js",
        "vendor/lib.mjs",
    }
    with pytest.raises(AssertionError, match="no static file"):
        assets.url("package.json")


def test_any_changed_byte_changes_the_address(source: Path) -> None:
    before = _assets(source).url("js/a.js")
    (source / "css" / "x.css").write_text("body {}")
    assert _assets(source).url("js/a.js") != before


def test_an_older_build_is_removed(source: Path) -> None:
    first = _assets(source).root
    (source / "js" / "c.js").write_text("export const c = 2;\n")
    second = _assets(source).root
    assert not first.exists()
    assert second.exists()


def test_a_page_preloads_its_modules_with_their_integrity(source: Path) -> None:
    assets = _assets(source)
    page = assets.page("js/a.js")
    names = [url.removeprefix(f"/static/{assets.build}/") for url, _ in page.modules]
    assert names == ["js/a.js", "js/deep/b.js", "vendor/lib.mjs", "js/c.js"]
    digest = base64.b64encode(hashlib.sha256((assets.root / "js/c.js").read_bytes()).digest()).decode()
    assert json.loads(page.import_map)["integrity"][assets.url("js/c.js")] == f"sha256-{digest}"
    assert page.hash == "sha256-" + base64.b64encode(hashlib.sha256(page.import_map.encode()).digest()).decode()


def test_a_page_that_opens_keys_has_the_worker_on_its_way_first(site: Site) -> None:
    assets = site.app.extensions["mediation assets"]
    letters, help_ = assets.page("js/pages/participant_letters.js"), assets.page("js/pages/plain.js")
    assert letters.early == assets.url("js/page/early.js")
    assert letters.modules[0][0] == letters.early
    names = ("vendor/libsodium-sumo.mjs", "vendor/libsodium-wrappers.mjs", "js/worker.js")
    assert letters.worker == [assets.url(name) for name in names]
    assert letters.wasm == assets.url("vendor/libsodium-sumo.wasm")
    assert (help_.early, help_.worker, help_.wasm) == (None, [], None)


def test_only_pages_that_draw_cards_fetch_what_draws_them(site: Site) -> None:
    assets = site.app.extensions["mediation assets"]
    pages = [name for name in assets.integrity if name.startswith("js/pages/")]
    drawing = {name for name in pages if "vendor/qrcode.mjs" in assets.modules(name)}
    assert drawing == {"js/pages/administrator_staff.js", "js/pages/facilitator_invite.js"}


def test_compressed_files_hold_the_same_bytes(source: Path) -> None:
    root = _assets(source, compress=True).root
    plain = (root / "css/x.css").read_bytes()
    assert gzip.decompress((root / "css/x.css.gz").read_bytes()) == plain
    assert brotli.decompress((root / "css/x.css.br").read_bytes()) == plain


def test_static_files_are_kept_for_good_and_belong_to_nobody_else(site: Site) -> None:
    client = site.browser().client
    url = site.app.extensions["mediation assets"].url("js/worker.js")
    answer = client.get(url)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_only_the_workers_own_answer_allows_web_assembly(site: Site) -> None:
    assets = site.app.extensions["mediation assets"]
    for name in assets.integrity:
        policy = site.browser().client.get(assets.url(name)).headers["Content-Security-Policy"]
        assert policy == (headers.WORKER_POLICY if name == "js/worker.js" else headers.NOTHING)
        assert ("wasm" in policy) == (name == "js/worker.js")


@pytest.mark.parametrize("path", ["package.json", "../keys.json", "%2e%2e/keys.json", "js/../../keys.json"])
def test_nothing_else_is_served(site: Site, path: str) -> None:
    build = site.app.extensions["mediation assets"].build
    assert site.browser().client.get(f"/static/{build}/{path}").status_code == 404


@pytest.mark.parametrize("text", ["</script><script>", "<!--", "]]>", "\u2028", "&amp;", '"', "\\"])
def test_data_cannot_leave_its_island(text: str) -> None:
    made = str(island({"text": text}))
    assert json.loads(made) == {"text": text}
    assert not set(made) & set("<>&\u2028\u2029")


def test_our_own_modules_are_served_without_comments_and_vendored_ones_as_they_are(source: Path) -> None:
    (source / "js" / "c.js").write_text("/** What it does. */\nexport const c = () => `// ${1}  kept`; // beside\n")
    (source / "vendor" / "lib.mjs").write_text("/** A licence. */ export default 1;\n")
    assets = _assets(source)
    assert (assets.root / "js/c.js").read_text() == "export const c=()=>`// ${1}  kept`;"
    assert (assets.root / "vendor/lib.mjs").read_bytes() == (source / "vendor/lib.mjs").read_bytes()
    digest = base64.b64encode(hashlib.sha256((assets.root / "js/c.js").read_bytes()).digest()).decode()
    assert assets.integrity["js/c.js"] == f"sha256-{digest}"


PARSE: str = """
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const path of process.argv.slice(1)) new SourceTextModule(readFileSync(path, "utf8"), { identifier: path });
"""


def test_every_module_of_ours_still_parses_as_it_is_served(tmp_path: Path) -> None:
    assets = Assets(ROOT / "static", tmp_path, compress=False)
    served = [str(assets.root / name) for name in assets.integrity if name.startswith("js/")]
    command = [NODE, "--no-warnings", "--experimental-vm-modules", "--input-type=module", "--eval", PARSE]
    done = subprocess.run([*command, *served], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(served) > 45


@pytest.mark.parametrize("payload", ["", "eyJhIjoiw6kifQ", "_w", "not base64!", None])
def test_envelopes_stand_in_a_page_as_their_text_where_that_loses_nothing(payload: str | None) -> None:
    made = unfolded({"list": [{"payload": payload, "signatures": []}]})["list"][0]
    texts = {"": "", "eyJhIjoiw6kifQ": '{"a":"é"}'}
    wanted = {"payload_text": texts[payload]} if payload in texts else {"payload": payload}
    assert made == {**wanted, "signatures": []}
