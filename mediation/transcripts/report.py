"""What the check of a transcript found out, and the plain sentences about what that proves and what it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mediation.ledger.checking import Report

LETTERS: Final = "letters"
PERSON: Final = "person"
SENTENCES: Final[Mapping[str, str]] = {
    "head-missing": "No head of a log that can be believed stands over this event.",
    "events-out-of-order": "The events do not stand in the order of the log.",
    "case-mixed": "Events of several cases stand in one file.",
    "not-closed": "The transcript's own event does not end it: later ones may have been left out.",
    "closing-differs": "The transcript's own event was recorded for another transcript.",
    "events-of-others": "Events stand in the file that are not of the person whom it is about.",
    "acts-missing": "Somebody has done more than the events in the file tell.",
    "statements-differ": "The statements of the case are not those that its events tell of.",
    "actor-differs": "An event was caused by somebody else than the one who signed what it tells of.",
    "document-unnamed": "A document about a member is in the file twice, or no statement of the case names it.",
    "submission-missing": "No event tells that this letter was handed in.",
    "release-unrecorded": "No event tells of this release.",
    "release-missing": "The log tells of a release that is not in the file.",
    "release-alone": "A release of a letter that is not in the file.",
    "release-twice": "A release stands in the file twice.",
    "letter-twice": "A letter stands in the file twice.",
    "letter-not-passed-on": "This letter was not passed on, or was called back before it was read.",
    "letter-not-shown": "The text of this letter should be in the file, and is not.",
    "letter-of-others": "This letter does not concern the person whom the file is about.",
    "text-differs": "The text is not what the ciphertext opens to.",
    "log-key-unnamed": "The agency has never named this key as one of its audit log's.",
}
"""What is found in a transcript, by its stable code; other codes are those of the protocol and of the log's checks."""


@dataclass
class TranscriptReport(Report):
    """What was checked, and what was found; nothing found is good. `root_given`: whether the root key was brought
    along, or only read in the file. `made_by`: the facilitator, where the log tells who it was.
    """

    about: str | None = None
    agency: str = ""
    root_key: str = ""
    root_given: bool = False
    case_id: str = ""
    letters: int = 0
    releases: int = 0
    made_by: str = ""
    closed_at: str = ""

    def miss(self, code: str, index: int | None = None, what: str = "") -> None:
        """Note something with its own sentence; `what` names the letter or release."""
        self.find(code, f"{what}: {SENTENCES[code]}" if what else SENTENCES[code], index)

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "good": not self.findings,
            "kind": self.kind,
            "about": self.about,
            "case": self.case_id or None,
            "agency": self.agency or None,
            "root_key": self.root_key or None,
            "root_given": self.root_given,
            "origin": self.head.origin if self.head else None,
            "size": self.head.size if self.head else None,
            "witnessed": self.witnessed,
            "letters": self.letters,
            "releases": self.releases,
            "events": self.events,
            "made_by": self.made_by or None,
            "closed_at": self.closed_at or None,
            "findings": [{"code": each.code, "text": each.text, "index": each.index} for each in self.findings],
        }

    @property
    def proved(self) -> list[str]:
        """What a transcript in which nothing was found proves."""
        letters, releases = _count(self.letters, "letter"), _count(self.releases, "release")
        log = f"{self.head.origin} with {self.head.size} entries" if self.head else ""
        maker = f" by {self.made_by}" if self.made_by else ""
        return [
            f"It holds {letters} and {releases} of case {self.case_id} of “{self.agency}”.",
            f"It was made{maker}, and that was recorded at {self.closed_at}.",
            "Each text is what its writer signed, or whoever is named as having written it down for them.",
            *(_WHOLE_CASE if self.kind == LETTERS else _ONE_PERSON),
            f"Each event in the file stands in the log {log}, as it was signed.",
        ]

    @property
    def unproved(self) -> list[str]:
        """What no transcript proves."""
        said = [*_NEVER, _LEFT_OUT if self.kind == LETTERS else _CHOSEN]
        if not self.root_given:
            said.append(f"That {self.root_key} is the agency's root key: ask the agency, and give it as --root=KEY.")
        if not self.witnessed:
            said.append("That nobody was shown another log: no witness was asked for (--witness, --quorum).")
        return said


_WHOLE_CASE: Final = (
    "Each release was signed by as many of the case's facilitators as it required at that moment.",
    "Every release that the log tells of is here, and no event of the case before the transcript's own is missing.",
)
_ONE_PERSON: Final = (
    "Each release was signed by as many of the case's facilitators as it required about that day.",
    "No event that this person caused before the transcript was made is missing.",
)
_NEVER: Final = (
    "Who people are outside the service: it knows them by the keys that a facilitator admitted.",
    "That what they wrote is true, or that they wrote it freely.",
    "Times to the minute: they are the server's. That one thing came after another is proved.",
)
_LEFT_OUT: Final = "What was returned, stopped or called back, private threads and notes said: they are not in it."
_CHOSEN: Final = "That every letter which concerns this person is here, and when others did what they did."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
