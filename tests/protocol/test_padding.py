"""Padding hides lengths, returns the content and has one form only."""

from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import padding
from mediation.protocol.errors import ProtocolError
from tests.protocol.refusals import refused

lengths = st.integers(0, 300_000)


@given(lengths, st.sampled_from([b"\0", b"\x80", b"a"]))
def test_content_returns_whatever_its_length_and_its_last_byte(length: int, byte: bytes) -> None:
    content = byte * length
    assert padding.unpad(padding.pad(content)) == content


@given(lengths)
def test_padding_costs_little_and_leaves_few_lengths(length: int) -> None:
    padded = padding.target(length)
    assert padded > length
    assert padded <= max(1024, (length + 1) * 1.12)
    assert padded % 64 == 0


@given(lengths)
def test_a_target_is_its_own_target(length: int) -> None:
    padded = padding.target(length)
    assert padding.target(padded - 1) == padded


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_only_the_length_that_padding_gives_is_taken(size: int, length: int) -> None:
    content = b"a" * min(length, size - 1)
    padded = content + b"\x80" + bytes(size - len(content) - 1)
    if padding.target(len(content)) == size:
        assert padding.unpad(padded) == content
        return
    with refused("bad-padding"):
        padding.unpad(padded)


@given(st.binary(max_size=2000))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    try:
        content = padding.unpad(data)
    except ProtocolError as error:
        assert error.code == "bad-padding"
    else:
        assert padding.pad(content) == data


@given(st.binary(max_size=1023))
def test_a_block_returns_its_content_and_is_always_full(content: bytes) -> None:
    block = padding.pad_to(content, 1024)
    assert len(block) == 1024
    assert padding.unpad_from(block, 1024) == content
