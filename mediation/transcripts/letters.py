"""Verifies the letters and releases of a transcript, each under the statement and roster of its moment and by the same
code that a facilitator's and a reader's client run; and holds them against the events, both ways.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from mediation.protocol import decision, envelope, event, message, message_open, note
from mediation.protocol.decision import Decision
from mediation.protocol.encoding import parse_date, parse_time, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message_kinds import DECIDED
from mediation.transcripts.events import Trail
from mediation.transcripts.history import History, Moment
from mediation.transcripts.report import TranscriptReport

SIGNED_WITHIN: Final = timedelta(days=8)
"""After a decision was proposed: nobody signs one that is more than seven days old."""
Given = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Letter:
    """A letter whose statement was verified. `shown`: whether its text is in the file."""

    statement: Statement
    shown: bool

    @property
    def payload(self) -> Mapping[str, Any]:
        """What its writer signed."""
        return self.statement.payload

    @property
    def name(self) -> str:
        """For findings."""
        return f"letter {self.payload['message_id']}"


@dataclass
class Checked:
    """What letters are verified with. `statements`: after which events the case had each of its statements, None where
    only one person's events are known. `name_key`: what the pseudonyms are made with, None there as well.
    """

    report: TranscriptReport
    history: History
    trail: Trail
    about: str | None
    statements: Sequence[int] | None
    name_key: bytes | None

    def moment(self, place: int) -> Moment:
        """That of an event."""
        known = None if self.statements is None else bisect_left(self.statements, place)
        return Moment.at(parse_time(self.trail.events[place].at), known)

    def place(self, kind: str, **refs: str) -> int | None:
        """Where the event of this kind that names these stands."""
        for place in self.trail.places(kind):
            if all(self.trail.events[place].refs.get(name) == value for name, value in refs.items()):
                return place
        return None

    def hand(self, place: int, *hands: str) -> str | None:
        """Which of these has caused an event, told by the case's own names."""
        actor = self.trail.events[place].actor
        names = {} if self.name_key is None else {event.pseudonym(self.name_key, "actor", each): each for each in hands}
        return names.get(actor)

    def check_hand(self, place: int, *hands: str) -> None:
        """That an event was caused by one of those who signed what it tells of."""
        if self.about is None and self.hand(place, *hands) is None:
            self.report.miss("actor-differs", self.trail.indices[place])


def check_maker(checked: Checked) -> None:
    """That a facilitator of the case has made the transcript: nobody else may."""
    if checked.about is not None:
        return
    place = len(checked.trail.events) - 1
    try:
        counting = checked.history.check(checked.moment(place), lambda head, people: head.counting.values())
    except ProtocolError as error:
        checked.report.find(error.code, f"the transcript’s own event: {error.sentence}")
        return
    names = {each.staff_id: each.display_name for each in counting}
    maker = checked.hand(place, *names)
    if maker is None:
        checked.report.miss("actor-differs", checked.trail.indices[place])
    else:
        checked.report.made_by = names[maker]


def check_letters(checked: Checked, letters: Given, releases: Given) -> None:
    """Verify them all, and that none is missing."""
    found: dict[str, Letter] = {}
    for each in letters:
        letter = _letter(checked, each)
        if letter is not None and letter.statement.hash in found:
            checked.report.miss("letter-twice", what=letter.name)
        elif letter is not None:
            found[letter.statement.hash] = letter
    decided: dict[str, Decision] = {}
    for each in releases:
        one = _release(checked, found, each)
        if one is not None and one.statement.hash in decided:
            checked.report.miss("release-twice", what=f"release {one.statement.hash}")
        elif one is not None:
            decided[one.statement.hash] = one
    checked.report.letters = sum(1 for each in found.values() if each.shown)
    checked.report.releases = len(decided)
    _check_releases_whole(checked, decided)
    _check_shown(checked, found, decided)


def _letter(checked: Checked, given: Mapping[str, Any]) -> Letter | None:
    """A letter, verified; None, with a finding, for one that is not."""
    name = "a letter"
    try:
        claimed = envelope.parse(given["message"], "message")
        name = f"letter {claimed.payload['message_id']}"
        if claimed.payload["kind"] not in DECIDED:
            raise ProtocolError("kind-not-shown")
        moment = _moment_of_letter(checked, claimed)
        checked.history.check(moment, lambda head, people: message.verify(given["message"], head, people))
        _check_text(checked, claimed, given["content"], name)
    except ProtocolError as error:
        checked.report.find(error.code, f"{name}: {error.sentence}")
        return None
    return Letter(claimed, given["content"] is not None)


