"""Every word that a text can say, for a practitioner to review. No names, no case words, no link, nothing about the
service.

Each fits one segment: 160 characters of the GSM 7-bit alphabet (`segments` counts, a test holds every wording to one).
"""

from typing import Final

WORDINGS: Final[dict[str, str]] = {
    "update": "You have an update. Sign in when you are ready.",
    "appointment": "Reminder: your appointment details have changed.",
    "hello": "Hello. Just to let you know, there is some news when you have a moment.",
}

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION: Final = frozenset("^{}\\[~]|€\f")


def segments(text: str) -> int:
    """How many segments a text takes: GSM-7 160 (153 each when several) or UCS-2 70 (67)."""
    if set(text) <= GSM_7 | GSM_7_EXTENSION:
        length, single, several = sum(2 if c in GSM_7_EXTENSION else 1 for c in text), 160, 153
    else:
        length, single, several = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // several)
