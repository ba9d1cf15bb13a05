"""A case with letters that were passed on, returned, called back and written down; and its two kinds of transcripts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mediation.client import trust
from mediation.ledger.checking import Trusted
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import notes
from mediation.protocol.encoding import canonical, parse_canonical
from mediation.transcripts.form import parse
from mediation.transcripts.proving import verify
from mediation.transcripts.report import TranscriptReport
from mediation.web.transaction import ENGINE
from tests import standing
from tests.client import world as worlds
from tests.client.world import Founded, World

LETTER, ANSWER = "I want you to know what that night was like.", "I have thought about it every day."
RETURNED, CALLED_BACK, SUMMARY = "Returned words.", "Called-back words.", "Roy would like to write."
PRIVATE, NOTE, CONTENT_NOTE = "A private line.", "A note among facilitators.", "It speaks of the fire."
Document = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """The case `world.case` after it was played, and its transcripts as JSON values."""

    world: World
    key: str
    root: bytes
    letters: Document
    person: Document

    def check(self, document: Document, **how: Any) -> TranscriptReport:
        """The report of `mediation transcript verify`."""
        trusted = Trusted(how.pop("keys", [self.key]), **how)
        return verify(parse(canonical(document)), trusted, self.root)

    def tampered(self, change: Callable[[Document], None], document: Document | None = None) -> list[str]:
        """The codes of what is found after a change of the letters' transcript, or of another."""
        copy = deepcopy(self.letters if document is None else document)
        change(copy)
        return [each.code for each in self.check(copy).findings]


def play(world: World) -> Scene:
    """What happens in the case."""
    mary, roy, case = world.mary, world.roy, world.case
    first = mary.write([roy.participant_id], LETTER)
    case.letters.release(first, roy.participant_id, content_note=CONTENT_NOTE)
    roy.open(first)
    case.letters.send_back(roy.write([mary.participant_id], RETURNED), "Please leave the address out.")
    answer = roy.write([mary.participant_id], ANSWER)
    case.letters.release(answer, mary.participant_id)
    back = mary.write([roy.participant_id], CALLED_BACK)
    case.letters.release(back, roy.participant_id)
    mary.take_back(back)
    summary = case.writing.summary([mary.participant_id], SUMMARY)
    world.finn.case(world.case_id).letters.release(summary, mary.participant_id)
    mary.private(PRIVATE)
    case.writing.note(NOTE)
    me = world.fay.me
    (key,) = trust.load(me).authority.agency.newest.payload["log_vkeys"]
    made = [parse_canonical(case.transcript(about)) for about in (None, mary.participant_id)]
    return Scene(world, notes.parse_key(key).text, me.keys.root_pk, *made)



def sign(world: World) -> None:
    """What a worker does."""
    Upkeep(world.app.extensions[ENGINE], lambda: datetime.now(UTC)).turn()


@contextmanager
def again(scene: Scene) -> Iterator[World]:
    """The case as it was played, to go on with."""
    world = scene.world
    world.app.extensions[ENGINE].dispose()  # so that the file is whole when it is copied
    names = ("ada", "fay", "finn", "flo", "mary", "roy")
    people = {name: getattr(world, name).me for name in names}
    restored = worlds.restore(Founded(world.settings.instance, people, world.case_id), "again")
    yield restored
    standing.leave(restored.settings.instance)
