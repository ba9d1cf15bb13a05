"""What is found of somebody who has the log's own key, of witnesses, and of whatever else is put into a file."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mediation.ledger.checking import Trusted
from mediation.protocol import checkpoint, event, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64, canonical, new_id
from mediation.protocol.primitives import random_bytes
from mediation.transcripts.form import UnreadableError, parse
from mediation.transcripts.proving import verify
from tests.transcripts.parts import opened
from tests.transcripts.scene import Document, Scene


def forged(scene: Scene, document: Document, change: Callable[[list[Document]], None]) -> None:
    """The operator makes a log of their own from changed events, and signs it with the log's real key."""
    events = [{**opened(each), "v": 1} for each in document["events"]]
    change(events)
    openings = [random_bytes(event.SALT_SIZE) + canonical(each) for each in events]
    entries = [event.commitment(each) for each in openings]
    head = Checkpoint(scene.world.settings.log_origin(), len(entries), tree.root(entries))
    document["heads"] = [{"note": checkpoint.issue(head, scene.world.settings.audit_keys), "published": None}]
    proofs = [[b64(hash_) for hash_ in tree.inclusion_proof(entries, index)] for index in range(len(entries))]
    document["events"] = [
        {"log": 0, "index": index, "opening": b64(opening), "proof": proofs[index]}
        for index, opening in enumerate(openings)
    ]


def nothing(events: list[Document]) -> None:
    """The same events in another tree: who kept a head finds that out, the file alone does not tell."""


def by_somebody_else(events: list[Document]) -> None:
    """A letter of one side was handed in by the other. (Their first one was returned, and is not in the file.)"""
    first, second, *others = (each for each in events if each["kind"] == "message.submitted")
    next(each for each in others if each["actor"] == second["actor"])["actor"] = first["actor"]


def made_by_a_participant(events: list[Document]) -> None:
    events[-1]["actor"] = next(each for each in events if each["kind"] == "message.opened")["actor"]


def of_another_case(events: list[Document]) -> None:
    events[1]["case"] = new_id()


def before_it_was_a_case(events: list[Document]) -> None:
    """A letter was handed in, and released, before anybody had been admitted."""
    moved = [each for each in events if each["kind"] in ("message.submitted", "message.released")]
    for each in reversed(moved):
        events.remove(each)
        events.insert(1, each)


def years_before(events: list[Document]) -> None:
    """Before there was a list of staff."""
    next(each for each in events if each["kind"] == "message.released")["at"] = "2020-01-01T00:00:00Z"


def without_a_release(events: list[Document]) -> None:
    """Renumbered, so that nothing seems to be missing."""
    gone = next(each for each in events if each["kind"] == "message.released")
    events.remove(gone)
    for each in events:
        if each["actor"] == gone["actor"] and each["n"] > gone["n"]:
            each["n"] -= 1


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (nothing, set()),
        (by_somebody_else, {"actor-differs"}),
        (made_by_a_participant, {"actor-differs"}),
        (of_another_case, {"case-mixed"}),
        (before_it_was_a_case, {"unknown-signer"}),
        (years_before, {"unknown-signer"}),
        (without_a_release, {"release-unrecorded"}),
    ],
)
def test_what_an_operator_forges_with_the_logs_own_key(
    scene: Scene, change: Callable[[list[Document]], None], codes: set[str]
) -> None:
    found = set(scene.tampered(lambda document: forged(scene, document, change)))
    assert codes <= found
    assert bool(found) == bool(codes)


def test_witnesses_that_are_demanded(scene: Scene) -> None:
    witness, seed = "witness.example/w1", random_bytes(32)
    key = notes.verifier_key(witness, seed, notes.COSIGNATURE).text
    found = scene.check(scene.letters, witness_keys=[key], quorum=1)
    assert {each.code for each in found.findings} == {"witnesses-too-few", "head-missing"}


def test_a_published_head_that_a_witness_has_signed_is_enough(scene: Scene) -> None:
    name, seed = "witness.example/w1", random_bytes(32)
    key = notes.verifier_key(name, seed, notes.COSIGNATURE).text
    document = deepcopy(scene.letters)
    published = document["heads"][0]["published"]
    published["note"] += notes.cosign(notes.parse(published["note"]).text, name, seed, 1_790_000_000).line
    found = scene.check(document, witness_keys=[key], quorum=1)
    assert not found.findings and found.witnessed == checkpoint.opened(published["note"], [scene.key]).size > 0
    assert not any("no witness" in each for each in found.unproved)


@pytest.mark.parametrize("kind", ["letters", "person"])
def test_no_character_can_be_changed_unnoticed(scene: Scene, kind: str) -> None:
    document = deepcopy(getattr(scene, kind))
    document["heads"][0]["published"] = None  # only there for witnesses
    data, chance = canonical(document), random.Random(7)
    trusted = Trusted([scene.key])
    for _ in range(60):
        place = chance.randrange(len(data))
        other = bytes([chance.choice([each for each in b"AZaz09_-" if each != data[place]])])
        try:
            report = verify(parse(data[:place] + other + data[place + 1 :]), trusted, scene.root)
        except UnreadableError:
            continue
        assert report.findings, data[place - 40 : place + 40]


ANYTHING: list[Any] = [None, 0, 2**53 - 1, "", "A", "\u0000", [], [[]], {}, {"a": {}}, True, "B" * 43]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        found += places(each, (*path, step))
    return found


def test_nothing_that_is_put_anywhere_ends_in_anything_but_a_refusal_or_a_finding(scene: Scene) -> None:
    chance = random.Random(11)
    everywhere = [each for each in places(scene.letters) if "published" not in each]
    for _ in range(150):
        document = deepcopy(scene.letters)
        *path, last = chance.choice(everywhere)
        place: Any = document
        for step in path:
            place = place[step]
        before = place[last]
        place[last] = deepcopy(chance.choice(ANYTHING))
        if place[last] == before:
            continue
        try:
            assert scene.check(document).findings, (path, last)
        except UnreadableError as error:
            assert error.code == "transcript-bad-form"
