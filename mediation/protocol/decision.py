"""A decision counts if as many facilitators signed it as the case requires now and required when it was proposed.

A release is for one recipient; a return or a stop closes the message for everyone it was not yet released to.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from mediation.protocol import envelope, statements
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import canonical, parse_time
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message_kinds import DECIDED
from mediation.protocol.salted import SALT, digest, new_salt


def _hash_by_id(value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise ProtocolError("bad-field", path)
    for participant_id, hash_ in value.items():
        statements.identifier(participant_id, path)
        statements.digest(hash_, path)


_CONSENTS: Final = statements.record({"salt": SALT, "consents": _hash_by_id})


@dataclass(frozen=True)
class Decision:
    """A decision about a message: `signers` are the staff_ids whose signatures count; one that `stands` rests on the
    reader's kept list."""

    statement: Statement
    signers: tuple[str, ...]
    stands: bool

    @property
    def payload(self) -> dict[str, Any]:
        """The payload."""
        return self.statement.payload

    @property
    def decision(self) -> str:
        """`release`, `return` or `stop`."""
        return str(self.payload["decision"])

    @property
    def recipient_id(self) -> str | None:
        """Whom a release is for."""
        return None if self.payload["recipient_id"] is None else str(self.payload["recipient_id"])

    @property
    def not_before(self) -> datetime | None:
        """When a release begins to hold, if later than at once."""
        text = self.payload["not_before"]
        return None if text is None else parse_time(text)


def consents_document(consents: Mapping[str, str]) -> dict[str, Any]:
    """A new document {salt, consents}; `consents`: by participant_id the hash of the newest consent."""
    return {"salt": new_salt(), "consents": dict(consents)}


def consents_hash(document: Mapping[str, Any]) -> str:
    """B64(H(PAE("mediation/v1/consents", document in RFC 8785 form)))."""
    return digest("consents", canonical(document))


def open_consents(document: object, hash_: str) -> dict[str, str]:
    """The consents of the document that a decision cites.

    Raises `missing-field`, `unknown-field`, `bad-field`, `consents-wrong`.
    """
    _CONSENTS(document, "")
    fields = cast(dict[str, Any], document)
    if consents_hash(fields) != hash_:
        raise ProtocolError("consents-wrong")
    return cast(dict[str, str], fields["consents"])


def concerned(recipient_id: str | None, message: Statement) -> set[str]:
    """Whose consents a decision must cite: a release those of recipient and, unless a facilitator, author; else none.

    `recipient_id` is the decision's.
    """
    if recipient_id is None:
        return set()
    author = set() if message.payload["kind"] == "summary" else {message.payload["author_id"]}
    return {recipient_id} | author


def needed(head: Head, decision: Decision) -> int:
    """How many must sign: what was required when it was proposed or what is now, whichever is more."""
    return max(int(decision.payload["approvals"]), head.approvals_required)


def read(envelope_: object, head: Head, message: Statement, kept: Collection[str] = frozenset()) -> Decision:
    """A decision about this verified message, signed by anybody who counts, enough or not; or one that stands by the
    reader's kept list, if too few who signed it count today.

    Raises what `envelope.verify` raises, `case-mixed`, `decision-of-another-message`, `decision-not-needed`,
    `recipient-wrong`.
    """
    claimed = envelope.parse(envelope_, "decision")
    _check_subject(claimed.payload, head, message)
    if claimed.hash not in kept:
        return _counting(envelope_, head)
    try:
        decision = _counting(envelope_, head)
        check_final(decision, head, message)
    except ProtocolError:
        return Decision(claimed, (), stands=True)
    return decision


def _counting(envelope_: object, head: Head) -> Decision:
    """A decision with those of its signatures that count in the head."""
    keys = {kid: staff.sign_pk for kid, staff in head.counting.items()}
    statement = envelope.verify(envelope_, "decision", keys)
    return Decision(statement, tuple(head.counting[kid].staff_id for kid in statement.signers), stands=False)


def _check_subject(payload: Mapping[str, Any], head: Head, message: Statement) -> None:
    if payload["case_id"] != head.case_id:
        raise ProtocolError("case-mixed")
    if payload["message_hash"] != message.hash:
        raise ProtocolError("decision-of-another-message")
    if message.payload["kind"] not in DECIDED:
        raise ProtocolError("decision-not-needed")
    if payload["decision"] == "release" and payload["recipient_id"] not in message.payload["recipients"]:
        raise ProtocolError("recipient-wrong")


def check_final(decision: Decision, head: Head, message: Statement) -> None:
    """Raise `too-few-signatures` or `scribe-alone` unless enough of the right people signed, or it stands."""
    if decision.stands:
        return
    check_signers(decision, head)
    check_scribe(decision, head, message)


def check_signers(decision: Decision, head: Head) -> None:
    """Raise `too-few-signatures` unless as many facilitators of the head signed as are needed."""
    if len(decision.signers) < needed(head, decision):
        raise ProtocolError("too-few-signatures")


def check_scribe(decision: Decision, head: Head, message: Statement) -> None:
    """Raise `scribe-alone` if only the scribe releases what they wrote down, though the case has somebody else."""
    scribe = message.payload["scribe"]
    if decision.decision != "release" or scribe is None or len(head.payload["facilitators"]) == 1:
        return
    if set(decision.signers) <= {scribe["staff_id"]}:
        raise ProtocolError("scribe-alone")


def verify(envelope_: object, head: Head, message: Statement, kept: Collection[str] = frozenset()) -> Decision:
    """A final decision about this verified message. Raises what `read` and `check_final` raise."""
    decision = read(envelope_, head, message, kept)
    check_final(decision, head, message)
    return decision


def closed(decisions: Iterable[Decision], message: Statement) -> set[str]:
    """The recipients for whom a message has been decided, by final decisions about it."""
    done: set[str] = set()
    for each in decisions:
        done |= set(message.payload["recipients"]) if each.recipient_id is None else {each.recipient_id}
    return done


def check_room(decision: Decision, decided: Iterable[Decision], message: Statement) -> None:
    """Raise `already-decided` if there is nothing left for this decision to decide."""
    open_for = set(message.payload["recipients"]) - closed(decided, message)
    if not open_for or (decision.recipient_id is not None and decision.recipient_id not in open_for):
        raise ProtocolError("already-decided")
