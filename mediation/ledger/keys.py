"""The audit log's verifier key, as an agency statement names it."""

from mediation.protocol import notes


def verifier_key(name: str, seed: bytes) -> str:
    """The verifier key (C2SP signed-note) of the log `name` (its origin line) with this Ed25519 seed. Raises
    `bad-note` for a name that no note can hold.
    """
    return notes.verifier_key(name, seed).text
