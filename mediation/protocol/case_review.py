"""What whoever signs a step of a case checks first, and what the server checks as far as it can.

The lists of what may still be read hold exactly what counted before, every new key comes from a join that was checked,
and no member hides among the entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation.protocol import kept
from mediation.protocol.case_head import Head
from mediation.protocol.case_rules import changes_staff
from mediation.protocol.counted import Lists, Record, counted
from mediation.protocol.errors import ProtocolError
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Member, Members


@dataclass(frozen=True)
class KeptDocuments:
    """The kept documents {salt, hashes}, or None, that a case statement and its member documents commit to."""

    facilitators: Mapping[str, Any] | None = None
    members: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)


def takes_away_key(before: Members, after: Members) -> bool:
    """Whether a member who had keys leaves or gets others."""
    holders = (each for each in before.people if each.sign_pk is not None)
    return any(_keys(after.find(each.participant_id)) != _keys(each) for each in holders)


def _keys(member: Member | None) -> tuple[bytes | None, bytes | None]:
    return (None, None) if member is None else (member.sign_pk, member.box_pk)


def needs_lists(head: Head, after: Mapping[str, Any], before_people: Members, after_people: Members) -> bool:
    """Whether a step from the head to the payload `after` must carry new lists."""
    return changes_staff(head.payload, after) or takes_away_key(before_people, after_people)


def open_lists(payload: Mapping[str, Any], people: Members, documents: KeptDocuments) -> Lists:
    """The lists that a case payload and its members commit to. Raises what `kept.open_` raises."""
    members = {
        each.participant_id: kept.open_(documents.members.get(each.participant_id), each.kept) for each in people.people
    }
    return Lists(kept.open_(documents.facilitators, payload["kept"]), members)


def check_lists(
    head: Head,
    before: Members,
    lists_before: Lists,
    record: Record,
    after: Mapping[str, Any],
    after_people: Members,
    documents: KeptDocuments,
) -> Lists:
    """The lists of a step from the head (members `before`) to the payload `after` (members `after_people`).

    Raises what `open_lists` raises, `kept-mismatch` (a list leaves out or adds), `kept-changed` (a list changed
    without cause, or came with a new member).
    """
    lists = open_lists(after, after_people, documents)
    _check_newcomers(before, after_people)
    if not needs_lists(head, after, before, after_people):
        _check_unchanged(head, before, after, after_people)
        return lists
    expected = counted(head, before, record, lists_before)
    _check_list(lists.facilitators, expected.lists.facilitators, expected.doubtful)
    for participant_id, hashes in lists.members.items():
        _check_list(hashes, expected.lists.of(participant_id), expected.doubtful)
    return lists


def _check_newcomers(before: Members, after: Members) -> None:
    if any(each.kept is not None for each in after.people if before.find(each.participant_id) is None):
        raise ProtocolError("kept-changed")


def _check_unchanged(head: Head, before: Members, after: Mapping[str, Any], after_people: Members) -> None:
    if after["kept"] != head.kept:
        raise ProtocolError("kept-changed")
    for each in after_people.people:
        earlier = before.find(each.participant_id)
        if earlier is not None and each.kept != earlier.kept:
            raise ProtocolError("kept-changed")


def _check_list(hashes: frozenset[str], expected: frozenset[str], doubtful: frozenset[str]) -> None:
    if not expected - doubtful <= hashes:
        raise ProtocolError("kept-mismatch", "leaves out")
    if not hashes <= expected:
        raise ProtocolError("kept-mismatch", "adds")


def check_admissions(before: Members, after: Members, joiners: Mapping[str, Joiner]) -> None:
    """Raise `not-joined` unless every new key comes from a join, by participant_id, that was checked for this step."""
    for each in after.people:
        if each.sign_pk is None or _keys(before.find(each.participant_id)) == _keys(each):
            continue
        joiner = joiners.get(each.participant_id)
        if joiner is None or not joiner.is_member(each):
            raise ProtocolError("not-joined")
