"""The audit log as this person follows it: the last published head that was verified, never one that contradicts it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mediation.client.signing_in import SignedIn
from mediation.protocol import checkpoint, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.errors import ProtocolError


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
    check_follows(kept, head, [unb64(each) for each in answer["proof"]])
    found = {"origin": head.origin, "size": head.size, "root": b64(head.root)}
    me.pins.keep(lambda value: {**value, "checkpoint": found})
    return found


def check_follows(kept: Mapping[str, Any] | None, head: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise unless `head` may take the place of the {origin, size, root} that was kept: the same, or a later one that
    begins with it. A log of another origin follows none: whoever holds the root key has named its key on purpose.
    """
    if kept is None or kept["origin"] != head.origin:
        return
    if head.size < kept["size"]:
        raise ProtocolError("log-rolled-back")
    try:
        tree.verify_consistency(kept["size"], unb64(kept["root"], 32), head.size, head.root, proof)
    except ProtocolError as error:
        raise ProtocolError("log-forked") from error
