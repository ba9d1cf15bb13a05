"""Vectors of what the server is handed: consents, messages of every length, and decisions with their consents."""

from typing import Any, Final

from mediation.protocol import consent, decision
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.envelope import statement_hash
from mediation.protocol.primitives import hash32
from tests.protocol.forging import forged, read, resigned
from tests.protocol.world import DAY, NOW, Envelope, Person
from tests.protocol.world_case import TEXT_HASH
from tests.vectors.builder import Vector, digest, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "What is handed in: consents one after another, messages and wraps, decisions and what they cite."

LATE: Final = NOW + 40 * DAY


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("handing in"):
        single, double = Setting(1), Setting(2)
        return [*_consents(single), *_answers(single), *_messages(single), *_decisions(single), *_rooms(single, double)]


def _consents(setting: Setting) -> list[Vector]:
    head, hana, rob = setting.case.head(), setting.hana, setting.rob
    first, of_rob = setting.case.consents[hana.id][0], setting.case.consents[rob.id][0]

    def again(previous: Envelope | None) -> Envelope:
        statement = None if previous is None else read(previous, "consent")
        fields: dict[str, Any] = {"case_id": head.case_id, "participant_id": hana.id, "text_hash": TEXT_HASH, "at": NOW}
        return consent.build(hana.sign_seed, **fields, previous=statement)

    def inputs(given: Envelope, previous: Envelope | None, now: Any = NOW) -> dict[str, Any]:
        return plain({**setting.everything(now), "consent": given, "previous": previous})

    second = again(first)
    gap = forged(second, "consent", hana, seq=3)
    forked = forged(second, "consent", hana, prev=digest("another"))
    operation = "scene.consent_handed_in"
    newest = {"participant_id": hana.id, "pinned": None, "documents": setting.documents(hana)}
    run = plain({**setting.base(), **newest, "consents": [first, gap]})
    return [
        success("a first consent", operation, **inputs(again(None), None)),
        success("a second consent", operation, **inputs(second, first)),
        refuse("a second consent as the first", operation, "chain-seq", **inputs(second, None)),
        refuse("a consent after a gap", operation, "chain-seq", **inputs(gap, first)),
        refuse("a consent that forks", operation, "chain-broken", **inputs(forked, first)),
        refuse("a consent after somebody else's", operation, "consent-mixed", **inputs(second, of_rob)),
        refuse("a consent under an expired roster", operation, "roster-expired", **inputs(second, first, LATE)),
        refuse("a run of consents with a gap", "scene.consent", "chain-seq", **run),
    ]


def _answers(setting: Setting) -> list[Vector]:
    known_id, operation = setting.letter.statement.payload["message_id"], "message_kinds.check_answers"
    ids = {each: [known_id] for each in (setting.rob.id, setting.xan.id)}
    both = sorted(ids)
    answer = forged(setting.letter.envelope, "message", setting.hana, answers=known_id, recipients=both)
    return [
        success("a letter that answers nothing", operation, message=setting.letter.envelope, known={}),
        success("an answer to what both were given", operation, message=answer, known=ids),
        refuse(
            "an answer to what one was not given",
            operation,
            "answers-unknown",
            message=answer,
            known={both[0]: [known_id]},
        ),
        refuse("an answer to nothing", operation, "answers-unknown", message=answer, known={**ids, both[1]: []}),
    ]


def _messages(setting: Setting) -> list[Vector]:
    letter, hana = setting.letter, setting.hana
    wraps = {box_kid: blob.hex() for box_kid, blob in letter.wraps.items()}
    other = {
        **{kid: blob for kid, blob in wraps.items() if kid != hana.box_kid},
        setting.rob.box_kid: wraps[hana.box_kid],
    }

    def sized(size: int) -> dict[str, Any]:
        changes = {"author_kid": hana.sign_kid, "ct_hash": b64(hash32(bytes(size)))}
        envelope = forged(letter.envelope, "message", hana, **changes)
        return plain(setting.submission(letter, message=envelope, ciphertext_hex=bytes(size).hex()))

    return [
        refuse(f"a ciphertext of {size} bytes", "scene.submission", "ciphertext-size", **sized(size))
        for size in (0, 40, 1024 + 41, 1056 + 40)
    ] + [
        refuse(
            "a wrap for somebody else instead",
            "scene.submission",
            "wraps-wrong",
            **plain(setting.submission(letter, wraps=other)),
        )
    ]


