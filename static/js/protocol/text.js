// @ts-check
/**
 * Which characters a letter may hold. Guarantees that what passes reads the same to every reader: no
 * control characters but line feed and tab, no embedding, override or isolate of writing direction, no
 * invisible tags. Direction marks (U+200E, U+200F, U+061C) stay: right-to-left languages need them.
 * Needs no cryptography: the page's own thread may use it.
 */
import { ProtocolError } from "./errors.js";

const SUSPICIOUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u{d800}-\u{dfff}\u{e0000}-\u{e007f}]/gu;

/** @param {unknown} text @returns {string} the same @throws {ProtocolError} bad-text */
export function checkText(text) {
  if (typeof text !== "string" || text.search(SUSPICIOUS) !== -1) throw new ProtocolError("bad-text");
  return text;
}

/**
 * Cuts a text into fragments, each with whether it is suspicious, so that a facilitator is shown what
 * `checkText` refuses marked, not silently: such a character is a fragment that spells its code point, like `U+202E`.
 * @param {string} text
 * @returns {[fragment: string, isSuspicious: boolean][]} no fragment is empty
 */
export function markText(text) {
  /** @type {[string, boolean][]} */
  const out = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(SUSPICIOUS)) {
    const code = /** @type {number} */ (found.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
    out.push([text.slice(at, index), false], [`U+${code}`, true]);
    at = index + found.length;
  }
  out.push([text.slice(at), false]);
  return out.filter(([fragment]) => fragment !== "");
}
