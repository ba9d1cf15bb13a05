"""From the plain JSON of a scene (`scene_operations`) to what the protocol's functions take, and back.

Bytes are hexadecimal in names that end in `_hex`. Every scene begins with `trust` {agency, rosters, root_pk_hex, now,
pinned} and most go on with `case` {statements, nonce_hex, anchor, pinned, case_id}.
"""

from collections.abc import Mapping
from typing import Any

from mediation.protocol import (
    authority,
    case_chain,
    case_head,
    case_review,
    kept,
    members,
)
from mediation.protocol.authority import Authority, AuthorityPins
from mediation.protocol.case_head import Head
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.chain import Pin
from mediation.protocol.counted import Lists, Record
from mediation.protocol.encoding import format_time, parse_date, parse_time
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Member, Members
from mediation.protocol.order import Known, Order, Release
from mediation.protocol.reading import Reader
from mediation.protocol.roster import Staff

Inputs = dict[str, Any]


def data(inputs: Mapping[str, Any], name: str) -> bytes:
    """The bytes of `<name>_hex`."""
    return bytes.fromhex(inputs[f"{name}_hex"])


def maybe(inputs: Mapping[str, Any], name: str) -> bytes | None:
    """The bytes of `<name>_hex`, None for null or nothing."""
    text = inputs.get(f"{name}_hex")
    return None if text is None else bytes.fromhex(text)


def pin(document: Mapping[str, Any] | None) -> Pin | None:
    """A pin as it stands in the pins document."""
    return None if document is None else Pin(document["seq"], document["hash"])


def trust(i: Inputs) -> Authority:
    """The authority of a scene."""
    given = i["trust"]
    pinned = given.get("pinned")
    agency_pin, roster_pin = (pin(pinned["agency"]), pin(pinned["roster"])) if pinned else (None, None)
    both = AuthorityPins(agency_pin, roster_pin) if agency_pin and roster_pin else None
    now = parse_time(given["now"])
    return authority.verify(given["agency"], given["rosters"], data(given, "root_pk"), now, both)


def head(i: Inputs) -> Head:
    """The head of a scene."""
    verified, given = trust(i), i["case"]
    pinned = given.get("pinned")
    chain = case_chain.follow(
        given["statements"],
        verified,
        nonce=maybe(given, "nonce"),
        pinned=None if pinned is None else case_chain.check_pin(pinned),
        case_id=given.get("case_id"),
    )
    return case_head.assess(chain, verified, given["anchor"])


def everybody(i: Inputs, found: Head) -> Members:
    """All members of a scene's head."""
    return members.open_all(found.payload, i["documents"])


def lists(i: Inputs, found: Head, people: Members) -> Lists:
    """The kept lists of a scene's head."""
    return case_review.open_lists(found.payload, people, kept_documents(i["kept"]))


def kept_documents(given: Mapping[str, Any]) -> KeptDocuments:
    """Kept documents as they travel."""
    return KeptDocuments(given["facilitators"], given["members"])


def record(i: Inputs) -> Record:
    """Everything that was written and decided."""
    return Record(i["record"]["messages"], i["record"]["decisions"])


def lists_out(found: Lists) -> dict[str, Any]:
    """Lists with their hashes in order."""
    return {"facilitators": sorted(found.facilitators), "members": {k: sorted(v) for k, v in found.members.items()}}


def author_out(author: Member | Staff | None) -> str | None:
    """Whoever wrote it, by id."""
    if author is None:
        return None
    return author.staff_id if isinstance(author, Staff) else author.participant_id


def order_out(found: Order) -> dict[str, Any]:
    """An order block."""
    return {
        "seq": found.seq,
        "prev": found.prev,
        "revises": found.revises,
        "written_at": format_time(found.written_at),
        "case_hash": found.case_hash,
        "seen": found.seen,
        "memory": found.memory,
        "provenance": found.provenance,
        "alarm": found.alarm,
    }


def order_in(given: Mapping[str, Any]) -> Order:
    """An order from JSON."""
    return Order(**{**given, "written_at": parse_time(given["written_at"])})


def known_in(given: Mapping[str, Any] | None) -> Known | None:
    """What is known of a writer, from JSON."""
    if given is None:
        return None
    last = None if given["last"] is None else order_in(given["last"])
    releases = [
        Release(
            parse_date(each["decided_on"]),
            None if each["not_before"] is None else parse_time(each["not_before"]),
            each["taken_back"],
        )
        for each in given["releases"]
    ]
    return Known(last, given["last_id"], releases)


def joiner_out(found: Joiner) -> dict[str, Any]:
    """A joiner."""
    return {
        "participant_id": found.participant_id,
        "side": found.side,
        "role": found.role,
        "assisted": found.assisted,
        "account_id": found.account_id,
        "sign_pk": found.sign_pk.hex(),
        "box_pk": found.box_pk.hex(),
        "invite_hash": found.invite_hash,
    }


def joiner_in(given: Mapping[str, Any]) -> Joiner:
    """A joiner from JSON."""
    keys = {name: bytes.fromhex(given[name]) for name in ("sign_pk", "box_pk")}
    return Joiner(**{**given, **keys})


def wraps(i: Inputs) -> dict[str, bytes]:
    """Wraps by box kid."""
    return {box_kid: bytes.fromhex(text) for box_kid, text in i["wraps"].items()}


def reader(i: Inputs, found: Head) -> Reader:
    """The reader of a scene, with their own kept list."""
    people, given = members.open_some(found.payload, i["documents"]), i["reader"]
    me = people.get(given["participant_id"])
    return Reader(me.participant_id, data(given, "box_seed"), people, kept.open_(given["kept"], me.kept))
