"""The documentation lists the events that there are; and every table is watched, or here is why it is not."""

import re
from pathlib import Path
from typing import Final

from mediation.db import Base, import_models
from mediation.ledger import KINDS, vocabulary
from mediation.settings import ROOT

NOT_WATCHED = {
    "audit_checkpoint": "the trail itself",
    "audit_counter": "the trail itself",
    "audit_event": "the trail itself",
    "audit_key": "the trail itself",
    "audit_log": "the trail itself",
    "audit_shown": "the trail itself",
    "audit_tile": "the trail itself",
    "audit_timestamp": "an authority's word on the trail",
    "code_sent": "counts codes, names nobody; that each text was queued is an event",
    "confirmation_code": "a code's tries; that its text went out and that it was used are events",
    "demonstration_text": "written in demonstrations only",
    "login_session": "changes with every request; signing in and out are events",
    "memory_document": "somebody's own, encrypted: what they keep there is nobody's business",
    "received_text": "a provider's id, so that nothing counts twice; names nobody",
    "stopped_number": "a number's hash; that its holder stopped texts is an event of each case",
    "text_sender": "an account with a provider, not a case",
    "text_try": "a provider's id of a text whose states are events",
    "throttle": "counts tries, names nobody",
}


def test_the_documentation_lists_every_event() -> None:
    assert vocabulary.table() in (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")


def test_every_table_is_watched_or_here_is_why_not() -> None:
    import_models()
    unwatched = {each.class_.__tablename__ for each in Base.registry.mappers if not each.class_.__audited__}
    assert unwatched == set(NOT_WATCHED)


AGENCY: Final = frozenset({"audit.log-opened", "audit.padded", "case.erased", "key.rotated"})
"""What is never in a case, beside what is told of the agency, its staff and its rosters."""


def test_every_event_of_a_case_has_its_words_on_the_facilitators_page() -> None:
    text = (ROOT / "static/js/pages/event_words.js").read_text("utf-8")
    said = set(re.findall(r'^    "([a-z]+\.[a-z-]+)":', text, re.MULTILINE))
    wanted = {kind for kind in KINDS if not kind.startswith(("agency.", "roster.", "staff."))} - AGENCY
    assert wanted <= said
