"""A roster anchors every case older than itself, so that a case cannot be forked from before somebody left it.

The leaf of a case holds the hash of its newest statement that changed facilitators or approvals or took away a
member's key (the first, if none did). Leaves are sorted by their bytes; the tree is that of RFC 9162.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

from mediation.protocol import statements, tree
from mediation.protocol.encoding import b64, pae, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Roster

_PROOF: Final = statements.record(
    {"hash": statements.digest, "index": statements.whole(0), "path": statements.many(statements.digest)}
)


@dataclass(frozen=True)
class Anchors:
    """The anchored statement hash of each case, by case_id."""

    hashes: Mapping[str, str]

    @cached_property
    def _places(self) -> dict[bytes, int]:
        """The leaves in the order of the tree, each with its number."""
        leaves = sorted(leaf(case_id, hash_) for case_id, hash_ in self.hashes.items())
        return {each: number for number, each in enumerate(leaves)}

    @cached_property
    def _tree(self) -> tree.Tree:
        return tree.Tree(list(self._places))

    @property
    def field(self) -> dict[str, Any]:
        """{size, root}, as a roster states it."""
        return {"size": len(self.hashes), "root": b64(self._tree.root)}

    def prove(self, case_id: str) -> dict[str, Any]:
        """The proof document of a case: {hash, index, path}. Raises `anchor-missing`."""
        if case_id not in self.hashes:
            raise ProtocolError("anchor-missing")
        hash_ = self.hashes[case_id]
        index = self._places[leaf(case_id, hash_)]
        return {"hash": hash_, "index": index, "path": [b64(each) for each in self._tree.prove(index)]}


def leaf(case_id: str, hash_: str) -> bytes:
    """PAE("mediation/v1/anchor", case_id "." hash)."""
    return pae("mediation/v1/anchor", f"{case_id}.{hash_}".encode())


def check(roster: Roster, case_id: str, proof: object) -> str:
    """The statement hash that the roster anchors for the case.

    `proof` is a document {hash, index, path}. Raises `anchor-wrong`, `missing-field`, `unknown-field`, `bad-field`.
    """
    _PROOF(proof, "")
    given = cast(dict[str, Any], proof)
    place = leaf(case_id, given["hash"])
    size, root = roster.anchors["size"], unb64(roster.anchors["root"])
    try:
        tree.verify_inclusion(place, given["index"], size, [unb64(each) for each in given["path"]], root)
    except ProtocolError as error:
        raise ProtocolError("anchor-wrong") from error
    return str(given["hash"])
