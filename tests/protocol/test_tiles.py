"""Tiles give the tree, its roots and its proofs as an independent library has them, by reading a few tiles."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from mediation.protocol import tiles, tree
from mediation.protocol.tiles import Address
from tests.protocol.logs import Tiled, entries_of, flipped
from tests.protocol.refusals import refused

SIZES = [*range(1, 701), 65_535, 65_536, 65_793, *random.Random(4).sample(range(701, 70_000), 5)]


@pytest.fixture(scope="module")
def theirs() -> InmemoryTree:
    """pymerkle's tree over 70,000 entries."""
    made = InmemoryTree(algorithm="sha256")
    made.append_entries(entries_of(70_000))
    return made


@pytest.fixture(scope="module")
def ours() -> Tiled:
    made = Tiled()
    made.grow(entries_of(70_000))
    return made


def test_roots_are_those_of_pymerkle(ours: Tiled, theirs: InmemoryTree) -> None:
    for size in SIZES:
        assert tiles.root(size, ours.read) == theirs.get_root(size)
    assert tiles.root(0, ours.read) == tree.root([]) == Tiled().root


def test_proofs_of_inclusion_are_those_of_pymerkle(ours: Tiled, theirs: InmemoryTree) -> None:
    chance = random.Random(9162)
    for size in SIZES:
        for index in {0, size - 1, chance.randrange(size), chance.randrange(size)}:
            proof = tiles.inclusion_proof(index, size, ours.read)
            assert proof == theirs.prove_inclusion(index + 1, size).path[1:], (
                index,
                size,
            )  # theirs begins with the leaf
            tree.verify_inclusion(b"entry %d" % index, index, size, proof, theirs.get_root(size))


def test_proofs_of_consistency_lead_from_one_root_of_pymerkle_to_the_other(ours: Tiled, theirs: InmemoryTree) -> None:
    chance = random.Random(6962)
    for size in SIZES:
        for old in {0, 1, size - 1, size, chance.randrange(size), 1 << (size.bit_length() - 1)}:
            proof = tiles.consistency_proof(old, size, ours.read)
            before = theirs.get_root(old) if old else tree.root([])
            tree.verify_consistency(old, before, size, theirs.get_root(size), proof)
            assert len(proof) <= 2 * size.bit_length()


@pytest.mark.parametrize("batches", [[1] * 20, [255, 1, 1], [256, 256], [300, 213, 600], [1, 70_000 - 1]])
def test_a_tree_that_grew_in_any_steps_is_the_same(batches: list[int]) -> None:
    grown, whole = Tiled(), Tiled()
    for batch in batches:
        grown.grow(entries_of(batch, grown.size))
    whole.grow(entries_of(sum(batches)))
    assert (grown.kept, grown.root) == (whole.kept, whole.root)
    for (level, n), content in grown.kept.items():
        assert len(content) == 32 * tiles.width_at(grown.size, level, n)


def test_the_tiles_of_70000_entries_are_as_many_and_as_wide_as_tlog_tiles_says(ours: Tiled) -> None:
    widths = {place: len(content) // 32 for place, content in ours.kept.items()}
    assert [n for (level, n), width in widths.items() if level == 0 and width == 256] == list(range(273))
    assert {place: width for place, width in widths.items() if width < 256} == {(0, 273): 112, (1, 1): 17, (2, 0): 1}


def test_growing_and_proving_read_a_few_tiles(ours: Tiled) -> None:
    grown = Tiled(ours.size, ours.root, dict(ours.kept))
    grown.grow(entries_of(10, grown.size))
    assert set(grown.asked) <= {(0, 273), (1, 1), (2, 0), (1, 0)}
    ours.asked.clear()
    tiles.inclusion_proof(30_000, 70_000, ours.read)
    assert len(set(ours.asked)) <= 6
    ours.asked.clear()
    tiles.consistency_proof(30_001, 70_000, ours.read)
    assert len(set(ours.asked)) <= 8


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1), (0, 2**53)])
def test_no_inclusion_is_proved_beyond_the_tree(ours: Tiled, index: int, size: int) -> None:
    with refused("bad-proof"):
        tiles.inclusion_proof(index, size, ours.read)


