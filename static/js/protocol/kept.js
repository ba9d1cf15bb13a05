// @ts-check
/**
 * What still may be read although its signatures no longer count. Guarantees that it is nothing but the hashes in the
 * reader's kept list: a document {salt, hashes} whose hash stands in the member document, or in the case statement for
 * the facilitators. An empty list is null. A listed hash stands for the signatures of a statement, for reading only.
 */
import { canonical } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { SALT, digest, newSalt } from "./salted.js";
import * as statements from "./statements.js";

/** @typedef {{salt: string, hashes: string[]}} KeptDocument */

const checkDocument = statements.record({ salt: SALT, hashes: statements.ascending(statements.digest, 1) });

/**
 * A new list of statement hashes, null when there are none.
 * @param {Iterable<string>} hashes
 * @returns {KeptDocument | null}
 */
export function build(hashes) {
  const listed = [...new Set(hashes)].sort();
  return listed.length ? { salt: newSalt(), hashes: listed } : null;
}

/**
 * @param {KeptDocument | null} document
 * @returns {string | null} B64(H(PAE("mediation/v1/kept", document in RFC 8785 form)))
 */
export const documentHash = (document) => document && digest("kept", canonical(document));

/**
 * The statement hashes of the list whose hash is `kept`.
 * @param {any} document
 * @param {string | null} kept
 * @returns {Set<string>}
 * @throws {ProtocolError} missing-field, unknown-field, bad-field, kept-document-wrong
 */
export function open_(document, kept) {
  if (document !== null) checkDocument(document, "");
  if (documentHash(document) !== kept) throw new ProtocolError("kept-document-wrong");
  return new Set(document ? document.hashes : []);
}
