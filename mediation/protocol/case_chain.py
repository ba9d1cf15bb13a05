"""A case's statements follow each other from the first, each signed by those whom the one before required.

What is verified here does not depend on the time: every step against the roster that it names. So a `Chain` can be
kept, and continued from its pin; an expired one can be followed by the next step. Whether it holds today, and whether
it is the chain that the newest roster anchors, is for `case_head`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from mediation.protocol import case_rules, case_signers, chain, envelope, statements
from mediation.protocol.authority import Authority
from mediation.protocol.case_signers import Signed
from mediation.protocol.chain import Pin
from mediation.protocol.encoding import unb64
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError
from mediation.protocol.roster import Roster
from mediation.protocol.statements import digest, many, nullable, record, whole

NONCE_SIZE: Final = 16

_PIN: Final = record(
    {
        "seq": whole(1),
        "hash": digest,
        "roster_seq": whole(1),
        "first_roster": digest,
        "lineage": many(digest, 1),
        "epochs": many(statements.box_key, 1),
        "changes": many(record({"seq": whole(1), "roster_seq": whole(1)}), 1),
        "stand_ins": many(record({"seq": whole(1), "staff_id": statements.identifier})),
        "before": nullable(lambda value, _: cast(None, statements.check("case", value))),
    }
)


@dataclass(frozen=True)
class Chain:
    """A verified chain of case statements.

    `statement` is the newest, `before` the payload of the one before it (None for the first); `lineage` holds every
    hash from the first on, `epochs` every epoch's key in B64 (the first is epoch 1), `changes` the (seq, roster's seq)
    of statements that changed facilitators, approvals or the facilitators' kept list (and of the first), `stand_ins`
    the (seq, staff_id) of steps that an issuer signed in place of somebody.
    """

    statement: Statement
    before: Mapping[str, Any] | None
    roster_seq: int
    first_roster: str
    lineage: tuple[str, ...]
    epochs: tuple[str, ...]
    changes: tuple[tuple[int, int], ...]
    stand_ins: tuple[tuple[int, str], ...]

    @property
    def payload(self) -> dict[str, Any]:
        """The newest payload."""
        return self.statement.payload

    @property
    def case_id(self) -> str:
        """Whose chain it is."""
        return str(self.payload["case_id"])

    @property
    def seq(self) -> int:
        """The number of the newest statement."""
        return int(self.payload["seq"])

    @property
    def hash(self) -> str:
        """The hash of the newest statement."""
        return self.statement.hash

    @property
    def epoch_pks(self) -> tuple[bytes, ...]:
        """Every epoch's key, the first is epoch 1."""
        return tuple(unb64(each) for each in self.epochs)

    def pin(self) -> dict[str, Any]:
        """The document that a client keeps, to continue from here: JSON values only."""
        return {
            "seq": self.seq,
            "hash": self.hash,
            "roster_seq": self.roster_seq,
            "first_roster": self.first_roster,
            "lineage": list(self.lineage),
            "epochs": list(self.epochs),
            "changes": [{"seq": seq, "roster_seq": roster_seq} for seq, roster_seq in self.changes],
            "stand_ins": [{"seq": seq, "staff_id": staff_id} for seq, staff_id in self.stand_ins],
            "before": None if self.before is None else dict(self.before),
        }


def check_pin(document: object) -> dict[str, Any]:
    """The pin document itself, if it is one. Raises `missing-field`, `unknown-field`, `bad-field`."""
    _PIN(document, "")
    return cast(dict[str, Any], document)


def start(envelope_: object, nonce: bytes, authority: Authority) -> Chain:
    """The chain of a first statement, `nonce` being the 16 bytes given beside it.

    Raises what `envelope.verify` and `case_rules.check_first` raise, `roster-unknown`, `bad-length`.
    """
    if len(nonce) != NONCE_SIZE:
        raise ProtocolError("bad-length")
    roster = _roster(envelope_, authority)
    statement = case_signers.first(envelope_, roster)
    case_rules.check_first(statement, nonce, roster)
    return Chain(
        statement=statement,
        before=None,
        roster_seq=roster.seq,
        first_roster=roster.hash,
        lineage=(statement.hash,),
        epochs=(statement.payload["epoch_pk"],),
        changes=((1, roster.seq),),
        stand_ins=(),
    )


