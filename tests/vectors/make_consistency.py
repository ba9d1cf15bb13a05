"""Vectors of `tree.verify_consistency`: proofs that Certificate Transparency has published, and many that are wrong."""

import hashlib
from typing import Any, Final

from mediation.protocol import tiles, tree
from tests.vectors.builder import Vector, known, refuse, seed
from tests.vectors.make_tree import LEAVES, ROOTS

ABOUT: Final = "That one tree begins another: RFC 9162, section 2.1.4.2, with SHA-256."
_OPERATION: Final = "tree.verify_consistency"
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
ROOT: Final = {0: _EMPTY} | dict(enumerate(ROOTS, 1))

# Between trees of the leaves in `make_tree`, from the tests of Certificate Transparency's own log.
PUBLISHED: Final = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (0, 0): [],
    (0, 8): [],
    (1, 1): [],
    (8, 8): [],
}


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_published(), *_all_small(), *_large(), *_empty_trees(), *_equal_sizes(), *_refusals(), *_flipped()]


def _given(old: int, new: int, proof: list[str], **changes: Any) -> dict[str, Any]:
    given = {"old_size": old, "old_root_hex": ROOT[old], "size": new, "root_hex": ROOT[new], "proof_hex": proof}
    return given | changes


def _holds(name: str, given: dict[str, Any]) -> Vector:
    return known(f"verify_consistency: {name}", _OPERATION, None, **given)


def _refuse(name: str, given: dict[str, Any]) -> Vector:
    return refuse(f"verify_consistency: {name}", _OPERATION, "bad-proof", **given)


def _published() -> list[Vector]:
    return [_holds(f"{old} in {new}", _given(old, new, proof)) for (old, new), proof in PUBLISHED.items()]


def _proof(old: int, new: int) -> list[str]:
    """From tiles of the eight leaves."""
    row = b"".join(map(tree.leaf_hash, LEAVES))
    return [each.hex() for each in tiles.consistency_proof(old, new, lambda _level, _n, width: row[: 32 * width])]


def _all_small() -> list[Vector]:
    pairs = [(old, new) for new in range(2, 9) for old in range(1, new) if (old, new) not in PUBLISHED]
    return [_holds(f"{old} in {new}", _given(old, new, _proof(old, new))) for old, new in pairs]


def _large() -> list[Vector]:
    """Sizes that 32 bits cannot count; their hashes stand for trees that nobody has."""
    left, leaf, last = (seed(f"hash {name}") for name in ("left", "leaf", "last"))
    many = 2**40
    both = {"old_size": many, "old_root": left, "size": 2 * many, "root": tree.node_hash(left, last)}
    one = {"old_size": many + 1, "old_root": tree.node_hash(left, leaf), "size": many + 2}
    grown = one | {"root": tree.node_hash(left, tree.node_hash(leaf, last)), "proof": [leaf, last, left]}
    return [
        _holds("a full tree of 2^40 in one of 2^41", both | {"proof": [last]}),
        _holds("2^40 and one in 2^40 and two", grown),
        _refuse("2^40 and one in 2^40 and three", grown | {"size": many + 3}),
        _refuse("2^40 in 2^41 and one", both | {"size": 2 * many + 1, "proof": [last]}),
        _refuse("the largest sizes", both | {"old_size": 2**53 - 2, "size": 2**53 - 1, "proof": [last]}),
        _refuse("a size beyond all numbers", both | {"old_size": 2**52, "size": 2**53, "proof": [last]}),
    ]


def _empty_trees() -> list[Vector]:
    return [
        _refuse("the empty tree with a proof", _given(0, 8, [ROOT[8]])),
        _refuse("the empty tree with another root", _given(0, 8, [], old_root_hex=ROOT[8])),
        _refuse("the empty tree with no root", _given(0, 8, [], old_root_hex="")),
        _refuse("the empty tree with a root of nulls", _given(0, 8, [], old_root_hex="00" * 32)),
        _refuse("two empty trees with a proof", _given(0, 0, [_EMPTY])),
        _refuse("two empty trees with another root", _given(0, 0, [], root_hex=ROOT[1])),
        _refuse("two empty trees with one root that is not theirs", _given(0, 0, [], **_roots(ROOT[1]))),
        _refuse("a tree that was emptied", _given(8, 0, [])),
        _refuse("a tree that was emptied, with a proof", _given(8, 0, [ROOT[8]])),
        _refuse("a size said to be none", _given(8, 8, [], old_size=0)),
    ]


def _roots(root: str) -> dict[str, str]:
    return {"old_root_hex": root, "root_hex": root}


