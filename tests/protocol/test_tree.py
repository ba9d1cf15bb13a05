"""Merkle trees: every place in every small tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import tree
from tests.protocol.refusals import refused

SIZES = range(1, 34)


def leaves_of(size: int) -> list[bytes]:
    return [bytes([number]) for number in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_has_a_proof_that_holds_for_it_alone(size: int) -> None:
    leaves = leaves_of(size)
    root = tree.root(leaves)
    for index, leaf in enumerate(leaves):
        proof = tree.inclusion_proof(leaves, index)
        tree.verify_inclusion(leaf, index, size, proof, root)
        for other in range(-1, size + 2):
            if other != index:
                with refused("bad-proof"):
                    tree.verify_inclusion(leaf, other, size, proof, root)
        with refused("bad-proof"):
            tree.verify_inclusion(b"other", index, size, proof, root)


@given(st.lists(st.binary(max_size=4), max_size=12), st.lists(st.binary(max_size=4), max_size=12))
def test_other_leaves_have_another_root(first: list[bytes], second: list[bytes]) -> None:
    assert (tree.root(first) == tree.root(second)) == (first == second)


@given(st.binary(), st.integers(), st.integers(), st.lists(st.binary(max_size=33), max_size=60), st.binary())
def test_whatever_stands_in_place_of_a_proof_is_refused(
    leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes
) -> None:
    with refused("bad-proof"):
        tree.verify_inclusion(leaf, index, size, proof, root)
