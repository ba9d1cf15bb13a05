"""The functions that the shared vectors name: `module.operation` to a function of the vector's inputs.

Bytes stand in the files as hexadecimal text: an input whose name ends in `_hex` (one string, or a list of them), and
any bytes in an output. `tests/js/vectors.test.mjs` has the same table for JavaScript.
"""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from mediation.protocol import (
    bundle,
    checkpoint,
    encoding,
    envelope,
    event,
    invitation_secret,
    log_proof,
    memory,
    message_open,
    notes,
    padding,
    passphrase,
    primitives,
    statements,
    text,
    tree,
    words,
)
from tests.protocol.scene_operations import SCENES

Inputs = dict[str, Any]


def data(inputs: Inputs, name: str) -> Any:
    """The bytes (or list of bytes) of the input `<name>_hex`."""
    value = inputs[f"{name}_hex"]
    return [bytes.fromhex(item) for item in value] if isinstance(value, list) else bytes.fromhex(value)


def plain(output: Any) -> Any:
    """An output as JSON holds it: bytes in hexadecimal, records as objects, tuples as arrays."""
    if isinstance(output, bytes):
        return output.hex()
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        return {field.name: plain(getattr(output, field.name)) for field in dataclasses.fields(output)}
    if isinstance(output, dict):
        return {name: plain(value) for name, value in output.items()}
    if isinstance(output, list | tuple):
        return [plain(value) for value in output]
    return output


def run(operation: str, inputs: Inputs) -> Any:
    """The output of an operation, as JSON holds it. Raises `ProtocolError` where the operation refuses."""
    return plain(OPERATIONS[operation](inputs))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _statement(statement: envelope.Statement) -> dict[str, Any]:
    return {"payload": statement.payload, "hash": statement.hash, "signers": list(statement.signers)}


def _keys(inputs: Inputs) -> bundle.Keys:
    return bundle.Keys(data(inputs, "sign_seed"), data(inputs, "box_seed"), data(inputs, "root_pk"))


def _stretch(inputs: Inputs) -> tuple[bytes, int, int]:
    return data(inputs, "salt"), inputs["opslimit"], inputs["memlimit"]


def _derived(inputs: Inputs) -> dict[str, bytes]:
    return passphrase.derive(inputs["passphrase"], *_stretch(inputs))._asdict()


def _seal_and_open(inputs: Inputs) -> bytes:
    seed = data(inputs, "seed")
    return primitives.open_seal(seed, primitives.seal(primitives.box_public_key(seed), data(inputs, "message")))


def _aead_seal_and_open(inputs: Inputs) -> bytes:
    key, aad = data(inputs, "key"), data(inputs, "aad")
    return primitives.aead_open(key, primitives.aead_seal(key, data(inputs, "message"), aad), aad)


def _close_and_open_bundle(inputs: Inputs) -> bundle.Keys:
    wrap, account_id, revision = data(inputs, "wrap"), inputs["account_id"], inputs["revision"]
    return bundle.open_(bundle.close(_keys(inputs), wrap, account_id, revision), wrap, account_id, revision)


def _close_and_open_memory(inputs: Inputs) -> Any:
    place = data(inputs, "sign_seed"), inputs["account_id"], inputs["name"], inputs["revision"]
    return memory.open_(*place, memory.close(*place, inputs["document"]))


def _word_list(_: Inputs) -> dict[str, Any]:
    listed = "\n".join(words.WORDS).encode("ascii")
    return {"count": len(words.WORDS), "hash": encoding.b64(primitives.hash32(listed))}


def _unlock(inputs: Inputs) -> Any:
    given = data(inputs, "ciphertext"), data(inputs, "wrap"), data(inputs, "box_seed")
    found, key = message_open.unlock(inputs["payload"], *given)
    return {"text": found.text, "lang": found.lang, "key": key}


def _follows(inputs: Inputs) -> None:
    head = checkpoint.Checkpoint(inputs["origin"], inputs["size"], data(inputs, "root"))
    checkpoint.follows(inputs["kept"], head, data(inputs, "proof"))


def _verified(inputs: Inputs) -> None:
    notes.verified(notes.parse(inputs["note"]), [notes.parse_key(each) for each in inputs["keys"]])