def _equal_sizes() -> list[Vector]:
    return [
        _refuse("the same size with another root", _given(8, 8, [], root_hex=ROOT[7])),
        _refuse("the same size with a proof", _given(8, 8, [ROOT[8]])),
        _refuse("the same size with the proof of others", _given(8, 8, PUBLISHED[6, 8])),
        _refuse("the same size with no roots", _given(8, 8, [], old_root_hex="", root_hex=ROOT[8])),
        _refuse("the same size with a root cut short", _given(8, 8, [], root_hex=ROOT[8][:-2])),
    ]


def _refusals() -> list[Vector]:
    proof = PUBLISHED[6, 8]
    good = _given(6, 8, proof)
    cases: dict[str, dict[str, Any]] = {
        "another old size": {"old_size": 7},
        "a smaller old size": {"old_size": 5},
        "an old size that is full": {"old_size": 4},
        "another size": {"size": 6},
        "a larger size": {"size": 9},
        "a size on another level": {"size": 17},
        "an old size beyond the new one": {"old_size": 9},
        "sizes in the other order": {"old_size": 8, "size": 6},
        "a negative old size": {"old_size": -1},
        "a negative size": {"size": -8},
        "an old size as text": {"old_size": "6"},
        "a size as text": {"size": "8"},
        "an old size as null": {"old_size": None},
        "a size as null": {"size": None},
        "another old root": {"old_root_hex": ROOT[5]},
        "another root": {"root_hex": ROOT[7]},
        "the roots in the other order": {"old_root_hex": ROOT[8], "root_hex": ROOT[6]},
        "one root for both": _roots(ROOT[8]),
        "an old root cut short": {"old_root_hex": ROOT[6][:-2]},
        "a root cut short": {"root_hex": ROOT[8][:-2]},
        "no old root": {"old_root_hex": ""},
        "no root": {"root_hex": ""},
        "no proof": {"proof_hex": []},
        "the first hash left out": {"proof_hex": proof[1:]},
        "the second hash left out": {"proof_hex": [proof[0], proof[2]]},
        "the last hash left out": {"proof_hex": proof[:-1]},
        "the last hash twice": {"proof_hex": [*proof, proof[-1]]},
        "the first hash twice": {"proof_hex": [proof[0], *proof]},
        "a hash of nothing added": {"proof_hex": [*proof, ""]},
        "the old root in front": {"proof_hex": [ROOT[6], *proof]},
        "the hashes in the other order": {"proof_hex": proof[::-1]},
        "a hash of 31 bytes": {"proof_hex": [proof[0][:-2], *proof[1:]]},
        "a hash of 33 bytes": {"proof_hex": [*proof[:-1], f"{proof[-1]}00"]},
        "one byte moved between two hashes": {"proof_hex": [f"{proof[0]}{proof[1][:2]}", proof[1][2:], proof[2]]},
        "the hashes in one": {"proof_hex": ["".join(proof)]},
        "the proof of another size": {"proof_hex": PUBLISHED[1, 8]},
    }
    full = _given(4, 8, _proof(4, 8))
    whole: dict[str, dict[str, Any]] = {
        "a full tree without a proof": {"proof_hex": []},
        "a full tree with its own root in front": {"proof_hex": [ROOT[4], *full["proof_hex"]]},
        "a full tree with another root": {"old_root_hex": ROOT[2]},
        "a full tree said to be smaller": {"old_size": 2},
        "a full tree said to be larger": {"old_size": 5},
    }
    return [
        _refuse("the sizes of a smaller tree", _given(7, 8, _proof(7, 8)) | {"old_size": 3, "size": 4}),
        *(_refuse(name, good | change) for name, change in cases.items()),
        *(_refuse(name, full | change) for name, change in whole.items()),
    ]


def _flipped() -> list[Vector]:
    """One bit in each hash that the proof rests on."""
    proof = PUBLISHED[6, 8]
    good = _given(6, 8, proof)
    hashes = [[*proof[:place], _flip(each), *proof[place + 1 :]] for place, each in enumerate(proof)]
    return [
        *(_refuse(f"a bit of hash {place} flipped", good | {"proof_hex": each}) for place, each in enumerate(hashes)),
        _refuse("a bit of the old root flipped", good | {"old_root_hex": _flip(ROOT[6])}),
        _refuse("a bit of the root flipped", good | {"root_hex": _flip(ROOT[8])}),
    ]


def _flip(hash_: str) -> str:
    return f"{int(hash_, 16) ^ 1 << 100:064x}"
