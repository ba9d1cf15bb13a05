"""What else can be wrong in a payload, beyond its fields' types: one list of cases for each type of statement."""

from typing import Any, Final

from mediation.protocol.encoding import b64
from tests.vectors.builder import digest, identifier, sign_key
from tests.vectors.examples import EXAMPLES
from tests.vectors.make_primitives import BOX_KEYS_REFUSED, SIGN_KEYS_REFUSED

Path = tuple[str | int, ...]
Case = tuple[str, str, dict[Path, Any]]
"""What it is, the code of the refusal or success, and what it changes in the example."""


def spelt(path: Path) -> str:
    """A path as people write it."""
    return ".".join(str(step) for step in path)


def _id(*path: str | int) -> list[Case]:
    place = spelt(path)
    return [
        (f"{place} of 15 bytes", "bad-field", {path: b64(bytes(15))}),
        (f"{place} of 17 bytes", "bad-field", {path: b64(bytes(17))}),
        (f"{place} padded", "bad-field", {path: f"{identifier('any')}=="}),
    ]


def _hash(*path: str | int) -> list[Case]:
    place = spelt(path)
    return [
        (f"{place} of 31 bytes", "bad-field", {path: b64(bytes(31))}),
        (f"{place} of 33 bytes", "bad-field", {path: b64(bytes(33))}),
        (f"{place} with stray bits", "bad-field", {path: f"{b64(bytes(32))[:-1]}B"}),
        (f"{place} in hexadecimal", "bad-field", {path: "00" * 32}),
    ]


def _sign_key(*path: str | int) -> list[Case]:
    weak = {name: key for name, key in SIGN_KEYS_REFUSED.items() if "order 8" not in name}
    return [(f"{spelt(path)} is {name}", "bad-key", {path: b64(key)}) for name, key in weak.items()]


def _box_key(*path: str | int) -> list[Case]:
    weak = {name: key for name, key in BOX_KEYS_REFUSED.items() if len(key) == 32}
    return [(f"{spelt(path)} is {name}", "bad-key", {path: b64(key)}) for name, key in weak.items()]


def _line(*path: str | int) -> list[Case]:
    place = spelt(path)
    return [
        (f"{place} of 200 characters", "success", {path: "\U0001f600" * 200}),
        (f"{place} of 201 characters", "bad-field", {path: "n" * 201}),
        (f"{place} with a line feed", "bad-field", {path: "a\nb"}),
        (f"{place} with a tab", "bad-field", {path: "a\tb"}),
        (f"{place} with a bidirectional override", "bad-text", {path: "a\u202eb"}),
        (f"{place} with a tag character", "bad-text", {path: "a\U000e0041"}),
        (f"{place} with a zero", "bad-text", {path: "a\0"}),
    ]


def _chain() -> list[Case]:
    return [
        ("seq is 0", "bad-field", {("seq",): 0, ("prev",): None}),
        ("seq is 1 with a prev", "bad-field", {("seq",): 1, ("prev",): digest("any")}),
        ("seq is 2 without a prev", "bad-field", {("seq",): 2, ("prev",): None}),
        ("seq is 1 without a prev", "success", {("seq",): 1, ("prev",): None}),
        ("seq is the greatest", "success", {("seq",): 2**53 - 1, ("prev",): digest("any")}),
    ]


def _time(*path: str | int) -> list[Case]:
    place = spelt(path)
    return [
        (f"{place} is a date", "bad-field", {path: "2031-05-03"}),
        (f"{place} has an offset", "bad-field", {path: "2031-05-03T10:30:00+00:00"}),
        (f"{place} is no day of the calendar", "bad-field", {path: "2031-02-30T10:30:00Z"}),
    ]


def _day(*path: str | int) -> list[Case]:
    place = spelt(path)
    return [
        (f"{place} is a time", "bad-field", {path: "2031-05-03T00:00:00Z"}),
        (f"{place} is no day of the calendar", "bad-field", {path: "2031-02-30"}),
    ]


def _each(field: str, *words: str) -> list[Case]:
    return [(f"{field} {word}", "success", {(field,): word}) for word in words]


def _order(type_: str, name: str) -> list[Case]:
    items = EXAMPLES[type_][name]
    return [
        (f"{name} in another order", "bad-field", {(name,): items[::-1]}),
        (f"{name} with one twice", "bad-field", {(name,): sorted([*items[:-1], items[0]])}),
    ]


