"""What counts under a head, for each reader: exactly what their kept list must hold when the head changes.

For a member: every release to them with its message, their privates, what they wrote. For the facilitators: every
message and decision. This needs no decryption, so a stand-in can do it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    everybody = replace(head, counting=case_signers.counting(head.payload, named) | dict(head.counting))
    full = _lists(everybody, people, record, kept)
    return Counted(full, _all(full) - _all(today))


def _all(lists: Lists) -> frozenset[str]:
    return lists.facilitators.union(*lists.members.values())


def _lists(head: Head, people: Members, record: Record, kept: Lists) -> Lists:
    members = {
        each.participant_id: _member(head, people, record, each.participant_id, kept.of(each.participant_id))
        for each in people.people
    }
    messages = _messages(head, people, record, kept.facilitators)
    decisions = _decisions(head, record, messages, kept.facilitators)
    return Lists(frozenset(messages) | frozenset(decisions), members)


def _messages(head: Head, people: Members, record: Record, kept: Collection[str]) -> dict[str, message.Verified]:
    """The messages that count for a reader, by their hash."""
    found = {}
    for each in record.messages:
        try:
            verified = message.verify(each, head, people, kept)
        except ProtocolError:
            continue
        found[verified.statement.hash] = verified
    return found


def _decisions(
    head: Head, record: Record, messages: Mapping[str, message.Verified], kept: Collection[str]
) -> dict[str, decision.Decision]:
    """The final decisions that count for a reader, about messages that count for them, by their hash."""
    found = {}
    for each in record.decisions:
        about = messages.get(envelope.parse(each, "decision").payload["message_hash"])
        if about is None:
            continue
        try:
            verified = decision.verify(each, head, about.statement, kept)
        except ProtocolError:
            continue
        found[verified.statement.hash] = verified
    return found


def _member(head: Head, people: Members, record: Record, participant_id: str, kept: Collection[str]) -> frozenset[str]:
    messages = _messages(head, people, record, kept)
    decisions = _decisions(head, record, messages, kept)
    releases = {hash_: each for hash_, each in decisions.items() if each.recipient_id == participant_id}
    released = {str(each.payload["message_hash"]) for each in releases.values()}
    own = {hash_ for hash_, each in messages.items() if _is_own(each.statement.payload, participant_id)}
    return frozenset(releases) | released | own


def _is_own(payload: Mapping[str, object], participant_id: str) -> bool:
    """What they wrote, and privates to them."""
    recipients = payload["recipients"]
    private = payload["kind"] == "private" and isinstance(recipients, list) and participant_id in recipients
    return private or payload["author_id"] == participant_id
