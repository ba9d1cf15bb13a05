"""Which of our modules stand together in a file that is served, and that none stands in two.

What every page needs is one file, so is what the pages of those who come in, of participants and of staff share; each
page has a file of its own beside that, with what it alone needs.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from mediation.web.joined import OWN, WORKER, Files, imported, joined, reached

EARLY: Final = "js/page/early.js"
PAGES: Final = "js/pages/"


class Joins(NamedTuple):
    """What is joined: the modules of the worker, and those that pages share."""

    worker: Files
    shared: Files


JOINS: Final = Joins(
    worker={
        WORKER: (WORKER, "js/crypto/session.js", "js/crypto/log.js", "js/crypto/memory.js", "js/crypto/letters.js"),
        "js/worker_audit.js": ("js/crypto/auditing.js", "js/protocol/log_proof.js"),
        "js/worker_cards.js": ("js/protocol/joining.js", "js/crypto/cards.js"),
        "js/worker_words.js": ("js/protocol/words.js",),
        "js/worker_staff.js": ("js/crypto/cases.js", "js/crypto/review.js"),
        "js/worker_recorded.js": ("js/crypto/recorded.js",),
        "js/worker_joining.js": ("js/crypto/joining.js", "js/crypto/setup.js"),
        "js/worker_transcript.js": ("js/crypto/transcript.js",),
    },
    shared={
        "js/page.js": (
            "js/pages/dates.js",
            "js/pages/form.js",
            "js/pages/frame.js",
            "js/pages/own.js",
            "js/pages/parts.js",
        ),
        EARLY: (EARLY,),
        "js/page_coming_in.js": ("js/pages/log.js", "js/pages/steps.js"),
        "js/page_letters.js": ("js/pages/letter_parts.js", "js/pages/draft.js"),
        "js/page_contact.js": ("js/pages/confirm_number.js", "js/pages/contact_fields.js"),
        "js/page_card.js": ("js/pages/card.js",),
        "js/page_staff.js": (
            "js/pages/agency_room.js",
            "js/pages/case_names.js",
            "js/pages/choices.js",
            "js/pages/draft_letter.js",
            "js/pages/held_head.js",
            "js/pages/person_fields.js",
            "js/pages/settings_fields.js",
            "js/pages/six_words.js",
            "js/pages/timeline.js",
            "js/pages/when.js",
        ),
    },
)
"""What a participant's letters need of the worker is in its first file."""


def served(modules: Mapping[str, str], joins: Joins = JOINS) -> dict[str, str]:
    """The text of each file that is served of our own modules; those that nothing joins are served as they are.

    `modules`: the text of every module by its name, without comments; of those that are not ours the text is not read.

    Raises:
        ValueError: a module cannot be joined, or would run twice.
        graphlib.CycleError: modules import in a circle.
    """
    of_worker, left = joined(modules, joins.worker)
    rest = {name: modules[name] for name in left}
    of_pages, left = joined(rest, {**joins.shared, **_of_one_page(rest, joins.shared)})
    return {name: modules[name] for name in left if name.startswith(OWN)} | of_worker | of_pages


def _of_one_page(modules: Mapping[str, str], shared: Files) -> Files:
    """A file for each module that no other imports, where all that it does not find in `shared` is its own."""
    imports = {name: imported(name, text) for name, text in modules.items()}
    others = {target for name in imports for target in imports[name]}
    entries = [name for name in modules if name.startswith(PAGES) and name not in others]
    common = {name for roots in shared.values() for name in reached(imports, roots)}
    own = Counter(name for entry in entries for name in reached(imports, (entry,)) if name.startswith(OWN))
    if twice := sorted(name for name, count in own.items() if count > 1 and name not in common):
        raise ValueError(f"{', '.join(twice)}: what several pages need belongs to a file that they share")
    return {entry: (entry,) for entry in entries}
