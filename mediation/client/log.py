"""The audit log as this person follows it: the last published head that was verified, never one that contradicts it."""

from collections.abc import Sequence
from typing import Any

from mediation.client.signing_in import SignedIn
from mediation.protocol import checkpoint
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError


def hold_against_kept(me: SignedIn, number: int, head: Checkpoint) -> None:
    """Raise unless a verified head of the log `number`, published or not, goes on from the one that was kept.

    Raises ApiError, `log-rolled-back`, `log-forked`.
    """
    kept = me.pins.value["checkpoint"]
    proof: Sequence[str] = ()
    if kept is not None and kept["origin"] == head.origin and kept["size"] < head.size:
        asked = {"log": number, "first": kept["size"], "size": head.size}
        proof = me.transport.get("/audit/consistency", asked)["proof"]
    checkpoint.follows(kept, head, [unb64(each) for each in proof])


def follow(me: SignedIn, log_keys: Sequence[str]) -> dict[str, Any] | None:
    """The newest published head {origin, size, root}, verified and pinned; None before the first.

    `log_keys`: those that the agency's newest statement names. Raises ApiError, `log-rolled-back`, `log-forked`, and
    what `checkpoint.opened` raises.
    """
    kept = me.pins.value["checkpoint"]
    answer = me.transport.get("/audit/published", {"size": kept["size"] if kept else 0})
    if answer["note"] is None:
        if kept is not None:
            raise ProtocolError("log-rolled-back")
        return None
    head = checkpoint.opened(answer["note"], log_keys)
    checkpoint.follows(kept, head, [unb64(each) for each in answer["proof"]])
    me.pins.keep(lambda value: {**value, "checkpoint": head.kept})
    return head.kept
