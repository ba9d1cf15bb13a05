// @ts-check
/**
 * Strict DSSE envelopes around canonical payloads.
 * Guarantees that a Statement returned by `verify` was signed, in exactly these bytes, as exactly
 * this type, by as many distinct trusted keys as asked for; its payload has exactly its type's form.
 */
import { b64, bytesOf, canonical, pae, parseCanonical, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { hash32, kid, sign, signPublicKey, verify as verifySignature } from "./primitives.js";
import { LIMITS, SEVERAL_SIGNERS, check } from "./statements.js";

/** @typedef {{keyid: string, sig: string}} Signature */
/** @typedef {{payload: string, payloadType: string, signatures: Signature[]}} Envelope */
/**
 * @typedef {object} Statement
 * @property {string} type
 * @property {any} payload checked, of its type's form
 * @property {Uint8Array} payloadBytes
 * @property {string} hash what other statements call this one
 * @property {Envelope} envelope
 * @property {readonly string[]} signers key ids whose signatures were verified (none when only parsed)
 */

const MAX_SIGNATURES = 64;

/** @param {string} type */
const mediaType = (type) => `application/vnd.mediation.${type}.v1+json`;

/** What is signed, and hashed. @param {string} type @param {Uint8Array} payloadBytes */
const signedBytes = (type, payloadBytes) => pae(mediaType(type), payloadBytes);

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
 * Signs a payload with every seed.
 * @param {string} type
 * @param {Record<string, unknown>} payload
 * @param {Uint8Array[]} seeds
 * @returns {Envelope}
 * @throws {ProtocolError} bad-fields, bad-field, too-large, bad-envelope, duplicate-signature
 */
export function make(type, payload, seeds) {
  check(type, payload);
  const bytes = canonical(payload);
  if (bytes.length > LIMITS[type]) throw new ProtocolError("too-large");
  const envelope = {
    payload: b64(bytes),
    payloadType: mediaType(type),
    signatures: seeds.map((seed) => signature(type, bytes, seed)),
  };
  parse(envelope, type);
  return envelope;
}

/**
 * The same envelope with one more signature; the bytes signed are exactly those already there.
 * @param {unknown} envelope
 * @param {string} type
 * @param {Uint8Array} seed
 * @returns {Envelope}
 */
export function addSignature(envelope, type, seed) {
  const { payloadBytes, envelope: before } = parse(envelope, type);
  const after = { ...before, signatures: [...before.signatures, signature(type, payloadBytes, seed)] };
  readEnvelope(after, type);
  return after;
}

/** @param {unknown} value @param {string[]} keys */
function hasExactly(value, keys) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    && Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}

/** @param {any} list @param {string} type */
function checkSignatures(list, type) {
  const most = SEVERAL_SIGNERS.has(type) ? MAX_SIGNATURES : 1;
  if (!Array.isArray(list) || list.length < 1 || list.length > most) throw new ProtocolError("bad-envelope");
  for (const entry of list) {
    if (!hasExactly(entry, ["keyid", "sig"])) throw new ProtocolError("bad-envelope");
    unb64(entry.keyid, 32);
    unb64(entry.sig, 64);
  }
  if (new Set(list.map((entry) => entry.keyid)).size !== list.length) throw new ProtocolError("duplicate-signature");
}

/**
 * The payload's bytes of a well-formed envelope of this type, its payload still unread.
 * @param {any} envelope
 * @param {string} type
 * @returns {Uint8Array}
 */
function readEnvelope(envelope, type) {
  if (!Object.hasOwn(LIMITS, type)) throw new ProtocolError("unknown-type");
  if (!hasExactly(envelope, ["payload", "payloadType", "signatures"])) throw new ProtocolError("bad-envelope");
  if (typeof envelope.payload !== "string" || typeof envelope.payloadType !== "string") throw new ProtocolError("bad-envelope");
  if (envelope.payloadType !== mediaType(type)) throw new ProtocolError("wrong-type");
  if (envelope.payload.length > Math.ceil((LIMITS[type] * 4) / 3)) throw new ProtocolError("too-large");
  checkSignatures(envelope.signatures, type);
  return unb64(envelope.payload);
}

/**
 * @param {Envelope} envelope
 * @param {string} type
 * @param {Uint8Array} payloadBytes
 * @param {string[]} signers
 * @returns {Statement}
 */
function statement(envelope, type, payloadBytes, signers) {
  const payload = parseCanonical(payloadBytes);
  check(type, payload);
  return Object.freeze({ type, payload, payloadBytes, hash: statementHash(type, payloadBytes), envelope, signers });
}

/**
 * A well-formed statement whose signatures nobody has verified yet.
 * @param {any} envelope
 * @param {string} type
 * @returns {Statement}
 * @throws {ProtocolError} bad-envelope, wrong-type, too-large, duplicate-signature, not-canonical, bad-fields, bad-field
 */
export const parse = (envelope, type) => statement(envelope, type, readEnvelope(envelope, type), []);

/**
 * Picks keys by keyid among those trusted for this type, verifies, then parses.
 * @param {any} envelope
 * @param {string} type
 * @param {Map<string, Uint8Array>} keys trusted public keys by key id
 * @param {number} [required] how many distinct trusted keys must have signed
 * @returns {Statement}
 * @throws {ProtocolError} unknown-signer, bad-signature, too-few-signatures, and all of `parse`
 */
export function verify(envelope, type, keys, required = 1) {
  const payloadBytes = readEnvelope(envelope, type);
  const bytes = signedBytes(type, payloadBytes);
  const signers = [];
  for (const { keyid, sig } of /** @type {Envelope} */ (envelope).signatures) {
    const key = keys.get(keyid);
    if (!key) continue;
    verifySignature(key, bytes, unb64(sig));
    signers.push(keyid);
  }
  if (signers.length === 0) throw new ProtocolError("unknown-signer");
  if (signers.length < required) throw new ProtocolError("too-few-signatures");
  return statement(envelope, type, payloadBytes, signers);
}

/** The map that `verify` takes. @param {Uint8Array[]} publicKeys @returns {Map<string, Uint8Array>} */
export const trusted = (publicKeys) => new Map(publicKeys.map((key) => [kid(key), key]));
