"""A witness answers each request as tlog-witness says, and never signs two heads that contradict each other."""

import re

import pytest

from mediation.protocol import checkpoint, notes, tiles, tree, witnessing
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.witnessing import Answer, Request, Witness
from tests.protocol.logs import ORIGIN, OTHER_SEED, SEED, Tiled, entries_of
from tests.protocol.refusals import refused

NOW = 1_790_000_000
LOG = Tiled()
LOG.grow(entries_of(20))
WITNESS = Witness("witness.example/w1", OTHER_SEED, {ORIGIN: [notes.verifier_key(ORIGIN, SEED).text]})


def head(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tiles.root(size, LOG.read))


def asked(old: int, new: Checkpoint, last: Checkpoint | None, proof: list[bytes] | None = None) -> Answer:
    found = tiles.consistency_proof(old, new.size, LOG.read) if proof is None else proof
    return decided(Request(old, tuple(found), checkpoint.issue(new, [SEED])).text, last)


def decided(body: str, last: Checkpoint | None = None) -> Answer:
    return witnessing.decide(body, WITNESS, lambda origin: last if origin == ORIGIN else None, NOW)


def told(answer: Answer) -> tuple[int, str]:
    """The status of a refusal, and its code, which a plain sentence follows on the same line."""
    found = re.fullmatch(r"([a-z-]+): [A-Z].+\.\n", answer.body)
    assert found is not None and (answer.head, answer.content_type) == (None, "text/plain; charset=utf-8")
    return answer.status, found[1]


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 7), (3, 3), (3, 7), (4, 20), (19, 20)])
def test_a_head_that_follows_is_cosigned(old: int, new: int) -> None:
    answer = asked(old, head(new), head(old) if old else None)
    assert (answer.status, answer.head) == (200, head(new))
    key = notes.verifier_key(WITNESS.name, OTHER_SEED, notes.COSIGNATURE).text
    note = checkpoint.issue(head(new), [SEED]) + answer.body
    assert checkpoint.opened(note, WITNESS.logs[ORIGIN], [key], 1) == head(new)
    assert f"\ntime {NOW}\n".encode() in notes.cosigned(head(new).text, notes.parse(note).signatures[1].signature[:8])


@pytest.mark.parametrize(("old", "last"), [(0, 3), (3, None), (3, 4), (4, 3), (0, 20)])
def test_another_old_size_is_a_conflict_that_names_the_known_one(old: int, last: int | None) -> None:
    answer = asked(old, head(7), head(last) if last else None)
    assert answer == Answer(409, f"{last or 0}\n", "text/x.tlog.size")


def test_a_head_that_contradicts_the_last_one_is_not_cosigned() -> None:
    forked = Checkpoint(ORIGIN, 3, tree.root([b"other"] * 3))
    empty = Checkpoint(ORIGIN, 0, bytes(32))
    proof = tiles.consistency_proof(3, 7, LOG.read)
    for answer in (
        asked(3, head(7), forked, proof),
        asked(3, head(7), head(3), proof[:-1]),
        asked(3, head(7), head(3), [*proof, proof[0]]),
        asked(3, head(7), head(3), []),
        asked(0, head(7), None, proof),
        asked(3, forked, head(3), []),
        asked(3, head(3), head(3), [bytes(32)]),
        asked(0, empty, None, []),
    ):
        assert told(answer) == (422, "bad-proof")


def test_a_smaller_head_is_a_bad_request() -> None:
    for last in (head(7), None):
        answer = asked(7, head(3), last, [])
        assert told(answer) == (400, "bad-witness-request")
        assert answer.body == "bad-witness-request: The old size is larger than that of the head.\n"


def test_a_log_that_is_not_watched_is_not_found() -> None:
    other = Checkpoint("other.example", 1, bytes(32))
    assert asked(0, other, None, []) == Answer(404, "log-unknown: This witness does not watch this log.\n")


def test_a_head_without_a_good_signature_is_forbidden() -> None:
    for seeds in ([OTHER_SEED], []):
        lines = [notes.sign(head(7).text, ORIGIN, seed) for seed in seeds]
        note = notes.issue(head(7).text, lines or [notes.Signature(ORIGIN, bytes(4), bytes(64))])
        assert told(decided(Request(0, (), note).text)) == (403, "note-unsigned")
    wrong = notes.Signature(ORIGIN, notes.verifier_key(ORIGIN, SEED).id, bytes(64))
    good = notes.sign(head(7).text, ORIGIN, SEED)
    assert told(decided(Request(0, (), notes.issue(head(7).text, [wrong])).text)) == (403, "note-signature-wrong")
    assert told(decided(Request(0, (), notes.issue(head(7).text, [good, wrong])).text)) == (403, "note-signature-wrong")


NOTE = checkpoint.issue(head(7), [SEED])
MALFORMED = [
    *(
        "",
        "old 0",
        "old 0\n",
        "old 0\n\n",
        f"0\n\n{NOTE}",
        f"old  0\n\n{NOTE}",
        f"old 00\n\n{NOTE}",
        f"old -1\n\n{NOTE}",
    ),
    *(f"old\n\n{NOTE}", f"old {2**53}\n\n{NOTE}", f"\nold 0\n\n{NOTE}", f"old 0\r\n\r\n{NOTE}", f"old 0\n{NOTE}"),
    *(f"old 3\nAAAA\n\n{NOTE}", f"old 3\nno\n\n{NOTE}", f"old 3\n{'A' * 43}\n\n{NOTE}", f"old 0\n\n\n{NOTE}"),
    Request(3, (bytes(32),) * 64, NOTE).text,
]


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_in_another_form_is_a_bad_request(body: str) -> None:
    status, code = told(decided(body))
    assert status == 400 and code in ("bad-witness-request", "bad-note", "bad-checkpoint")


@pytest.mark.parametrize("body", [*MALFORMED[:2], *MALFORMED[4:-2], MALFORMED[-1]])
def test_a_body_in_another_form_is_not_read(body: str) -> None:
    with refused("bad-witness-request"):
        witnessing.parse(body)


def test_a_body_with_63_hashes_is_read() -> None:
    request = Request(3, (bytes(32),) * 63, NOTE)
    assert witnessing.parse(request.text) == request


KEY = notes.verifier_key(WITNESS.name, OTHER_SEED, notes.COSIGNATURE)
LINE = notes.cosign(head(7).text, KEY.name, OTHER_SEED, NOW).line
ALIEN = notes.sign(head(7).text, "elsewhere", SEED).line


def test_only_the_witness_own_lines_are_taken() -> None:
    assert witnessing.cosignatures(NOTE, (ALIEN + LINE + LINE).encode(), KEY) == LINE


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *((each, "bad-witness-answer") for each in (b"", b"signed\n", b"\xff\n", b"\n" + LINE.encode())),
        (ALIEN.encode(), "note-unsigned"),
        (notes.cosign(head(7).text, KEY.name, SEED, NOW).line.encode(), "note-unsigned"),
        (notes.cosign(head(3).text, KEY.name, OTHER_SEED, NOW).line.encode(), "note-signature-wrong"),
    ],
)
def test_an_answer_that_is_not_believed(body: bytes, code: str) -> None:
    with refused(code):
        witnessing.cosignatures(NOTE, body, KEY)


def test_the_size_of_a_conflict() -> None:
    assert witnessing.size_named(b"4\n") == 4
    for body in (b"", b"4", b"44", b"04\n", b"4\n\n", b"-4\n", b"9999999999999999\n", "４\n".encode()):
        with refused("bad-witness-answer"):
            witnessing.size_named(body)
