// @ts-check
/**
 * The secret on a printed invitation and what is derived from it. Guarantees that one secret has one
 * code, that a slip in typing (but I, L and O for 1, 1 and 0) is refused, and that the id shown to the server says nothing of the rest.
 */
import { b64, pae } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { hash32, kdf, randomBytes } from "./primitives.js";

/** @typedef {{ik: Uint8Array, inviteId: string, k: Uint8Array, keyCom: string}} InviteSecrets */

const SIZE = 16;
const SYMBOLS = 26;
const CONTEXT = "medinvit";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** @returns {Uint8Array} S, 16 random bytes */
export const newSecret = () => randomBytes(SIZE);

/** @param {Uint8Array} secret S @returns {InviteSecrets} */
export function secrets(secret) {
  if (secret.length !== SIZE) throw new ProtocolError("bad-length");
  return secretsFromIk(hash32(pae("mediation/v1/invite-secret", secret)));
}

/** @param {Uint8Array} ik 32 bytes @returns {InviteSecrets} */
export function secretsFromIk(ik) {
  return { ik, inviteId: b64(kdf(ik, 1, CONTEXT)), k: kdf(ik, 2, CONTEXT), keyCom: b64(kdf(ik, 3, CONTEXT)) };
}

/** Crockford base32 in groups of four. @param {Uint8Array} secret @returns {string} */
export function toCode(secret) {
  if (secret.length !== SIZE) throw new ProtocolError("bad-length");
  const bits = [...secret].map((byte) => byte.toString(2).padStart(8, "0")).join("") + "00";
  const symbols = Array.from({ length: SYMBOLS }, (_, i) => CROCKFORD[parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
  return symbols.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * Accepts lower case, I, L and O, hyphens and spaces anywhere.
 * @param {unknown} code
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-invitation-code
 */
export function fromCode(code) {
  const tidy = typeof code === "string"
    ? code.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replaceAll("O", "0") : "";
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(tidy)) throw new ProtocolError("bad-invitation-code");
  const bits = [...tidy].map((symbol) => CROCKFORD.indexOf(symbol).toString(2).padStart(5, "0")).join("");
  if (!bits.endsWith("00")) throw new ProtocolError("bad-invitation-code");
  return Uint8Array.from({ length: SIZE }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}
