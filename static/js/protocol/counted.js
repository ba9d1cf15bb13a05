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
import { checkRefusal } from "./errors.js";
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
  const everybody = new Map([...counting(head.payload, named), ...head.counting]);
  if (everybody.size === head.counting.size) return { lists: today, doubtful: new Set() };
  const lists = count({ ...head, counting: everybody }, people, recorded, kept);
  const certain = all(today);
  return { lists, doubtful: new Set([...all(lists)].filter((hash) => !certain.has(hash))) };
}

/** @param {Lists} lists */
const all = ({ facilitators, members }) =>
  new Set([...facilitators, ...[...members.values()].flatMap((each) => [...each])]);

/**
 * What counts by signature, or would if it were listed (`stands`), by hash: every envelope is verified once.
 * @typedef {{messages: Map<string, messages.Verified>, decisions: Map<string, decisions.Decision>}} Judged
 */

/**
 * @param {Head} head
 * @param {Members} people
 * @param {Recorded} recorded
 * @param {Lists} kept
 * @returns {Lists}
 */
function count(head, people, recorded, kept) {
  const read = readMessages(head, people, recorded);
  const judged = { messages: read, decisions: readDecisions(head, recorded, read) };
  const ids = people.people.map((each) => each.participantId);
  const members = new Map(ids.map((id) => [id, countMember(judged, id, of(kept, id))]));
  const own = forReader(judged, kept.facilitators);
  return { facilitators: new Set([...own.messages.keys(), ...own.decisions.keys()]), members };
}

/**
 * The messages that count for a reader with this list, and the final decisions about them.
 * @param {Judged} judged
 * @param {Set<string>} kept
 * @returns {Judged}
 */
function forReader(judged, kept) {
  const read = new Map([...judged.messages].filter(([hash, each]) => !each.stands || kept.has(hash)));
  const decided = [...judged.decisions].filter(
    ([hash, each]) => read.has(each.payload.message_hash) && (!each.stands || kept.has(hash)),
  );
  return { messages: read, decisions: new Map(decided) };
}

/** What does not count is passed over. @template T @param {() => T} attempt @returns {T[]} none or one */
function orNone(attempt) {
  try {
    return [attempt()];
  } catch (error) {
    checkRefusal(error);
    return [];
  }
}

/**
 * @param {Head} head
 * @param {Members} people
 * @param {Recorded} recorded
 * @returns {Judged["messages"]}
 */
function readMessages(head, people, recorded) {
  const found = recorded.messages.flatMap((each) =>
    orNone(() => {
      const { hash } = parse(each, "message");
      return /** @type {const} */ ([hash, messages.verify(each, head, people, new Set([hash]))]);
    }),
  );
  return new Map(found);
}

/**
 * @param {Head} head
 * @param {Recorded} recorded
 * @param {Judged["messages"]} read
 * @returns {Judged["decisions"]}
 */
function readDecisions(head, recorded, read) {
  const found = recorded.decisions.flatMap((each) => {
    const { hash, payload } = parse(each, "decision");
    const about = read.get(payload.message_hash);
    if (!about) return [];
    return orNone(
      () => /** @type {const} */ ([hash, decisions.verify(each, head, about.statement, new Set([hash]))]),
    );
  });
  return new Map(found);
}

/** @param {Judged} judged @param {string} id @param {Set<string>} kept @returns {Set<string>} */
function countMember(judged, id, kept) {
  const own = forReader(judged, kept);
  const releases = [...own.decisions].filter(([, each]) => each.recipientId === id);
  const written = [...own.messages].filter(([, each]) => isOwn(each.statement.payload, id));
  return new Set([
    ...releases.flatMap(([hash, each]) => [hash, each.payload.message_hash]),
    ...written.map(([hash]) => hash),
  ]);
}

/** What they wrote, and privates to them. @param {any} payload @param {string} id @returns {boolean} */
const isOwn = ({ kind, recipients, author_id }, id) =>
  author_id === id || (kind === "private" && recipients.includes(id));