OPERATIONS: dict[str, Callable[[Inputs], Any]] = {
    **SCENES,
    "bundle.close_and_open": _close_and_open_bundle,
    "bundle.open": lambda i: bundle.open_(data(i, "blob"), data(i, "wrap"), i["account_id"], i["revision"]),
    "checkpoint.follows": _follows,
    "checkpoint.opened": lambda i: checkpoint.opened(i["note"], i["log_keys"], i["witness_keys"], i["quorum"]),
    "checkpoint.parse": lambda i: checkpoint.parse(i["text"]),
    "encoding.b64": lambda i: encoding.b64(data(i, "data")),
    "encoding.be32": lambda i: encoding.be32(i["number"]),
    "encoding.canonical": lambda i: encoding.canonical(i["value"]),
    "encoding.check_id": lambda i: encoding.check_id(i["value"]),
    "encoding.format_date": lambda i: encoding.format_date(_moment(i["seconds"]).date()),
    "encoding.format_time": lambda i: encoding.format_time(_moment(i["seconds"])),
    "encoding.le64": lambda i: encoding.le64(i["number"]),
    "encoding.pae": lambda i: encoding.pae(i["type"], data(i, "message")),
    "encoding.parse_canonical": lambda i: encoding.parse_canonical(data(i, "data")),
    "encoding.parse_date": lambda i: _seconds(encoding.parse_date(i["text"])),
    "encoding.parse_time": lambda i: int(encoding.parse_time(i["text"]).timestamp()),
    "encoding.unb64": lambda i: encoding.unb64(i["text"], i.get("size")),
    "envelope.add_signature": lambda i: envelope.add_signature(i["envelope"], i["type"], data(i, "seed")),
    "envelope.make": lambda i: envelope.make(i["type"], i["payload"], data(i, "seeds")),
    "envelope.parse": lambda i: _statement(envelope.parse(i["envelope"], i["type"])),
    "envelope.statement_hash": lambda i: envelope.statement_hash(i["type"], data(i, "payload")),
    "envelope.verify": lambda i: _statement(
        envelope.verify(i["envelope"], i["type"], envelope.keyring(data(i, "keys")), i["required"])
    ),
    "event.pseudonym": lambda i: event.pseudonym(data(i, "name_key"), i["role"], i["name"]),
    "event.opened": lambda i: event.opened(data(i, "entry"), data(i, "opening")),
    "invitation_secret.from_code": lambda i: invitation_secret.from_code(i["code"]),
    "invitation_secret.secrets": lambda i: invitation_secret.secrets(data(i, "secret")),
    "invitation_secret.secrets_from_ik": lambda i: invitation_secret.secrets_from_ik(data(i, "ik")),
    "invitation_secret.to_code": lambda i: invitation_secret.to_code(data(i, "secret")),
    "log_proof.parse": lambda i: log_proof.parse(i["text"]),
    "log_proof.verify": lambda i: log_proof.verify(log_proof.parse(i["text"]), data(i, "entry"), i["log_keys"]),
    "memory.close_and_open": _close_and_open_memory,
    "memory.open": lambda i: memory.open_(
        data(i, "sign_seed"), i["account_id"], i["name"], i["revision"], data(i, "blob")
    ),
    "message_open.unlock": _unlock,
    "notes.parse": lambda i: notes.parse(i["note"]),
    "notes.parse_key": lambda i: notes.parse_key(i["text"]),
    "notes.verified": _verified,
    "padding.pad": lambda i: padding.pad(data(i, "data")),
    "padding.pad_to": lambda i: padding.pad_to(data(i, "data"), i["size"]),
    "padding.unpad": lambda i: padding.unpad(data(i, "padded")),
    "padding.unpad_from": lambda i: padding.unpad_from(data(i, "padded"), i["size"]),
    "passphrase.check_own_passphrase": lambda i: passphrase.check_own_passphrase(i["passphrase"]),
    "passphrase.derive": _derived,
    "passphrase.normalise": lambda i: passphrase.normalise(i["passphrase"]),
    "primitives.aead_open": lambda i: primitives.aead_open(data(i, "key"), data(i, "blob"), data(i, "aad")),
    "primitives.aead_seal_and_open": _aead_seal_and_open,
    "primitives.box_public_key": lambda i: primitives.box_public_key(data(i, "seed")),
    "primitives.check_box_key": lambda i: primitives.check_box_key(data(i, "public_key")),
    "primitives.check_sign_key": lambda i: primitives.check_sign_key(data(i, "public_key")),
    "primitives.equal": lambda i: primitives.equal(data(i, "a"), data(i, "b")),
    "primitives.hash32": lambda i: primitives.hash32(data(i, "message")),
    "primitives.kdf": lambda i: primitives.kdf(data(i, "key"), i["index"], i["context"]),
    "primitives.kid": lambda i: primitives.kid(data(i, "public_key")),
    "primitives.mac": lambda i: primitives.mac(data(i, "key"), data(i, "message")),
    "primitives.open_seal": lambda i: primitives.open_seal(data(i, "seed"), data(i, "sealed")),
    "primitives.pwhash": lambda i: primitives.pwhash(data(i, "passphrase"), *_stretch(i)),
    "primitives.seal": lambda i: primitives.seal(data(i, "public_key"), data(i, "message")),
    "primitives.seal_and_open": _seal_and_open,
    "primitives.sign": lambda i: primitives.sign(data(i, "seed"), data(i, "message")),
    "primitives.sign_public_key": lambda i: primitives.sign_public_key(data(i, "seed")),
    "primitives.verify": lambda i: primitives.verify(data(i, "public_key"), data(i, "message"), data(i, "signature")),
    "statements.check": lambda i: statements.check(i["type"], i["payload"]),
    "text.check_text": lambda i: text.check_text(i["text"]),
    "text.mark_text": lambda i: text.mark_text(i["text"]),
    "tree.inclusion_proof": lambda i: tree.inclusion_proof(data(i, "leaves"), i["index"]),
    "tree.root": lambda i: tree.root(data(i, "leaves")),
    "tree.verify_consistency": lambda i: tree.verify_consistency(
        i["old_size"], data(i, "old_root"), i["size"], data(i, "root"), data(i, "proof")
    ),
    "tree.verify_inclusion": lambda i: tree.verify_inclusion(
        data(i, "leaf"), i["index"], i["size"], data(i, "proof"), data(i, "root")
    ),
    "words.list": _word_list,
    "words.six_words": lambda i: words.six_words(data(i, "root_pk"), data(i, "sign_pk"), data(i, "box_pk")),
}
"""The higher layer is tried in whole scenes (`scene_operations`)."""