def _roster(envelope_: object, authority: Authority) -> Roster:
    return authority.named(envelope.parse(envelope_, "case").payload["roster"])


def extend(chain_: Chain, envelope_: object, authority: Authority) -> Chain:
    """The chain with the next statement. Raises what `check_proposal` raises, `too-few-signatures`."""
    statement, signed = check_proposal(chain_, envelope_, authority)
    case_signers.check_enough(signed)
    roster = authority.named(statement.payload["roster"])
    extended = replace(
        chain_,
        statement=statement,
        before=chain_.payload,
        roster_seq=roster.seq,
        lineage=(*chain_.lineage, statement.hash),
    )
    return _note(extended, roster, signed)


def _note(extended: Chain, roster: Roster, signed: Signed) -> Chain:
    before, after = extended.before or {}, extended.payload
    begins = case_rules.changes_staff(before, after)
    if begins:
        extended = replace(extended, epochs=(*extended.epochs, after["epoch_pk"]))
    if begins or before["kept"] != after["kept"]:
        extended = replace(extended, changes=(*extended.changes, (extended.seq, roster.seq)))
    if signed.stand_in is not None:
        extended = replace(extended, stand_ins=(*extended.stand_ins, (extended.seq, signed.stand_in.staff_id)))
    return extended


def check_proposal(chain_: Chain, envelope_: object, authority: Authority) -> tuple[Statement, Signed]:
    """The next statement and who has signed it so far, every rule kept but the number of signatures.

    Raises what `case_signers.verify` and `case_rules.check_step` raise, `roster-unknown`.
    """
    roster = _roster(envelope_, authority)
    named = authority.agency.named(roster.agency_hash)
    statement, signed = case_signers.verify(chain_.payload, envelope_, named, roster)
    case_rules.check_step(
        chain_.statement, statement, roster=roster, roster_seq=chain_.roster_seq, epochs=chain_.epochs
    )
    return statement, signed


def follow(
    envelopes: Sequence[object],
    authority: Authority,
    *,
    nonce: bytes | None = None,
    pinned: Mapping[str, Any] | None = None,
    case_id: str | None = None,
) -> Chain:
    """The chain of an unbroken run of envelopes, oldest first.

    The run starts with the first statement (`nonce` is needed then) or with the pinned one, and contains the pinned
    one. Raises what `start` and `extend` raise, `chain-empty`, `nonce-missing`, `chain-rolled-back`,
    `chain-misses-pin`, `chain-forked`, `case-mixed` (not the case asked for).
    """
    if not envelopes:
        raise ProtocolError("chain-empty")
    chain_ = _begin(envelopes[0], authority, nonce, pinned)
    for each in envelopes[1:]:
        chain_ = extend(chain_, each, authority)
    if pinned is not None:
        _check_contains(chain_, pinned)
    if case_id is not None and chain_.case_id != case_id:
        raise ProtocolError("case-mixed")
    return chain_


def _begin(envelope_: object, authority: Authority, nonce: bytes | None, pinned: Mapping[str, Any] | None) -> Chain:
    claimed = envelope.parse(envelope_, "case")
    if pinned is not None and claimed.payload["seq"] >= pinned["seq"]:
        chain.check_pin([claimed], Pin(pinned["seq"], pinned["hash"]))
        return _resume(claimed, pinned)
    if nonce is None:
        raise ProtocolError("nonce-missing")
    return start(envelope_, nonce, authority)


def _resume(statement: Statement, pinned: Mapping[str, Any]) -> Chain:
    """The chain as it was when it was pinned; the statement's hash is the pin's, so its content was verified then."""
    return Chain(
        statement=statement,
        before=pinned["before"],
        roster_seq=pinned["roster_seq"],
        first_roster=pinned["first_roster"],
        lineage=tuple(pinned["lineage"]),
        epochs=tuple(pinned["epochs"]),
        changes=tuple((each["seq"], each["roster_seq"]) for each in pinned["changes"]),
        stand_ins=tuple((each["seq"], each["staff_id"]) for each in pinned["stand_ins"]),
    )


def _check_contains(chain_: Chain, pinned: Mapping[str, Any]) -> None:
    if chain_.seq < pinned["seq"]:
        raise ProtocolError("chain-rolled-back")
    if chain_.lineage[pinned["seq"] - 1] != pinned["hash"]:
        raise ProtocolError("chain-forked")
