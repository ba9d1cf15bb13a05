"""What a text can say: one segment, and nothing that tells what the service is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.sms.wordings import (
    ANSWER,
    ANSWERS,
    CODE,
    CODES,
    GSM_7,
    LANGUAGES,
    PHONE_LENGTH,
    WHAT,
    WORD_LENGTH,
    WORDINGS,
    Wording,
    answer_text,
    code_text,
    is_word,
    segments,
    text,
)

TELLING = (
    "letter",
    "message",
    "mediation",
    "court",
    "victim",
    "offender",
    "harm",
    "justice",
    "facilitator",
    "case",
    "http",
)


EVERY = [(wording, language) for wording in WORDINGS for language in LANGUAGES]
WORDS = st.text(st.sampled_from("abcXYZ019éÅ "), min_size=1, max_size=WORD_LENGTH).filter(is_word)
LONGEST = "W" * WORD_LENGTH
PHONE = "0" * PHONE_LENGTH


@pytest.mark.parametrize(("wording", "language"), EVERY)
@pytest.mark.parametrize("word", [None, LONGEST])
def test_every_wording_fits_one_segment(wording: str, language: str, word: str | None) -> None:
    assert segments(text(wording, language, phone=PHONE, word=word)) == 1


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS)
def test_every_wording_is_there_in_every_language(wording: Wording) -> None:
    assert set(wording.texts) == set(LANGUAGES)


def test_every_wording_says_why_somebody_would_choose_it() -> None:
    assert set(WHAT) == set(WORDINGS)


@pytest.mark.parametrize(("wording", "language"), EVERY)
def test_no_wording_tells_what_the_service_is(wording: str, language: str) -> None:
    said = WORDINGS[wording].texts[language].casefold()
    assert not [word for word in TELLING if word in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_begins_its_text_which_is_one_segment_and_tells_as_little(language: str) -> None:
    said = code_text(language, "012345")
    assert said.startswith("012345 ")
    assert segments(said) == 1
    assert set(said) <= GSM_7
    assert not [word for word in TELLING if word in said.casefold()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_one_segment_and_tells_as_little(language: str) -> None:
    said = answer_text(language)
    assert segments(said) == 1
    assert not [word for word in TELLING if word in said.casefold()]


def test_nobody_chooses_the_text_of_a_code_nor_of_an_answer() -> None:
    assert {CODE, ANSWER}.isdisjoint(WORDINGS)
    assert set(CODES) == set(ANSWERS) == set(LANGUAGES)


def test_some_do_not_sound_like_a_service() -> None:
    assert [name for name, each in WORDINGS.items() if each.disguised] == ["appointment", "hello", "word"]


@given(st.sampled_from(EVERY), st.none() | WORDS, st.text(st.sampled_from("0123456789 "), max_size=30))
def test_a_text_is_one_of_the_fixed_ones_whatever_the_case(what: tuple[str, str], word: str | None, phone: str) -> None:
    said = text(*what, phone=phone, word=word)
    fixed = {each.texts[what[1]].replace("{phone}", phone) for each in WORDINGS.values()}
    if word is not None:
        assert said == word or said.removeprefix(f"{word}: ") in fixed
    else:
        assert said in fixed
    assert "{" not in said
    assert segments(said) == 1


def test_what_cannot_be_said_is_the_plain_update() -> None:
    plain = WORDINGS["update"].texts["en"]
    assert text("word", "en", phone=PHONE, word=None) == plain
    assert text("ring", "en", phone="", word=None) == plain
    assert text("ring", "en", phone="0" * (PHONE_LENGTH + 1), word="Robin") == f"Robin: {plain}"
    assert text("word", "cy", phone=PHONE, word="Robin") == "Robin"


@pytest.mark.parametrize(
    "word", ["", " ", "a ", " a", "a  b", "W" * (WORD_LENGTH + 1), "ŵyn", "a\nb", "me@home", "it's", "€5", "https"]
)
def test_what_is_no_code_word(word: str) -> None:
    assert is_word(word) == (word == "https")


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("a" * 307, 3),
        ("", 1),
    ],
)
def test_segments_are_counted_as_networks_count_them(said: str, count: int) -> None:
    assert segments(said) == count
