"""Vectors of the second signature: what a facilitator checks before signing somebody else's decision."""

from typing import Any, Final

from mediation.protocol import consent, note
from mediation.protocol.encoding import format_date, format_time
from tests.protocol.correspondence import reseal
from tests.protocol.forging import forged, read, resigned
from tests.protocol.world import DAY, NOW, Envelope
from tests.protocol.world_case import TEXT_HASH
from tests.vectors.builder import Vector, digest, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "The second signature: Finn has read Hana's letter and signs, or does not sign, what Fay proposed."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("signing"):
        setting = Setting(2)
        return [*_good(setting), *_wrong(setting), *_marked(setting), _only_kept(setting)]


def _inputs(setting: Setting, **changes: Any) -> dict[str, Any]:
    given = {
        **setting.review(setting.letter),
        "decision": setting.proposal.envelope,
        "consents": setting.proposal.consents,
        "agreed": setting.case.consents,
        "note": note.seal(setting.note, setting.case.head().epoch_pk).hex(),
        "note_hash": setting.note.hash,
        "seed_hex": setting.finn.sign_seed.hex(),
        "decided": [],
        "later": None,
    }
    return plain({**given, **changes})


def _changed(setting: Setting, **changes: Any) -> Envelope:
    return forged(setting.proposal.envelope, "decision", setting.fay, **changes)


def _good(setting: Setting) -> list[Vector]:
    plainly = _changed(setting, note_hash=None)
    return [
        success("a second signature", "scene.co_sign", **_inputs(setting)),
        success("a second signature without a note", "scene.co_sign", **_inputs(setting, decision=plainly, note=None)),
        success(
            "a second signature a week later",
            "scene.co_sign",
            **_inputs(setting, decision=_changed(setting, decided_on=format_date((NOW - 7 * DAY).date()))),
        ),
    ]


def _wrong(setting: Setting) -> list[Vector]:
    rob, agreed = setting.rob, setting.case.consents
    newer = consent.build(
        rob.sign_seed,
        case_id=setting.case.case_id,
        participant_id=rob.id,
        text_hash=TEXT_HASH,
        at=NOW,
        previous=read(agreed[rob.id][0], "consent"),
    )
    old, late = (format_date((NOW + days * DAY).date()) for days in (-8, 1))
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "under an expired roster": ("roster-expired", {"later": format_time(NOW + 40 * DAY)}),
        "on an older consent": ("consents-wrong", {"agreed": {**agreed, rob.id: [*agreed[rob.id], newer]}}),
        "without a consent": (
            "consent-missing",
            {"agreed": {rob.id: agreed[rob.id]}},
        ),
        "on another note": ("note-hash-wrong", {"decision": _changed(setting, note_hash=digest("another"))}),
        "on a note that was not given": ("note-hash-wrong", {"note": None}),
        "on an old proposal": ("proposal-too-old", {"decision": _changed(setting, decided_on=old)}),
        "on a proposal from the future": ("decided-in-future", {"decision": _changed(setting, decided_on=late)}),
        "on what is decided": ("already-decided", {"decided": [setting.release]}),
        "by the same one": ("duplicate-signature", {"seed_hex": setting.fay.sign_seed.hex()}),
        "on a proposal by nobody of the case": (
            "unknown-signer",
            {"decision": resigned(setting.proposal.envelope, "decision", setting.flo)},
        ),
    }
    return [
        refuse(f"a signature {name}", "scene.co_sign", code, **_inputs(setting, **changes))
        for name, (code, changes) in wrong.items()
    ]


def _marked(setting: Setting) -> list[Vector]:
    """Hidden characters are shown marked to facilitators, who do not release them."""
    sealed = reseal(setting.case, setting.hana, setting.letter, {"text": "a \u202e b", "lang": "en", "attachments": []})
    about = {"message_hash": sealed.statement.hash}
    given = {**setting.review(sealed), "decision": _changed(setting, **about)}
    return [refuse("a signature on hidden characters", "scene.co_sign", "bad-text", **_inputs(setting, **given))]


def _only_kept(setting: Setting) -> Vector:
    """Hana is off the case: her letter can be read, but nothing new is decided about it."""
    world = setting.case
    world.step([each for each in world.documents if each.get("participant_id") != setting.hana.id])
    agreed = {each: given for each, given in world.consents.items() if each != setting.hana.id}
    return refuse(
        "a signature on what is only kept", "scene.co_sign", "message-only-kept", **_inputs(setting, agreed=agreed)
    )
