"""Modules joined into a few files, so that a phone fetches ten things and not eighty, one after the other.

Each module becomes a function that is called once, in an order in which whatever it imports was called before; what it
exports is the object that the function returns. Nothing is renamed, moved or left out: `static/js/` says what runs, and
is what is tested. A module that stands in two files would run twice and hold its keys twice, so each stands in one.

What this cannot carry over to the same meaning it refuses: modules in a circle, `export let`, names that begin with
`$`, which are those of the objects.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter
from posixpath import dirname, relpath
from typing import Final, TypeAlias

Files: TypeAlias = Mapping[str, tuple[str, ...]]
"""What is in which file: these modules and all that they import, but for what stands in a file above."""
WORKER: Final = "js/worker.js"
OWN: Final = "js/"

_BEGIN = r"(?:^|(?<=[;}\n]))"
_FROM = r"""["'](?P<target>\.{1,2}/[^"']+)["']"""
_IMPORT = re.compile(_BEGIN + r"import\s*(?P<what>[^\"'();]+?)\s*from\s*" + _FROM + ";?")
_IMPORT_BARE = re.compile(_BEGIN + r"import\s*" + _FROM + ";?")
_EXPORT_FROM = re.compile(_BEGIN + r"export\s*\{(?P<what>[^}]*)\}\s*from\s*" + _FROM + ";?")
_EXPORT_LIST = re.compile(_BEGIN + r"export\s*\{(?P<what>[^}]*)\};?")
_EXPORT = re.compile(_BEGIN + r"export\s+(?P<kind>const|class|(?:async\s+)?function)\s+(?P<what>\w+)")
_LATER = re.compile(r"\bimport\(\s*" + _FROM + r"\s*\)")
_HERE = re.compile(r"\bimport\.meta\.url\b")
_DOLLAR = re.compile(r"\$\w+")
_LEFT = re.compile(r"(?:^|[;}\n])(?:import|export)\b|\bimport\s*[.(]")


def joined(modules: Mapping[str, str], files: Files) -> tuple[dict[str, str], set[str]]:
    """The text of each of `files`, and the names of the modules that are in none of them.

    `modules`: the text of every module by its name, without comments; of those that are not ours the text is not read.

    Raises:
        ValueError: a module has something that cannot be carried over, or one elsewhere imports what is joined here.
        graphlib.CycleError: modules import in a circle.
    """
    imports = {name: imported(name, text) for name, text in modules.items()}
    home: dict[str, str] = {}
    for file, roots in files.items():
        for name in reached(imports, roots):
            if name.startswith(OWN):
                home.setdefault(name, file)
    left = set(modules) - set(home)
    for name in left:
        if any(target in home for target in imports[name]):
            raise ValueError(f"{name} imports a module that was joined, which would run twice")
    order = [name for name in TopologicalSorter(imports).static_order() if name in home]
    made = {name: _Module(name, modules[name], home).made for name in order}
    texts = {file: {name: made[name] for name in order if home[name] == file} for file in files}
    return {file: _file(file, parts, imports, home) for file, parts in texts.items()}, left


def resolved(name: str, target: str) -> str:
    """What `target` means in the module `name`: `("js/a/b.js", "../c.js")` is `js/c.js`."""
    parts = name.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def imported(name: str, text: str) -> list[str]:
    """The modules that the text of the module `name` imports at once, by their names."""
    found = (match for pattern in (_IMPORT, _IMPORT_BARE, _EXPORT_FROM) for match in pattern.finditer(text))
    return [resolved(name, match["target"]) for match in found]


def reached(imports: Mapping[str, list[str]], roots: Iterable[str]) -> list[str]:
    """`roots` and all that they import, directly or not."""
    found: list[str] = []
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += imports[name]
    return found


def _object(name: str) -> str:
    """What the object with a module's exports is called: `js/crypto/own_pins.js` is `$crypto_own_pins`."""
    return "$" + re.sub(r"\W", "_", name.removeprefix(OWN).rsplit(".", 1)[0])


