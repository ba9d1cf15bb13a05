// @ts-check
/**
 * Which characters a letter may hold. Guarantees that what passes reads the same to every reader: no
 * control characters but line break and tab, no overrides of writing direction, no invisible tags.
 * Needs no cryptography: the page's own thread may use it.
 */
import { ProtocolError } from "./errors.js";

const SUSPICIOUS = /(?:(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]|\p{Cs})+/gu;

/** @param {unknown} text @returns {string} the same @throws {ProtocolError} bad-text */
export function checkText(text) {
  if (typeof text !== "string" || text.search(SUSPICIOUS) !== -1) throw new ProtocolError("bad-text");
  return text;
}

/**
 * Cuts a text into fragments, so that a facilitator is shown suspicious characters marked, not silently.
 * @param {string} text
 * @returns {[fragment: string, isSuspicious: boolean][]} none empty; joined they are the text
 */
export function markText(text) {
  /** @type {[string, boolean][]} */
  const out = [];
  let at = 0;
  for (const found of text.matchAll(SUSPICIOUS)) {
    out.push([text.slice(at, found.index), false], [found[0], true]);
    at = found.index + found[0].length;
  }
  out.push([text.slice(at), false]);
  return out.filter(([fragment]) => fragment !== "");
}
