// @ts-check
/**
 * A person's own documents (pins, drafts, settings), kept by the server for nobody else.
 * Guarantees that a document opened was closed by the same person under this name and revision. The
 * key comes from their own seed: what is sealed to a public key could have been written by anyone.
 */
import { MAX_INT, bytesOf, canonical, checkId, checkInt, pae, parseCanonical } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { pad, unpad } from "./padding.js";
import { aeadOpen, aeadSeal, kdf } from "./primitives.js";

/** @param {Uint8Array} signSeed */
const ownKey = (signSeed) => kdf(signSeed, 3, "medself1");

/** @param {string} accountId @param {string} name @param {number} revision */
function aad(accountId, name, revision) {
  if (!/^[A-Za-z0-9._:/-]{1,128}$/.test(name)) throw new ProtocolError("bad-field", "name");
  return pae("mediation/v1/self", bytesOf(`${checkId(accountId)}.${name}.${checkInt(revision, 1, MAX_INT)}`));
}

/**
 * @param {Uint8Array} signSeed
 * @param {string} accountId
 * @param {string} name 1 to 128 of A-Z, a-z, 0-9 and ._:/-
 * @param {number} revision from 1, rising with every change
 * @param {unknown} document what `canonical` takes
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-json, bad-length, bad-id, bad-field, bad-integer
 */
export function close(signSeed, accountId, name, revision, document) {
  return aeadSeal(ownKey(signSeed), pad(canonical(document)), aad(accountId, name, revision));
}

/**
 * @param {Uint8Array} signSeed
 * @param {string} accountId
 * @param {string} name
 * @param {number} revision
 * @param {Uint8Array} blob
 * @returns {any}
 * @throws {ProtocolError} cannot-open, bad-padding, not-canonical, bad-length, bad-id, bad-field, bad-integer
 */
export function open_(signSeed, accountId, name, revision, blob) {
  return parseCanonical(unpad(aeadOpen(ownKey(signSeed), blob, aad(accountId, name, revision))));
}