def _changed(setting: Setting, *signers: Person, **changes: Any) -> Envelope:
    return forged(setting.release, "decision", *(signers or (setting.fay,)), **changes)


def _citing(setting: Setting, document: Any) -> dict[str, Any]:
    """A release that cites this document of consents, whatever its form."""
    cited = document if isinstance(document, dict) else {"salt": new_id(), "consents": {}}
    return {"consents": document, "decision": _changed(setting, consents_hash=decision.consents_hash(cited))}


def _decisions(setting: Setting) -> list[Vector]:
    good = setting.proposal.consents
    newest = {each: found.hash for each, found in setting.case.agreed().items()}
    rob = setting.rob.id
    wrong: dict[str, Any] = {
        "no document": None,
        "a list": [],
        "no salt": {**good, "salt": "x"},
        "a list of consents": {**good, "consents": []},
        "no consents": {**good, "consents": None},
        "consents as text": {**good, "consents": "x"},
        "consents as a number": {**good, "consents": 5},
        "the consent of nobody": {**good, "consents": {"x": newest[rob]}},
        "no hash": {**good, "consents": {rob: "x"}},
    }
    refused = [
        refuse(f"consents: {name}", "scene.decision", "bad-field", **plain(setting.decision(**_citing(setting, each))))
        for name, each in wrong.items()
    ]
    more = decision.consents_document(newest)
    return [
        *refused,
        refuse(
            "consents of more than it concerns",
            "scene.decision",
            "consents-wrong",
            **plain(setting.decision(**_citing(setting, more))),
        ),
        refuse(
            "a decision under an expired roster", "scene.decision", "roster-expired", **plain(setting.decision(LATE))
        ),
    ]


def _rooms(setting: Setting, double: Setting) -> list[Vector]:
    """What is already decided, and what is not final yet."""
    empty = decision.consents_document({})
    nobody = {"decision": "stop", "recipient_id": None, "note_hash": None}
    stop = _changed(setting, **nobody, consents_hash=decision.consents_hash(empty))
    over = setting.decision(decision=stop, consents=empty, decided=[setting.release])
    both = forged(setting.letter.envelope, "message", setting.hana, recipients=sorted([setting.rob.id, setting.xan.id]))
    about = {"message_hash": statement_hash("message", read(both, "message").payload_bytes)}
    release = _changed(setting, **about)
    once = resigned(double.release, "decision", double.fay)
    scribed = setting.case.write(setting.xan, [setting.rob], scribe=setting.fay)
    alone = _changed(setting, message_hash=scribed.statement.hash)
    return [
        refuse("a stop after the only release", "scene.decision", "already-decided", **plain(over)),
        refuse(
            "a second release to one of two",
            "scene.decision",
            "already-decided",
            **plain(setting.decision(message=both, decision=release, decided=[release])),
        ),
        refuse(
            "an earlier decision with too few signatures",
            "scene.decision",
            "too-few-signatures",
            **plain(double.decision(decided=[once])),
        ),
        success(
            "a release by its scribe is not final",
            "scene.decision",
            **plain(setting.decision(message=scribed.envelope, **_for_xan(setting, alone))),
        ),
    ]


def _for_xan(setting: Setting, alone: Envelope) -> dict[str, Any]:
    newest = {each: found.hash for each, found in setting.case.agreed().items()}
    cited = decision.consents_document({each: newest[each] for each in (setting.xan.id, setting.rob.id)})
    signed = forged(alone, "decision", setting.fay, consents_hash=decision.consents_hash(cited))
    return {"consents": cited, "standing": sorted(newest), "decision": signed}
