"""Vectors of messages handed in: who may write what to whom, and what the server takes."""

from collections.abc import Mapping
from typing import Any, Final

from mediation.protocol.encoding import b64
from mediation.protocol.message import Sealed
from mediation.protocol.primitives import hash32, kid
from tests.protocol.forging import forged
from tests.protocol.world import DAY, NOW, Envelope, Person
from tests.vectors.builder import Vector, identifier, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Messages handed in: who may write what to whom, each with its wraps."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("letters"):
        setting = Setting()
        return [*_kinds(setting), *_submissions(setting)]


def _forged(sealed: Sealed, *signers: Person, **changes: Any) -> Envelope:
    return forged(sealed.envelope, "message", *signers, **{"author_kid": signers[0].sign_kid, **changes})


def _kinds(setting: Setting) -> list[Vector]:
    letter, hana, rob, xan, fay = setting.letter, setting.hana, setting.rob, setting.xan, setting.fay
    scribe = {"staff_id": fay.id, "means": "letter"}
    wrong: dict[str, tuple[str, Envelope]] = {
        "a letter to nobody": ("recipients-wrong", _forged(letter, hana, recipients=[])),
        "a letter to oneself": ("recipient-is-author", _forged(letter, hana, recipients=[hana.id])),
        "a letter to a stranger": ("member-unknown", _forged(letter, hana, recipients=[identifier("stranger")])),
        "a letter to a facilitator": ("member-unknown", _forged(letter, hana, recipients=[fay.id])),
        "a letter by a facilitator": ("author-wrong", _forged(letter, fay, author_id=fay.id)),
        "a letter in somebody else's name": ("author-wrong", _forged(letter, rob, recipients=[xan.id])),
        "a letter by somebody who is not of the case": ("unknown-signer", _forged(letter, setting.flo)),
        "a letter under another kid": ("author-wrong", _forged(letter, hana, author_kid=rob.sign_kid)),
        "a summary by a member": ("author-wrong", _forged(letter, hana, kind="summary")),
        "a summary to nobody": (
            "recipients-wrong",
            _forged(letter, fay, kind="summary", author_id=fay.id, recipients=[]),
        ),
        "a private by a member to a member": ("author-wrong", _forged(letter, hana, kind="private")),
        "a private by a facilitator to nobody": (
            "author-wrong",
            _forged(letter, fay, kind="private", author_id=fay.id, recipients=[]),
        ),
        "a private to two": (
            "recipients-wrong",
            _forged(letter, fay, kind="private", author_id=fay.id, recipients=sorted([hana.id, rob.id])),
        ),
        "a note by a member": ("author-wrong", _forged(letter, hana, kind="note", recipients=[])),
        "a note to a member": ("recipients-wrong", _forged(letter, fay, kind="note", author_id=fay.id)),
        "a letter written down for somebody who can write": ("scribe-wrong", _forged(letter, fay, scribe=scribe)),
        "a letter written down by somebody else": (
            "scribe-wrong",
            _forged(letter, setting.finn, author_id=xan.id, scribe=scribe),
        ),
        "a private written down": (
            "scribe-wrong",
            _forged(letter, fay, kind="private", author_id=xan.id, recipients=[], scribe=scribe),
        ),
        "a letter of another case": ("case-mixed", _forged(letter, hana, case_id=identifier("another case"))),
        "a letter of another agency": ("agency-mixed", _forged(letter, hana, agency_id=identifier("another agency"))),
    }
    return [
        refuse(name, "scene.submission", code, **plain(setting.submission(letter, message=envelope)))
        for name, (code, envelope) in wrong.items()
    ]


def _wraps(sealed: Sealed, **changes: str | None) -> Mapping[str, str]:
    wraps = {box_kid: blob.hex() for box_kid, blob in sealed.wraps.items()} | changes
    return {box_kid: blob for box_kid, blob in wraps.items() if blob is not None}


def _submissions(setting: Setting) -> list[Vector]:
    letter, hana = setting.letter, setting.hana
    message_id = letter.statement.payload["message_id"]
    epoch_kid = kid(setting.case.head().epoch_pk)
    cut = letter.wraps[epoch_kid][:-1].hex()
    for_rob = {setting.rob.box_kid: setting.case.wrap(letter, setting.rob).hex()}
    small = bytes(1000)
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "a message twice": ("message-id-used", {"used": [message_id]}),
        "another ciphertext": ("ct-hash-wrong", {"ciphertext_hex": bytes(1064).hex()}),
        "a ciphertext of a size that padding does not give": (
            "ciphertext-size",
            {
                "ciphertext_hex": small.hex(),
                "message": _forged(letter, hana, ct_hash=b64(hash32(small))),
            },
        ),
        "a short order block": ("order-block-size", {"order_block_hex": bytes(1024).hex()}),
        "no wrap for the facilitators": ("wraps-wrong", {"wraps": _wraps(letter, **{epoch_kid: None})}),
        "no wrap for the writer": ("wraps-wrong", {"wraps": _wraps(letter, **{hana.box_kid: None})}),
        "a wrap for the recipient before any release": ("wraps-wrong", {"wraps": _wraps(letter, **for_rob)}),
        "a wrap of another length": ("wraps-wrong", {"wraps": _wraps(letter, **{epoch_kid: cut})}),
    }
    return [
        success("a letter handed in", "scene.submission", **plain(setting.submission(letter))),
        *(
            refuse(name, "scene.submission", code, **plain(setting.submission(letter, **changes)))
            for name, (code, changes) in wrong.items()
        ),
        refuse(
            "a letter under an expired roster",
            "scene.submission",
            "roster-expired",
            **plain(setting.submission(letter, now=NOW + 40 * DAY)),
        ),
    ]
