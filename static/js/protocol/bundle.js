// @ts-check
/**
 * A person's keys, closed under their passphrase. Guarantees that the keys opened are those closed for
 * exactly this account and revision, and that no blob opens under two passphrases (it commits to its key).
 */
import { MAX_INT, bytesOf, checkId, checkInt, concat, pae } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { aeadOpen, aeadSeal, checkSize, equal, kdf, randomBytes, wipe } from "./primitives.js";

/** @typedef {{signSeed: Uint8Array, boxSeed: Uint8Array, rootPk: Uint8Array}} Keys 32 bytes each */

const SIZE = 32;
const CONTEXT = "medbund1";

/** @param {string} accountId @param {number} revision */
function aad(accountId, revision) {
  return pae("mediation/v1/bundle", bytesOf(`${checkId(accountId)}.${checkInt(revision, 1, MAX_INT)}`));
}

/** @param {Uint8Array} rootPk the agency's root key, pinned from now on @returns {Keys} */
export function newKeys(rootPk) {
  checkSize(rootPk, SIZE);
  return { signSeed: randomBytes(SIZE), boxSeed: randomBytes(SIZE), rootPk };
}

/**
 * @param {Keys} keys
 * @param {Uint8Array} wrap from the passphrase
 * @param {string} accountId
 * @param {number} revision from 1
 * @returns {Uint8Array} commitment ‖ nonce ‖ ciphertext
 */
export function close(keys, wrap, accountId, revision) {
  const parts = [keys.signSeed, keys.boxSeed, keys.rootPk];
  for (const part of parts) checkSize(part, SIZE);
  const plain = concat(...parts);
  const blob = concat(kdf(wrap, 2, CONTEXT), aeadSeal(kdf(wrap, 1, CONTEXT), plain, aad(accountId, revision)));
  wipe(plain);
  return blob;
}

/**
 * @param {Uint8Array} blob
 * @param {Uint8Array} wrap
 * @param {string} accountId
 * @param {number} revision
 * @returns {Keys}
 * @throws {ProtocolError} commitment-mismatch (another passphrase), cannot-open (altered, or of another account
 *   or revision), bad-length, bad-id, bad-integer
 */
export function open_(blob, wrap, accountId, revision) {
  const place = aad(accountId, revision);
  if (!equal(blob.subarray(0, SIZE), kdf(wrap, 2, CONTEXT))) throw new ProtocolError("commitment-mismatch");
  const plain = aeadOpen(kdf(wrap, 1, CONTEXT), blob.subarray(SIZE), place);
  checkSize(plain, 3 * SIZE);
  const keys = { signSeed: plain.slice(0, SIZE), boxSeed: plain.slice(SIZE, 2 * SIZE), rootPk: plain.slice(2 * SIZE) };
  wipe(plain);
  return keys;
}
