"""What a text can say: one segment, and nothing that tells what the service is."""

import pytest

from mediation.sms.wordings import WORDINGS, segments

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


@pytest.mark.parametrize("wording", WORDINGS)
def test_every_wording_fits_one_segment(wording: str) -> None:
    assert segments(WORDINGS[wording]) == 1


@pytest.mark.parametrize("wording", WORDINGS)
def test_no_wording_tells_what_the_service_is(wording: str) -> None:
    assert not [word for word in TELLING if word in WORDINGS[wording].casefold()]


@pytest.mark.parametrize(
    ("text", "count"),
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
def test_segments_are_counted_as_networks_count_them(text: str, count: int) -> None:
    assert segments(text) == count
