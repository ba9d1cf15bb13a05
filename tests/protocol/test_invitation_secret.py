"""Printed codes: one for each secret, and slips refused or put right."""

from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import invitation_secret
from mediation.protocol.errors import ProtocolError
from tests.vectors.builder import seed

secrets = st.binary(min_size=16, max_size=16)


@given(secrets)
def test_a_secret_returns_from_its_code(secret: bytes) -> None:
    code = invitation_secret.to_code(secret)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 4, 4, 2]
    assert invitation_secret.from_code(code) == secret


@given(secrets, st.data())
def test_letters_that_look_like_digits_may_be_typed_for_them(secret: bytes, data: st.DataObject) -> None:
    alike = {"1": "1iIlL", "0": "0oO"}
    code = invitation_secret.to_code(secret)
    typed = "".join(data.draw(st.sampled_from(alike.get(symbol, symbol + symbol.lower()))) for symbol in code)
    assert invitation_secret.from_code(typed) == secret


@given(st.text(invitation_secret.ALPHABET, min_size=26, max_size=26))
def test_no_secret_has_two_codes(symbols: str) -> None:
    try:
        secret = invitation_secret.from_code(symbols)
    except ProtocolError as error:
        assert error.code == "bad-invitation-code"
        assert invitation_secret.ALPHABET.index(symbols[-1]) % 4 != 0
    else:
        assert invitation_secret.to_code(secret).replace("-", "") == symbols


def test_new_secrets_differ_and_have_16_bytes() -> None:
    first, second = invitation_secret.new_secret(), invitation_secret.new_secret()
    assert first != second
    assert len(first) == len(second) == 16


def test_secrets_do_not_show_when_they_are_printed() -> None:
    derived = invitation_secret.secrets(seed("invitation", 16))
    assert repr(derived.ik) not in repr(derived)
    assert repr(derived.k) not in repr(derived)


def test_everything_derived_differs() -> None:
    derived = invitation_secret.secrets(seed("invitation", 16))
    assert len({derived.ik.hex(), derived.k.hex(), derived.invite_id, derived.key_com}) == 4