@pytest.mark.parametrize(("old", "size"), [(-1, 5), (6, 5), (0, -1), (0, 2**53)])
def test_no_consistency_is_proved_beyond_the_tree(ours: Tiled, old: int, size: int) -> None:
    with refused("bad-proof"):
        tiles.consistency_proof(old, size, ours.read)


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 7), (4, 7), (6, 8), (255, 257), (256, 300)])
def test_every_bit_of_a_proof_of_consistency_counts(ours: Tiled, old: int, size: int) -> None:
    before, now = tiles.root(old, ours.read), tiles.root(size, ours.read)
    proof = tiles.consistency_proof(old, size, ours.read)
    changed = [[*proof[:i], bad, *proof[i + 1 :]] for i, each in enumerate(proof) for bad in flipped(each)]
    longer_or_shorter = [proof[:-1], proof[1:], [*proof, now], [now, *proof], [], [*proof[:-1], proof[-1][:31]]]
    for bad in (*changed, *longer_or_shorter):
        with refused("bad-proof"):
            tree.verify_consistency(old, before, size, now, bad)
    for root in flipped(before):
        with refused("bad-proof"):
            tree.verify_consistency(old, root, size, now, proof)
    for root in flipped(now):
        with refused("bad-proof"):
            tree.verify_consistency(old, before, size, root, proof)


@pytest.mark.parametrize(("old", "size"), [(0, 0), (3, 7), (8, 8), (0, 5)])
def test_other_sizes_have_other_proofs(ours: Tiled, old: int, size: int) -> None:
    before, now = tiles.root(old, ours.read), tiles.root(size, ours.read)
    proof = tiles.consistency_proof(old, size, ours.read)
    tree.verify_consistency(old, before, size, now, proof)
    for other in ((-1, size), (size + 1, size), (old, old - 1), (old, 2**53), (old + 1, size)):
        with refused("bad-proof"):
            tree.verify_consistency(other[0], before, other[1], now, proof)
    with refused("bad-proof"):
        tree.verify_consistency(0, now if size else b"", size, now, [])
    with refused("bad-proof"):
        tree.verify_consistency(old, before, size, now, [*proof, now])


def test_entries_are_bundled_behind_their_lengths() -> None:
    assert tiles.bundle([b"ab", b"", b"c" * 300]) == b"\0\2ab" + b"\0\0" + b"\1\x2c" + b"c" * 300


PATHS = {
    "0/000": Address(0, 0, 256),
    "0/x001/x234/067": Address(0, 1_234_067, 256),
    "63/999.p/1": Address(63, 999, 1),
    "1/x001/000.p/255": Address(1, 1000, 255),
    "entries/x273/112.p/112": Address(None, 273_112, 112),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_names_a_tile(path: str) -> None:
    assert tiles.parse_path(path) == PATHS[path]
    assert tiles.path(PATHS[path]) == path


@given(
    st.builds(
        Address, st.none() | st.integers(0, 63), st.integers(0, 10) | st.integers(0, 2**53 - 1), st.integers(1, 256)
    )
)
def test_every_address_has_one_path(address: Address) -> None:
    assert tiles.parse_path(tiles.path(address)) == address


@pytest.mark.parametrize(
    "path",
    [
        *("", "0", "0/", "/0/000", "0/0", "0/00", "0/0000", "00/000", "01/000", "64/000", "99/000", "-1/000", "x/000"),
        *("0/x000/000", "0/x000/001", "0/001/000", "0/x001/x000", "0/X001/000", "0/x1/000", "0/x001//000", "0/000/"),
        *(
            "0/000.p",
            "0/000.p/",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/257",
            "0/000.p/01",
            "0/000.p/1000",
            "0/000.p/1.p/1",
            "0/000.q/1",
        ),
        *("entries", "entries/0", "entries/x000/001", "entries/000.p/256", "Entries/000", "0/000\n", " 0/000", "0/٠٠٠"),
        "0/x009/x007/x199/x254/x740/992",
        "0/" + "x001/" * 30 + "000",
        "0/" + "x001/" * 1500 + "000",  # more digits than Python turns into a number
    ],
)
def test_a_path_written_in_another_way_is_refused(path: str) -> None:
    with refused("bad-tile"):
        tiles.parse_path(path)
