"""Consent: a signature under the exact words that were shown or read aloud, each one following the one before."""

from collections.abc import Mapping, Sequence
from typing import Any

from mediation.client.signing_in import SignedIn
from mediation.protocol import case_head, consent, envelope
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import b64
from mediation.protocol.members import Members
from mediation.protocol.primitives import hash32


def text_hash(text: str) -> str:
    """What a consent says of its text: B64(H(UTF-8))."""
    return b64(hash32(text.encode("utf-8")))


def person(given: object) -> str:
    """Whose consent an envelope claims to be."""
    return str(envelope.parse(given, "consent").payload["participant_id"])


def give(
    me: SignedIn,
    head: Head,
    people: Members,
    participant_id: str,
    text: str,
    given: Sequence[object],
    scribe: Mapping[str, str] | None = None,
) -> Any:
    """Sign and hand in a consent after the ones `given` before (oldest first); the person's standing then.

    `scribe` is {staff_id, means} where a facilitator writes it down. Raises ApiError, the head's lapse, and what
    `consent.verify` raises.
    """
    case_head.check_current(head)
    signed = consent.build(
        me.keys.sign_seed,
        case_id=head.case_id,
        participant_id=participant_id,
        text_hash=text_hash(text),
        at=head.now,
        scribe=scribe,
        previous=envelope.parse(given[-1], "consent") if given else None,
    )
    consent.verify(signed, head, people)
    return me.transport.post("/consents", {"consent": signed})
