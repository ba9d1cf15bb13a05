"""Vectors of the audit log: consistency, checkpoints, proof files and events; most of them do not hold."""

import json
from typing import Any, Final

from mediation.protocol import checkpoint, event, notes, tiles, tree
from mediation.protocol.encoding import canonical
from mediation.protocol.log_proof import LogProof
from tests.protocol.logs import ORIGIN, OTHER_SEED, SEED, Tiled, entries_of, flipped
from tests.protocol.test_event import CHANGES, GOOD, REORDERED, of_bytes
from tests.protocol.test_log_proof import ALTERED, KEYS, PROOF, TEXT
from tests.protocol.test_notes import FOO, HEAD, LOG, WITNESSES, witnessed
from tests.vectors.builder import Vector, known, refuse, success

ABOUT: Final = (
    "The audit log: RFC 9162 consistency, and C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof."
)

_GROWN = Tiled()
_GROWN.grow(entries_of(300))


def vectors() -> list[Vector]:
    """Every vector of the log."""
    return [*_consistency(), *_checkpoints(), *_proofs(), *_events()]


def _given(old: int, size: int) -> dict[str, Any]:
    proof = [each.hex() for each in tiles.consistency_proof(old, size, _GROWN.read)]
    roots = {"old_root": tiles.root(old, _GROWN.read), "root": tiles.root(size, _GROWN.read)}
    return {"old_size": old, "size": size, "proof_hex": proof} | roots


def _consistency() -> list[Vector]:
    operation = "tree.verify_consistency"
    pairs = [(0, 0), (0, 5), (1, 1), (1, 2), (2, 3), (3, 7), (4, 7), (4, 8), (6, 8), (7, 300), (256, 300), (255, 256)]
    good = _given(3, 7)
    proof, one = good["proof_hex"], "00" * 32
    changes: dict[str, dict[str, Any]] = {
        "a hash fewer": {"proof_hex": proof[:-1]},
        "a hash more": {"proof_hex": [*proof, one]},
        "no hash": {"proof_hex": []},
        "the first missing": {"proof_hex": proof[1:]},
        "a hash of 31 bytes": {"proof_hex": [*proof[:-1], proof[-1][:-2]]},
        "another old size": {"old_size": 2},
        "another size": {"size": 9},
        "none before": {"old_size": 0},
        "before larger than now": {"old_size": 8},
        "below none": {"old_size": -1},
        "beyond numbers": {"size": 2**53},
        "text for a size": {"size": "7"},
        "the old root for the new": {"root": good["old_root"]},
        "the new root for the old": {"old_root": good["root"]},
        "equal sizes, other roots": {"old_size": 7, "proof_hex": []},
        "equal sizes with a proof": _given(7, 7) | {"proof_hex": proof},
        "no leaves with a proof": _given(0, 7) | {"proof_hex": proof},
        "no leaves with another root": _given(0, 7) | {"old_root": bytes(32)},
        "a full tree without a proof": _given(4, 7) | {"proof_hex": []},
        "a full tree's proof one longer": _given(4, 8) | {"proof_hex": [*_given(4, 8)["proof_hex"], one]},
        **{
            f"bit {i} flipped": {"proof_hex": [bad.hex(), *proof[1:]]}
            for i, bad in enumerate(flipped(bytes.fromhex(proof[0])))
            if i % 51 == 0
        },
    }
    changes["a longer way to both roots"] = _longer_way()
    return [
        *(known(f"consistency: {old} of {size}", operation, None, **_given(old, size)) for old, size in pairs),
        *(refuse(f"consistency: {name}", operation, "bad-proof", **good | each) for name, each in changes.items()),
    ]


