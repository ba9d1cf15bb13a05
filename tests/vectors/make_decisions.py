"""Vectors of decisions: what the server takes, and what a recipient is offered."""

from typing import Any, Final

from mediation.protocol import decision, note
from mediation.protocol.encoding import format_date
from tests.protocol.forging import also_signed, forged, read, resigned
from tests.protocol.world import DAY, NOW, Envelope, Person
from tests.vectors.builder import Vector, digest, identifier, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Decisions and offers: enough of the right people, about one message, for one recipient, in time."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("decisions"):
        single, double = Setting(1), Setting(2)
        return [*_offers(single), *_approvals(double), *_scribed(single), *_server(single), *_kept(single)]


def _changed(setting: Setting, *signers: Person, **changes: Any) -> Envelope:
    return forged(setting.release, "decision", *(signers or (setting.fay,)), **changes)


def _both(setting: Setting, *writers: Person, **changes: Any) -> dict[str, Envelope]:
    """A release of Hana's letter with other fields, and that letter."""
    changed = forged(setting.letter.envelope, "message", *(writers or (setting.hana,)), **changes)
    return {"decision": _changed(setting, message_hash=read(changed, "message").hash), "message": changed}


def _offers(setting: Setting) -> list[Vector]:
    rob, hana, xan = setting.rob, setting.hana, setting.xan
    other_note = note.seal(note.new("It mentions the accident."), rob.box_pk).hex()
    soon = {"decision": _changed(setting, not_before="2026-03-03T09:00:00Z")}
    returned = _changed(setting, decision="return", recipient_id=None, note_hash=None)
    as_rob = {"author_id": hana.id, "author_kid": setting.finn.sign_kid}
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "a return": ("not-released", {"decision": returned}),
        "a release to somebody else": ("recipient-not-me", {"decision": _changed(setting, recipient_id=xan.id)}),
        "a release before its time": ("not-yet", soon),
        "a release by its writer": ("unknown-signer", {"decision": resigned(setting.release, "decision", hana)}),
        "a release by its recipient": ("unknown-signer", {"decision": resigned(setting.release, "decision", rob)}),
        "a release by another facilitator of the agency": (
            "unknown-signer",
            {"decision": resigned(setting.release, "decision", setting.flo)},
        ),
        "a release by an administrator": (
            "unknown-signer",
            {"decision": resigned(setting.release, "decision", setting.ada)},
        ),
        "a release of another message": (
            "decision-of-another-message",
            {"decision": _changed(setting, message_hash=digest("another"))},
        ),
        "a release of another case": ("case-mixed", {"decision": _changed(setting, case_id=identifier("another"))}),
        "a letter of another case": ("case-mixed", _both(setting, case_id=identifier("another"))),
        "a letter of another agency": ("agency-mixed", _both(setting, agency_id=identifier("another"))),
        "a letter to others": ("recipient-wrong", _both(setting, recipients=[xan.id])),
        "a private with a release": (
            "decision-not-needed",
            _both(setting, setting.fay, kind="private", author_id=setting.fay.id, author_kid=setting.fay.sign_kid),
        ),
        "a letter by a facilitator in a member's name": ("author-wrong", _both(setting, setting.finn, **as_rob)),
        "a letter whose writer's entry was not given": ("unknown-signer", {"documents": setting.documents(rob)}),
        "a release without its content note": ("note-missing", {"note_hex": None}),
        "another content note": ("note-hash-wrong", {"note_hex": other_note}),
        "another ciphertext": ("ct-hash-wrong", {"ciphertext_hex": bytes(1064).hex()}),
        "somebody else's wrap": ("cannot-open", {"wrap_hex": setting.case.wrap(setting.letter, hana).hex()}),
    }
    refused = [
        refuse(name, "scene.offer", code, **plain(setting.offer(**changes))) for name, (code, changes) in wrong.items()
    ]
    return [
        success("a letter offered and opened", "scene.offer", **plain(setting.offer())),
        success("a letter whose time has come", "scene.offer", **plain(setting.offer(NOW + DAY, **soon))),
        *refused,
        refuse(
            "an offer under an expired roster",
            "scene.offer",
            "roster-expired",
            **plain(setting.offer(NOW + 40 * DAY)),
        ),
    ]


