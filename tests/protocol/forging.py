"""What a dishonest party can make: real statements with other contents, signed by keys that the forger has."""

from typing import Any

from mediation.protocol import envelope
from mediation.protocol.envelope import Statement
from tests.protocol.world import Envelope, Person


def read(signed: object, type_: str) -> Statement:
    """A statement, whoever signed it."""
    return envelope.parse(signed, type_)


def forged(signed: object, type_: str, *signers: Person, **changes: Any) -> Envelope:
    """The statement with other fields, signed by these people."""
    payload = {**read(signed, type_).payload, **changes}
    return envelope.make(type_, payload, [each.sign_seed for each in signers])


def resigned(signed: object, type_: str, *signers: Person) -> Envelope:
    """The same statement, signed by other people."""
    return forged(signed, type_, *signers)


def also_signed(signed: object, type_: str, *signers: Person) -> Envelope:
    """The same statement with more signatures."""
    result = read(signed, type_).envelope
    for each in signers:
        result = envelope.add_signature(result, type_, each.sign_seed)
    return result
