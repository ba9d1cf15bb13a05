"""A witness of C2SP `tlog-witness` signs a log's head only if the log still begins with what it signed last.

Pure: whoever calls keeps `Answer.head` before answering, in the same transaction in which `latest` was read; otherwise
two requests at once could make the witness forget the larger head.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mediation.protocol import checkpoint, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from mediation.protocol.notes import VerifierKey

PATH: Final = "/add-checkpoint"
MOST_HASHES: Final = 63
MOST_BYTES: Final = notes.MOST_BYTES + 4096
"""Of a request; an answer is shorter."""
TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"


@dataclass(frozen=True)
class Request:
    """The body of `add-checkpoint`: the size that the witness is thought to have seen, the consistency proof from it
    (32 bytes each), and the signed note.
    """

    old: int
    proof: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The body."""
        return "\n".join([f"old {self.old}", *map(notes.encode, self.proof), "", self.note])


@dataclass(frozen=True)
class Witness:
    """A witness: its name and Ed25519 seed, and the verifier keys (texts) of each log that it watches, by origin."""

    name: str
    seed: bytes
    logs: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """What to answer; a refusal's body is one line, `code: sentence`. `head` is what must be kept first; None unless
    the status is 200.
    """

    status: int
    body: str = ""
    content_type: str = TEXT
    head: Checkpoint | None = None


def parse(body: str) -> Request:
    """Read a request; the note is not looked at. Raises `bad-witness-request`."""
    head, gap, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    if not gap or not first.startswith("old "):
        raise ProtocolError("bad-witness-request")
    old = notes.decimal(first.removeprefix("old "), "bad-witness-request")
    return Request(old, notes.hashes(lines, MOST_HASHES, "bad-witness-request"), note)


def decide(body: str, witness: Witness, latest: Callable[[str], Checkpoint | None], seconds: int) -> Answer:
    """The answer to `add-checkpoint`. `latest`: the head that was cosigned last for an origin, None for none;
    `seconds`: now, since 1970.
    """
    try:
        request = parse(body)
        head = checkpoint.parse(notes.parse(request.note).text)
    except ProtocolError as error:
        return refusal(400, error.code, error.sentence)
    if head.origin not in witness.logs:
        return refusal(404, "log-unknown", "This witness does not watch this log.")
    try:
        checkpoint.opened(request.note, witness.logs[head.origin])
    except ProtocolError as error:
        return refusal(403, error.code, error.sentence)
    return _judge(request, head, latest(head.origin), witness, seconds)


def _judge(request: Request, head: Checkpoint, last: Checkpoint | None, witness: Witness, seconds: int) -> Answer:
    if request.old > head.size:
        return refusal(400, "bad-witness-request", "The old size is larger than that of the head.")
    known = last or Checkpoint(head.origin, 0, tree.root([]))
    if request.old != known.size:
        return Answer(409, f"{known.size}\n", SIZE)
    try:
        tree.verify_consistency(known.size, known.root, head.size, head.root, request.proof)
    except ProtocolError as error:
        return refusal(422, error.code, error.sentence)
    return Answer(200, notes.cosign(head.text, witness.name, witness.seed, seconds).line, head=head)


def refusal(status: int, code: str, sentence: str) -> Answer:
    """An answer that says why not: `code` is stable."""
    return Answer(status, f"{code}: {sentence}\n")


def size_named(body: bytes) -> int:
    """The size in a witness's 409. Raises `bad-witness-answer`."""
    text = body.decode("ascii", "replace")
    if not text.endswith("\n"):
        raise ProtocolError("bad-witness-answer")
    return notes.decimal(text[:-1], "bad-witness-answer")


def cosignatures(note: str, body: bytes, key: VerifierKey) -> str:
    """The lines of this witness in its answer, verified, to be put at the end of the note; those of unknown keys are
    passed over. Raises `bad-witness-answer`, `note-unsigned`, `note-signature-wrong`.
    """
    text = notes.parse(note).text
    try:
        read = notes.parse(f"{text}\n{body.decode('utf-8')}")
    except (ProtocolError, UnicodeDecodeError):
        raise ProtocolError("bad-witness-answer") from None
    if read.text != text:
        raise ProtocolError("bad-witness-answer")
    notes.verified(read, [key])
    return "".join(dict.fromkeys(each.line for each in read.signatures if notes.named(each, key)))
