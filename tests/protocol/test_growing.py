"""The tree that keeps only tops is, after every batch, the tree over all leaves."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import tree
from mediation.protocol.growing import GrowingTree
from tests.protocol.logs import entries_of


def roots_after(batches: list[list[bytes]]) -> None:
    """Hold the root against `tree.root` after every batch."""
    growing = GrowingTree()
    leaves: list[bytes] = []
    assert (growing.size, growing.root) == (0, tree.root([]))
    for batch in batches:
        growing.add(batch)
        leaves += batch
        assert (growing.size, growing.root) == (len(leaves), tree.root(leaves))


@given(st.lists(st.lists(st.binary(max_size=40), max_size=20), max_size=20))
def test_batches_of_any_leaves(batches: list[list[bytes]]) -> None:
    roots_after(batches)


@given(st.lists(st.integers(0, 600), max_size=4), st.randoms(use_true_random=False))
def test_batches_with_whole_blocks_in_them(sizes: list[int], chance: random.Random) -> None:
    roots_after([[chance.randbytes(32) for _ in range(size)] for size in sizes])


@pytest.mark.parametrize("sizes", [[255, 1, 256], [256, 256, 256], [257, 255, 512], [1, 767], [1024, 1]])
def test_batches_that_end_where_a_block_ends(sizes: list[int]) -> None:
    roots_after([entries_of(size, sum(sizes[:at])) for at, size in enumerate(sizes)])
