"""An invitation carries the whole chain of trust to the person invited, under a secret that the server never sees.

Whoever holds the printed code can tell that nothing was swapped; whoever made the invitation can tell that the answer
comes from the holder of the code (`joining`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mediation.protocol import agency, authority, case_chain, case_signers, envelope, primitives
from mediation.protocol.authority import Authority
from mediation.protocol.case_chain import NONCE_SIZE, Chain
from mediation.protocol.encoding import SKEW, b64, canonical, format_time, pae, parse_canonical, parse_time, unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.invitation_secret import InviteSecrets, secrets
from mediation.protocol.primitives import KEY_SIZE, equal, mac

LONGEST: Final = timedelta(days=7)
_PARTS: Final = 5


@dataclass(frozen=True)
class Invitation:
    """An invitation that the person invited has opened and verified; `chain` is None for staff. Its root key is to
    be pinned; newer statements are fetched and chained to these."""

    invite: Statement
    authority: Authority
    chain: Chain | None
    secrets: InviteSecrets

    @property
    def root_pk(self) -> bytes:
        """The agency's root key."""
        return self.authority.agency.root_pk


def build(
    signer_seed: bytes,
    *,
    agency_id: str,
    case_id: str | None,
    participant_id: str,
    key_com: str,
    expires_at: datetime,
    side: str | None = None,
    role: str | None = None,
    assisted: bool = False,
) -> dict[str, Any]:
    """The envelope of an invite: to a case by a facilitator; to the staff by an issuer (case, side and role None)."""
    payload = {
        "agency_id": agency_id,
        "case_id": case_id,
        "participant_id": participant_id,
        "side": side,
        "role": role,
        "assisted": assisted,
        "key_com": key_com,
        "expires_at": format_time(expires_at),
    }
    return envelope.make("invite", payload, [signer_seed])


def close(
    agency_envelopes: Sequence[object],
    roster_envelopes: Sequence[object],
    case_envelopes: Sequence[object],
    nonce: bytes | None,
    invite: object,
    k: bytes,
) -> tuple[bytes, bytes]:
    """What the server keeps under invite_id: the RFC 8785 array of five, and its MAC under k (32 bytes)."""
    parts = [
        list(agency_envelopes),
        list(roster_envelopes),
        list(case_envelopes),
        None if nonce is None else b64(nonce),
        invite,
    ]
    blob = canonical(parts)
    return blob, mac(k, pae("mediation/v1/invite", blob))


def open_(blob: bytes, mac_: bytes, secret: bytes, now: datetime) -> Invitation:
    """The joiner's checks: MAC first, then the whole chain, then the invite itself. `secret` is S (16 bytes).

    Raises `invite-mac-wrong`, `not-canonical`, `bad-field`, what `authority.verify`, `case_chain.follow` and
    `check_invite` raise, `invite-key-wrong`, `invite-case-wrong`. The expiry of roster and case is not looked at.
    """
    own = secrets(secret)
    if not equal(mac(own.k, pae("mediation/v1/invite", blob)), mac_):
        raise ProtocolError("invite-mac-wrong")
    agencies, rosters, cases, nonce, invite = _parts(blob)
    root_pk = unb64(envelope.parse(agencies[0], "agency").payload["root_pk"])
    authority_ = authority.verify(agencies, rosters, root_pk, now)
    chain = None if nonce is None else case_chain.follow(cases, authority_, nonce=nonce)
    statement = verify_staff(invite, authority_, now) if chain is None else verify(invite, chain, authority_, now)
    check_secret(statement, own)
    return Invitation(statement, authority_, chain, own)


def _parts(blob: bytes) -> tuple[list[object], list[object], list[object], bytes | None, object]:
    parts = parse_canonical(blob)
    if not isinstance(parts, list) or len(parts) != _PARTS or not all(isinstance(each, list) for each in parts[:3]):
        raise ProtocolError("bad-field")
    agencies, rosters, cases, nonce, invite = parts
    if not agencies or bool(cases) != (nonce is not None):
        raise ProtocolError("bad-field")
    return agencies, rosters, cases, None if nonce is None else unb64(nonce, NONCE_SIZE), invite


def check_secret(invite: Statement, own: InviteSecrets) -> None:
    """Raise `invite-key-wrong` unless the invite commits to the key that follows from the secret."""
    if invite.payload["key_com"] != own.key_com:
        raise ProtocolError("invite-key-wrong")


def verify(envelope_: object, chain: Chain, authority_: Authority, now: datetime) -> Statement:
    """An invite to this case, signed by a facilitator of its newest statement.

    Raises what `envelope.verify` raises, `agency-mixed`, `invite-case-wrong`, `invite-expired`, `invite-too-long`.
    """
    facilitators = case_signers.counting(chain.payload, authority_.roster)
    keys = {kid: staff.sign_pk for kid, staff in facilitators.items()}
    statement = envelope.verify(envelope_, "invite", keys)
    if statement.payload["case_id"] != chain.case_id:
        raise ProtocolError("invite-case-wrong")
    return _check(statement, authority_, now)


def verify_staff(envelope_: object, authority_: Authority, now: datetime) -> Statement:
    """An invite to the staff, signed by an issuer of the newest agency statement who is in date.

    Raises what `verify` raises, `issuer-not-in-date`.
    """
    newest = authority_.agency.newest
    keys = {kid: issuer.public_key for kid, issuer in agency.issuers(newest).items()}
    statement = envelope.verify(envelope_, "invite", keys)
    agency.issuer_on_day(newest, statement.signers[0], now.date())
    if statement.payload["case_id"] is not None:
        raise ProtocolError("invite-case-wrong")
    return _check(statement, authority_, now)


def _check(statement: Statement, authority_: Authority, now: datetime) -> Statement:
    if statement.payload["agency_id"] != authority_.agency.agency_id:
        raise ProtocolError("agency-mixed")
    expires_at = parse_time(statement.payload["expires_at"])
    if expires_at < now - SKEW:
        raise ProtocolError("invite-expired")
    if expires_at > now + LONGEST + SKEW:
        raise ProtocolError("invite-too-long")
    return statement


def keep(ik: bytes, epoch_pk: bytes, case_id: str, invite_id: str) -> bytes:
    """IK sealed to the epoch key, so that every facilitator of the case can check the answer."""
    return primitives.seal(epoch_pk, _kept(ik, case_id, invite_id))


def recover(blob: bytes, epoch_secrets: Mapping[str, bytes], case_id: str, invite_id: str) -> bytes:
    """IK from what was kept, by the epoch's secret that opens it. Raises `cannot-open`, `invite-secret-misplaced`."""
    for secret in epoch_secrets.values():
        try:
            opened = primitives.open_seal(secret, blob)
        except ProtocolError:
            continue
        if not equal(opened, _kept(opened[-KEY_SIZE:], case_id, invite_id)):
            raise ProtocolError("invite-secret-misplaced")
        return opened[-KEY_SIZE:]
    raise ProtocolError("cannot-open")


def _kept(ik: bytes, case_id: str, invite_id: str) -> bytes:
    return pae("mediation/v1/invite-kept", f"{case_id}.{invite_id}.".encode("ascii") + ik)
