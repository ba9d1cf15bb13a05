"""What counts under a head, for each reader: exactly what their kept list must hold when the head changes.

For a member: every release to them with its message, their privates, what they wrote. For the facilitators: every
message and decision. This needs no decryption, so a stand-in can do it.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mediation.protocol import case_signers, decision, envelope, message
from mediation.protocol.case_head import Head
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members


@dataclass(frozen=True)
class Lists:
    """Statement hashes that may be read: by the facilitators, and by each member by participant_id."""

    facilitators: frozenset[str] = frozenset()
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, participant_id: str) -> frozenset[str]:
        """What this member may read."""
        return self.members.get(participant_id, frozenset())


@dataclass(frozen=True)
class Record:
    """The envelopes of every message and every final decision of a case."""

    messages: Sequence[object] = ()
    decisions: Sequence[object] = ()


@dataclass(frozen=True)
class Counted:
    """What counts; `doubtful` are the hashes that rest on somebody whom the head names but who is already off the
    newest roster: signers look at these first, and may leave them out."""

    lists: Lists
    doubtful: frozenset[str]


def counted(head: Head, people: Members, record: Record, kept: Lists) -> Counted:
    """What counts under the head for every reader, `kept` being the lists under it. Raises `roster-unknown`."""
    today = _lists(head, people, record, kept)
    named = head.authority.named(head.payload["roster"])
    everybody = case_signers.counting(head.payload, named) | dict(head.counting)
    if set(everybody) == set(head.counting):
        return Counted(today, frozenset())
    full = _lists(replace(head, counting=everybody), people, record, kept)
    return Counted(full, _all(full) - _all(today))


def _all(lists: Lists) -> frozenset[str]:
    return lists.facilitators.union(*lists.members.values())


@dataclass(frozen=True)
class _Judged:
    """What counts by signature, or would if it were listed (`stands`), by hash: every envelope is verified once."""

    messages: Mapping[str, message.Verified]
    decisions: Mapping[str, decision.Decision]

    def for_reader(self, kept: Collection[str]) -> tuple[dict[str, message.Verified], dict[str, decision.Decision]]:
        """The messages that count for a reader with this list, and the final decisions about them."""
        messages = {hash_: each for hash_, each in self.messages.items() if not each.stands or hash_ in kept}
        decisions = {
            hash_: each
            for hash_, each in self.decisions.items()
            if each.payload["message_hash"] in messages and (not each.stands or hash_ in kept)
        }
        return messages, decisions


def _lists(head: Head, people: Members, record: Record, kept: Lists) -> Lists:
    messages = _messages(head, people, record)
    judged = _Judged(messages, _decisions(head, record, messages))
    ids = [each.participant_id for each in people.people]
    members = {each: _member(judged, each, kept.of(each)) for each in ids}
    return Lists(frozenset().union(*judged.for_reader(kept.facilitators)), members)


def _messages(head: Head, people: Members, record: Record) -> dict[str, message.Verified]:
    found = {}
    for each in record.messages:
        with suppress(ProtocolError):
            hash_ = envelope.parse(each, "message").hash
            found[hash_] = message.verify(each, head, people, kept={hash_})
    return found


def _decisions(head: Head, record: Record, messages: Mapping[str, message.Verified]) -> dict[str, decision.Decision]:
    found = {}
    for each in record.decisions:
        claimed = envelope.parse(each, "decision")
        about = messages.get(claimed.payload["message_hash"])
        if about is not None:
            with suppress(ProtocolError):
                found[claimed.hash] = decision.verify(each, head, about.statement, kept={claimed.hash})
    return found


def _member(judged: _Judged, participant_id: str, kept: Collection[str]) -> frozenset[str]:
    messages, decisions = judged.for_reader(kept)
    releases = {hash_: each for hash_, each in decisions.items() if each.recipient_id == participant_id}
    released = {str(each.payload["message_hash"]) for each in releases.values()}
    own = {hash_ for hash_, each in messages.items() if _is_own(each.statement.payload, participant_id)}
    return frozenset(releases) | released | own


def _is_own(payload: Mapping[str, Any], participant_id: str) -> bool:
    """What they wrote, and privates to them."""
    private = payload["kind"] == "private" and participant_id in payload["recipients"]
    return private or payload["author_id"] == participant_id
