// @ts-check
/** How people are told to a page: members by side and role, staff by the name in the verified staff list. */
import { find } from "../protocol/members.js";
import { fromText } from "../protocol/documents.js";
import { markText } from "../protocol/text.js";

/** @typedef {import("../protocol/case_head.js").Head} Head */
/** @typedef {import("../protocol/members.js").Members} Members */
/**
 * @typedef {{participant_id: string, side: string | null, role: string | null, called: string | null} | {staff_id: string, name: string | null}} Person
 */

/**
 * The staff list's name; null for somebody who is no longer on it.
 * @param {Head["authority"]} authority
 * @param {string} staffId
 */
export const staffName = ({ roster }, staffId) => roster.staff.get(staffId)?.displayName ?? null;

/** @param {Head["authority"]} authority @param {string} staffId */
export const staff = (authority, staffId) => ({ staff_id: staffId, name: staffName(authority, staffId) });

/**
 * @param {Members} people
 * @param {string} participantId
 * @param {Record<string, string>} called words for each
 * @returns {Person}
 */
export function member(people, participantId, called = {}) {
  const { side = null, role = null } = find(people, participantId) ?? {};
  return { participant_id: participantId, side, role, called: called[participantId] ?? null };
}

/**
 * Who wrote a verified message, by its signed payload.
 * @param {Head} head
 * @param {Members} people
 * @param {any} payload
 * @param {Record<string, string>} [called]
 */
export function author({ authority }, people, { kind, author_id, recipients }, called) {
  const byStaff = kind === "summary" || kind === "note" || (kind === "private" && recipients.length > 0);
  return byStaff ? staff(authority, author_id) : member(people, author_id, called);
}

/** Who wrote it down, if somebody did. @param {Head} head @param {any} payload */
export const scribe = ({ authority }, { scribe: given }) =>
  given && { name: staffName(authority, given.staff_id), means: given.means };

/**
 * A text as pages take it: either prose with its fragments, or a structured document.
 * @param {{text: string, lang: string}} opened
 */
export function shown({ text, lang }) {
  const document = fromText(text);
  return document
    ? { text: null, marked: null, lang, document }
    : { text, marked: markText(text), lang, document: null };
}