def _moment_of_letter(checked: Checked, claimed: Statement) -> Moment:
    """When it was handed in: its event tells. Of somebody else's letter one person's events tell nothing."""
    payload = claimed.payload
    place = checked.place("message.submitted", message=payload["message_id"], statement=claimed.hash)
    own = checked.about == payload["author_id"] and payload["scribe"] is None
    if place is not None:
        scribe = payload["scribe"]
        checked.check_hand(place, payload["author_id"] if scribe is None else scribe["staff_id"])
        return checked.moment(place)
    if checked.about is None or own:
        checked.report.miss("submission-missing", what=f"letter {payload['message_id']}")
    first = checked.history.chains[0].payload["issued_on"]
    return Moment.days(parse_date(first), parse_time(checked.report.closed_at).date())


def _check_text(checked: Checked, claimed: Statement, content: Mapping[str, Any] | None, name: str) -> None:
    """Raises what `message_open.open_with_key` raises."""
    if content is None:
        return
    text = message_open.open_with_key(claimed.payload, unb64(content["ciphertext"]), unb64(content["key"]))
    if (text.text, text.lang) != (content["text"], content["lang"]):
        checked.report.miss("text-differs", what=name)


def _release(checked: Checked, letters: Mapping[str, Letter], given: Mapping[str, Any]) -> Decision | None:
    """A release, verified; None, with a finding, for one that is not."""
    name = "a release"
    try:
        claimed = envelope.parse(given["decision"], "decision")
        name = f"release {claimed.hash}"
        if claimed.payload["decision"] != "release":
            raise ProtocolError("not-released")
        letter = letters.get(claimed.payload["message_hash"])
        if letter is None:
            checked.report.miss("release-alone", what=name)
            return None
        place = checked.place("message.released", decision=claimed.hash, message=letter.payload["message_id"])
        moment = _moment_of_release(checked, claimed, place, name)
        about = letter.statement
        found = checked.history.check(moment, lambda head, people: decision.verify(given["decision"], head, about))
        _check_note(checked, claimed, given["note"])
    except ProtocolError as error:
        checked.report.find(error.code, f"{name}: {error.sentence}")
        return None
    if place is not None:
        checked.check_hand(place, *found.signers)
    return found


def _moment_of_release(checked: Checked, claimed: Statement, place: int | None, name: str) -> Moment:
    """When it became final: its event tells; without one, some days from the date that its signers gave it."""
    if place is not None:
        return checked.moment(place)
    if checked.about is None:
        checked.report.miss("release-unrecorded", what=name)
    decided_on = parse_date(claimed.payload["decided_on"])
    return Moment.days(decided_on, decided_on + SIGNED_WITHIN)


def _check_note(checked: Checked, claimed: Statement, given: Mapping[str, Any] | None) -> None:
    """In one person's file there are only the notes that were for them. Raises `note-missing`, `note-hash-wrong`."""
    theirs = checked.about is None or claimed.payload["recipient_id"] == checked.about
    if given is None and theirs and claimed.payload["note_hash"] is not None:
        raise ProtocolError("note-missing")
    if given is None:
        return
    found = note.read(unb64(given["block"]), claimed.payload["note_hash"])
    if found.text != given["text"]:
        raise ProtocolError("note-hash-wrong")


def _check_releases_whole(checked: Checked, decided: Mapping[str, Decision]) -> None:
    """Every release that the log tells of is in the file."""
    if checked.about is not None:
        return
    for place in checked.trail.places("message.released"):
        if checked.trail.events[place].refs.get("decision") not in decided:
            checked.report.miss("release-missing", checked.trail.indices[place])


def _check_shown(checked: Checked, letters: Mapping[str, Letter], decided: Mapping[str, Decision]) -> None:
    """The texts in the file are of the letters that reached somebody, and no others."""
    for hash_, letter in letters.items():
        to = [each for each in decided.values() if each.payload["message_hash"] == hash_]
        if checked.about is not None:
            concerned = {letter.payload["author_id"], *(each.recipient_id for each in to)}
            if checked.about not in concerned:
                checked.report.miss("letter-of-others", what=letter.name)
            elif not letter.shown:
                checked.report.miss("letter-not-shown", what=letter.name)
        elif letter.shown != any(_in_force(checked, letter, each) for each in to):
            checked.report.miss("letter-not-passed-on" if letter.shown else "letter-not-shown", what=letter.name)


def _in_force(checked: Checked, letter: Letter, release: Decision) -> bool:
    """Whether the letter was there for its recipient when the transcript was made."""
    called_back = {"message": letter.payload["message_id"], "recipient": str(release.recipient_id)}
    if checked.place("message.recalled", **called_back) is not None:
        return False
    return release.not_before is None or release.not_before <= parse_time(checked.report.closed_at)
