"""What a statement of each type must contain: exactly these keys, each with a value of exactly this form.

`check` looks at one payload alone: its fields and how they relate to each other. Whether keys are trusted, chains
continue and people may act is for the modules of each idea.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final, cast

from mediation.protocol.encoding import MAX_INT, check_id, check_int, parse_date, parse_time, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import KEY_SIZE, check_box_key, check_sign_key
from mediation.protocol.text import check_text

Check = Callable[[object, str], None]
"""Raises `ProtocolError` with the path of the field if the value is not allowed."""

KIBIBYTE: Final = 1024
LIMITS: Final = {
    **dict.fromkeys(("agency", "invite", "join", "consent", "decision"), 4 * KIBIBYTE),
    **dict.fromkeys(("case", "message"), 8 * KIBIBYTE),
    "roster": 256 * KIBIBYTE,
}
"""Bytes that a payload of each type may have."""

SEVERAL_SIGNATURES: Final = frozenset({"case", "decision"})
MAX_SIGNATURES: Final = 32
MAX_NAME: Final = 200
MAX_EPOCH: Final = 2**32 - 1
MONTH: Final = timedelta(days=30)

STAFF_ROLES: Final = ("administrator", "auditor", "facilitator", "supervisor")
SIDES: Final = ("community", "person_harmed", "person_responsible")
MEMBER_ROLES: Final = ("guardian", "interpreter", "party", "representative", "supporter")
KINDS: Final = ("note", "private", "relay", "summary")
MEANS: Final = ("dictation", "letter", "recording")
DECISIONS: Final = ("release", "return", "stop")

_OWN_CODES: Final = frozenset({"bad-key", "bad-text"})


def _field(test: Callable[[object], object]) -> Check:
    """A check from a test that raises: a bad key or text keeps its code, anything else is `bad-field`."""

    def check_field(value: object, path: str) -> None:
        try:
            test(value)
        except ProtocolError as error:
            raise ProtocolError(error.code if error.code in _OWN_CODES else "bad-field", path) from error

    return check_field


def _require(holds: bool, path: str) -> None:
    if not holds:
        raise ProtocolError("bad-field", path)


def whole(low: int, high: int = MAX_INT) -> Check:
    """A whole number from `low` to `high`."""
    return _field(lambda value: check_int(value, low, high))


def one_of(*allowed: str) -> Check:
    """One of these words."""
    return lambda value, path: _require(value in allowed, path)


def nullable(inner: Check) -> Check:
    """Null, or what `inner` allows."""
    return lambda value, path: None if value is None else inner(value, path)


def flag(value: object, path: str) -> None:
    """True or false."""
    _require(isinstance(value, bool), path)


def line(value: object, path: str) -> None:
    """One line of 1 to 200 characters (code points) without anything that `check_text` refuses."""
    _require(isinstance(value, str) and 0 < len(value) <= MAX_NAME and "\n" not in value and "\t" not in value, path)
    _field(check_text)(value, path)


def verifier_key(value: object, path: str) -> None:
    """A name of 1 to 200 printable ASCII characters without spaces: a log's verifier key, or its origin."""
    _require(isinstance(value, str) and 0 < len(value) <= MAX_NAME and all("!" <= c <= "~" for c in value), path)


def many(inner: Check, least: int = 0) -> Check:
    """An array of at least `least` values."""

    def check_many(value: object, path: str) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise ProtocolError("bad-field", path)
        for index, item in enumerate(value):
            inner(item, f"{path}.{index}")

    return check_many


def ascending(inner: Check, least: int = 0, multiple_of: int = 1) -> Check:
    """An array of text in strictly ascending order of its characters, so that no value stands in it twice."""

    def check_ascending(value: Any, path: str) -> None:
        many(inner, least)(value, path)
        _require(all(a < b for a, b in pairwise(value)), path)
        _require(len(value) % multiple_of == 0, path)

    return check_ascending


