// @ts-check
/**
 * An event of the audit trail, and what the log holds of it.
 * Guarantees that an event is read only from an opening (salt ‖ event) that the log's entry was made of, and only in
 * its one form.
 */
import { MAX_INT, b64, bytesOf, checkId, checkInt, concat, parseCanonical, parseTime } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { equal, mac, sha256 } from "./primitives.js";

const SALT_SIZE = 32;
const MOST_BYTES = 8 * 1024;
const FIELDS = "actor,at,case,kind,n,refs,v";
const KIND = /^[a-z]+\.[a-z]+(?:-[a-z]+)*$/;
const TOKEN = /^[A-Za-z0-9_.:/-]{1,64}$/;

/** @typedef {{actor: string, at: string, case: string, kind: string, n: number, refs: Record<string, string>}} Event */

/** The log's entry for an opening. @param {Uint8Array} opening @returns {Uint8Array} 32 bytes */
export const commitment = (opening) => sha256(concat(bytesOf("audit/v1\n"), opening));

/**
 * Under what name somebody acts in a case's events, or the case itself stands there.
 * @param {Uint8Array} nameKey 32 bytes
 * @param {"actor" | "case"} role
 * @param {string} name a participant_id, staff_id or "system"; of a case its case_id
 * @returns {string}
 * @throws {ProtocolError} bad-length
 */
export const pseudonym = (nameKey, role, name) => b64(mac(nameKey, bytesOf(`${role} ${name}`)).subarray(0, 16));

/**
 * The event behind an entry.
 * @param {Uint8Array} entry
 * @param {Uint8Array} opening
 * @returns {Event}
 * @throws {ProtocolError} commitment-mismatch, bad-event
 */
export function opened(entry, opening) {
  if (!equal(commitment(opening), entry)) throw new ProtocolError("commitment-mismatch");
  return parse(opening.subarray(SALT_SIZE));
}

/** @param {Uint8Array} data @returns {Event} @throws {ProtocolError} bad-event */
export function parse(data) {
  try {
    if (data.length > MOST_BYTES) throw new ProtocolError("bad-event");
    const { v, ...event } = checked(parseCanonical(data));
    checkInt(v, 1, 1);
    return event;
  } catch {
    throw new ProtocolError("bad-event");
  }
}

/** @param {any} value @returns {Event & {v: number}} */
function checked(value) {
  const tokens = Object.entries(value.refs).flat();
  const known = String(Object.keys(value)) === FIELDS && !Array.isArray(value.refs) && typeof value.refs === "object";
  if (!known || !matches(KIND, value.kind) || !tokens.every((token) => matches(TOKEN, token))) {
    throw new ProtocolError("bad-event");
  }
  checkId(value.actor);
  checkId(value.case);
  parseTime(value.at);
  checkInt(value.n, 0, MAX_INT);
  return value;
}

/** @param {RegExp} form @param {unknown} text */
const matches = (form, text) => typeof text === "string" && form.test(text);
