// @ts-check
/**
 * Strict DSSE envelopes around canonical payloads.
 * Guarantees that a Statement returned by `verify` was signed, in exactly these bytes, as exactly
 * this type, by as many distinct trusted keys as asked for; its payload has exactly its type's form.
 */
import { b64, bytesOf, canonical, pae, parseCanonical, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { hash32, kid, sign, signPublicKey, verify as verifySignature } from "./primitives.js";
import { LIMITS, MAX_SIGNATURES, SEVERAL_SIGNATURES, check } from "./statements.js";

/** @typedef {{keyid: string, sig: string}} Signature */
/** @typedef {{payload: string, payloadType: string, signatures: Signature[]}} Envelope */
/**
 * @typedef {object} Statement
 * @property {string} type
 * @property {any} payload checked, of its type's form
 * @property {Uint8Array} payloadBytes
 * @property {string} hash what other statements call this one
 * @property {Envelope} envelope
 * @property {readonly string[]} signers key ids whose signatures were verified; none from `parse`
 */

/** The DSSE payloadType of a type of statement. @param {string} type */
export const payloadType = (type) => `application/vnd.mediation.${type}.v1+json`;

/** What is signed, and hashed. @param {string} type @param {Uint8Array} payloadBytes */
const signedBytes = (type, payloadBytes) => pae(payloadType(type), payloadBytes);

/**
 * hash(statement); signatures are not in it, so more can be added later.
 * @param {string} type
 * @param {Uint8Array} payloadBytes
 * @returns {string}
 */
export const statementHash = (type, payloadBytes) => b64(hash32(signedBytes(type, payloadBytes)));

/** @param {string} type @param {Uint8Array} payloadBytes @param {Uint8Array} seed @returns {Signature} */
function signature(type, payloadBytes, seed) {
  return { keyid: kid(signPublicKey(seed)), sig: b64(sign(seed, signedBytes(type, payloadBytes))) };
}

/**
 * The keys by their kid, as `verify` takes them.
 * @param {Uint8Array[]} publicKeys
 * @returns {Map<string, Uint8Array>}
 */
export const keyring = (publicKeys) => new Map(publicKeys.map((key) => [kid(key), key]));

/**
 * The envelope of a payload, signed with each of the seeds.
 * @param {string} type
 * @param {Record<string, unknown>} payload
 * @param {Uint8Array[]} seeds
 * @returns {Envelope}
 * @throws {ProtocolError} bad-json, and what `parse` throws
 */
export function make(type, payload, seeds) {
  const bytes = canonical(payload);
  const signatures = seeds.map((seed) => signature(type, bytes, seed));
  return parse({ payload: b64(bytes), payloadType: payloadType(type), signatures }, type).envelope;
}

/**
 * A new envelope with one more signature over the same bytes.
 * @param {unknown} envelope
 * @param {string} type
 * @param {Uint8Array} seed
 * @returns {Envelope}
 * @throws {ProtocolError} what `parse` throws
 */
export function addSignature(envelope, type, seed) {
  const before = parse(envelope, type);
  const signatures = [...before.envelope.signatures, signature(type, before.payloadBytes, seed)];
  return parse({ ...before.envelope, signatures }, type).envelope;
}

/** @param {any} value @param {string[]} keys @throws {ProtocolError} bad-envelope */
function exactly(value, keys) {
  const given = value ?? {}; // whatever is no object has none of the names
  const fits = Object.keys(given).length === keys.length && keys.every((key) => Object.hasOwn(given, key));
  if (!fits) throw new ProtocolError("bad-envelope");
}

/** @param {any} items @param {string} type @returns {Map<string, Uint8Array>} each signature by its keyid */
function readSignatures(items, type) {
  if (!Array.isArray(items)) throw new ProtocolError("bad-envelope");
  if (items.length === 0) throw new ProtocolError("too-few-signatures");
  if (items.length > (SEVERAL_SIGNATURES.has(type) ? MAX_SIGNATURES : 1)) throw new ProtocolError("too-many-signatures");
  const signatures = new Map();
  for (const item of items) {
    exactly(item, ["keyid", "sig"]);
    unb64(item.keyid, 32);
    if (signatures.has(item.keyid)) throw new ProtocolError("duplicate-signature");
    signatures.set(item.keyid, unb64(item.sig, 64));
  }
  return signatures;
}

/** @param {unknown} text @param {number} limit bytes @returns {Uint8Array} */
function readPayload(text, limit) {
  if (typeof text !== "string") throw new ProtocolError("bad-envelope");
  if (text.length > Math.ceil((limit * 4) / 3)) throw new ProtocolError("too-large");
  return unb64(text);
}

/**
 * The payload's bytes and the signatures of a strict envelope of this type, nothing of it verified.
 * @param {any} envelope
 * @param {string} type
 */
function open(envelope, type) {
  if (!Object.hasOwn(LIMITS, type)) throw new ProtocolError("wrong-type");
  exactly(envelope, ["payload", "payloadType", "signatures"]);
  if (typeof envelope.payloadType !== "string") throw new ProtocolError("bad-envelope");
  if (envelope.payloadType !== payloadType(type)) throw new ProtocolError("wrong-type");
  const payloadBytes = readPayload(envelope.payload, LIMITS[type]);
  return { payloadBytes, signatures: readSignatures(envelope.signatures, type) };
}

/**
 * @param {Envelope} envelope
 * @param {string} type
 * @param {Uint8Array} payloadBytes
 * @param {string[]} signers
 * @returns {Statement}
 */
function read(envelope, type, payloadBytes, signers) {
  const payload = check(type, parseCanonical(payloadBytes));
  return Object.freeze({ type, payload, payloadBytes, hash: statementHash(type, payloadBytes), envelope, signers });
}

/**
 * A well-formed statement whose signatures nobody has verified.
 * @param {any} envelope
 * @param {string} type
 * @returns {Statement}
 * @throws {ProtocolError} wrong-type, bad-envelope, bad-base64, bad-length, too-large, too-few-signatures,
 *   too-many-signatures, duplicate-signature, not-canonical and what `check` throws
 */
export function parse(envelope, type) {
  return read(envelope, type, open(envelope, type).payloadBytes, []);
}

/**
 * The statement, if enough distinct trusted keys signed it. Only a type that may carry several signatures
 * can carry one by an unknown key beside; a known one that fails refuses all. Parsed only after that.
 * @param {any} envelope
 * @param {string} type
 * @param {Map<string, Uint8Array>} keys those trusted for this type, by kid
 * @param {number} [required]
 * @returns {Statement}
 * @throws {ProtocolError} what `parse` throws, unknown-signer, bad-signature, too-few-signatures
 */
export function verify(envelope, type, keys, required = 1) {
  if (!(required >= 1)) throw new Error("a statement without signatures proves nothing");
  const { payloadBytes, signatures } = open(envelope, type);
  const message = signedBytes(type, payloadBytes);
  const signers = [];
  for (const [keyid, sig] of signatures) {
    const key = keys.get(keyid);
    if (!key) continue;
    verifySignature(key, message, sig);
    signers.push(keyid);
  }
  if (signers.length === 0) throw new ProtocolError("unknown-signer");
  if (signers.length < required) throw new ProtocolError("too-few-signatures");
  return read(envelope, type, payloadBytes, signers);
}
