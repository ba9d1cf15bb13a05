"""Vectors of `checkpoint`: the example of C2SP `tlog-checkpoint`, heads not quite like it, and what follows what."""

from typing import Any, Final

from mediation.protocol import notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import sign
from tests.vectors.builder import Vector, known, refuse, seed, success
from tests.vectors.make_consistency import PUBLISHED, ROOT
from tests.vectors.make_notes import EXAMPLE, EXAMPLE_KEY, key_text, line, signed

ABOUT: Final = "Checkpoints of C2SP `tlog-checkpoint`, and which head may take the place of one that was kept."

_EXAMPLE: Final = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
_ORIGIN: Final = "mediation.example/audit/1"
_HEAD: Final = Checkpoint(_ORIGIN, 512, tree.leaf_hash(b"head"))
_ROOT64: Final = notes.encode(_HEAD.root)


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_parsed(), *_not_parsed(), *_opened(), *_not_opened(), *_witnessed(), *_follows(), *_does_not_follow()]


def _parsed() -> list[Vector]:
    cases = {
        "the example": _EXAMPLE,
        "an empty log": f"{_ORIGIN}\n0\n{_ROOT64}\n",
        "as many entries as numbers go": f"{_ORIGIN}\n{2**53 - 1}\n{_ROOT64}\n",
        "an origin with spaces": f"The log of +1 of us\n1\n{_ROOT64}\n",
    }
    return [success(f"parse: {name}", "checkpoint.parse", text=text) for name, text in cases.items()]


def _not_parsed() -> list[Vector]:
    sizes = {
        "a leading zero": "0512",
        "zero twice": "00",
        "a sign": "+512",
        "a negative size": "-1",
        "a size with a space": " 512",
        "a size with a space behind": "512 ",
        "a size in hexadecimal": "0x200",
        "a size with a point": "512.0",
        "a size with an exponent": "5e2",
        "a size with a separator": "1_000",
        "no size": "",
        "a size that is no number": "many",
        "other digits": "\u0665\u0661\u0662",
        "a size beyond all numbers": str(2**53),
        "a size of 17 digits": "1" * 17,
        "a size far beyond all numbers": "1" * 400,
    }
    roots = {
        "no root": "",
        "a root of 31 bytes": notes.encode(_HEAD.root[:31]),
        "a root of 33 bytes": notes.encode(_HEAD.root + b"x"),
        "a root for addresses": b64(b"\xff" * 32) + "=",
        "a root without padding": _ROOT64.rstrip("="),
        "a root with more padding": f"{_ROOT64}=",
        "a root in hexadecimal": _HEAD.root.hex(),
        "a root with a space behind": f"{_ROOT64} ",
    }
    texts = {
        "nothing": "",
        "three newlines": "\n\n\n",
        "no origin": f"\n512\n{_ROOT64}\n",
        "no newline at the end": f"{_ORIGIN}\n512\n{_ROOT64}",
        "two lines": f"{_ORIGIN}\n512\n",
        "an extension line": f"{_HEAD.text}more\n",
        "an extension line without its newline": f"{_HEAD.text}more",
        "two extension lines": f"{_HEAD.text}more\nand more\n",
        "an empty line behind": f"{_HEAD.text}\n",
        "lines in another order": f"512\n{_ORIGIN}\n{_ROOT64}\n",
        "carriage returns": _HEAD.text.replace("\n", "\r\n"),
        **{name: f"{_ORIGIN}\n{size}\n{_ROOT64}\n" for name, size in sizes.items()},
        **{name: f"{_ORIGIN}\n512\n{root}\n" for name, root in roots.items()},
    }
    return [refuse(f"parse: {name}", "checkpoint.parse", "bad-checkpoint", text=text) for name, text in texts.items()]


def _note(text: str = _HEAD.text, **changes: str) -> str:
    return signed(text, line(text, **{"name": _ORIGIN, **changes}))


