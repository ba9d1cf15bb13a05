"""Signed notes, checkpoints and cosignatures: the examples of C2SP verify, and nothing that is a byte away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.protocol import checkpoint, notes
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError
from tests.protocol.logs import ORIGIN, OTHER_SEED, SEED, flipped
from tests.protocol.refusals import refused

FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
HEAD = Checkpoint(ORIGIN, 3, bytes(32))
LOG = notes.verifier_key(ORIGIN, SEED).text
WITNESSES = [notes.verifier_key(f"w{i}.example", bytes([i]) * 32, notes.COSIGNATURE).text for i in range(3)]


def witnessed(*which: int) -> str:
    cosigned = [notes.cosign(HEAD.text, f"w{i}.example", bytes([i]) * 32, 1_679_315_147).line for i in which]
    return checkpoint.issue(HEAD, [SEED]) + "".join(cosigned)


def test_the_example_of_signed_note_verifies() -> None:
    key = notes.parse_key(FOO)
    assert notes.verified(notes.parse(NOTE), [key]) == [key]
    assert (key.name, key.id.hex(), key.text) == ("example.com/foo", "530d903a", FOO)


def test_every_bit_of_a_note_counts() -> None:
    key = notes.parse_key(FOO)
    for data in flipped(NOTE.encode()):
        text = data.decode("utf-8", "surrogateescape")
        try:
            read = notes.parse(text)
        except ProtocolError as error:
            assert error.code == "bad-note"
        else:
            with pytest.raises(ProtocolError, match=r"note-unsigned|note-signature-wrong"):
                notes.verified(read, [key])


@pytest.mark.parametrize(
    "text",
    [
        *("", FOO + "=", FOO[:-1], FOO.replace("530d", "530D"), FOO.replace("530d", "530e"), FOO.replace("+A", "+B")),
        *("+530d903a+Aeky", "a b" + FOO, "a+" + FOO, FOO + "\n", " " + FOO, FOO.replace("example", "exomple")),
        "example.com/foo+530d903a+",
        "\ud800" + FOO,
        notes.VerifierKey("a", 2, bytes(32)).text,
        notes.VerifierKey("a", 1, bytes(31)).text,
        notes.VerifierKey("a", 4, bytes(33)).text,
    ],
)
def test_a_verifier_key_in_another_form_is_refused(text: str) -> None:
    with refused("bad-verifier-key"):
        notes.parse_key(text)


@pytest.mark.parametrize(
    "note",
    [
        *("", "\n", "\n\n", "text\n", "text\n\n", NOTE[:-1], NOTE + "\n", NOTE + "more\n", NOTE.replace("\n\n", "\n")),
        *(NOTE.replace("— ", "- "), NOTE.replace("— ", "—"), NOTE.replace("foo U", "foo  U"), NOTE.replace("M=", "M")),
        *(
            NOTE.replace("M=", "N="),
            NOTE.replace("foo", "f+o"),
            NOTE.replace("foo", "f\u00a0o"),
            NOTE.replace("Uw", "é"),
        ),
        *(NOTE.replace("\n", "\r\n"), NOTE.replace("This", "T\this"), NOTE.replace("This", "T\0his")),
        *(
            NOTE.replace("This", "\ud800"),
            NOTE[NOTE.index("\n\n") :],
            "a\n\n— b AAAA\n",
            "a\n\n— b \n",
            "a\n\n—  AAAAAAA=\n",
        ),
        "a\n\n" + "— b AAAAAAA=\n" * (notes.MOST_SIGNATURES + 1),
        "a" * notes.MOST_BYTES + NOTE,
    ],
)
def test_a_note_in_another_form_is_refused(note: str) -> None:
    with refused("bad-note"):
        notes.parse(note)


def test_a_note_holds_many_signatures_and_empty_lines() -> None:
    read = notes.parse("a\n\nb\n\n" + "— b AAAAAAA=\n" * notes.MOST_SIGNATURES)
    assert (read.text, len(read.signatures)) == ("a\n\nb\n", notes.MOST_SIGNATURES)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_read_again(text: str, seed: bytes) -> None:
    signed = notes.sign(f"{text}x\n", "log.example", seed)
    read = notes.parse(notes.issue(f"{text}x\n", [signed]))
    assert read == notes.Note(f"{text}x\n", (signed,))
    key = notes.verifier_key("log.example", seed)
    assert notes.verified(read, [key]) == [key]
    assert notes.parse_key(key.text) == key


@pytest.mark.parametrize("text", ["", "a", "a\tb\n", "a\0\n", "\ud800\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with refused("bad-note"):
        notes.sign(text, "a", SEED)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\0", "\ud800", "a" * 256])
def test_a_name_that_no_note_can_hold_signs_nothing(name: str) -> None:
    with refused("bad-note"):
        notes.verifier_key(name, SEED)


def test_a_line_of_a_key_with_another_name_or_id_is_passed_over() -> None:
    other = [notes.verifier_key("other", SEED), notes.verifier_key(ORIGIN, OTHER_SEED)]
    note = notes.parse(checkpoint.issue(HEAD, [SEED, OTHER_SEED]))
    assert notes.verified(note, [*other]) == [other[1]]
    with refused("note-unsigned"):
        notes.verified(note, [other[0]])
    with refused("note-unsigned"):
        notes.verified(note, [])


def test_a_wrong_line_spoils_a_note_that_is_signed_as_well() -> None:
    wrong = notes.Signature(ORIGIN, notes.verifier_key(ORIGIN, OTHER_SEED).id, bytes(64))
    with refused("note-signature-wrong"):
        checkpoint.opened(
            checkpoint.issue(HEAD, [SEED]) + wrong.line, [LOG, notes.verifier_key(ORIGIN, OTHER_SEED).text]
        )


@pytest.mark.parametrize("data", [HEAD.text.replace("3", "03"), HEAD.text.replace("3", "-3"), HEAD.text + "more\n"])
def test_a_signed_text_that_is_no_checkpoint_of_ours_is_refused(data: str) -> None:
    with refused("bad-checkpoint"):
        checkpoint.opened(notes.issue(data, [notes.sign(data, ORIGIN, SEED)]), [LOG])


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n\n\n", "a\n1\n", f"a\n1\n{'A' * 43}=", f"\n1\n{'A' * 43}=\n", f"a\n{2**53}\n{'A' * 43}=\n"),
        *(
            f"a\n1\n{'A' * 43}\n",
            f"a\n1\n{'A' * 42}B=\n",
            f"a\n1\n{'A' * 44}\n",
            f"a\n1\n{'A' * 40}\n",
            f"a\n\n{'A' * 43}=\n",
        ),
        *(
            f"a\n٣\n{'A' * 43}=\n",
            f"a\n+1\n{'A' * 43}=\n",
            f"a\n1 \n{'A' * 43}=\n",
            f"a\n1\n{'é' * 43}=\n",
            f"a\n1\n\n{'A' * 43}=\n",
        ),
    ],
)
def test_three_lines_in_another_form_are_no_checkpoint(text: str) -> None:
    with refused("bad-checkpoint"):
        checkpoint.parse(text)


@pytest.mark.parametrize(
    "head", [Checkpoint(ORIGIN, -1, bytes(32)), Checkpoint(ORIGIN, 1, b""), Checkpoint("a\nb", 1, bytes(32))]
)
def test_what_is_no_checkpoint_is_not_issued(head: Checkpoint) -> None:
    with refused("bad-checkpoint"):
        checkpoint.issue(head, [SEED])


def test_a_checkpoint_counts_with_the_logs_own_key_under_its_origin() -> None:
    note = checkpoint.issue(HEAD, [SEED])
    assert checkpoint.opened(note, [LOG]) == HEAD
    for keys in ([], [notes.verifier_key("other", SEED).text], [notes.verifier_key(ORIGIN, SEED, 4).text]):
        with refused("note-unsigned"):
            checkpoint.opened(note, keys)
    other = notes.issue(HEAD.text, [notes.sign(HEAD.text, "other", SEED)])
    with refused("note-unsigned"):
        checkpoint.opened(other, [notes.verifier_key("other", SEED).text])


@pytest.mark.parametrize(("which", "counted"), [((), 0), ((0,), 1), ((0, 0), 1), ((0, 2), 2), ((0, 1, 2), 3)])
def test_a_quorum_counts_each_witness_once(which: tuple[int, ...], counted: int) -> None:
    assert checkpoint.opened(witnessed(*which), [LOG], [*WITNESSES, WITNESSES[0]], counted) == HEAD
    with refused("witnesses-too-few"):
        checkpoint.opened(witnessed(*which), [LOG], [*WITNESSES, WITNESSES[0]], counted + 1)


def test_one_key_under_two_names_is_one_witness() -> None:
    twins = [notes.verifier_key(name, SEED, notes.COSIGNATURE).text for name in ("a", "b")]
    lines = [notes.cosign(HEAD.text, name, SEED, 1).line for name in ("a", "b")]
    with refused("witnesses-too-few"):
        checkpoint.opened(checkpoint.issue(HEAD, [SEED]) + "".join(lines), [LOG], twins, 2)


def test_a_log_does_not_witness_itself() -> None:
    with refused("witnesses-too-few"):
        checkpoint.opened(checkpoint.issue(HEAD, [SEED]), [LOG], [LOG], 1)


@pytest.mark.parametrize("seconds", [0, 2**63])
def test_a_cosignature_has_a_time(seconds: int) -> None:
    with refused("note-signature-wrong"):
        notes.cosign(HEAD.text, "w", SEED, seconds)


def test_every_bit_of_a_cosignature_counts() -> None:
    line = notes.cosign(HEAD.text, "w0.example", bytes(32), 1_679_315_147)
    note = checkpoint.issue(HEAD, [SEED])
    for bad in (*flipped(line.signature), line.signature[:7], line.signature[:-1], line.signature + b"\0"):
        with refused("note-signature-wrong"):
            checkpoint.opened(note + notes.Signature(line.name, line.key_id, bad).line, [LOG], WITNESSES, 1)
