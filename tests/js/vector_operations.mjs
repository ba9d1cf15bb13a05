// @ts-check
/**
 * The functions that the shared vectors name: `module.operation` to a function of the vector's inputs.
 *
 * Bytes stand in the files as hexadecimal text: an input whose name ends in `_hex` (one string, or a list of them), and
 * any bytes in an output. `tests/protocol/vector_operations.py` has the same table for Python.
 */
import * as bundle from "../../static/js/protocol/bundle.js";
import * as checkpoint from "../../static/js/protocol/checkpoint.js";
import * as encoding from "../../static/js/protocol/encoding.js";
import * as envelope from "../../static/js/protocol/envelope.js";
import * as event from "../../static/js/protocol/event.js";
import * as invitationSecret from "../../static/js/protocol/invitation_secret.js";
import * as logProof from "../../static/js/protocol/log_proof.js";
import * as memory from "../../static/js/protocol/memory.js";
import * as messageOpen from "../../static/js/protocol/message_open.js";
import * as notes from "../../static/js/protocol/notes.js";
import * as padding from "../../static/js/protocol/padding.js";
import * as passphrase from "../../static/js/protocol/passphrase.js";
import * as primitives from "../../static/js/protocol/primitives.js";
import * as statements from "../../static/js/protocol/statements.js";
import * as text from "../../static/js/protocol/text.js";
import * as tree from "../../static/js/protocol/tree.js";
import * as words from "../../static/js/protocol/words.js";
import { SCENES } from "./scene_operations.mjs";

/** @typedef {Record<string, any>} Inputs */

/** @param {string} hex */
const fromHex = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

/**
 * The bytes (or list of bytes) of the input `<name>_hex`.
 * @param {Inputs} inputs
 * @param {string} name
 * @returns {any}
 */
export function data(inputs, name) {
  const value = inputs[`${name}_hex`];
  if (value === undefined) throw new Error(`the vector has no input ${name}_hex`);
  return Array.isArray(value) ? value.map(fromHex) : fromHex(value);
}

