"""Vectors of messages opened: by facilitators, by whom they were privately written to, by their writers."""

from typing import Any, Final

from mediation.protocol import message, note, primitives
from mediation.protocol.encoding import b64, canonical
from mediation.protocol.message import Sealed
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32, kid
from tests.protocol.correspondence import reseal
from tests.protocol.forging import forged, resigned
from tests.protocol.world import Person
from tests.vectors import two_keys
from tests.vectors.builder import Vector, identifier, refuse, seed, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Messages opened: nothing opens but what was signed, under the key that was committed to."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("opening"):
        setting = Setting()
        return [*_reviews(setting), *_plaintexts(setting), *_privates(setting), *_two_keys()]


def _reviews(setting: Setting) -> list[Vector]:
    letter = setting.letter
    payload, key, epoch_pk = letter.statement.payload, letter.key, setting.case.head().epoch_pk
    ids = payload["case_id"], payload["message_id"]

    def wrapped(blob: bytes) -> dict[str, Any]:
        return {"wraps": {kid(epoch_pk): blob.hex()}}

    known: dict[str, Any] = {"last": None, "last_id": identifier("earlier"), "releases": []}
    other = setting.case.write(setting.hana, [setting.rob])
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "a wrap of another message": (
            "wrap-misplaced",
            wrapped(message.wrap(key, ids[0], identifier("another"), epoch_pk)),
        ),
        "a wrap of another case": (
            "wrap-misplaced",
            wrapped(message.wrap(key, identifier("another"), ids[1], epoch_pk)),
        ),
        "a wrap with another key": ("commitment-mismatch", wrapped(message.wrap(seed("another"), *ids, epoch_pk))),
        "a wrap that does not open": ("cannot-open", wrapped(letter.wraps[setting.hana.box_kid])),
        "no wrap for the facilitator": ("wrap-missing", {"wraps": {setting.hana.box_kid: ""}}),
        "another order block": ("order-hash-wrong", {"order_block_hex": other.order_block.hex()}),
        "an order block that does not open": ("cannot-open", {"order_block_hex": bytes(1072).hex()}),
        "somebody else's ciphertext": ("ct-hash-wrong", {"ciphertext_hex": other.ciphertext.hex()}),
    }
    return [
        success("a letter reviewed", "scene.review", **plain(setting.review(letter))),
        success("a letter with an alarm", "scene.review", **plain(setting.review(letter, known=known))),
        *(
            refuse(name, "scene.review", code, **plain(setting.review(letter, **changes)))
            for name, (code, changes) in wrong.items()
        ),
    ]


def _plaintexts(setting: Setting) -> list[Vector]:
    """Hana's letter with other contents, as a facilitator and as Rob opens it."""
    whole = {"text": "x", "lang": "en", "attachments": []}
    hidden = {**whole, "text": "a \u202e b"}

    def made(plaintext: Any, padded: bytes | None = None) -> Sealed:
        return reseal(setting.case, setting.hana, setting.letter, plaintext, padded=padded)

    wrong = {
        "a plaintext with an attachment": ("attachments-not-supported", made({**whole, "attachments": [{}]})),
        "a plaintext without a language": ("missing-field", made({"text": "x", "attachments": []})),
        "a plaintext with more": ("unknown-field", made({**whole, "html": ""})),
        "a plaintext whose text is none": ("bad-field", made({**whole, "text": 7})),
        "a plaintext that is no JSON": ("not-canonical", made(None, pad(b"Dear Rob"))),
        "a plaintext in another form": ("not-canonical", made(None, pad(canonical(whole).replace(b":", b": ")))),
        "a plaintext without padding": ("bad-padding", made(None, bytes(1024))),
    }
    sealed = made(hidden)
    release = forged(setting.release, "decision", setting.fay, message_hash=sealed.statement.hash)
    offered = setting.offer(message=sealed.envelope, decision=release, ciphertext_hex=sealed.ciphertext.hex())
    return [
        *(refuse(name, "scene.review", code, **plain(setting.review(each))) for name, (code, each) in wrong.items()),
        success("hidden characters marked for a facilitator", "scene.review", **plain(setting.review(sealed))),
        refuse("hidden characters refused to a recipient", "scene.offer", "bad-text", **plain(offered)),
    ]


def _privates(setting: Setting) -> list[Vector]:
    private = setting.case.write(setting.fay, [setting.rob], "How are you?", kind="private")

    def reading(sealed: Sealed, who: Person, **changes: Any) -> dict[str, Any]:
        given = {
            "documents": setting.documents(who),
            "reader": setting.reader(who),
            "message": sealed.envelope,
            "ciphertext_hex": sealed.ciphertext.hex(),
            "wrap_hex": setting.case.wrap(sealed, who).hex(),
        }
        return plain({**setting.base(), **given, **changes})

    other = resigned(private.envelope, "message", setting.flo)
    return [
        success("a private read", "scene.private", **reading(private, setting.rob)),
        refuse("a private to somebody else", "scene.private", "recipient-not-me", **reading(private, setting.hana)),
        refuse(
            "a private by a stranger", "scene.private", "unknown-signer", **reading(private, setting.rob, message=other)
        ),
        refuse("a letter as a private", "scene.private", "kind-not-shown", **reading(setting.letter, setting.hana)),
        success("one's own letter", "scene.own", **reading(setting.letter, setting.hana)),
        refuse("somebody else's letter as one's own", "scene.own", "author-wrong", **reading(private, setting.rob)),
        *_notes(setting),
    ]


def _notes(setting: Setting) -> list[Vector]:
    rob, written = setting.rob, setting.note

    def inputs(block: bytes, hash_: str) -> dict[str, Any]:
        sealed = primitives.seal(rob.box_pk, block).hex()
        return {"sealed_hex": sealed, "box_seed_hex": rob.box_seed.hex(), "note_hash": hash_}

    other = note.new("It mentions the accident.")
    hidden = pad(canonical({"salt": identifier("salt"), "text": "a \u202e b"}))
    return [
        success("a content note", "scene.note", **inputs(written.block, written.hash)),
        refuse("another content note", "scene.note", "note-hash-wrong", **inputs(other.block, written.hash)),
        refuse(
            "a content note with hidden characters",
            "scene.note",
            "bad-text",
            **inputs(hidden, note.Note("", hidden).hash),
        ),
    ]


def _two_keys() -> list[Vector]:
    """One ciphertext that XChaCha20-Poly1305 opens under two keys."""
    built = two_keys.letter()
    ids = identifier("case"), identifier("message")
    payload = {
        "case_id": ids[0],
        "message_id": ids[1],
        "com": b64(message.commitment(built.first)),
        "ct_hash": b64(hash32(built.blob)),
    }
    reader = seed("reader")

    def inputs(key: bytes) -> dict[str, Any]:
        wrap = message.wrap(key, *ids, primitives.box_public_key(reader)).hex()
        return {
            "payload": payload,
            "ciphertext_hex": built.blob.hex(),
            "wrap_hex": wrap,
            "box_seed_hex": reader.hex(),
        }

    return [
        success("a two-key ciphertext under the key committed to", "message_open.unlock", **inputs(built.first)),
        refuse(
            "a two-key ciphertext under its other key",
            "message_open.unlock",
            "commitment-mismatch",
            **inputs(built.second),
        ),
    ]
