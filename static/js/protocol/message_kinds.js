// @ts-check
/**
 * Who may write what to whom. Guarantees that the server and every client refuse anything else.
 *
 * | kind | author | recipients | needs a decision |
 * |---|---|---|---|
 * | relay | a member, or a scribe for an assisted one | one or more other members | yes |
 * | summary | a facilitator | one or more members | yes |
 * | private | a facilitator | exactly one member | no |
 * | private | a member | none (to the facilitators) | no |
 * | note | a facilitator | none (facilitators only) | no |
 */
import { ProtocolError } from "./errors.js";
import { find, get } from "./members.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./members.js").Member} Member */
/** @typedef {import("./members.js").Members} Members */
/** @typedef {import("./roster.js").Staff} Staff */

/** The kinds that nobody but facilitators may read without a release. */
export const DECIDED = new Set(["relay", "summary"]);

/** @type {Record<string, [least: number, most: number]>} */
const RECIPIENTS = { relay: [1, Infinity], summary: [1, Infinity], private: [0, 1], note: [0, 0] };

/**
 * Whether the author must be a facilitator, rather than a member: a private to nobody comes from a member.
 * @param {any} payload
 */
export function byFacilitator({ kind, recipients }) {
  return kind === "summary" || kind === "note" || (kind === "private" && recipients.length > 0);
}

/** Whether a message of this kind goes to so many. @param {any} payload @throws {ProtocolError} recipients-wrong */
export function checkCount({ kind, recipients }) {
  const [least, most] = RECIPIENTS[kind];
  if (recipients.length < least || recipients.length > most) throw new ProtocolError("recipients-wrong");
}

/**
 * @param {Members} people
 * @param {any} payload
 * @throws {ProtocolError} recipients-wrong, recipient-is-author and, if all members are known, member-unknown
 */
export function checkRecipients(people, payload) {
  checkCount(payload);
  const { recipients, author_id } = payload;
  if (recipients.includes(author_id)) throw new ProtocolError("recipient-is-author");
  if (people.complete) for (const participantId of recipients) get(people, participantId);
}

/**
 * The author, who may write this, and whose key or scribe's key is the signer's kid.
 * @param {Head} head
 * @param {Members} people
 * @param {any} payload
 * @param {string} signer
 * @returns {Member | Staff}
 * @throws {ProtocolError} author-wrong, member-unknown, scribe-wrong
 */
export function checkAuthor(head, people, payload, signer) {
  if (payload.author_kid !== signer) throw new ProtocolError("author-wrong");
  if (payload.scribe !== null) return scribed(head, people, payload);
  if (byFacilitator(payload)) {
    const staff = head.counting.get(signer);
    if (staff?.staffId !== payload.author_id) throw new ProtocolError("author-wrong");
    return /** @type {Staff} */ (staff);
  }
  const member = find(people, payload.author_id);
  if (!member || member.signKid !== signer) throw new ProtocolError("author-wrong");
  return member;
}

/**
 * The assisted member for whom a facilitator of the head wrote a relay down.
 * @param {Head} head
 * @param {Members} people
 * @param {any} payload
 */
function scribed(head, people, payload) {
  if (payload.kind !== "relay") throw new ProtocolError("scribe-wrong");
  if (head.counting.get(payload.author_kid)?.staffId !== payload.scribe.staff_id)
    throw new ProtocolError("scribe-wrong");
  const member = get(people, payload.author_id);
  if (!member.assisted) throw new ProtocolError("scribe-wrong");
  return member;
}

/**
 * Whether every recipient wrote or was given the message that this one answers.
 * @param {any} payload
 * @param {Map<string, Set<string>>} known by participant_id, the message_ids that they wrote or were given
 * @throws {ProtocolError} answers-unknown
 */
export function checkAnswers({ answers, recipients }, known) {
  if (answers === null) return;
  const all = recipients.every((/** @type {string} */ participantId) => known.get(participantId)?.has(answers));
  if (!all) throw new ProtocolError("answers-unknown");
}
