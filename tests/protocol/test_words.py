"""The word list, and words drawn from it without favour."""

from collections.abc import Iterator

import pytest

from mediation.protocol import words


def test_the_list_has_7776_different_words_in_order() -> None:
    assert len(words.WORDS) == len(set(words.WORDS)) == 6**5
    assert list(words.WORDS) == sorted(words.WORDS)
    assert (words.WORDS[0], words.WORDS[-1]) == ("abacus", "zoom")


def test_every_word_can_be_said_and_typed() -> None:
    assert all(word.replace("-", "").isalpha() and word.isascii() and word.islower() for word in words.WORDS)
    assert {len(word) for word in words.WORDS} == set(range(3, 10))


def test_a_changed_list_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LIST_SHA256", "0" * 64)
    with pytest.raises(RuntimeError):
        words._read()


def test_random_words_are_as_many_as_asked_and_differ() -> None:
    assert len(words.random_words(6)) == 6
    assert words.random_words(6) != words.random_words(6)


def draw(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Let the next random numbers be these."""
    queue: Iterator[bytes] = (number.to_bytes(2) for number in numbers)
    monkeypatch.setattr(words, "random_bytes", lambda size: next(queue))


def test_each_word_is_reached_by_equally_many_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = 8 * 7776
    draw(monkeypatch, *range(fair))
    drawn = words.random_words(fair)
    assert {word: drawn.count(word) for word in (words.WORDS[0], words.WORDS[-1])} == {"abacus": 8, "zoom": 8}


@pytest.mark.parametrize("number", [8 * 7776, 2**16 - 1])
def test_numbers_that_would_favour_some_words_are_drawn_again(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    draw(monkeypatch, number, 5)
    assert words.random_words(1) == [words.WORDS[5]]
