"""Passphrases typed by people on any keyboard."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import passphrase, words
from mediation.protocol.errors import ProtocolError

typed = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1)


def test_a_new_passphrase_is_six_words_of_the_list_and_as_it_should_be_typed() -> None:
    made = passphrase.new_passphrase()
    assert len(made.split(" ")) == 6
    assert set(made.split(" ")) <= set(words.WORDS)
    assert passphrase.normalise(made) == made.encode()
    passphrase.check_own_passphrase(made)


def test_the_usual_parameters_are_within_the_bounds_and_the_least() -> None:
    assert passphrase.PARAMETERS == (3, 64 * 1024 * 1024)


def test_server_and_bundle_get_different_keys_that_depend_on_the_salt() -> None:
    first = passphrase.derive("six words", bytes(16), *passphrase.PARAMETERS)
    second = passphrase.derive("six words", b"\1" + bytes(15), *passphrase.PARAMETERS)
    assert len({first.auth, first.wrap, second.auth, second.wrap}) == 4


@given(typed)
def test_every_unicode_form_of_a_passphrase_gives_the_same_bytes(text: str) -> None:
    results = set()
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        try:
            results.add(passphrase.normalise(f"  {unicodedata.normalize(form, text)}\t "))
        except ProtocolError as error:
            results.add(error.code.encode())
    assert len(results) == 1


@given(typed)
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    try:
        normal = passphrase.normalise(text)
    except ProtocolError:
        return  # only white space
    assert passphrase.normalise(normal.decode()) == normal
