"""Vectors of members, their consents, and the secrets of epochs."""

from datetime import timedelta
from typing import Any, Final

from mediation.protocol import epoch
from mediation.protocol.encoding import SKEW, b64, format_time
from tests.protocol.forging import forged, resigned
from tests.protocol.world import Person
from tests.vectors.builder import Vector, digest, identifier, refuse, seed, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Who is in a case, who consents, and who opens its history."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("members"):
        setting = Setting()
        return [*_members(setting), *_consents(setting), *_epochs(setting)]


def _members(setting: Setting) -> list[Vector]:
    base, documents = setting.base(), setting.case.documents

    def inputs(given: Any, *, complete: bool) -> dict[str, Any]:
        return plain({**base, "documents": given, "complete": complete})

    return [
        success("all members", "scene.members", **inputs(documents, complete=True)),
        success("some members", "scene.members", **inputs(documents[:2], complete=False)),
        refuse("a member left unopened", "scene.members", "member-unopened", **inputs(documents[1:], complete=True)),
        refuse("a filler left unopened", "scene.members", "member-unopened", **inputs(documents[:-1], complete=True)),
        refuse(
            "a document that is not listed",
            "scene.members",
            "member-not-in-head",
            **inputs([{**documents[0], "side": "community"}], complete=False),
        ),
        refuse("a document twice", "scene.members", "member-repeated", **inputs([documents[0]] * 2, complete=False)),
        refuse(
            "keys in part",
            "scene.members",
            "member-keys-wrong",
            **inputs([{**documents[0], "box_pk": None}], complete=False),
        ),
        refuse(
            "a document of another form",
            "scene.members",
            "unknown-field",
            **inputs([{**documents[0], "name": "Hana"}], complete=False),
        ),
    ]


def _consents(setting: Setting) -> list[Vector]:
    given, base = setting.case.consents, setting.base()
    scribe = {"staff_id": setting.fay.id, "means": "letter"}
    rob = setting.rob

    def inputs(who: Person, envelope: object, **changes: Any) -> dict[str, Any]:
        fields = {"participant_id": who.id, "pinned": None, "documents": setting.documents(who, rob)}
        return plain({**base, **fields, "consents": [envelope], **changes})

    hana, xan = given[setting.hana.id][0], given[setting.xan.id][0]
    pin = {"seq": 2, "hash": digest("newer")}

    def dated(ahead: timedelta) -> object:
        return forged(hana, "consent", setting.hana, at=format_time(setting.case.now + ahead))

    wrong: dict[str, tuple[str, Person, object]] = {
        "a consent by another member": ("consent-mixed", setting.hana, resigned(hana, "consent", rob)),
        "a consent by a stranger": ("unknown-signer", setting.hana, resigned(hana, "consent", setting.flo)),
        "a consent written down for somebody who can write": (
            "consent-scribe-wrong",
            setting.hana,
            forged(hana, "consent", setting.fay, scribe=scribe),
        ),
        "a consent written down by another facilitator": (
            "consent-scribe-wrong",
            setting.xan,
            resigned(xan, "consent", setting.finn),
        ),
        "a consent of another case": (
            "case-mixed",
            setting.hana,
            forged(hana, "consent", setting.hana, case_id=identifier("another case")),
        ),
        "a consent dated in the future": (
            "consent-not-yet",
            setting.hana,
            dated(SKEW + timedelta(seconds=1)),
        ),
        "somebody else's consent": ("consent-mixed", setting.xan, hana),
    }
    return [
        success("one's own consent", "scene.consent", **inputs(setting.hana, hana)),
        success("a consent of a clock that is ahead", "scene.consent", **inputs(setting.hana, dated(SKEW))),
        success("a consent written down", "scene.consent", **inputs(setting.xan, xan)),
        refuse("no consent", "scene.consent", "consent-missing", **inputs(setting.hana, hana, consents=[])),
        refuse(
            "an older consent",
            "scene.consent",
            "chain-rolled-back",
            **inputs(setting.hana, hana, pinned=pin),
        ),
        *(refuse(name, "scene.consent", code, **inputs(who, each)) for name, (code, who, each) in wrong.items()),
    ]


def _epochs(setting: Setting) -> list[Vector]:
    secrets = [seed("epoch 1"), seed("epoch 2")]
    case_id, fay = setting.case.case_id, setting.fay
    keys = [b64(epoch.public_key(each)) for each in secrets]

    def inputs(**changes: Any) -> dict[str, Any]:
        given = {
            "seal_hex": epoch.seal(secrets[1], case_id, 2, fay.box_pk).hex(),
            "box_seed_hex": fay.box_seed.hex(),
            "case_id": case_id,
            "epoch": 2,
            "epoch_pks": keys,
            "links": {"2": epoch.link(secrets[1], secrets[0], case_id, 2).hex()},
        }
        return plain({**given, **changes})

    elsewhere = epoch.link(secrets[1], secrets[0], case_id, 3).hex()
    return [
        success("one seal opens the history", "scene.epoch", **inputs()),
        refuse(
            "somebody else's seal", "scene.epoch", "cannot-open", **inputs(box_seed_hex=setting.finn.box_seed.hex())
        ),
        refuse(
            "a seal of another case",
            "scene.epoch",
            "epoch-seal-misplaced",
            **inputs(seal_hex=epoch.seal(secrets[1], identifier("another case"), 2, fay.box_pk).hex()),
        ),
        refuse(
            "a seal of another epoch",
            "scene.epoch",
            "epoch-seal-misplaced",
            **inputs(seal_hex=epoch.seal(secrets[1], case_id, 3, fay.box_pk).hex()),
        ),
        refuse(
            "another secret",
            "scene.epoch",
            "epoch-key-wrong",
            **inputs(seal_hex=epoch.seal(secrets[0], case_id, 2, fay.box_pk).hex()),
        ),
        refuse("a missing link", "scene.epoch", "epoch-link-missing", **inputs(links={})),
        refuse("a link of another epoch", "scene.epoch", "cannot-open", **inputs(links={"2": elsewhere})),
    ]
