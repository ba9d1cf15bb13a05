// @ts-check
/**
 * Words that people say to each other and type. Guarantees that both ends of a phone call see the same
 * six words only if they hold the same three keys, and that random words are drawn without bias.
 *
 * The list is large, so only pages that show words load this module; that is why `newPassphrase`
 * stands here and not in `passphrase.js` as it does in Python.
 */
import sodium from "../../vendor/libsodium-wrappers.mjs";
import { WORDS } from "../../vendor/eff_large_wordlist.mjs";
import { concat, pae } from "./encoding.js";
import { checkSize, hash32 } from "./primitives.js";

export { WORDS };

const SIX = 6;

/**
 * @param {Uint8Array} rootPk
 * @param {Uint8Array} signPk
 * @param {Uint8Array} boxPk
 * @returns {string[]}
 * @throws {ProtocolError} bad-length
 */
export function sixWords(rootPk, signPk, boxPk) {
  for (const key of [rootPk, signPk, boxPk]) checkSize(key, 32);
  const digest = hash32(pae("mediation/v1/words", concat(rootPk, signPk, boxPk)));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return Array.from({ length: SIX }, (_, i) => WORDS[view.getUint32(4 * i) % WORDS.length]);
}

/** @param {number} n @returns {string[]} */
export const randomWords = (n) => Array.from({ length: n }, () => WORDS[sodium.randombytes_uniform(WORDS.length)]);

/** Six random words, 77 bits. @returns {string} */
export const newPassphrase = () => randomWords(SIX).join(" ");
