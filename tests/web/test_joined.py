"""Modules joined: the same exports with the same meaning, each module once, and no guessing."""

import json
import subprocess
from graphlib import CycleError
from pathlib import Path

import pytest

from mediation.settings import ROOT
from mediation.web.assets import Assets
from mediation.web.files import JOINS, Joins, served
from mediation.web.joined import OWN, joined, resolved
from tests.node import LOADING

MODULES = {
    "js/worker.js": 'import"./same.js";import{run as start}from"./a.js";import*as all from"./deep/b.js";\n'
    'export const found=async()=>[start(),all.two,all.renamed,Object.keys(all),await import("./late.js"),'
    '(await import("./same.js")).same,here];export{here}from"./deep/here.js";import{here}from"./deep/here.js"',
    "js/deep/here.js": 'export const here=new URL("../x",import.meta.url).pathname.split("/").slice(-2).join("/")',
    "js/a.js": 'import lib from"../vendor/lib.mjs";import{two}from"./deep/b.js";export function run(){return lib+two}',
    "js/deep/b.js": 'const one=1;export const two=one+1;export{one as renamed};export{same}from"../same.js";'
    "export class Kind{}\nexport async function later(){}",
    "js/same.js": "let worker=0;let count=0;count+=1;export const same=count;",
    "js/late.js": 'import{two}from"./deep/b.js";import{same}from"./same.js";export const late=two*10+same;',
    "js/page.js": "export const page=1;",
    "vendor/lib.mjs": "",
}
FILES = {"js/worker.js": ("js/worker.js", "js/a.js"), "js/later.js": ("js/late.js",)}


def _run(directory: Path, script: str) -> object:
    command = [*LOADING, "--no-warnings", "--input-type=module", "--eval", script]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_what_is_joined_means_the_same(tmp_path: Path) -> None:
    made, left = joined(MODULES, FILES)
    (tmp_path / "js").mkdir()
    (tmp_path / "vendor").mkdir()
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "vendor" / "lib.mjs").write_text("export default 40;")
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    script = 'const{$worker}=await import("./js/worker.js");console.log(JSON.stringify(await $worker.found()))'
    exports = ["two", "Kind", "later", "renamed", "same"]
    found = _run(tmp_path, script)
    assert isinstance(found, list)
    assert sorted(found.pop(3)) == sorted(exports)
    assert found == [42, 2, 1, {"late": 21}, 1, "js/x"]
    assert left == {"js/page.js", "vendor/lib.mjs"}


@pytest.mark.parametrize(
    "text",
    [
        "export let moving=1;",
        "export default 1;",
        'export*from"./a.js";',
        'import "./a.js" with { type: "json" };',
        "const here=import.meta.resolve;",
        'const name="./a.js";import(name);',
        "await 1;import(`./a.js`);",
        "const $deep_b=1;export{$deep_b as a};",
    ],
)
def test_what_cannot_be_joined_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"js/same\.js"):
        joined(MODULES | {"js/same.js": text}, FILES)


def test_modules_in_a_circle_are_refused() -> None:
    with pytest.raises(CycleError):
        joined(MODULES | {"js/same.js": 'import{two}from"./deep/b.js";'}, FILES)


def test_a_page_may_not_run_a_module_of_the_worker_a_second_time() -> None:
    with pytest.raises(ValueError, match=r"js/page\.js imports a module that was joined"):
        joined(MODULES | {"js/page.js": 'import{same}from"./same.js";'}, FILES)


@pytest.mark.parametrize(("target", "wanted"), [("./c.js", "js/a/c.js"), ("../c.js", "js/c.js"), ("../../x", "x")])
def test_addresses_are_those_that_a_browser_would_find(target: str, wanted: str) -> None:
    assert resolved("js/a/b.js", target) == wanted


EXPORTS = """
import { readdirSync } from "node:fs";
globalThis.addEventListener = () => undefined;
const [built, source, ...files] = JSON.parse(process.env.PLACES);
const differences = [];
const seen = new Set();
for (const file of files) {
  for (const [name, made] of Object.entries(await import(`${built}/${file}`))) {
    const [folder, ...rest] = name.slice(1).split("_");
    const path = name === "$worker" ? "worker.js" : `${folder}/${rest.join("_")}.js`;
    const given = await import(`${source}/js/${path}`);
    const same = JSON.stringify(Object.keys(given).sort()) === JSON.stringify(Object.keys(made).sort());
    const alike = same && Object.keys(given).every((key) => typeof given[key] === typeof made[key]);
    if (!alike || seen.has(path)) differences.push(path);
    seen.add(path);
  }
}
const within = (folder) => readdirSync(`${source}/js/${folder}`).map((name) => `${folder}/${name}`);
const wanted = ["crypto", "protocol"].flatMap(within);
console.log(JSON.stringify([differences, wanted.filter((path) => !seen.has(path)), seen.size]));
process.exit(0);
"""


def test_every_module_of_the_worker_stands_in_one_file_with_all_that_it_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = Assets(ROOT / "static", tmp_path / "built", compress=False)
    (assets.root / "package.json").write_text('{"type": "module"}')
    monkeypatch.setenv("PLACES", json.dumps([str(assets.root), str(ROOT / "static"), *JOINS.worker]))
    found = _run(tmp_path, EXPORTS)
    assert isinstance(found, list)
    assert found[:2] == [[], []]
    assert found[2] > 60
    assert not any(name.startswith(("js/crypto/", "js/protocol/")) for name in assets.integrity)


def test_every_module_of_the_pages_stands_in_one_file(tmp_path: Path) -> None:
    assets = Assets(ROOT / "static", tmp_path / "built", compress=False)
    text = "".join((assets.root / name).read_text() for name in assets.integrity if name.startswith(OWN))
    modules = [path.relative_to(ROOT / "static/js") for path in (ROOT / "static/js").glob("page*/*.js")]
    objects = ["const $" + path.with_suffix("").as_posix().replace("/", "_") + "=" for path in modules]
    assert {made: text.count(made) for made in objects} == dict.fromkeys(objects, 1) | {"const $page_first_press=": 0}
    assert "js/page/first_press.js" in assets.integrity


PAGES = {
    "js/worker.js": "export const worker=1;",
    "js/plain.js": "kept",
    "js/pages/a.js": 'import{both}from"./both.js";import{one}from"../page/one.js";import"../../vendor/lib.mjs";',
    "js/pages/b.js": 'import{both}from"./both.js";both();',
    "js/pages/both.js": "export const both=(one)=>one;",
    "js/page/one.js": "export const one=1;",
    "vendor/lib.mjs": "",
}
WORKER = {"js/worker.js": ("js/worker.js",)}


def test_what_pages_share_is_a_file_and_the_rest_stands_with_its_page() -> None:
    made = served(PAGES, Joins(WORKER, {"js/page.js": ("js/pages/both.js",)}))
    assert sorted(made) == ["js/page.js", "js/pages/a.js", "js/pages/b.js", "js/plain.js", "js/worker.js"]
    assert made["js/plain.js"] == "kept"
    assert made["js/pages/a.js"].startswith(
        'import*as $vendor_lib from"../../vendor/lib.mjs";\nimport{$pages_both}from"../page.js";\nconst $page_one='
    )


def test_what_two_pages_need_may_not_stand_with_either() -> None:
    with pytest.raises(ValueError, match=r"^js/pages/both\.js: what several pages need"):
        served(PAGES, Joins(WORKER, {}))