def record(fields: Mapping[str, Check]) -> Check:
    """An object of exactly these fields. Missing fields are named before unknown ones."""

    def check_record(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProtocolError("bad-field", path)
        prefix = f"{path}." if path else ""
        for name in fields:
            if name not in value:
                raise ProtocolError("missing-field", prefix + name)
        for name in value:
            if name not in fields:
                raise ProtocolError("unknown-field", path)
        for name, inner in fields.items():
            inner(value[name], prefix + name)

    return check_record


identifier = _field(check_id)
digest = _field(lambda value: unb64(value, KEY_SIZE))
sign_key = _field(lambda value: check_sign_key(unb64(value, KEY_SIZE)))
box_key = _field(lambda value: check_box_key(unb64(value, KEY_SIZE)))
moment = _field(parse_time)
day = _field(parse_date)

TREE: Final = {"size": whole(0), "root": digest}
ISSUER: Final = {"staff_id": identifier, "issuer_pk": sign_key, "not_before": moment, "not_after": moment}
STAFF: Final = {
    "staff_id": identifier,
    "display_name": line,
    "roles": ascending(one_of(*STAFF_ROLES), least=1),
    "sign_pk": sign_key,
    "box_pk": box_key,
}
FACILITATOR: Final = {"staff_id": identifier, "sign_kid": digest, "box_kid": digest}
SCRIBE: Final = {"staff_id": identifier, "means": one_of(*MEANS)}
CHAIN: Final = {"seq": whole(1), "prev": nullable(digest)}

SCHEMA: Final[dict[str, dict[str, Check]]] = {
    "agency": {
        "agency_id": identifier,
        "name": line,
        "root_pk": sign_key,
        "recovery_pk": nullable(box_key),
        "issuers": many(record(ISSUER)),
        "log_vkeys": ascending(verifier_key),
        **CHAIN,
    },
    "roster": {
        "agency_id": identifier,
        "agency": digest,
        **CHAIN,
        "issued_at": moment,
        "expires_at": moment,
        "staff": many(record(STAFF)),
        "anchors": record(TREE),
    },
    "case": {
        "agency_id": identifier,
        "case_id": identifier,
        **CHAIN,
        "roster": digest,
        "epoch": whole(1, MAX_EPOCH),
        "epoch_pk": box_key,
        "facilitators": many(record(FACILITATOR), least=1),
        "approvals_required": whole(1),
        "members": ascending(digest, multiple_of=8),
        "kept": nullable(digest),
        "issued_on": day,
        "expires_on": day,
    },
    "invite": {
        "agency_id": identifier,
        "case_id": nullable(identifier),
        "participant_id": identifier,
        "side": nullable(one_of(*SIDES)),
        "role": nullable(one_of(*MEMBER_ROLES)),
        "assisted": flag,
        "key_com": digest,
        "expires_at": moment,
    },
    "join": {"invite_hash": digest, "account_id": identifier, "sign_pk": sign_key, "box_pk": box_key},
    "consent": {
        "case_id": identifier,
        "participant_id": identifier,
        "scribe": nullable(record(SCRIBE)),
        **CHAIN,
        "text_hash": digest,
        "at": moment,
    },
    "message": {
        "agency_id": identifier,
        "case_id": identifier,
        "message_id": identifier,
        "kind": one_of(*KINDS),
        "author_id": identifier,
        "author_kid": digest,
        "scribe": nullable(record(SCRIBE)),
        "recipients": ascending(identifier),
        "answers": nullable(identifier),
        "order_hash": digest,
        "com": digest,
        "ct_hash": digest,
    },
    "decision": {
        "case_id": identifier,
        "message_hash": digest,
        "decision": one_of(*DECISIONS),
        "recipient_id": nullable(identifier),
        "not_before": nullable(moment),
        "note_hash": nullable(digest),
        "approvals": whole(1),
        "consents_hash": digest,
        "checkpoint": nullable(record({"origin": verifier_key, **TREE})),
        "decided_on": day,
    },
}
"""The fields of each type of statement, in the order of SPECIFICATION.md."""


def check(type_: str, payload: object) -> dict[str, Any]:
    """The payload itself if it is a whole, well-formed payload of its type.

    Raises `wrong-type`, `missing-field`, `unknown-field`, `bad-field`, `bad-key`, `bad-text`; the detail is the field.
    """
    if type_ not in SCHEMA:
        raise ProtocolError("wrong-type")
    record(SCHEMA[type_])(payload, "")
    checked = cast(dict[str, Any], payload)
    if type_ in RELATIONS:
        RELATIONS[type_](checked)
    return checked


def _chain(payload: dict[str, Any]) -> None:
    _require((payload["seq"] == 1) == (payload["prev"] is None), "prev")


def _distinct(items: list[dict[str, Any]], field: str, path: str) -> None:
    _require(len({item[field] for item in items}) == len(items), f"{path}.{field}")


def _agency(payload: dict[str, Any]) -> None:
    _chain(payload)
    _distinct(payload["issuers"], "issuer_pk", "issuers")
    for issuer in payload["issuers"]:
        _require(parse_time(issuer["not_before"]) < parse_time(issuer["not_after"]), "issuers.not_after")


def _roster(payload: dict[str, Any]) -> None:
    _chain(payload)
    lasts = parse_time(payload["expires_at"]) - parse_time(payload["issued_at"])
    _require(timedelta(0) < lasts <= MONTH, "expires_at")


def _case(payload: dict[str, Any]) -> None:
    _chain(payload)
    facilitators = payload["facilitators"]
    for field in FACILITATOR:
        _distinct(facilitators, field, "facilitators")
    _require(payload["approvals_required"] <= len(facilitators), "approvals_required")
    lasts = parse_date(payload["expires_on"]) - parse_date(payload["issued_on"])
    _require(timedelta(0) <= lasts <= MONTH, "expires_on")


def _invite(payload: dict[str, Any]) -> None:
    for_staff = payload["case_id"] is None
    _require((payload["side"] is None) == for_staff, "side")
    _require((payload["role"] is None) == for_staff, "role")
    _require(not (for_staff and payload["assisted"]), "assisted")


def _decision(payload: dict[str, Any]) -> None:
    release = payload["decision"] == "release"
    _require((payload["recipient_id"] is not None) == release, "recipient_id")
    _require(release or payload["not_before"] is None, "not_before")
    _require(release or payload["note_hash"] is None, "note_hash")


RELATIONS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "agency": _agency,
    "roster": _roster,
    "case": _case,
    "invite": _invite,
    "consent": _chain,
    "decision": _decision,
}
