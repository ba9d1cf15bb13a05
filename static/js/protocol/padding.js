// @ts-check
/**
 * PAD: hides how long a text is. Guarantees that one content has one padded form: unpadding
 * recomputes the size that padding would have chosen and refuses any other.
 */
import sodium from "../../vendor/libsodium-wrappers.mjs";
import { ProtocolError } from "./errors.js";

/** The least size of anything padded, in bytes. */
export const FLOOR = 1024;

/** Exact for every positive integer below 2^31, unlike Math.log2 on some engines. @param {number} n */
const floorLog2 = (n) => 31 - Math.clz32(n);

/**
 * The padded size of a content. Padmé (Nikitin et al., PETS 2019): at most 12 % more, and few distinct sizes.
 * @param {number} length of the content, in bytes
 */
export function target(length) {
  const least = length + 1;
  if (least <= FLOOR) return FLOOR;
  const exponent = floorLog2(least);
  const step = 2 ** (exponent - floorLog2(exponent) - 1);
  return Math.ceil(least / step) * step;
}

/** @param {Uint8Array} bytes @returns {Uint8Array} */
export const pad = (bytes) => sodium.pad(bytes, target(bytes.length));

/** @param {Uint8Array} bytes @returns {Uint8Array} @throws {ProtocolError} bad-padding */
export function unpad(bytes) {
  const content = unpadFrom(bytes, bytes.length);
  if (target(content.length) !== bytes.length) throw new ProtocolError("bad-padding");
  return content;
}

/**
 * Pads to exactly one block, as the order block of a message wants.
 * @param {Uint8Array} bytes
 * @param {number} size
 * @returns {Uint8Array}
 * @throws {ProtocolError} too-large
 */
export function padTo(bytes, size) {
  if (bytes.length >= size) throw new ProtocolError("too-large");
  return sodium.pad(bytes, size);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} size
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-padding
 */
export function unpadFrom(bytes, size) {
  if (bytes.length !== size) throw new ProtocolError("bad-padding");
  try {
    return sodium.unpad(bytes, size).slice();
  } catch {
    throw new ProtocolError("bad-padding");
  }
}
