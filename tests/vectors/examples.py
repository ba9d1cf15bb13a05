"""One valid payload of each type of statement, telling one story: an agency, its two facilitators, a case, a letter."""

from typing import Any, Final

from mediation.protocol.encoding import b64, unb64
from mediation.protocol.primitives import kid
from tests.vectors.builder import box_key, digest, identifier, seed, sign_key

Payload = dict[str, Any]

AGENCY_ID: Final = identifier("agency")
CASE_ID: Final = identifier("case")
WRITER_ID: Final = identifier("writer")
READER_ID: Final = identifier("reader")


def _kid(public_key: str) -> str:
    return kid(unb64(public_key))


def _facilitator(name: str) -> Payload:
    return {
        "staff_id": identifier(name),
        "sign_kid": _kid(sign_key(name)),
        "box_kid": _kid(box_key(f"{name} box")),
    }


def _staff(name: str, *roles: str) -> Payload:
    return {
        "staff_id": identifier(name),
        "display_name": f"{name.capitalize()} O\u2019Hara",
        "roles": list(roles),
        "sign_pk": sign_key(name),
        "box_pk": box_key(f"{name} box"),
    }


EXAMPLES: Final[dict[str, Payload]] = {
    "agency": {
        "agency_id": AGENCY_ID,
        "name": "Northside Restorative Service",
        "root_pk": sign_key("root"),
        "recovery_pk": box_key("recovery"),
        "issuers": [
            {
                "staff_id": identifier("issuer"),
                "issuer_pk": sign_key("issuer"),
                "not_before": "2031-01-01T00:00:00Z",
                "not_after": "2033-01-01T00:00:00Z",
            }
        ],
        "log_vkeys": [f"mediation.example/audit/1+1a2b3c4d+{b64(seed('log key', 33))}"],
        "seq": 2,
        "prev": digest("agency 1"),
    },
    "roster": {
        "agency_id": AGENCY_ID,
        "agency": digest("agency 2"),
        "seq": 1,
        "prev": None,
        "issued_at": "2031-05-01T09:00:00Z",
        "expires_at": "2031-05-31T09:00:00Z",
        "staff": [_staff("amina", "facilitator"), _staff("bea", "administrator", "facilitator", "supervisor")],
        "anchors": {"size": 3, "root": digest("anchors")},
    },
    "case": {
        "agency_id": AGENCY_ID,
        "case_id": CASE_ID,
        "seq": 4,
        "prev": digest("case 3"),
        "roster": digest("roster 1"),
        "epoch": 2,
        "epoch_pk": box_key("epoch 2"),
        "facilitators": [_facilitator("amina"), _facilitator("bea")],
        "approvals_required": 2,
        "members": sorted(digest(f"member {number}") for number in range(8)),
        "kept": digest("kept"),
        "issued_on": "2031-05-02",
        "expires_on": "2031-06-01",
    },
    "invite": {
        "agency_id": AGENCY_ID,
        "case_id": CASE_ID,
        "participant_id": WRITER_ID,
        "side": "person_harmed",
        "role": "party",
        "assisted": False,
        "key_com": digest("key commitment"),
        "expires_at": "2031-05-09T12:00:00Z",
    },
    "join": {
        "invite_hash": digest("invite"),
        "account_id": identifier("account"),
        "sign_pk": sign_key("writer"),
        "box_pk": box_key("writer box"),
    },
    "consent": {
        "case_id": CASE_ID,
        "participant_id": WRITER_ID,
        "scribe": {"staff_id": identifier("amina"), "means": "letter"},
        "seq": 2,
        "prev": digest("consent 1"),
        "text_hash": digest("consent text"),
        "at": "2031-05-03T10:30:00Z",
    },
    "message": {
        "agency_id": AGENCY_ID,
        "case_id": CASE_ID,
        "message_id": identifier("message"),
        "kind": "relay",
        "author_id": WRITER_ID,
        "author_kid": _kid(sign_key("amina")),
        "scribe": {"staff_id": identifier("amina"), "means": "dictation"},
        "recipients": sorted([READER_ID, identifier("second reader")]),
        "answers": identifier("earlier message"),
        "order_hash": digest("order"),
        "com": digest("commitment"),
        "ct_hash": digest("ciphertext"),
    },
    "decision": {
        "case_id": CASE_ID,
        "message_hash": digest("message"),
        "decision": "release",
        "recipient_id": READER_ID,
        "not_before": "2031-05-06T08:00:00Z",
        "note_hash": digest("content note"),
        "approvals": 2,
        "consents_hash": digest("consents"),
        "checkpoint": {"origin": "mediation.example/audit/1", "size": 4096, "root": digest("log")},
        "decided_on": "2031-05-05",
    },
}
"""Each can be signed and read as it is."""

SIGNERS: Final[dict[str, tuple[str, ...]]] = {
    "agency": ("root",),
    "roster": ("issuer",),
    "case": ("amina", "bea"),
    "invite": ("amina",),
    "join": ("writer",),
    "consent": ("amina",),
    "message": ("amina",),
    "decision": ("amina", "bea"),
}
"""Whose seeds sign the example of each type."""