def _opened() -> list[Vector]:
    log, new, next_ = (key_text(*each) for each in ((_ORIGIN, "log"), (_ORIGIN, "new log"), (_NEXT, "log")))
    both = signed(_HEAD.text, line(_HEAD.text, _ORIGIN), line(_HEAD.text, _ORIGIN, "new log"))
    witness = notes.cosign(_HEAD.text, "witness.example", seed("witness"), 1_700_000_000)
    cases = {
        "the log's key": (_note(), [log]),
        "one of its keys": (_note(holder="new log"), [log, new]),
        "two keys, as one takes the other's place": (both, [log, new]),
        "two keys, of which one is known": (both, [new]),
        "among the keys of other logs": (_note(), [next_, log]),
        "with a witness's line": (signed(_HEAD.text, line(_HEAD.text, _ORIGIN), witness.line), [log]),
        "another log of the agency": (_note(_second().text, name=_NEXT), [log, next_]),
    }
    return [
        success(f"opened: {name}", "checkpoint.opened", note=note, log_keys=keys, witness_keys=[], quorum=0)
        for name, (note, keys) in cases.items()
    ]


_NEXT: Final = "mediation.example/audit/2"


def _second() -> Checkpoint:
    return Checkpoint(_NEXT, 3, _HEAD.root)


def _not_opened() -> list[Vector]:
    log, next_ = key_text(_ORIGIN, "log"), key_text(_NEXT, "log")
    witness = notes.cosign(_HEAD.text, _ORIGIN, seed("log"), 1_700_000_000).line
    resized = _note().replace("\n512\n", "\n513\n")
    cases = {
        "null": ("bad-note", None, [log]),
        "no signature": ("bad-note", _HEAD.text, [log]),
        "a note that is no checkpoint": ("bad-checkpoint", EXAMPLE, [EXAMPLE_KEY]),
        "an extension line": ("bad-checkpoint", _note(f"{_HEAD.text}more\n"), [log]),
        "a leading zero": ("bad-checkpoint", _note(_HEAD.text.replace("512", "0512")), [log]),
        "no keys": ("note-unsigned", _note(), []),
        "another key": ("note-unsigned", _note(holder="somebody"), [log]),
        "the key of another log": ("note-unsigned", _note(name=_NEXT), [log, next_]),
        "the key of another log alone": ("note-unsigned", _note(name=_NEXT), [next_]),
        "another origin under the log's key": ("note-unsigned", _note(_second().text), [log, next_]),
        "a witness's key that has the log's name": (
            "note-unsigned",
            signed(_HEAD.text, witness),
            [key_text(_ORIGIN, "log", notes.COSIGNATURE)],
        ),
        "another size": ("note-signature-wrong", resized, [log]),
        "another root": ("note-signature-wrong", _note().replace(_ROOT64, notes.encode(bytes(32))), [log]),
        "a key that is none": ("bad-verifier-key", _note(), [log, "key"]),
    }
    return [
        refuse(f"opened: {name}", "checkpoint.opened", code, note=note, log_keys=keys, witness_keys=[], quorum=0)
        for name, (code, note, keys) in cases.items()
    ]


def _witnessed() -> list[Vector]:
    """What counts as a witness."""
    log, witness = key_text(_ORIGIN, "log"), key_text("witness.example", "witness", notes.COSIGNATURE)
    lines = {
        "at zero": _cosigned(0),
        "at the first second": _cosigned(1),
        "at the last second": _cosigned(2**63 - 1),
        "at a second that is none": _cosigned(2**63),
        "with half a time": notes.Signature("witness.example", notes.parse_key(witness).id, bytes([0, 0, 0, 1])).line,
    }
    noted = {name: _given_note(signed(_HEAD.text, line(_HEAD.text, _ORIGIN), each), 1) for name, each in lines.items()}
    alone = _given_note(_note(), 0)
    good = [noted.pop("at the first second"), noted.pop("at the last second")]
    unsigned = "note-signature-wrong"
    return [
        *(success(f"opened: a witness {place}", "checkpoint.opened", **each) for place, each in enumerate(good)),
        *(refuse(f"opened: a witness {n}", "checkpoint.opened", unsigned, **each) for n, each in noted.items()),
        success("opened: a witness who has not signed", "checkpoint.opened", **alone),
        *(
            refuse(f"opened: {name}", "checkpoint.opened", "witnesses-too-few", **each)
            for name, each in {
                "a witness missing": alone | {"quorum": 1},
                "the log for its own witness": alone | {"witness_keys": [log], "quorum": 1},
                "one witness for two": good[0] | {"quorum": 2},
            }.items()
        ),
    ]


