"""One file holds every sentence, what is changed in it is what people read, and some words are never used."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mediation.settings import ROOT
from mediation.web import catalogue, wording

AGENCY = {
    "settings": {"labels": {"person_harmed": "the person harmed", "person_responsible": "the person responsible"}}
}

NEVER = re.compile(r"\b(chat|match|users?|perpetrators?|moderators?|closure|resolved?|resolution)\b", re.IGNORECASE)
JARGON = re.compile(r"\b(sealed|keys?|devices?|encrypt\w*|decrypt\w*|cipher\w*|signatures?|server)\b", re.IGNORECASE)

FOR_PARTICIPANTS = re.compile(r"^(templates/participant/|static/js/pages/participant)")


def _sentences(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    found = []
    for message in catalogue.known():
        places = [str(place) for place, _line in message.locations if pattern.search(str(place))]
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        found += [(place, form) for place in places for form in forms]
    return found


def test_the_file_of_sentences_is_up_to_date() -> None:
    gathered = {str(message.id) for message in catalogue.gather() if message.id}
    assert {str(message.id) for message in catalogue.known() if message.id} == gathered, (
        "run: python -m mediation.web.catalogue"
    )


def test_no_page_uses_a_word_that_blames_or_belongs_to_another_trade() -> None:
    people_read = re.compile(r"^(templates/|static/js/pages/|mediation/web/)")
    assert [each for each in _sentences(people_read) if NEVER.search(each[1])] == []


def test_no_participant_meets_jargon() -> None:
    assert [each for each in _sentences(FOR_PARTICIPANTS) if JARGON.search(each[1])] == []


def test_every_sentence_for_participants_is_short() -> None:
    """Reading age about nine: no sentence of more than 30 words."""
    long = []
    for place, text in _sentences(FOR_PARTICIPANTS):
        long += [(place, part) for part in re.split(r"(?<=[.?!:])\s", text) if len(part.split()) > 30]
    assert long == []


def test_a_changed_sentence_is_what_people_and_scripts_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = read_po(BytesIO(b'#: static/js/pages/a.js\nmsgid "Go on"\nmsgstr "Carry on"\n'), locale="en")
    monkeypatch.setattr(catalogue, "known", lambda: changed)
    wording.changed.cache_clear()
    wording.script_strings.cache_clear()
    try:
        assert wording.script_strings()["messages"] == {"Go on": "Carry on"}
        compiled = Path(wording.compiled(tmp_path)) / "en" / "LC_MESSAGES" / "messages.mo"
        assert b"Carry on" in compiled.read_bytes()
    finally:
        wording.changed.cache_clear()
        wording.script_strings.cache_clear()


def test_nothing_is_changed_by_an_empty_translation() -> None:
    assert all(any(message.string) for message in wording.changed() if message.id and message.string)


@pytest.mark.parametrize(
    ("given", "said"),
    [([], ""), (["Amina"], "Amina"), (["Amina", "Ben"], "Amina and Ben"), (["A", "B", "C"], "A, B and C")],
)
def test_names_are_listed_as_people_say_them(given: list[str], said: str, site: object) -> None:
    from tests.agency_site import Site

    assert isinstance(site, Site)
    with site.app.test_request_context():
        assert wording.names(given) == said


def test_a_day_is_said_without_a_time() -> None:
    assert wording.day("2026-11-03") == wording.day("2026-11-03T23:59:59Z") == "3 November 2026"
    assert wording.day(None) == ""


def test_each_side_is_called_alike() -> None:
    assert wording.other_side("person_harmed", AGENCY) == "the person responsible"
    assert wording.other_side("person_responsible", AGENCY) == "the person harmed"


def test_no_template_stands_outside_the_look() -> None:
    inline = re.compile(
        r"\sstyle=|<style|\son[a-z]+=|<script(?! (type=\"(application/json|importmap|module)\"|src=))", re.IGNORECASE
    )
    assert [path.name for path in (ROOT / "templates").rglob("*.html") if inline.search(path.read_text())] == []
