// @ts-check
/**
 * A content note is a facilitator's, shown when a message is offered, before anybody opens it.
 * Guarantees that a note opened is the one that the decision covers. Sealed to the recipient and to the epoch key.
 */
import { canonical, parseCanonical } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { pad, unpad } from "./padding.js";
import { openSeal, seal as sealTo } from "./primitives.js";
import { SALT, digest, newSalt } from "./salted.js";
import { record } from "./statements.js";
import { checkText } from "./text.js";

/**
 * Its text, and the padded bytes {salt, text} that are hashed and sealed.
 * @typedef {{text: string, block: Uint8Array, hash: string}} Note
 */

const checkDocument = record({ salt: SALT, text: (value) => void checkText(value) });

/** @param {Uint8Array} block */
const hashOf = (block) => digest("content-note", block);

/** A note with a fresh salt. @param {string} text @returns {Note} @throws {ProtocolError} bad-text */
export function make(text) {
  const document = { salt: newSalt(), text };
  checkDocument(document, "");
  const block = pad(canonical(document));
  return Object.freeze({ text, block, hash: hashOf(block) });
}

/**
 * @param {Note} note
 * @param {Uint8Array} boxPk of a recipient, or the epoch's
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-key
 */
export const seal = (note, boxPk) => sealTo(boxPk, note.block);

/**
 * The note that a decision covers.
 * @param {Uint8Array} sealed
 * @param {Uint8Array} boxSeed
 * @param {string} noteHash
 * @returns {Note}
 * @throws {ProtocolError} cannot-open, note-hash-wrong, bad-padding, not-canonical, missing-field, unknown-field,
 *   bad-field, bad-text
 */
export function open_(sealed, boxSeed, noteHash) {
  const block = openSeal(boxSeed, sealed);
  if (hashOf(block) !== noteHash) throw new ProtocolError("note-hash-wrong");
  const document = parseCanonical(unpad(block));
  checkDocument(document, "");
  return Object.freeze({ text: document.text, block, hash: noteHash });
}
