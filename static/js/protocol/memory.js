// @ts-check
/**
 * A person's own documents (pins, drafts, settings), kept by the server for nobody else.
 * Guarantees that a document opened was closed by the same person under this name and revision. The
 * key comes from their own seed: what is sealed to a public key could have been written by anyone.
 */
import { bytesOf, canonical, pae, parseCanonical } from "./encoding.js";
import { pad, unpad } from "./padding.js";
import { aeadOpen, aeadSeal, kdf } from "./primitives.js";

/** @param {Uint8Array} signSeed */
const ownKey = (signSeed) => kdf(signSeed, 3, "medself1");

/** @param {string} accountId @param {string} name @param {number} revision */
const aad = (accountId, name, revision) => pae("mediation/v1/self", bytesOf(`${accountId}.${name}.${revision}`));

/**
 * @param {Uint8Array} signSeed
 * @param {string} accountId
 * @param {string} name
 * @param {number} revision
 * @param {unknown} document canonical JSON
 * @returns {Uint8Array}
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
 * @throws {ProtocolError} cannot-open, bad-padding, not-canonical
 */
export function open_(signSeed, accountId, name, revision, blob) {
  return parseCanonical(unpad(aeadOpen(ownKey(signSeed), blob, aad(accountId, name, revision))));
}
