// @ts-check
/**
 * Texts with a structure, such as what the other side is called, are told from plain prose by their first line.
 * Guarantees one spelling: `mediation-document/v1 <name>` LF, then the value in RFC 8785 form. They travel as the text of
 * a note or a private.
 */
import { bytesOf, canonical, parseCanonical, textOf } from "./encoding.js";
import { ProtocolError } from "./errors.js";

const FIRST_LINE = /^mediation-document\/v1 ([a-z-]{1,40})\n/;

/**
 * @param {string} name 1 to 40 lower-case letters and hyphens
 * @param {unknown} value
 * @returns {string}
 * @throws {ProtocolError} bad-field
 */
export function toText(name, value) {
  const firstLine = `mediation-document/v1 ${name}\n`;
  if (FIRST_LINE.exec(firstLine)?.[0] !== firstLine) throw new ProtocolError("bad-field", "name");
  return firstLine + textOf(canonical(value));
}

/**
 * @param {string} text
 * @returns {{name: string, value: any} | null} null for prose
 * @throws {ProtocolError} not-canonical
 */
export function fromText(text) {
  const found = FIRST_LINE.exec(text);
  return found && { name: found[1], value: parseCanonical(bytesOf(text.slice(found[0].length))) };
}
