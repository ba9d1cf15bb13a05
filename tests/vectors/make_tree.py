"""Vectors of `tree`: the leaves and roots that Certificate Transparency has published, and proofs that do not hold."""

import hashlib
from typing import Any, Final

from mediation.protocol.tree import inclusion_proof, root
from tests.vectors.builder import Vector, known, refuse, success

ABOUT: Final = "Merkle trees of RFC 9162, section 2.1, with SHA-256."

# The eight leaves and the roots over the first n of them, from the tests of Certificate Transparency's own log.
LEAVES: Final = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS: Final = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_roots(), *_proofs(), *_refusals()]


def _roots() -> list[Vector]:
    empty = hashlib.sha256(b"").digest()
    return [
        known("root: no leaves", "tree.root", empty, leaves_hex=[]),
        *(
            known(f"root: {size} leaves", "tree.root", bytes.fromhex(text), leaves=LEAVES[:size])
            for size, text in enumerate(ROOTS, 1)
        ),
    ]


def _proofs() -> list[Vector]:
    places = [(index, size) for size in (1, 2, 3, 5, 7, 8) for index in range(size)]
    return [
        *(
            success(f"inclusion_proof: {index} of {size}", "tree.inclusion_proof", leaves=LEAVES[:size], index=index)
            for index, size in places
        ),
        *(
            known(f"verify_inclusion: {index} of {size}", "tree.verify_inclusion", None, **_given(index, size))
            for index, size in places
        ),
        refuse("inclusion_proof: beyond the last", "tree.inclusion_proof", "bad-proof", leaves=LEAVES, index=8),
        refuse("inclusion_proof: before the first", "tree.inclusion_proof", "bad-proof", leaves=LEAVES, index=-1),
    ]


def _given(index: int, size: int) -> dict[str, Any]:
    leaves = LEAVES[:size]
    proof = [hash_.hex() for hash_ in inclusion_proof(leaves, index)]
    return {"leaf": leaves[index], "index": index, "size": size, "proof_hex": proof, "root": root(leaves)}


def _refusals() -> list[Vector]:
    good = _given(4, 7)
    proof = good["proof_hex"]
    inner = hashlib.sha256(b"\1" + hashlib.sha256(b"\0").digest() * 2).digest()
    cases: dict[str, dict[str, Any]] = {
        "another leaf": {"leaf": LEAVES[5]},
        "another place": {"index": 5},
        "another size": {"size": 9},
        "a smaller size": {"size": 5},
        "another root": {"root": root(LEAVES)},
        "a root cut short": {"root": good["root"][:31]},
        "no root": {"root": b""},
        "a negative place": {"index": -1},
        "a place beyond the last": {"index": 7},
        "a size of none": {"size": 0},
        "a place as text": {"index": "4"},
        "a place as null": {"index": None},
        "a size as text": {"size": "7"},
        "a size beyond all numbers": {"size": 2**53},
        "an empty proof": {"proof_hex": []},
        "a proof with one hash fewer": {"proof_hex": proof[:-1]},
        "a proof with one hash more": {"proof_hex": [*proof, proof[0]]},
        "a proof in another order": {"proof_hex": proof[::-1]},
        "a hash of 31 bytes": {"proof_hex": [proof[0][:-2], *proof[1:]]},
        "a hash of 33 bytes": {"proof_hex": [f"{proof[0]}00", *proof[1:]]},
        "a bit flipped": {"proof_hex": [*proof[:-1], f"{int(proof[-1], 16) ^ 1:064x}"]},
        "one byte moved between two hashes": {"proof_hex": [f"{proof[0]}{proof[1][:2]}", proof[1][2:], *proof[2:]]},
        "a leaf that is a node's own preimage": {"leaf": inner},
        "a place as far as numbers go": {"index": 2**53 - 1, "size": 2**53 - 1},
    }
    single = _given(0, 1)
    return [
        *(refuse(f"verify_inclusion: {n}", "tree.verify_inclusion", "bad-proof", **good | c) for n, c in cases.items()),
        refuse(
            "verify_inclusion: a proof for the only leaf",
            "tree.verify_inclusion",
            "bad-proof",
            **single | {"proof_hex": [proof[0]]},
        ),
        refuse(
            "verify_inclusion: the only leaf without a proof, of two",
            "tree.verify_inclusion",
            "bad-proof",
            **single | {"size": 2},
        ),
        refuse(
            "verify_inclusion: an empty tree",
            "tree.verify_inclusion",
            "bad-proof",
            **single | {"size": 0, "root": hashlib.sha256(b"").digest()},
        ),
    ]