def _approvals(setting: Setting) -> list[Vector]:
    fay, finn, flo = setting.fay, setting.finn, setting.flo
    once = setting.proposal.envelope
    twice = {**once, "signatures": once["signatures"] * 2}
    other = _changed(setting, finn, decided_on=format_date((NOW - DAY).date()))
    mixed = {**once, "signatures": [*once["signatures"], *other["signatures"]]}
    wrong: dict[str, tuple[str, Envelope]] = {
        "a release by one of two": ("too-few-signatures", once),
        "a release by one and by somebody else": ("too-few-signatures", also_signed(once, "decision", flo)),
        "a release by the same one twice": ("duplicate-signature", twice),
        "a release with a signature of another": ("bad-signature", mixed),
        "a release that names fewer approvals": ("too-few-signatures", _changed(setting, fay, approvals=1)),
        "a release that names more approvals": ("too-few-signatures", _changed(setting, fay, finn, approvals=3)),
    }
    both = resigned(once, "decision", finn, fay)
    return [
        success("a release by both", "scene.offer", **plain(setting.offer())),
        success("a release by both in another order", "scene.offer", **plain(setting.offer(decision=both))),
        *(
            refuse(name, "scene.offer", code, **plain(setting.offer(decision=envelope)))
            for name, (code, envelope) in wrong.items()
        ),
        success("the server takes a proposal", "scene.decision", **plain(setting.decision())),
        success(
            "the server takes the second signature",
            "scene.decision",
            **plain(setting.decision(decision=setting.release, proposal=False)),
        ),
    ]


def _scribed(setting: Setting) -> list[Vector]:
    scribed = setting.case.write(setting.xan, [setting.rob], scribe=setting.fay)

    def inputs(signer: Person) -> dict[str, Any]:
        release = _changed(setting, signer, message_hash=scribed.statement.hash, note_hash=None)
        given: dict[str, Any] = {
            "documents": setting.documents(setting.rob, setting.xan),
            "message": scribed.envelope,
            "decision": release,
            "note_hex": None,
            "ciphertext_hex": scribed.ciphertext.hex(),
            "wrap_hex": setting.case.wrap(scribed, setting.rob).hex(),
        }
        return plain(setting.offer(**given))

    return [
        success("a scribed letter released by somebody else", "scene.offer", **inputs(setting.finn)),
        refuse("a scribed letter released by its scribe", "scene.offer", "scribe-alone", **inputs(setting.fay)),
    ]


def _server(setting: Setting) -> list[Vector]:
    hana, rob = setting.hana, setting.rob
    consents, fay = setting.proposal.consents, setting.fay
    newest = {each: found.hash for each, found in setting.case.agreed().items()}
    fewer = decision.consents_document({rob.id: newest[rob.id]})
    old, late = (format_date((NOW + days * DAY).date()) for days in (-8, 1))
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "a proposal that names other approvals": ("approvals-wrong", {"decision": _changed(setting, approvals=2)}),
        "consents that were not signed": ("consents-wrong", {"consents": {**consents, "salt": identifier("salt")}}),
        "an older consent": ("consents-wrong", {"newest": {**newest, rob.id: digest("newer")}}),
        "a consent that is missing": ("consent-missing", {"newest": {rob.id: newest[rob.id]}}),
        "fewer consents than concern it": (
            "consents-wrong",
            {"consents": fewer, "decision": _changed(setting, consents_hash=decision.consents_hash(fewer))},
        ),
        "a recipient who paused": ("not-standing", {"standing": [hana.id]}),
        "a writer who withdrew": ("not-standing", {"standing": [rob.id]}),
        "an old proposal": ("proposal-too-old", {"decision": _changed(setting, decided_on=old)}),
        "a proposal from the future": ("decided-in-future", {"decision": _changed(setting, decided_on=late)}),
        "a message taken back": ("taken-back", {"taken_back": True}),
        "a message decided before": ("already-decided", {"decided": [setting.release]}),
        "a decision by somebody else": (
            "unknown-signer",
            {"decision": resigned(setting.release, "decision", setting.flo)},
        ),
        "a message whose writer does not count": (
            "unknown-signer",
            {"message": resigned(setting.letter.envelope, "message", setting.flo)},
        ),
    }
    empty = decision.consents_document({})
    nobody = {"decision": "stop", "recipient_id": None, "note_hash": None}
    stop = _changed(setting, fay, **nobody, consents_hash=decision.consents_hash(empty))
    return [
        success("the server takes a release", "scene.decision", **plain(setting.decision())),
        success(
            "the server takes a stop without consents",
            "scene.decision",
            **plain(setting.decision(decision=stop, consents=empty, newest={}, standing=[])),
        ),
        *(
            refuse(name, "scene.decision", code, **plain(setting.decision(**changes)))
            for name, (code, changes) in wrong.items()
        ),
    ]


def _kept(setting: Setting) -> list[Vector]:
    """Fay leaves the case; what she released stays readable to whom it was released, and to nobody else."""
    case = setting.case
    case.decisions.append(setting.release)
    case.step(case.documents, facilitators=[setting.finn], signers=[setting.fay])
    late = _changed(setting, decided_on=format_date((NOW - DAY).date()))
    return [
        success("a kept letter", "scene.offer", **plain(setting.offer())),
        refuse("a leaver's later release", "scene.offer", "unknown-signer", **plain(setting.offer(decision=late))),
        refuse(
            "another list than the reader's",
            "scene.offer",
            "kept-document-wrong",
            **plain(setting.offer(reader={**setting.reader(setting.rob), "kept": None})),
        ),
    ]