def _longer_way() -> dict[str, Any]:
    """Six entries, and seven under a root that is no tree's: the hash of the last two before is taken apart, so that
    the proof goes on where the seventh's should end.
    """
    four = tiles.root(4, _GROWN.read)
    fifth, sixth, seventh = (tree.leaf_hash(each) for each in entries_of(3, 4))
    root = tree.node_hash(four, tree.node_hash(fifth, tree.node_hash(sixth, seventh)))
    return _given(6, 7) | {"root": root, "proof_hex": [each.hex() for each in (sixth, seventh, fifth, four)]}


def _no_notes(good: str) -> dict[str, str]:
    """What is no note, by what is wrong with it."""
    return {
        "empty": "",
        "no signature": HEAD.text + "\n",
        "no gap": good.replace("\n\n", "\n"),
        "no end": good[:-1],
        "an end more": good + "\n",
        "a tab": good.replace("audit", "au\tdit"),
        "returns": good.replace("\n", "\r\n"),
        "a hyphen": good.replace("\u2014", "-"),
        "no padding": good.replace("=\n\u2014", "\n\u2014"),
        "a space more": good.replace("w0.example ", "w0.example  "),
        "a plus in a name": good.replace("w0.example", "w0+example"),
        "an odd space in a name": good.replace("w0.example", "w0\u00a0example"),
        "a next line in a name": good.replace("w0.example", "w0\u0085example"),
        "a key id alone": good + "\u2014 a AAAAAA==\n",
        "too many": good + "\u2014 a AAAAAAA=\n" * 32,
        "too long": "a" * 65_536 + good,
    }


def _no_keys() -> dict[str, str]:
    """What is no verifier key."""
    forms = ("", "a", FOO[:-1], FOO + "=", FOO.replace("530d", "530e"), FOO.replace("530d", "530D"), "a b" + FOO)
    return {
        **{repr(text): text for text in forms},
        "of another type": notes.VerifierKey("a", 2, bytes(32)).text,
        "too short": notes.VerifierKey("a", 1, bytes(31)).text,
    }


def _checkpoints() -> list[Vector]:
    good: dict[str, Any] = {"note": witnessed(0, 2), "log_keys": [LOG], "witness_keys": WITNESSES, "quorum": 2}
    wrong = notes.Signature(ORIGIN, notes.parse_key(LOG).id, bytes(64)).line
    late = notes.Signature("w1.example", notes.parse_key(WITNESSES[1]).id, bytes(7)).line
    twins = [notes.verifier_key(name, SEED, notes.COSIGNATURE).text for name in ("a", "b")]
    both = "".join(notes.cosign(HEAD.text, name, SEED, 1).line for name in ("a", "b"))
    never = notes.Signature("w1.example", notes.parse_key(WITNESSES[1]).id, bytes(72)).line
    longer = HEAD.text + "more\n"
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "too few witnesses": ("witnesses-too-few", {"quorum": 3}),
        "a key under two names": (
            "witnesses-too-few",
            {"note": checkpoint.issue(HEAD, [SEED]) + both, "witness_keys": twins},
        ),
        "a log as its own witness": ("witnesses-too-few", {"witness_keys": [LOG], "quorum": 1}),
        "nobody known": ("note-unsigned", {"log_keys": []}),
        "another key": ("note-unsigned", {"log_keys": [notes.verifier_key(ORIGIN, OTHER_SEED).text]}),
        "another name": ("note-unsigned", {"log_keys": [notes.verifier_key("other", SEED).text]}),
        "a witness's key for a log's": ("note-unsigned", {"log_keys": [notes.verifier_key(ORIGIN, SEED, 4).text]}),
        "a wrong line": ("note-signature-wrong", {"note": good["note"] + wrong}),
        "a witness's line too short": ("note-signature-wrong", {"note": good["note"] + late}),
        "a witness's time of zero": ("note-signature-wrong", {"note": good["note"] + never}),
        "another root": ("note-signature-wrong", {"note": good["note"].replace("\nAAAA", "\nBAAA")}),
        "another size": ("note-signature-wrong", {"note": good["note"].replace("\n3\n", "\n4\n")}),
        "a line more": ("bad-checkpoint", {"note": notes.issue(longer, [notes.sign(longer, ORIGIN, SEED)])}),
        "a zero in front": ("bad-checkpoint", {"note": good["note"].replace("\n3\n", "\n03\n")}),
        "a size beyond numbers": ("bad-checkpoint", {"note": good["note"].replace("\n3\n", f"\n{2**53}\n")}),
        "a root of 31 bytes": ("bad-checkpoint", {"note": good["note"].replace("A" * 43 + "=", "A" * 42 + "==")}),
        "no origin": ("bad-checkpoint", {"note": good["note"].replace(ORIGIN, "", 1)}),
        **{f"note: {name}": ("bad-note", {"note": text}) for name, text in _no_notes(good["note"]).items()},
        **{f"key: {name}": ("bad-verifier-key", {"log_keys": [LOG, text]}) for name, text in _no_keys().items()},
    }
    return [
        success("checkpoint: with two witnesses", "checkpoint.opened", **good),
        success(
            "checkpoint: unknown lines", "checkpoint.opened", **good | {"note": good["note"] + "\u2014 a AAAAAAA=\n"}
        ),
        success("checkpoint: no witness wanted", "checkpoint.opened", **good | {"witness_keys": [], "quorum": 0}),
        *(refuse(f"checkpoint: {n}", "checkpoint.opened", code, **good | c) for n, (code, c) in changes.items()),
    ]


