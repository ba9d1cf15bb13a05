// @ts-check
/**
 * The sheet that an administrator prints at set-up and locks away. Guarantees that one 32-byte seed has one code: Crockford's
 * base32, 52 symbols (256 bits and four zero bits) in groups of four.
 */
import { WorkerError } from "./worker_error.js";

const SIZE = 32;
const SYMBOLS = 52;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** @param {Uint8Array} seed @returns {string} */
export function toCode(seed) {
  const bits = [...seed].map((byte) => byte.toString(2).padStart(8, "0")).join("") + "0000";
  const symbols = Array.from({ length: SYMBOLS }, (_, i) => CROCKFORD[parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
  return symbols.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * Small letters, I and L for 1, O for 0, hyphens and spaces are taken.
 * @param {string} code
 * @returns {Uint8Array}
 * @throws {WorkerError} recovery-code
 */
export function fromCode(code) {
  const tidy = code.toUpperCase().replace(/[ -]/g, "").replace(/[IL]/g, "1").replaceAll("O", "0");
  const bits = [...tidy].map((symbol) => CROCKFORD.indexOf(symbol).toString(2).padStart(5, "0")).join("");
  if (!/^[0-9A-HJKMNP-TV-Z]{52}$/.test(tidy) || !bits.endsWith("0000")) {
    throw new WorkerError("recovery-code", "This code is not complete or has a wrong character.");
  }
  return Uint8Array.from({ length: SIZE }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}
