"""Who may write what to whom; the server and every client refuse anything else.

| kind | author | recipients | needs a decision |
|---|---|---|---|
| relay | a member, or a scribe for an assisted one | one or more other members | yes |
| summary | a facilitator | one or more members | yes |
| private | a facilitator | exactly one member | no |
| private | a member | none (to the facilitators) | no |
| note | a facilitator | none (facilitators only) | no |
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from mediation.protocol.case_head import Head
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member, Members
from mediation.protocol.roster import Staff

DECIDED: Final = frozenset({"relay", "summary"})
"""The kinds that nobody but facilitators may read without a release."""

_RECIPIENTS: Final = {"relay": (1, None), "summary": (1, None), "private": (0, 1), "note": (0, 0)}


def by_facilitator(payload: Mapping[str, Any]) -> bool:
    """Whether the author must be a facilitator, rather than a member: a private to nobody comes from a member."""
    kind = payload["kind"]
    return kind in ("summary", "note") or (kind == "private" and bool(payload["recipients"]))


def check_count(payload: Mapping[str, Any]) -> None:
    """Raise `recipients-wrong` unless a message of this kind goes to so many."""
    least, most = _RECIPIENTS[payload["kind"]]
    count = len(payload["recipients"])
    if count < least or (most is not None and count > most):
        raise ProtocolError("recipients-wrong")


def check_recipients(people: Members, payload: Mapping[str, Any]) -> None:
    """Raise `recipients-wrong`, `recipient-is-author` or, if all members are known, `member-unknown`."""
    check_count(payload)
    if payload["author_id"] in payload["recipients"]:
        raise ProtocolError("recipient-is-author")
    if people.complete:
        for participant_id in payload["recipients"]:
            people.get(participant_id)


def check_author(head: Head, people: Members, payload: Mapping[str, Any], signer: str) -> Member | Staff:
    """The author, who may write this, and whose key or scribe's key is the signer's kid.

    Raises `author-wrong`, `member-unknown`, `scribe-wrong`.
    """
    if payload["author_kid"] != signer:
        raise ProtocolError("author-wrong")
    if payload["scribe"] is not None:
        return _scribed(head, people, payload)
    if by_facilitator(payload):
        staff = head.counting.get(signer)
        if staff is None or staff.staff_id != payload["author_id"]:
            raise ProtocolError("author-wrong")
        return staff
    member = people.find(payload["author_id"])
    if member is None or member.sign_kid != signer:
        raise ProtocolError("author-wrong")
    return member


def _scribed(head: Head, people: Members, payload: Mapping[str, Any]) -> Member:
    """The assisted member for whom a facilitator of the head wrote a relay down."""
    if payload["kind"] != "relay":
        raise ProtocolError("scribe-wrong")
    scribe = head.counting.get(payload["author_kid"])
    if scribe is None or scribe.staff_id != payload["scribe"]["staff_id"]:
        raise ProtocolError("scribe-wrong")
    member = people.get(payload["author_id"])
    if not member.assisted:
        raise ProtocolError("scribe-wrong")
    return member


def check_answers(payload: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> None:
    """Raise `answers-unknown` unless every recipient wrote or was given the message that this one answers.

    `known`: by participant_id, the message_ids that they wrote or that were released or privately written to them.
    """
    answers = payload["answers"]
    if answers is None:
        return
    if not all(answers in known.get(participant_id, ()) for participant_id in payload["recipients"]):
        raise ProtocolError("answers-unknown")
