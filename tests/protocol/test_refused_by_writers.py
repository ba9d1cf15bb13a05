"""JavaScript does not even write what everybody else would refuse; and both take no ciphertext beyond the limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mediation.protocol.encoding import b64, format_time, new_id
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message import MAX_PADDED, OVERHEAD
from mediation.protocol.primitives import hash32
from tests.protocol.forging import forged
from tests.protocol.javascript import JavaScript
from tests.protocol.scene_operations import SCENES
from tests.protocol.scenes import Stage
from tests.protocol.world import DAY, person
from tests.protocol.world_case import CHECKPOINT

HIDDEN = "a \u202e b"


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScript]:
    bridge = JavaScript()
    yield bridge
    bridge.close()


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.set()


def message(stage: Stage, content: dict[str, Any] | None = None, order: dict[str, Any] | None = None) -> dict[str, Any]:
    """What JavaScript needs to write a letter of Sam's to Rob."""
    written = {"kind": "relay", "recipients": [stage.rob.id], "text": "Dear Rob", "lang": "en", "answers": None}
    placed = {"seq": 7, "prev": None, "revises": None, "written_at": format_time(stage.case.now), "alarm": None}
    counts = {"case_hash": stage.case.chain().hash, "seen": 3, "memory": 9, "provenance": "at home"}
    who = {"author_id": stage.sam.id, "sign_seed_hex": stage.sam.sign_seed.hex(), "scribe": None}
    orders = {**placed, **counts, **(order or {})}
    return {**stage.all(), **who, "content": {**written, **(content or {})}, "order": orders}


@pytest.mark.parametrize(
    ("content", "order", "code"),
    [
        ({"text": HIDDEN}, {}, "bad-text"),
        ({"lang": ""}, {}, "bad-field"),
        ({"lang": "en\ncy"}, {}, "bad-field"),
        ({"recipients": []}, {}, "recipients-wrong"),
        ({"text": "x" * MAX_PADDED}, {}, "ciphertext-size"),
        ({}, {"provenance": HIDDEN}, "bad-text"),
        ({}, {"provenance": "x" * 1024}, "too-large"),
        ({}, {"seq": 0}, "bad-field"),
        ({}, {"alarm": "fire"}, "bad-field"),
    ],
)
def test_no_letter(
    javascript: JavaScript, stage: Stage, content: dict[str, Any], order: dict[str, Any], code: str
) -> None:
    assert javascript.ask("write.message", message(stage, content, order)) == ("refused", code)


def release(stage: Stage, **changes: Any) -> dict[str, Any]:
    """What JavaScript needs to release Sam's letter to Rob."""
    consents = {each.id: stage.case.consents[each.id] for each in (stage.sam, stage.rob)}
    choice = {"recipient_id": stage.rob.id, "not_before": None, "note": "Take your time.", "checkpoint": CHECKPOINT}
    signer = {"sign_seed_hex": stage.agency.finn.sign_seed.hex(), "consents": consents}
    return {**stage.all(), **stage.sealed(stage.letter), **stage.keys(), **choice, **signer, **changes}


def test_no_note_with_hidden_characters(javascript: JavaScript, stage: Stage) -> None:
    assert javascript.ask("write.release", release(stage, note=HIDDEN)) == ("refused", "bad-text")


def test_no_release_without_a_consent(javascript: JavaScript, stage: Stage) -> None:
    given = release(stage, consents={stage.rob.id: stage.case.consents[stage.rob.id]})
    assert javascript.ask("write.release", given) == ("refused", "consent-missing")


def test_no_release_by_somebody_who_is_not_of_the_case(javascript: JavaScript, stage: Stage) -> None:
    given = release(stage, sign_seed_hex=stage.agency.flo.sign_seed.hex())
    assert javascript.ask("write.release", given) == ("refused", "unknown-signer")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"box_pk_hex": None}, "member-keys-wrong"),
        ({"sign_pk_hex": "00" * 32}, "bad-key"),
        ({"role": "judge"}, "bad-field"),
    ],
)
def test_no_member_document(javascript: JavaScript, changes: dict[str, Any], code: str) -> None:
    ann = person("Ann")
    fields = {"participant_id": ann.id, "side": "community", "role": "guardian", "assisted": True}
    keys = {"sign_pk_hex": ann.sign_pk.hex(), "box_pk_hex": ann.box_pk.hex(), "invite_hash": b64(bytes(32))}
    assert javascript.ask("write.member", {**fields, **keys, **changes}) == ("refused", code)


def test_no_ciphertext_beyond_the_limit(javascript: JavaScript, stage: Stage) -> None:
    """A size that padding gives, and more than a message may have; the next smaller one is only not the signed one."""
    for size, code in ((MAX_PADDED, "ct-hash-wrong"), (MAX_PADDED + 8192, "ciphertext-size")):
        ciphertext = bytes(size + OVERHEAD)
        given = {**stage.all(), **stage.sealed(stage.letter), "ciphertext_hex": ciphertext.hex(), "used": []}
        assert javascript.ask("scene.submission", given) == ("refused", code)
        with pytest.raises(ProtocolError, match=code):
            SCENES["scene.submission"](given)


def test_the_limit_itself_is_allowed(stage: Stage) -> None:
    ciphertext = bytes(MAX_PADDED + OVERHEAD)
    envelope = forged(stage.letter.envelope, "message", stage.sam, ct_hash=b64(hash32(ciphertext)), message_id=new_id())
    given = {**stage.all(), **stage.sealed(stage.letter), "message": envelope, "ciphertext_hex": ciphertext.hex()}
    assert SCENES["scene.submission"]({**given, "used": []})


def test_nothing_under_an_expired_roster(javascript: JavaScript, stage: Stage) -> None:
    late = {"trust": {**stage.trust(), "now": format_time(stage.case.now + 40 * DAY)}}
    for operation, given in (("write.message", message(stage)), ("write.release", release(stage))):
        assert javascript.ask(operation, {**given, **late}) == ("refused", "roster-expired")
