"""Every tampering with the transcript of what concerns one person; and that all kinds of findings were met."""


import pytest

from mediation.protocol.encoding import b64
from mediation.protocol.primitives import random_bytes
from mediation.transcripts.report import SENTENCES
from tests.transcripts import scene as scenes
from tests.transcripts.parts import Change, letter, release
from tests.transcripts.scene import Document, Scene
from tests.transcripts.test_tampering import (
    LETTERS,
    content_removed,
    last_event_dropped,
    signature_swapped,
    submission_dropped,
    text_changed,
)


def about_changed(document: Document) -> None:
    document["about"] = b64(random_bytes(16))


def about_taken_away(document: Document) -> None:
    document["about"] = None


def first_own_dropped(document: Document) -> None:
    document["events"].pop(0)


def last_own_dropped(document: Document) -> None:
    document["events"].pop(-2)


PERSON: list[tuple[Change, set[str]]] = [
    (about_changed, {"closing-differs", "letter-of-others"}),
    (about_taken_away, {"closing-differs", "statements-differ", "member-unopened"}),
    (first_own_dropped, {"event-missing", "acts-missing"}),
    (last_own_dropped, {"acts-missing"}),
    (last_event_dropped, {"not-closed"}),
    (submission_dropped, {"submission-missing", "event-missing"}),
    (text_changed, {"text-differs"}),
    (content_removed, {"letter-not-shown"}),
    (signature_swapped, {"bad-signature"}),
]


@pytest.mark.parametrize(("change", "codes"), PERSON, ids=[change.__name__ for change, _ in PERSON])
def test_a_change_of_one_persons_file_is_found(scene: Scene, change: Change, codes: set[str]) -> None:
    found = set(scene.tampered(change, scene.person))
    assert codes & found
    assert codes <= found | {"statements-differ", "letter-of-others"}


def test_of_one_person_there_is_nothing_that_does_not_concern_them(scene: Scene) -> None:
    others = {each["opening"] for each in scene.person["events"]}

    def event_added(document: Document) -> None:
        theirs = next(each for each in scene.letters["events"] if each["opening"] not in others)
        head = scene.letters["heads"][0]
        document["heads"].insert(0, head)
        for each in document["events"]:
            each["log"] = 1
        document["events"].insert(0, theirs)

    assert {"events-of-others", "acts-missing"} <= set(scene.tampered(event_added, scene.person))

    def letter_added(document: Document) -> None:
        scene_letter = letter(document, scenes.ANSWER)
        document["releases"] = [each for each in document["releases"] if each != release(document, scene_letter)]

    assert scene.tampered(letter_added, scene.person) == ["letter-of-others"]


def test_every_sentence_is_of_a_code_that_some_tampering_has(scene: Scene) -> None:
    found = {code for change, _ in LETTERS for code in scene.tampered(change)}
    found |= {code for change, _ in PERSON for code in scene.tampered(change, scene.person)}
    elsewhere = {"log-key-unnamed", "events-of-others", "actor-differs", "case-mixed"}  # above
    assert set(SENTENCES) - elsewhere <= found