/** An output as JSON holds it: bytes in hexadecimal, nothing as null. @param {any} output @returns {any} */
export function plain(output) {
  if (output === undefined || output === null) return null;
  if (output instanceof Uint8Array) return Buffer.from(output).toString("hex");
  if (Array.isArray(output)) return output.map(plain);
  if (typeof output !== "object") return output;
  /** @type {Record<string, any>} */
  const copy = {};
  for (const [name, value] of Object.entries(output)) {
    // Assigning to __proto__ would not make a field of that name.
    Object.defineProperty(copy, name, { value: plain(value), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** The output of an operation, as JSON holds it. @param {string} operation @param {Inputs} inputs */
export function run(operation, inputs) {
  if (!Object.hasOwn(OPERATIONS, operation)) throw new Error(`no operation ${operation}`);
  return plain(OPERATIONS[operation](inputs));
}

/** @param {number} seconds */
const moment = (seconds) => new Date(seconds * 1000);
/** @param {Date} time */
const seconds = (time) => time.getTime() / 1000;

/** @param {envelope.Statement} statement */
const statementOut = ({ payload, hash, signers }) => ({ payload, hash, signers });

/** @param {Inputs} i */
const keysIn = (i) => ({ signSeed: data(i, "sign_seed"), boxSeed: data(i, "box_seed"), rootPk: data(i, "root_pk") });
/** @param {bundle.Keys} keys */
const keysOut = ({ signSeed, boxSeed, rootPk }) => ({ sign_seed: signSeed, box_seed: boxSeed, root_pk: rootPk });
/** @param {invitationSecret.InviteSecrets} secrets */
const secretsOut = ({ ik, inviteId, k, keyCom }) => ({ ik, invite_id: inviteId, k, key_com: keyCom });

/** @param {Inputs} i @returns {[Uint8Array, number, number]} */
const stretch = (i) => [data(i, "salt"), i.opslimit, i.memlimit];

/** @param {Inputs} i @returns {[Uint8Array, string, string, number]} */
const place = (i) => [data(i, "sign_seed"), i.account_id, i.name, i.revision];

/** @param {notes.Signature} line */
const lineOut = ({ name, keyId, signature }) => ({ name, key_id: keyId, signature });
/** @param {notes.Note} note */
const noteOut = ({ text, signatures }) => ({ text, signatures: signatures.map(lineOut) });
/** @param {notes.VerifierKey} key */
const keyOut = ({ name, type, key }) => ({ name, type, key });

/** @type {Record<string, (i: Inputs) => any>} */
export const OPERATIONS = {
  ...SCENES,
  "bundle.close_and_open": (i) => {
    const wrap = data(i, "wrap");
    return keysOut(bundle.open_(bundle.close(keysIn(i), wrap, i.account_id, i.revision), wrap, i.account_id, i.revision));
  },
  "bundle.open": (i) => keysOut(bundle.open_(data(i, "blob"), data(i, "wrap"), i.account_id, i.revision)),
  "checkpoint.follows": (i) =>
    checkpoint.follows(i.kept, { origin: i.origin, size: i.size, root: data(i, "root") }, data(i, "proof")),
  "checkpoint.opened": (i) => checkpoint.opened(i.note, i.log_keys, i.witness_keys, i.quorum),
  "checkpoint.parse": (i) => checkpoint.parse(i.text),
  "encoding.b64": (i) => encoding.b64(data(i, "data")),
  "encoding.be32": (i) => encoding.be32(i.number),
  "encoding.canonical": (i) => encoding.canonical(i.value),
  "encoding.check_id": (i) => encoding.checkId(i.value),
  "encoding.format_date": (i) => encoding.formatDate(moment(i.seconds)),
  "encoding.format_time": (i) => encoding.formatTime(moment(i.seconds)),
  "encoding.le64": (i) => encoding.le64(i.number),
  "encoding.pae": (i) => encoding.pae(i.type, data(i, "message")),
  "encoding.parse_canonical": (i) => encoding.parseCanonical(data(i, "data")),
  "encoding.parse_date": (i) => seconds(encoding.parseDate(i.text)),
  "encoding.parse_time": (i) => seconds(encoding.parseTime(i.text)),
  "encoding.unb64": (i) => encoding.unb64(i.text, i.size),
  "envelope.add_signature": (i) => envelope.addSignature(i.envelope, i.type, data(i, "seed")),
  "envelope.make": (i) => envelope.make(i.type, i.payload, data(i, "seeds")),
  "envelope.parse": (i) => statementOut(envelope.parse(i.envelope, i.type)),
  "envelope.statement_hash": (i) => envelope.statementHash(i.type, data(i, "payload")),
  "envelope.verify": (i) => statementOut(envelope.verify(i.envelope, i.type, envelope.keyring(data(i, "keys")), i.required)),
  "event.pseudonym": (i) => event.pseudonym(data(i, "name_key"), i.role, i.name),
  "event.opened": (i) => event.opened(data(i, "entry"), data(i, "opening")),
  "invitation_secret.from_code": (i) => invitationSecret.fromCode(i.code),
  "invitation_secret.secrets": (i) => secretsOut(invitationSecret.secrets(data(i, "secret"))),
  "invitation_secret.secrets_from_ik": (i) => secretsOut(invitationSecret.secretsFromIk(data(i, "ik"))),
  "invitation_secret.to_code": (i) => invitationSecret.toCode(data(i, "secret")),
  "log_proof.parse": (i) => logProof.parse(i.text),
  "log_proof.verify": (i) => logProof.verify(logProof.parse(i.text), data(i, "entry"), i.log_keys),
  "memory.close_and_open": (i) => memory.open_(...place(i), memory.close(...place(i), i.document)),
  "memory.open": (i) => memory.open_(...place(i), data(i, "blob")),
  "message_open.unlock": (i) =>
    messageOpen.unlock(i.payload, data(i, "ciphertext"), data(i, "wrap"), data(i, "box_seed")),
  "notes.parse": (i) => noteOut(notes.parse(i.note)),
  "notes.parse_key": (i) => keyOut(notes.parseKey(i.text)),
  "notes.verified": (i) => void notes.verified(notes.parse(i.note), i.keys.map(notes.parseKey)),
  "padding.pad": (i) => padding.pad(data(i, "data")),
  "padding.pad_to": (i) => padding.padTo(data(i, "data"), i.size),
  "padding.unpad": (i) => padding.unpad(data(i, "padded")),
  "padding.unpad_from": (i) => padding.unpadFrom(data(i, "padded"), i.size),
  "passphrase.check_own_passphrase": (i) => passphrase.checkOwnPassphrase(i.passphrase),
  "passphrase.derive": (i) => passphrase.derive(i.passphrase, ...stretch(i)),
  "passphrase.normalise": (i) => passphrase.normalise(i.passphrase),
  "primitives.aead_open": (i) => primitives.aeadOpen(data(i, "key"), data(i, "blob"), data(i, "aad")),
  "primitives.aead_seal_and_open": (i) => {
    const [key, aad] = [data(i, "key"), data(i, "aad")];
    return primitives.aeadOpen(key, primitives.aeadSeal(key, data(i, "message"), aad), aad);
  },
  "primitives.box_public_key": (i) => primitives.boxPublicKey(data(i, "seed")),
  "primitives.check_box_key": (i) => primitives.checkBoxKey(data(i, "public_key")),
  "primitives.check_sign_key": (i) => primitives.checkSignKey(data(i, "public_key")),
  "primitives.equal": (i) => primitives.equal(data(i, "a"), data(i, "b")),
  "primitives.hash32": (i) => primitives.hash32(data(i, "message")),
  "primitives.kdf": (i) => primitives.kdf(data(i, "key"), i.index, i.context),
  "primitives.kid": (i) => primitives.kid(data(i, "public_key")),
  "primitives.mac": (i) => primitives.mac(data(i, "key"), data(i, "message")),
  "primitives.open_seal": (i) => primitives.openSeal(data(i, "seed"), data(i, "sealed")),
  "primitives.pwhash": (i) => primitives.pwhash(data(i, "passphrase"), ...stretch(i)),
  "primitives.seal": (i) => primitives.seal(data(i, "public_key"), data(i, "message")),
  "primitives.seal_and_open": (i) => {
    const seed = data(i, "seed");
    return primitives.openSeal(seed, primitives.seal(primitives.boxPublicKey(seed), data(i, "message")));
  },
  "primitives.sign": (i) => primitives.sign(data(i, "seed"), data(i, "message")),
  "primitives.sign_public_key": (i) => primitives.signPublicKey(data(i, "seed")),
  "primitives.verify": (i) => primitives.verify(data(i, "public_key"), data(i, "message"), data(i, "signature")),
  "statements.check": (i) => statements.check(i.type, i.payload),
  "text.check_text": (i) => text.checkText(i.text),
  "text.mark_text": (i) => text.markText(i.text),
  "tree.inclusion_proof": (i) => tree.inclusionProof(data(i, "leaves"), i.index),
  "tree.root": (i) => tree.root(data(i, "leaves")),
  "tree.verify_consistency": (i) =>
    tree.verifyConsistency(i.old_size, data(i, "old_root"), i.size, data(i, "root"), data(i, "proof")),
  "tree.verify_inclusion": (i) => tree.verifyInclusion(data(i, "leaf"), i.index, i.size, data(i, "proof"), data(i, "root")),
  "words.list": () => {
    const hash = primitives.hash32(encoding.bytesOf(words.WORDS.join("\n")));
    return { count: words.WORDS.length, hash: encoding.b64(hash) };
  },
  "words.six_words": (i) => words.sixWords(data(i, "root_pk"), data(i, "sign_pk"), data(i, "box_pk")),
};