def _names(what: str, between: str) -> str:
    """`a, b as c` in the words of an object or of taking one apart."""
    pairs = [part.split() for part in what.split(",") if part.strip()]
    return ",".join(pair[0] if len(pair) == 1 else between.format(pair[0], pair[2]) for pair in pairs)


class _Module:
    """One module: `made` is the function that it becomes, called, with the object of its exports."""

    def __init__(self, name: str, text: str, home: Mapping[str, str]) -> None:
        self.name = name
        self.home = home
        self.exports: list[str] = []
        body = text
        for pattern, change in self._steps():
            text = pattern.sub("\n", text)
            body = pattern.sub(change, body)
        if _LEFT.search(text) or not {_object(each) for each in home}.isdisjoint(_DOLLAR.findall(text)):
            raise ValueError(f"{name}: an import, export or name here cannot be joined")
        exports = ",".join(filter(None, self.exports))
        self.made = f"const {_object(name)}=(()=>{{{body}\nreturn{{{exports}}};}})();"

    def _steps(self) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
        return [
            (_IMPORT, self._taken),
            (_IMPORT_BARE, lambda _: ""),
            (_EXPORT_FROM, self._passed_on),
            (_EXPORT_LIST, self._listed),
            (_EXPORT, self._declared),
            (_LATER, self._later),
            (_HERE, self._here),
        ]

    def _object(self, match: re.Match[str]) -> str:
        return _object(resolved(self.name, match["target"]))

    def _taken(self, match: re.Match[str]) -> str:
        what, source = match["what"], self._object(match)
        if what.startswith("{"):
            return f"const{{{_names(what.strip('{}'), '{}:{}')}}}={source};"
        if what.startswith("*"):
            return f"const {what.split()[-1]}={source};"
        return f"const{{default:{what}}}={source};"

    def _passed_on(self, match: re.Match[str]) -> str:
        pairs = [part.split() for part in match["what"].split(",") if part.strip()]
        self.exports += [f"{pair[-1]}:{self._object(match)}.{pair[0]}" for pair in pairs]
        return ""

    def _listed(self, match: re.Match[str]) -> str:
        self.exports.append(_names(match["what"], "{1}:{0}"))
        return ""

    def _declared(self, match: re.Match[str]) -> str:
        self.exports.append(match["what"])
        return f"{match['kind']} {match['what']}"

    def _later(self, match: re.Match[str]) -> str:
        """What stands for `import("…")`."""
        there = self.home[resolved(self.name, match["target"])]
        if there == self.home[self.name]:
            return f"Promise.resolve({self._object(match)})"
        return f'import("{_address(self.home[self.name], there)}").then((all)=>all.{self._object(match)})'

    def _here(self, match: re.Match[str]) -> str:
        """The address that the module would have by itself."""
        return f'new URL("{_address(self.home[self.name], self.name)}",{match[0]}).href'


def _address(file: str, target: str) -> str:
    """What `file` calls `target`: `("js/a/b.js", "js/c.js")` is `../c.js`."""
    found = relpath(target, dirname(file))
    return found if found.startswith("../") else f"./{found}"


def _file(file: str, modules: Mapping[str, str], imports: Mapping[str, list[str]], home: Mapping[str, str]) -> str:
    """One file: what it takes from others, its modules, and their objects for the files that come after."""
    elsewhere = sorted({target for name in modules for target in imports[name]} - set(modules))
    lines = [f'import*as {_object(name)} from"{_address(file, name)}";' for name in elsewhere if name not in home]
    for other in sorted({home[name] for name in elsewhere if name in home}):
        names = [_object(name) for name in elsewhere if home.get(name) == other]
        lines.append(f'import{{{",".join(names)}}}from"{_address(file, other)}";')
    return "\n".join([*lines, *modules.values(), f"export{{{','.join(map(_object, modules))}}};", ""])
