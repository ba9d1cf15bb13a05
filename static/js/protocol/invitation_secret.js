// @ts-check
/**
 * The secret on a printed invitation and what is derived from it. Guarantees that one secret has one code (I, L and
 * O are read as 1, 1 and 0), and that the id shown to the server says nothing of the rest.
 */
import { b64, pae } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { checkSize, hash32, kdf, randomBytes } from "./primitives.js";

/** @typedef {{ik: Uint8Array, inviteId: string, k: Uint8Array, keyCom: string}} InviteSecrets */

const SIZE = 16;
const SYMBOLS = 26;
const CONTEXT = "medinvit";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** @returns {Uint8Array} S, 16 random bytes */
export const newSecret = () => randomBytes(SIZE);

/** @param {Uint8Array} secret S @returns {InviteSecrets} */
export function secrets(secret) {
  checkSize(secret, SIZE);
  return secretsFromIk(hash32(pae("mediation/v1/invite-secret", secret)));
}

/** What follows from IK, which the inviter keeps. @param {Uint8Array} ik 32 bytes @returns {InviteSecrets} */
export function secretsFromIk(ik) {
  return { ik, inviteId: b64(kdf(ik, 1, CONTEXT)), k: kdf(ik, 2, CONTEXT), keyCom: b64(kdf(ik, 3, CONTEXT)) };
}

/** Crockford base32 in groups of four. @param {Uint8Array} secret @returns {string} */
export function toCode(secret) {
  checkSize(secret, SIZE);
  const bits = [...secret].map((byte) => byte.toString(2).padStart(8, "0")).join("") + "00";
  const symbols = Array.from({ length: SYMBOLS }, (_, i) => CROCKFORD[parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
  return symbols.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * Accepts lower case, I, L and O, hyphens and spaces.
 * @param {unknown} code
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-invitation-code
 */
export function fromCode(code) {
  const typed = typeof code === "string" ? code.replace(/[ -]/g, "") : "";
  // ASCII first: toUpperCase would also turn other alphabets' letters into I, K and S.
  if (!/^[0-9A-TV-Za-tv-z]{26}$/.test(typed)) throw new ProtocolError("bad-invitation-code");
  const tidy = typed.toUpperCase().replace(/[IL]/g, "1").replaceAll("O", "0");
  const bits = [...tidy].map((symbol) => CROCKFORD.indexOf(symbol).toString(2).padStart(5, "0")).join("");
  if (!bits.endsWith("00")) throw new ProtocolError("bad-invitation-code");
  return Uint8Array.from({ length: SIZE }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}
