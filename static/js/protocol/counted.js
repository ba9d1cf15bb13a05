// @ts-check
/**
 * What counts under a head, for each reader: exactly what their kept list must hold when the head changes. For a member:
 * every release to them with its message, their privates, what they wrote; for the facilitators: every message and
 * decision. Guarantees that no decryption is needed, so that a stand-in can do it.
 */
import * as authorities from "./authority.js";
import { counting } from "./case_signers.js";
import * as decisions from "./decision.js";
import { parse } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import * as messages from "./message.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./members.js").Members} Members */
/**
 * Statement hashes that may be read: by the facilitators, and by each member by participant_id.
 * @typedef {{facilitators: Set<string>, members: Map<string, Set<string>>}} Lists
 */
/**
 * The envelopes of every message and every final decision of a case.
 * @typedef {{messages: readonly unknown[], decisions: readonly unknown[]}} Recorded
 */
/**
 * What counts; doubtful are the hashes that rest on somebody whom the head names but who is already off the newest roster:
 * signers look at these first, and may leave them out.
 * @typedef {{lists: Lists, doubtful: Set<string>}} Counted
 */

/** @returns {Lists} */
export const noLists = () => ({ facilitators: new Set(), members: new Map() });

/** What this member may read. @param {Lists} lists @param {string} participantId @returns {Set<string>} */
export const of = (lists, participantId) => lists.members.get(participantId) ?? new Set();

/**
 * @param {Head} head
 * @param {Members} people
 * @param {Recorded} recorded
 * @param {Lists} kept the lists under this head
 * @returns {Counted}
 * @throws {ProtocolError} roster-unknown
 */
export function counted(head, people, recorded, kept) {
  const today = count(head, people, recorded, kept);
  const named = authorities.named(head.authority, head.payload.roster);
  const everybody = { ...head, counting: new Map([...counting(head.payload, named), ...head.counting]) };
  const lists = count(everybody, people, recorded, kept);
  const certain = all(today);
  return { lists, doubtful: new Set([...all(lists)].filter((hash) => !certain.has(hash))) };
}

/** @param {Lists} lists */
const all = ({ facilitators, members }) =>
  new Set([...facilitators, ...[...members.values()].flatMap((each) => [...each])]);

/** @param {Head} head @param {Members} people @param {Recorded} recorded @param {Lists} kept @returns {Lists} */
function count(head, people, recorded, kept) {
  const ids = people.people.map((each) => each.participantId);
  const members = new Map(ids.map((id) => [id, countMember(head, people, recorded, id, of(kept, id))]));
  const read = readMessages(head, people, recorded, kept.facilitators);
  const decided = readDecisions(head, recorded, read, kept.facilitators);
  return { facilitators: new Set([...read.keys(), ...decided.keys()]), members };
}

/** What does not count is passed over. @template T @param {() => T} attempt @returns {T | null} */
function orNull(attempt) {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/**
 * The messages that count for a reader, by their hash.
 * @param {Head} head
 * @param {Members} people
 * @param {Recorded} recorded
 * @param {Set<string>} kept
 */
function readMessages(head, people, recorded, kept) {
  const found = recorded.messages.map((each) => orNull(() => messages.verify(each, head, people, kept)));
  return new Map(found.flatMap((each) => (each ? [[each.statement.hash, each]] : [])));
}

/**
 * The final decisions that count for a reader, about messages that count for them, by their hash.
 * @param {Head} head
 * @param {Recorded} recorded
 * @param {Map<string, messages.Verified>} read
 * @param {Set<string>} kept
 */
function readDecisions(head, recorded, read, kept) {
  const found = recorded.decisions.map((each) => {
    const about = read.get(parse(each, "decision").payload.message_hash);
    return about ? orNull(() => decisions.verify(each, head, about.statement, kept)) : null;
  });
  return new Map(found.flatMap((each) => (each ? [[each.statement.hash, each]] : [])));
}

/**
 * @param {Head} head
 * @param {Members} people
 * @param {Recorded} recorded
 * @param {string} id
 * @param {Set<string>} kept
 */
function countMember(head, people, recorded, id, kept) {
  const read = readMessages(head, people, recorded, kept);
  const releases = [...readDecisions(head, recorded, read, kept)].filter(([, each]) => each.recipientId === id);
  const own = [...read].filter(([, each]) => isOwn(each.statement.payload, id));
  return new Set([
    ...releases.flatMap(([hash, each]) => [hash, each.payload.message_hash]),
    ...own.map(([hash]) => hash),
  ]);
}

/** What they wrote, and privates to them. @param {any} payload @param {string} id */
const isOwn = ({ kind, recipients, author_id }, id) =>
  author_id === id || (kind === "private" && recipients.includes(id));
