"""A roster anchors every case older than itself, so that a case cannot be forked from before somebody left it.

The leaf of a case holds the hash of its newest statement that changed facilitators or approvals or took away a
member's key (the first, if none did). Leaves are sorted by their bytes; the tree is that of RFC 9162.
"""

from collections.abc import Iterable
from typing import Any, Final, cast

from mediation.protocol import statements, tree
from mediation.protocol.encoding import b64, pae, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Roster

_PROOF: Final = statements.record(
    {"hash": statements.digest, "index": statements.whole(0), "path": statements.many(statements.digest)}
)


class Anchors:
    """The anchored statement hash of each case: (case_id, hash) in any order. Held as bytes alone: an agency has tens
    of thousands of cases, and a server one of these in each process. Raises `anchor-wrong` for what is no case_id and
    hash by its length.
    """

    def __init__(self, hashes: Iterable[tuple[str, str]]) -> None:
        cases = sorted(_case(case_id, hash_) for case_id, hash_ in hashes)
        if any(len(case) != _CASE for case in cases):  # held one after the other, another length would move the rest
            raise ProtocolError("anchor-wrong")
        self._cases = b"".join(cases)
        del cases
        self._size = len(self._cases) // _CASE
        self._tree = tree.Tree(_leaf(self._cases[each * _CASE : (each + 1) * _CASE]) for each in range(self._size))

    def __contains__(self, case_id: str) -> bool:
        return self._place(case_id) is not None

    @property
    def field(self) -> dict[str, Any]:
        """{size, root}, as a roster states it."""
        return {"size": self._size, "root": b64(self._tree.root)}

    def prove(self, case_id: str) -> dict[str, Any]:
        """The proof document of a case: {hash, index, path}. Raises `anchor-missing`."""
        index = self._place(case_id)
        if index is None:
            raise ProtocolError("anchor-missing")
        end = (index + 1) * _CASE
        hash_ = self._cases[end - _HASH : end].decode("ascii")
        return {"hash": hash_, "index": index, "path": [b64(each) for each in self._tree.prove(index)]}

    def _place(self, case_id: str) -> int | None:
        """Leaves begin alike and are equally long, so their order is that of the case_ids."""
        wanted, low, high = case_id.encode(), 0, self._size
        while low < high:
            middle = (low + high) // 2
            if self._case_id(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < self._size and self._case_id(low) == wanted else None

    def _case_id(self, index: int) -> bytes:
        return self._cases[index * _CASE : index * _CASE + _ID]


def leaf(case_id: str, hash_: str) -> bytes:
    """PAE("mediation/v1/anchor", case_id "." hash)."""
    return _leaf(_case(case_id, hash_))


def _leaf(case: bytes) -> bytes:
    return pae("mediation/v1/anchor", case)


def _case(case_id: str, hash_: str) -> bytes:
    return f"{case_id}.{hash_}".encode()


_ID: Final = 22
_HASH: Final = 43
_CASE: Final = _ID + 1 + _HASH


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
