// @ts-check
/**
 * From a passphrase to the two keys made of it: `auth`, which the server is shown, and `wrap`, which
 * it never is. Guarantees that one passphrase typed on different keyboards gives the same keys.
 */
import { bytesOf } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { kdf, pwhash, wipe } from "./primitives.js";

/** Strength of stretching for new accounts: passes, and bytes of memory. */
export const PARAMETERS = Object.freeze({ opslimit: 3, memlimit: 64 * 2 ** 20 });
const OWN_LENGTH = 16;

/** @param {string} passphrase @returns {string} */
function tidy(passphrase) {
  const text = passphrase.normalize("NFKC").replace(/\p{White_Space}+/gu, " ").replace(/^ | $/g, "");
  if (text === "" || /[\p{Cc}\p{Cn}\p{Cs}]/u.test(text)) throw new ProtocolError("bad-passphrase");
  return text;
}

/**
 * NFKC, trimmed, runs of white space as one space, as UTF-8.
 * @param {string} passphrase
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-passphrase (control characters, unassigned code points, or nothing at all)
 */
export const normalise = (passphrase) => bytesOf(tidy(passphrase));

/**
 * @param {string} passphrase
 * @param {Uint8Array} salt 16 bytes
 * @param {number} opslimit
 * @param {number} memlimit bytes
 * @returns {{auth: Uint8Array, wrap: Uint8Array}} 32 bytes each
 * @throws {ProtocolError} bad-passphrase, pwhash-bounds, bad-length
 */
export function derive(passphrase, salt, opslimit, memlimit) {
  const bytes = normalise(passphrase);
  const master = pwhash(bytes, salt, opslimit, memlimit);
  const derived = { auth: kdf(master, 1, "medauth1"), wrap: kdf(master, 2, "medwrap1") };
  wipe(bytes);
  wipe(master);
  return derived;
}

/** @param {string} passphrase one of the person's own @throws {ProtocolError} passphrase-too-short, bad-passphrase */
export function checkOwnPassphrase(passphrase) {
  if ([...tidy(passphrase)].length < OWN_LENGTH) throw new ProtocolError("passphrase-too-short");
}
