"""Every word that a text can say, in every language, for a practitioner to review: this file is all that there is.

No names, no case words, nothing about the service, no link. Each is one segment with the longest telephone number and
code word that there can be: 160 characters of the GSM 7-bit alphabet, or 70 where one character is not in it (Welsh ŵ,
ŷ, â, ê, î, ô, û are not). A test counts every one, and refuses a language in which one is missing.

A new language: add its code and name to LANGUAGES and its text to every wording. Nobody's phone may show a translation
before two people have read it: somebody who speaks the language as their first and knows restorative work, and
somebody who translates it back without having seen the English. Ask both what a stranger who reads it over a shoulder
would think that it is about. The Welsh here has been read by nobody yet (UNREVIEWED): an agency has it read before
it offers Welsh.
"""

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final[dict[str, str]] = {"en": "English", "cy": "Cymraeg"}
LANGUAGE: Final = "en"
"""What somebody gets who has chosen none."""
UNREVIEWED: Final = ("cy",)
"""Languages of which nobody has read the wordings yet; administrators are told so beside the report."""


@dataclass(frozen=True)
class Wording:
    """One thing that a text can say. `texts`: by language, with {phone} for the agency's number and {word} for the
    person's own code word; `disguised`: it does not sound like a service.
    """

    texts: dict[str, str]
    disguised: bool = False


WORDINGS: Final[dict[str, Wording]] = {
    "update": Wording(
        {
            "en": "You have an update. Sign in when you are ready.",
            "cy": "Mae gennych ddiweddariad. Mewngofnodwch pan fyddwch yn barod.",
        },
    ),
    "appointment": Wording(
        {
            "en": "Reminder: your appointment details have changed.",
            "cy": "Nodyn atgoffa: mae manylion eich apwyntiad wedi newid.",
        },
        disguised=True,
    ),
    "hello": Wording(
        {
            "en": "Hello. Just to let you know, there is some news when you have a moment.",
            "cy": "Helo. Mae gen i ychydig o newyddion pan fydd gennych funud.",
        },
        disguised=True,
    ),
    "ring": Wording(
        {
            "en": "Please ring us on {phone} when it suits you.",
            "cy": "Ffoniwch ni ar {phone} pan fydd yn gyfleus i chi.",
        },
    ),
    "word": Wording(
        {"en": "{word}", "cy": "{word}"},
        disguised=True,
    ),
}
"""What people choose from."""

CODE: Final = "code"
"""The wording of a text that takes a code to a phone. Nobody chooses it, and no word of theirs stands before it."""

CODES: Final[dict[str, str]] = {
    "en": "{code} is your code. It works for ten minutes.",
    "cy": "{code} yw eich cod. Mae'n gweithio am ddeng munud.",
}
"""The code comes first: a preview on a locked phone shows little more than a number."""

ANSWER: Final = "answer"
"""The wording of the one answer to a text that is no keyword. Nobody chooses it, and no word stands before it."""

ANSWERS: Final[dict[str, str]] = {
    "en": "This number cannot take replies.",
    "cy": "Ni all y rhif hwn dderbyn atebion.",
}
"""No word of whose number it is."""

TEST: Final = "This is a test. You need do nothing."
"""What an operator sends to a number of their own (`mediation sms send-test`)."""

WHAT: Final[dict[str, str]] = {
    "update": "Says that there is something, and nothing else.",
    "appointment": "Sounds like a surgery or a dentist.",
    "hello": "Sounds like somebody whom you know.",
    "ring": "Asks you to ring us, for when signing in is hard.",
    "word": "Your word alone. Only you know what it means.",
}
"""What people are told about each."""

WORD_LENGTH: Final = 20
"""Characters of a code word at most."""
PHONE_LENGTH: Final = 20
"""Characters of the agency's number at most, as it is written in a text."""
GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION: Final = frozenset("^{}\\[~]|€\f")


def text(wording: str, language: str, *, phone: str, word: str | None) -> str:
    """What the phone shows, exactly: the wording in this language, after the code word where there is one.

    KeyError for a wording or language that does not exist. What cannot be said without a code word or a number that
    fits is the plain update.
    """
    template = WORDINGS[wording].texts[language]
    if ("{word}" in template and not word) or ("{phone}" in template and not 0 < len(phone) <= PHONE_LENGTH):
        template = WORDINGS["update"].texts[language]
    said = template.replace("{phone}", phone).replace("{word}", word or "")
    return said if word is None or "{word}" in template else f"{word}: {said}"


def code_text(language: str, code: str) -> str:
    """What the phone shows with a code, exactly. KeyError for a language that does not exist."""
    return CODES[language].replace("{code}", code)


def answer_text(language: str) -> str:
    """What the phone shows where somebody has written to us, exactly. KeyError for a language that does not exist."""
    return ANSWERS[language]


def is_word(text: str) -> bool:
    """Whether this can be a code word: letters, digits and single spaces that every phone shows."""
    return (
        0 < len(text) <= WORD_LENGTH
        and text == " ".join(text.split())
        and all(each in GSM_7 and (each.isalnum() or each == " ") for each in text)
    )


def segments(said: str) -> int:
    """How many segments a text takes: GSM-7 160 (153 each when several) or UCS-2 70 (67)."""
    if set(said) <= GSM_7 | GSM_7_EXTENSION:
        length, single, several = sum(2 if c in GSM_7_EXTENSION else 1 for c in said), 160, 153
    else:
        length, single, several = len(said.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // several)
