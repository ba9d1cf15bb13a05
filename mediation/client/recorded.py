"""What the audit trail holds, verified: a participant's receipts for their own acts, and, for one of its facilitators,
the events of a case.

Nothing is the server's word: each event was opened from an entry under a head that the log's key has signed and that
goes on from the head this client kept; who acted follows from the case's name key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.client import log, trust
from mediation.client.case_file import CaseFile
from mediation.client.errors import ClientError
from mediation.client.signing_in import SignedIn
from mediation.protocol import checkpoint, event, log_proof, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import SALT_SIZE, Event
from mediation.protocol.log_proof import LogProof

NOBODY = ("system", "anyone")
"""Under which names it stands what the server did itself, or somebody who was not signed in."""


@dataclass(frozen=True)
class Receipt:
    """An act of one's own, as the server lists it: `kind` and `at` (a time of the protocol). `index`: its place in the
    log, None until a published head covers it.
    """

    receipt_id: str
    kind: str
    at: str
    index: int | None


def receipts(me: SignedIn) -> list[Receipt]:
    """Every act of this participant's own, newest first. Raises ApiError."""
    page = me.transport.get("/audit/receipts")
    found = list(page["receipts"])
    while page["more"] is not None:
        page = me.transport.get("/audit/receipts", {"before": page["more"]})
        found += page["receipts"]
    return [Receipt(each["receipt_id"], each["kind"], each["at"], each["index"]) for each in found]


def receipt(me: SignedIn, receipt_id: str) -> LogProof:
    """The receipt of one act, verified under the published head that this client follows; `text` is the file to keep.

    Raises ApiError (404, 409 `not-published`), `log-forked`, and what `trust.load`, `log_proof.parse`,
    `log_proof.verify` and `event.opened` raise.
    """
    proof = _receipt(me, receipt_id)
    if proof is None:  # a head was published between the two questions
        proof = _receipt(me, receipt_id)
    if proof is None:
        raise ProtocolError("log-forked")
    return proof


def _receipt(me: SignedIn, receipt_id: str) -> LogProof | None:
    proof = log_proof.parse(me.transport.text(f"/audit/receipts/{receipt_id}"))
    known = trust.load(me)
    opening = proof.extra or b""
    head = log_proof.verify(proof, event.commitment(opening), _log_keys(known))
    event.parse(opening[SALT_SIZE:])
    kept = known.checkpoint
    return None if kept is not None and kept["origin"] == head.origin and kept != head.kept else proof


@dataclass(frozen=True)
class Recorded:
    """An event of a case. `by`: the staff_id or participant_id of who acted, `system` for the server, None for a name
    that is nobody's; `proof`: None before a signed head covers it.
    """

    event_id: str
    event: Event
    by: str | None
    proof: LogProof | None


def of_case(file: CaseFile, *, published: bool = False) -> list[Recorded]:
    """Every event of a case, newest first, under the newest signed head, or the newest that was `published`.

    Raises ApiError, `event-missing` where a number of somebody's is not there, `log-rolled-back`, `log-forked`,
    `bad-proof`, and what `checkpoint.opened` and `event.opened` raise.
    """
    found: list[Recorded] = []
    wanted: dict[str, str | int] = {"published": "true" if published else "false"}
    while True:
        page = file.me.transport.get(f"/cases/{file.case_id}/events", wanted)
        found += _page(file, page)
        if page["more"] is None:
            _check_numbers(found)
            return found
        wanted["before"] = page["more"]


def _page(file: CaseFile, page: Mapping[str, Any]) -> Iterator[Recorded]:
    name_key = unb64(page["name_key"], 32)
    of_case = event.pseudonym(name_key, "case", file.case_id)
    names = {event.pseudonym(name_key, "actor", each): each for each in _everybody(file)}
    heads = {given["log"]: (given["note"], _head(file, given)) for given in page["heads"]}
    for given in page["events"]:
        opening = unb64(given["opening"])
        found = event.parse(opening[SALT_SIZE:])
        if found.case != of_case:
            raise ProtocolError("commitment-mismatch")
        proof = None if given["log"] is None else _proof(given, opening, *heads[given["log"]])
        yield Recorded(given["event_id"], found, names.get(found.actor), proof)


def _everybody(file: CaseFile) -> Iterator[str]:
    """Whoever may have acted in a case."""
    yield from NOBODY
    yield from (each.participant_id for each in file.people.people)
    yield from file.view["left"]
    yield from (each["participant_id"] for each in file.view["invitations"])
    for roster in file.trust.authority.rosters:
        yield from roster.staff


def _head(file: CaseFile, given: Mapping[str, Any]) -> Checkpoint:
    head = checkpoint.opened(given["note"], _log_keys(file.trust))
    log.hold_against_kept(file.me, given["log"], head)
    return head


def _proof(given: Mapping[str, Any], opening: bytes, note: str, head: Checkpoint) -> LogProof:
    hashes = [unb64(each, 32) for each in given["proof"]]
    tree.verify_inclusion(event.commitment(opening), given["index"], head.size, hashes, head.root)
    return LogProof(given["index"], opening, tuple(hashes), note)


def _check_numbers(found: Sequence[Recorded]) -> None:
    numbers: dict[str, set[int]] = {}
    for each in found:
        numbers.setdefault(each.event.actor, set()).add(each.event.n)
    if any(own != set(range(len(own))) for own in numbers.values()) or sum(map(len, numbers.values())) != len(found):
        raise ClientError("event-missing")


def _log_keys(known: trust.Trust) -> list[str]:
    return list(known.authority.agency.newest.payload["log_vkeys"])