def _given_note(note: str, quorum: int) -> dict[str, Any]:
    witness = key_text("witness.example", "witness", notes.COSIGNATURE)
    return {"note": note, "log_keys": [key_text(_ORIGIN, "log")], "witness_keys": [witness], "quorum": quorum}


def _cosigned(seconds: int) -> str:
    """A witness's line at a time that need not be one."""
    key = notes.parse_key(key_text("witness.example", "witness", notes.COSIGNATURE))
    signature = sign(seed("witness"), f"cosignature/v1\ntime {seconds}\n{_HEAD.text}".encode())
    return notes.Signature(key.name, key.id, seconds.to_bytes(8, "big") + signature).line


def _head(size: int, origin: str = _ORIGIN) -> dict[str, Any]:
    return {"origin": origin, "size": size, "root": bytes.fromhex(ROOT[size])}


def _kept(size: int, origin: str = _ORIGIN) -> dict[str, Any]:
    return Checkpoint(**_head(size, origin)).kept


def _given(kept: dict[str, Any] | None, head: dict[str, Any], proof: list[str], **changes: Any) -> dict[str, Any]:
    head_in = {"origin": head["origin"], "size": head["size"], "root_hex": head["root"].hex()}
    return {"kept": kept, **head_in, "proof_hex": proof, **changes}


def _follows() -> list[Vector]:
    cases = {
        "the first head": (None, _head(8), []),
        "the first head, whatever the proof": (None, _head(8), ["00"]),
        "the same head": (_kept(8), _head(8), []),
        "a later head": (_kept(6), _head(8), PUBLISHED[6, 8]),
        "any head the empty log": (_kept(0), _head(8), []),
        "the first head of another log": (_kept(8), _head(2, _NEXT), []),
    }
    return [known(f"follows: {name}", "checkpoint.follows", None, **_given(*each)) for name, each in cases.items()]


def _does_not_follow() -> list[Vector]:
    proof = PUBLISHED[6, 8]
    forks = {
        "the same size with another root": _given(_kept(8), _head(8), [], root_hex=ROOT[7]),
        "the same head with a proof": _given(_kept(8), _head(8), proof),
        "a later head without a proof": _given(_kept(6), _head(8), []),
        "a later head with part of the proof": _given(_kept(6), _head(8), proof[1:]),
        "a later head with another root": _given(_kept(6), _head(8), proof, root_hex=ROOT[7]),
        "a later head of another past": _given({**_kept(6), "root": b64(bytes(32))}, _head(8), proof),
        "a hash cut short": _given(_kept(6), _head(8), [*proof[:2], proof[2][2:]]),
        "a kept root that is none": _given({**_kept(6), "root": "AA"}, _head(8), proof),
        "an empty log that was not": _given({**_kept(8), "size": 0}, _head(8), []),
    }
    back = {
        "a shorter log": _given(_kept(8), _head(6), proof),
        "an emptied log": _given(_kept(8), _head(0), []),
        "a log that is one entry shorter": _given(_kept(8), _head(7), []),
    }
    operation = "checkpoint.follows"
    return [
        *(refuse(f"follows: {name}", operation, "log-forked", **each) for name, each in forks.items()),
        *(refuse(f"follows: {name}", operation, "log-rolled-back", **each) for name, each in back.items()),
    ]
