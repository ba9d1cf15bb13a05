"""A consent is given by the person themselves, or written down by a facilitator for somebody who takes part with help.

Consents of one person form a chain; only the newest counts, and nobody can bring back an older one. They are never kept
in a list: when keys change or the facilitator who wrote one down leaves, consent is given anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.protocol import case_head, chain, envelope
from mediation.protocol.case_head import Head
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import SKEW, format_time, parse_time
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members


@dataclass(frozen=True)
class Consent:
    """A verified consent."""

    statement: Statement

    @property
    def participant_id(self) -> str:
        """Who consents."""
        return str(self.statement.payload["participant_id"])

    @property
    def seq(self) -> int:
        """Its number among this person's consents."""
        return int(self.statement.payload["seq"])

    @property
    def hash(self) -> str:
        """Its statement hash, which decisions cite."""
        return self.statement.hash


def build(
    seed: bytes,
    *,
    case_id: str,
    participant_id: str,
    text_hash: str,
    at: datetime,
    scribe: Mapping[str, str] | None = None,
    previous: Statement | None = None,
) -> dict[str, Any]:
    """The envelope of a consent to a text, signed by the participant or by the scribe {staff_id, means}."""
    payload = {
        "case_id": case_id,
        "participant_id": participant_id,
        "scribe": None if scribe is None else dict(scribe),
        "seq": 1 if previous is None else previous.payload["seq"] + 1,
        "prev": None if previous is None else previous.hash,
        "text_hash": text_hash,
        "at": format_time(at),
    }
    return envelope.make("consent", payload, [seed])


def verify(envelope_: object, head: Head, people: Members) -> Consent:
    """A consent whose signer counts in the head.

    Raises what `envelope.verify` raises, `case-mixed`, `member-unknown`, `consent-mixed`, `consent-scribe-wrong`,
    `consent-not-yet` (dated more than SKEW ahead).
    """
    keys = [staff.sign_pk for staff in head.counting.values()]
    keys += [member.sign_pk for member in people.people if member.sign_pk is not None]
    statement = envelope.verify(envelope_, "consent", envelope.keyring(keys))
    if statement.payload["case_id"] != head.case_id:
        raise ProtocolError("case-mixed")
    _check_signer(statement, head, people)
    if parse_time(statement.payload["at"]) > head.now + SKEW:
        raise ProtocolError("consent-not-yet")
    return Consent(statement)


def _check_signer(statement: Statement, head: Head, people: Members) -> None:
    member = people.get(statement.payload["participant_id"])
    signer, scribe = statement.signers[0], statement.payload["scribe"]
    if scribe is None:
        if member.sign_kid != signer:
            raise ProtocolError("consent-mixed")
        return
    if not member.assisted:
        raise ProtocolError("consent-scribe-wrong")
    if signer not in head.counting or head.counting[signer].staff_id != scribe["staff_id"]:
        raise ProtocolError("consent-scribe-wrong")


def newest(
    envelopes: Sequence[object], head: Head, people: Members, participant_id: str, pinned: Pin | None = None
) -> Consent:
    """The newest consent of a person, from an unbroken run of theirs that contains the pinned one.

    Only the newest needs a signature that counts; it vouches for those before it. Raises what `verify` and
    `chain.check_pin` raise, `consent-missing`, `consent-mixed`, `chain-seq`, `chain-broken`.
    """
    if not envelopes:
        raise ProtocolError("consent-missing")
    statements = [envelope.parse(each, "consent") for each in envelopes]
    chain.check_links(statements)
    if {statement.payload["participant_id"] for statement in statements} != {participant_id}:
        raise ProtocolError("consent-mixed")
    chain.check_pin(statements, pinned)
    return verify(envelopes[-1], head, people)


def check_submission(head: Head, people: Members, envelope_: object, previous: Statement | None) -> Consent:
    """The server's check of a consent that is handed in after `previous`, the newest of this person.

    Raises the head's lapse, what `verify` raises, `chain-seq`, `chain-broken`, `consent-mixed`.
    """
    case_head.check_current(head)
    consent = verify(envelope_, head, people)
    if previous is None:
        if consent.seq != 1:
            raise ProtocolError("chain-seq")
        return consent
    if previous.payload["participant_id"] != consent.participant_id:
        raise ProtocolError("consent-mixed")
    chain.check_next(previous, consent.statement)
    return consent