_FACILITATORS: Final = EXAMPLES["case"]["facilitators"]
_ISSUER: Final = EXAMPLES["agency"]["issuers"][0]
_LATER_ISSUER: Final = _ISSUER | {"issuer_pk": sign_key("later issuer")}
_NOT_RELEASED: Final[dict[Path, Any]] = {("recipient_id",): None, ("not_before",): None, ("note_hash",): None}
_STAFF_INVITE: Final[dict[Path, Any]] = {("case_id",): None, ("side",): None, ("role",): None}

MISUSED: Final[dict[str, list[Case]]] = {
    "agency": [
        *_id("agency_id"),
        *_line("name"),
        *_sign_key("root_pk"),
        *_hash("root_pk"),
        *_box_key("recovery_pk"),
        *_sign_key("issuers", 0, "issuer_pk"),
        *_time("issuers", 0, "not_before"),
        *_time("issuers", 0, "not_after"),
        *_chain(),
        *_hash("prev"),
        ("no issuers", "success", {("issuers",): []}),
        ("one person with two issuer keys", "success", {("issuers",): [_ISSUER, _LATER_ISSUER]}),
        ("one issuer key twice", "bad-field", {("issuers",): [_ISSUER, _ISSUER | {"staff_id": identifier("other")}]}),
        ("an issuer who never is one", "bad-field", {("issuers", 0, "not_after"): _ISSUER["not_before"]}),
        ("an issuer who ends before beginning", "bad-field", {("issuers", 0, "not_before"): "2034-01-01T00:00:00Z"}),
        ("no log keys", "success", {("log_vkeys",): []}),
        ("log keys in order", "success", {("log_vkeys",): ["a+1+A", "b+1+A"]}),
        ("a log key of 200 characters", "success", {("log_vkeys",): ["a" * 200]}),
        ("a log key of the outermost characters", "success", {("log_vkeys",): ["!~"]}),
        ("log keys in another order", "bad-field", {("log_vkeys",): ["b+1+A", "a+1+A"]}),
        ("one log key twice", "bad-field", {("log_vkeys",): ["a+1+A", "a+1+A"]}),
        ("a log key with a space", "bad-field", {("log_vkeys",): ["a +1+A"]}),
        ("a log key with a line feed behind", "bad-field", {("log_vkeys",): ["a+1+A\n"]}),
        ("a log key from outside ASCII", "bad-field", {("log_vkeys",): ["\u00e4+1+A"]}),
        ("a log key of 201 characters", "bad-field", {("log_vkeys",): ["a" * 201]}),
    ],
    "roster": [
        *_hash("agency"),
        *_chain(),
        *_time("issued_at"),
        *_time("expires_at"),
        ("expires with its issue", "bad-field", {("expires_at",): "2031-05-01T09:00:00Z"}),
        ("expires before its issue", "bad-field", {("expires_at",): "2031-04-30T09:00:00Z"}),
        ("lasts 30 days and a second", "bad-field", {("expires_at",): "2031-05-31T09:00:01Z"}),
        ("lasts a second", "success", {("expires_at",): "2031-05-01T09:00:01Z"}),
        ("nobody on it", "success", {("staff",): []}),
        *_id("staff", 1, "staff_id"),
        *_line("staff", 0, "display_name"),
        ("no roles", "bad-field", {("staff", 0, "roles"): []}),
        ("an unknown role", "bad-field", {("staff", 0, "roles"): ["mediator"]}),
        ("roles in another order", "bad-field", {("staff", 1, "roles"): ["supervisor", "facilitator"]}),
        ("a role twice", "bad-field", {("staff", 1, "roles"): ["facilitator", "facilitator"]}),
        *_sign_key("staff", 0, "sign_pk"),
        *_box_key("staff", 0, "box_pk"),
        *_hash("anchors", "root"),
        ("an empty tree", "success", {("anchors", "size"): 0}),
    ],
    "case": [
        *_id("case_id"),
        *_chain(),
        *_hash("roster"),
        ("epoch 0", "bad-field", {("epoch",): 0}),
        ("the last epoch", "success", {("epoch",): 2**32 - 1}),
        ("an epoch beyond 32 bits", "bad-field", {("epoch",): 2**32}),
        *_box_key("epoch_pk"),
        ("no facilitator", "bad-field", {("facilitators",): []}),
        (
            "a facilitator with another's signing key",
            "bad-field",
            {("facilitators", 1, "sign_kid"): _FACILITATORS[0]["sign_kid"]},
        ),
        (
            "a facilitator with another's box key",
            "bad-field",
            {("facilitators", 1, "box_kid"): _FACILITATORS[0]["box_kid"]},
        ),
        ("one facilitator with two keys", "bad-field", {("facilitators", 1, "staff_id"): _FACILITATORS[0]["staff_id"]}),
        ("no approvals required", "bad-field", {("approvals_required",): 0}),
        ("as many approvals as facilitators", "success", {("approvals_required",): 2}),
        ("more approvals than facilitators", "bad-field", {("approvals_required",): 3}),
        *_order("case", "members"),
        ("no members", "success", {("members",): []}),
        ("seven members", "bad-field", {("members",): EXAMPLES["case"]["members"][:7]}),
        ("nine members", "bad-field", {("members",): sorted(digest(f"member {n}") for n in range(9))}),
        ("sixteen members", "success", {("members",): sorted(digest(f"member {n}") for n in range(16))}),
        *_hash("members", 0),
        *_hash("kept"),
        *_day("issued_on"),
        *_day("expires_on"),
        ("expires on the day of issue", "success", {("expires_on",): "2031-05-02"}),
        ("expires before its issue", "bad-field", {("expires_on",): "2031-05-01"}),
        ("lasts 31 days", "bad-field", {("expires_on",): "2031-06-02"}),
    ],
    "invite": [
        *_id("participant_id"),
        ("for staff", "success", _STAFF_INVITE),
        ("a case without a side", "bad-field", {("side",): None}),
        ("a case without a role", "bad-field", {("role",): None}),
        ("a side without a case", "bad-field", _STAFF_INVITE | {("side",): "person_harmed"}),
        ("a role without a case", "bad-field", _STAFF_INVITE | {("role",): "party"}),
        ("assisted staff", "bad-field", _STAFF_INVITE | {("assisted",): True}),
        ("an assisted member", "success", {("assisted",): True}),
        ("the other side", "success", {("side",): "person_responsible"}),
        ("the community's side", "success", {("side",): "community"}),
        ("an unknown side", "bad-field", {("side",): "victim"}),
        ("an unknown role", "bad-field", {("role",): "facilitator"}),
        *_each("role", "guardian", "interpreter", "representative", "supporter"),
        *_hash("key_com"),
        *_time("expires_at"),
    ],
    "join": [
        *_hash("invite_hash"),
        *_id("account_id"),
        *_sign_key("sign_pk"),
        *_hash("sign_pk"),
        *_box_key("box_pk"),
        *_hash("box_pk"),
    ],
    "consent": [
        *_chain(),
        *_hash("text_hash"),
        *_time("at"),
        ("taken down from dictation", "success", {("scribe", "means"): "dictation"}),
        ("taken down from a recording", "success", {("scribe", "means"): "recording"}),
        ("taken down by telephone", "bad-field", {("scribe", "means"): "telephone"}),
        *_id("scribe", "staff_id"),
    ],
    "message": [
        *_id("message_id"),
        *_each("kind", "note", "private", "summary"),
        ("an unknown kind", "bad-field", {("kind",): "chat"}),
        ("a kind in capitals", "bad-field", {("kind",): "RELAY"}),
        ("taken down by telephone", "bad-field", {("scribe", "means"): "telephone"}),
        *_order("message", "recipients"),
        *_id("recipients", 0),
        ("no recipients", "success", {("recipients",): []}),
        *_hash("author_kid"),
        *_hash("order_hash"),
        *_hash("com"),
        *_hash("ct_hash"),
    ],
    "decision": [
        *_hash("message_hash"),
        ("an unknown decision", "bad-field", {("decision",): "approve"}),
        ("a release to nobody", "bad-field", {("recipient_id",): None}),
        ("a return", "success", {("decision",): "return"} | _NOT_RELEASED),
        ("a stop", "success", {("decision",): "stop"} | _NOT_RELEASED),
        (
            "a return to a recipient",
            "bad-field",
            {("decision",): "return"} | _NOT_RELEASED | {("recipient_id",): identifier("reader")},
        ),
        (
            "a stop with a time",
            "bad-field",
            {("decision",): "stop"} | _NOT_RELEASED | {("not_before",): "2031-05-06T08:00:00Z"},
        ),
        (
            "a return with a content note",
            "bad-field",
            {("decision",): "return"} | _NOT_RELEASED | {("note_hash",): digest("content note")},
        ),
        ("no approvals", "bad-field", {("approvals",): 0}),
        *_hash("consents_hash"),
        *_hash("checkpoint", "root"),
        ("an origin with a space", "bad-field", {("checkpoint", "origin"): "mediation example"}),
        *_time("not_before"),
        *_day("decided_on"),
    ],
}
"""For each type: what is changed, the code (or success), the changes."""
