// @ts-check
/**
 * Signed notes of C2SP `signed-note`, as a reader needs them: Ed25519, and the cosignatures of witnesses.
 * Guarantees that a note counts only for what a known key has signed: lines of unknown keys are passed over, a line
 * that names a known key and does not verify spoils the whole note.
 */
import { MAX_INT, b64, bytesOf, concat, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { equal, sha256, verify } from "./primitives.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const MOST_SIGNATURES = 32;
const MOST_BYTES = 64 * 1024;
const DASH = "\u2014 ";
const NAME = /^[^\p{White_Space}\p{Cs}+\0-\x1f]{1,255}$/u;
const NEVER = /[\0-\x09\x0b-\x1f\p{Cs}]/u;

/** @typedef {{name: string, id: Uint8Array, type: number, key: Uint8Array}} VerifierKey */
/** @typedef {{name: string, keyId: Uint8Array, signature: Uint8Array}} Signature */
/** @typedef {{text: string, signatures: Signature[]}} Note text ends with a newline; nothing is verified yet */

/** @param {string} text `<name>+<id>+<base64>` @returns {VerifierKey} @throws {ProtocolError} bad-verifier-key */
export function parseKey(text) {
  const [name, id, material, ...more] = text.split("+");
  const data = decode([material ?? "", ...more].join("+"), "bad-verifier-key");
  const known = (data[0] === ED25519 || data[0] === COSIGNATURE) && data.length === 33;
  if (!NAME.test(name) || !known) throw new ProtocolError("bad-verifier-key");
  const keyId = sha256(concat(bytesOf(`${name}\n`), data)).subarray(0, 4);
  if (hex(keyId) !== id) throw new ProtocolError("bad-verifier-key");
  return { name, id: keyId, type: data[0], key: data.subarray(1) };
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Nothing is verified. @param {unknown} note @returns {Note} @throws {ProtocolError} bad-note */
export function parse(note) {
  if (typeof note !== "string") throw new ProtocolError("bad-note");
  const at = note.lastIndexOf("\n\n");
  if (!note.endsWith("\n") || NEVER.test(note) || at < 1) throw new ProtocolError("bad-note");
  if (bytesOf(note).length > MOST_BYTES) throw new ProtocolError("bad-note");
  const signatures = note.slice(at + 2, -1).split("\n").map(signatureOf);
  if (signatures.length > MOST_SIGNATURES) throw new ProtocolError("bad-note");
  return { text: note.slice(0, at + 1), signatures };
}

/** @param {string} line @returns {Signature} */
function signatureOf(line) {
  const [name, encoded = "", ...more] = line.slice(DASH.length).split(" ");
  if (!line.startsWith(DASH) || !NAME.test(name) || more.length) throw new ProtocolError("bad-note");
  const data = decode(encoded, "bad-note");
  if (data.length <= 4) throw new ProtocolError("bad-note");
  return { name, keyId: data.subarray(0, 4), signature: data.subarray(4) };
}

/**
 * The keys that have signed the note, each once.
 * @param {Note} note
 * @param {VerifierKey[]} keys
 * @returns {VerifierKey[]}
 * @throws {ProtocolError} note-signature-wrong, note-unsigned
 */
export function verified(note, keys) {
  const signed = keys.filter((key) => {
    const lines = note.signatures.filter((line) => named(line, key));
    for (const { signature } of lines) check(note.text, signature, key);
    return lines.length > 0;
  });
  if (signed.length === 0) throw new ProtocolError("note-unsigned");
  return signed;
}

/** Whether a line says that it is of this key. @param {Signature} line @param {VerifierKey} key */
export const named = (line, key) => line.name === key.name && equal(line.keyId, key.id);

/** @param {string} text @param {Uint8Array} signature @param {VerifierKey} key */
function check(text, signature, key) {
  try {
    if (key.type === COSIGNATURE) verify(key.key, cosigned(text, signature.subarray(0, 8)), signature.subarray(8));
    else verify(key.key, bytesOf(text), signature);
  } catch {
    throw new ProtocolError("note-signature-wrong");
  }
}

/** What a witness signs (`tlog-cosignature`). @param {string} text @param {Uint8Array} timestamp */
function cosigned(text, timestamp) {
  const seconds = new DataView(timestamp.buffer, timestamp.byteOffset, timestamp.length).getBigUint64(0);
  if (seconds === 0n || seconds >= 2n ** 63n) throw new ProtocolError("note-signature-wrong");
  return bytesOf(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/**
 * Base64 of RFC 4648, section 4, in its one form.
 * @param {string} text
 * @param {string} code
 * @returns {Uint8Array}
 * @throws {ProtocolError} the code
 */
export function decode(text, code) {
  try {
    const data = unb64(text.replace(/={0,2}$/, "").replaceAll("+", "-").replaceAll("/", "_"));
    if (encode(data) === text) return data;
  } catch {
    // refused below, with the code that was asked for
  }
  throw new ProtocolError(code);
}

/** @param {Uint8Array} data @returns {string} */
export function encode(data) {
  const text = b64(data).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/**
 * 0 to 2^53−1 in its one form.
 * @param {string} text
 * @param {string} code
 * @returns {number}
 * @throws {ProtocolError} the code
 */
export function decimal(text, code) {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text) || Number(text) > MAX_INT) throw new ProtocolError(code);
  return Number(text);
}

/**
 * @param {string[]} lines
 * @param {number} most
 * @param {string} code
 * @returns {Uint8Array[]} 32 bytes each
 * @throws {ProtocolError} the code
 */
export function hashes(lines, most, code) {
  const found = lines.map((line) => decode(line, code));
  if (found.length > most || found.some(({ length }) => length !== 32)) throw new ProtocolError(code);
  return found;
}
