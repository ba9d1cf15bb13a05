"""What a hostile server or a clumsy hand can do to a scene: every kind of change to plain JSON, signed anew or not."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from mediation.protocol.encoding import b64, canonical, pae, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import sign

Path = tuple[str | int, ...]

SCAFFOLDING = {
    "now",
    "participant_id",
    "case_id",
    "epoch",
    "epoch_pks",
    "complete",
    "proposal",
    "taken_back",
    "used",
} | {
    "joiners",
    "known",
    "order",
    "standing",
}
"""Inputs that are the judge's own knowledge, at the top of a scene: nobody else can change them."""
OWN = {"trust", "case", "kept", "after_kept", "reader", "record", "newest", "wraps", "links", "now", "root_pk_hex"}
"""Objects that hold others' data, and values among these, that are the judge's own."""
MEMORY = "pinned"
"""What the judge's own memory says, which nobody else can write."""


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value in JSON, the whole excepted."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from nodes(inner, (*path, key))


def at(value: Any, path: Path) -> Any:
    """The value at a path."""
    for key in path:
        value = value[key]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at a path."""
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


def drop(value: Any, path: Path) -> Any:
    """A copy without the value at a path."""
    changed = copy.deepcopy(value)
    del at(changed, path[:-1])[path[-1]]
    return changed


def is_hex(path: Path) -> bool:
    """Whether bytes stand there, as the scenes spell them."""
    return str(path[-1]).endswith("_hex") or any(name in path[:-1] for name in ("wraps", "links", "secrets"))


def _other(text: str, rng: random.Random) -> str:
    """Another text that looks like this one."""
    if not text:
        return "x"
    place = rng.randrange(len(text))
    return text[:place] + rng.choice("AZaz09-_ \n\u202e\u00e9") + text[place + 1 :]


def _other_hex(text: str, rng: random.Random) -> str:
    raw = bytearray.fromhex(text)
    if not raw or rng.random() < 0.2:
        return rng.choice([text[:-2], text + "00", ""])
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return raw.hex()


def other(value: Any, rng: random.Random) -> Any:
    """Another value in place of this one: of its kind, of another kind, or nearly the same."""
    if rng.random() < 0.25:
        return rng.choice([None, 0, 1, True, False, "", "x", [], {}, [None], {"x": 1}, 2**53, -1])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([-1, 1, 1000])
    if isinstance(value, str):
        return _other(value, rng)
    if isinstance(value, list):
        return rng.choice([value[1:], value[:-1], [*value, *value[-1:]], value[::-1]])
    if isinstance(value, dict):
        return {**value, "extra": 1}
    return "x"


def changed(scene: dict[str, Any], rng: random.Random, seeds: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    """One change to a scene, and what it was."""
    paths = [path for path in nodes(scene) if _open(path)]
    if not paths:
        return "nothing", scene
    path = rng.choice(paths)
    value = at(scene, path)
    if _is_envelope(value) and rng.random() < 0.8:
        return f"signed anew: {path}", put(scene, path, _forged(value, rng, seeds))
    if is_hex(path) and isinstance(value, str):
        return f"bytes: {path}", put(scene, path, _other_hex(value, rng))
    if isinstance(path[-1], int) or _inside(path):
        if rng.random() < 0.15:
            return f"dropped: {path}", drop(scene, path)
        return f"changed: {path}", put(scene, path, other(value, rng))
    if isinstance(value, list):
        return f"list: {path}", put(
            scene, path, rng.choice([value[1:], value[:-1], value[::-1], [*value, *value[-1:]]])
        )
    return f"nothing: {path}", scene


def _open(path: Path) -> bool:
    """Whether somebody else than the judge made what stands there."""
    return not (path[0] in SCAFFOLDING or path[-1] in OWN or MEMORY in path)


def _inside(path: Path) -> bool:
    """Whether the value is within a document or an envelope, whose every byte is a stranger's."""
    if any(isinstance(key, int) for key in path[:-1]):
        return True
    strangers = {"message", "decision", "consents", "invite", "join", "envelope", "anchor", "document"}
    return any(key in strangers for key in path[:-1]) or (len(path) > 3 and path[0] in ("kept", "after_kept"))


def _is_envelope(value: Any) -> bool:
    return isinstance(value, dict) and {"payload", "payloadType", "signatures"} <= set(value)


def _forged(envelope: dict[str, Any], rng: random.Random, seeds: Mapping[str, bytes]) -> dict[str, Any]:
    """An envelope whose payload or signatures were changed, by somebody who has every key."""
    keyids = [each["keyid"] for each in envelope["signatures"]]
    payload = json.loads(unb64(envelope["payload"]))
    what = rng.random()
    if what < 0.15:
        keyids = [*keyids, rng.choice(sorted(seeds))]
    elif what < 0.25:
        keyids = [rng.choice(sorted(seeds))]
    elif what < 0.35:
        keyids = keyids[1:]
    else:
        payload = _rewritten(payload, rng)
    try:
        body = canonical(payload)
    except ProtocolError:
        return envelope
    signed = pae(envelope["payloadType"], body)
    signatures = [{"keyid": kid, "sig": b64(sign(seeds[kid], signed))} for kid in keyids if kid in seeds]
    return {**envelope, "payload": b64(body), "signatures": signatures}


def _rewritten(payload: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    path = rng.choice(list(nodes(payload)))
    if rng.random() < 0.1:
        return dict(drop(payload, path))
    value = at(payload, path)
    same_kind = [each for each in (at(payload, where) for where in nodes(payload)) if type(each) is type(value)]
    new = rng.choice(same_kind) if rng.random() < 0.5 else other(value, rng)
    return dict(put(payload, path, new))