def _proofs() -> list[Vector]:
    good: dict[str, Any] = {"text": TEXT, "entry": b"entry 4", "log_keys": KEYS}
    other = LogProof(5, None, PROOF.hashes, PROOF.note).text
    return [
        success("log_proof: read", "log_proof.parse", text=TEXT),
        success("log_proof: without extra", "log_proof.parse", text=other),
        success("log_proof: holds", "log_proof.verify", **good),
        refuse("log_proof: another entry", "log_proof.verify", "bad-proof", **good | {"entry": b"entry 5"}),
        refuse("log_proof: another place", "log_proof.verify", "bad-proof", **good | {"text": other}),
        refuse("log_proof: nobody known", "log_proof.verify", "note-unsigned", **good | {"log_keys": []}),
        *(refuse(f"log_proof: {n}", "log_proof.parse", "bad-log-proof", text=text) for n, text in ALTERED.items()),
    ]


def _events() -> list[Vector]:
    def given(data: bytes) -> dict[str, bytes]:
        return {"entry": event.commitment(bytes(32) + data), "opening": bytes(32) + data}

    good = canonical(GOOD)
    forms = [
        json.dumps(GOOD | each, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() for each in CHANGES
    ]
    forms += [canonical({k: v for k, v in GOOD.items() if k != name}) for name in GOOD]
    forms += [b"", b"null", b"[]", good + b"\n", good.replace(b'"n":0', b'"n":0,"n":0'), good.replace(b"0Z", b"0.0Z")]
    forms += [of_bytes(event.MOST_BYTES + 1), *REORDERED]
    names = (("actor", "FaJbl-hjllW1JwdNfqZ6dw"), ("case", "lvEy1F4uO79rCkqSiWw5Bw"), ("actor", "system"))
    return [
        *(
            success(f"event: {role} {name}", "event.pseudonym", name_key=bytes(range(32)), role=role, name=name)
            for role, name in names
        ),
        refuse("event: a short name key", "event.pseudonym", "bad-length", name_key=bytes(31), role="actor", name="a"),
        success("event: opened", "event.opened", **given(good)),
        success("event: as long as one may be", "event.opened", **given(of_bytes(event.MOST_BYTES))),
        refuse("event: another opening", "event.opened", "commitment-mismatch", **given(good) | {"opening": good}),
        refuse("event: another entry", "event.opened", "commitment-mismatch", **given(good) | {"entry": b""}),
        *(refuse(f"event: form {i}", "event.opened", "bad-event", **given(data)) for i, data in enumerate(forms)),
    ]
