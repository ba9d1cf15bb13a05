// @ts-check
/**
 * What whoever signs a step of a case checks first, and what the server checks as far as it can.
 * Guarantees that the lists of what may still be read hold exactly what counted before, that every new key comes from a
 * join that was checked, and that no member hides among the entries.
 */
import { changesStaff } from "./case_rules.js";
import { counted, of } from "./counted.js";
import { ProtocolError } from "./errors.js";
import { isMember } from "./joining.js";
import * as kept from "./kept.js";
import { find } from "./members.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./counted.js").Lists} Lists */
/** @typedef {import("./counted.js").Recorded} Recorded */
/** @typedef {import("./joining.js").Joiner} Joiner */
/** @typedef {import("./kept.js").KeptDocument} KeptDocument */
/** @typedef {import("./members.js").Member} Member */
/** @typedef {import("./members.js").Members} Members */
/**
 * What a case statement and its member documents commit to; a member left out has none.
 * @typedef {{facilitators: KeptDocument | null, members: Record<string, KeptDocument | null>}} KeptDocuments
 */

/** Whether a member who had keys leaves or gets others. @param {Members} before @param {Members} after */
export function takesAwayKey(before, after) {
  return before.people.some(
    (each) => keysOf(each) !== null && keysOf(find(after, each.participantId)) !== keysOf(each),
  );
}

/** Both kids as one text; null without keys. @param {Member | undefined} member */
const keysOf = (member) => (member?.signKid ? `${member.signKid}.${member.boxKid}` : null);

/**
 * Whether a step from the head to the payload `after` must carry new lists.
 * @param {Head} head
 * @param {any} after
 * @param {Members} beforePeople
 * @param {Members} afterPeople
 */
export function needsLists(head, after, beforePeople, afterPeople) {
  return changesStaff(head.payload, after) || takesAwayKey(beforePeople, afterPeople);
}

/**
 * The lists that a case payload and its members commit to.
 * @param {any} payload
 * @param {Members} people
 * @param {KeptDocuments} documents
 * @returns {Lists}
 * @throws {ProtocolError} what `kept.open_` throws
 */
export function openLists(payload, people, documents) {
  const members = new Map(
    people.people.map((each) => [
      each.participantId,
      kept.open_(documents.members[each.participantId] ?? null, each.kept),
    ]),
  );
  return { facilitators: kept.open_(documents.facilitators, payload.kept), members };
}

/**
 * The lists of a step from the head to the payload `after`.
 * @param {Head} head
 * @param {{before: Members, listsBefore: Lists, recorded: Recorded, after: any, afterPeople: Members, documents: KeptDocuments}} step
 * @returns {Lists}
 * @throws {ProtocolError} what `openLists` throws, kept-mismatch (a list leaves out or adds), kept-changed (a list
 *   changed without cause, or came with a new member)
 */
export function checkLists(head, { before, listsBefore, recorded, after, afterPeople, documents }) {
  const lists = openLists(after, afterPeople, documents);
  checkNewcomers(before, afterPeople);
  if (!needsLists(head, after, before, afterPeople)) {
    checkUnchanged(head, before, after, afterPeople);
    return lists;
  }
  const expected = counted(head, before, recorded, listsBefore);
  checkList(lists.facilitators, expected.lists.facilitators, expected.doubtful);
  for (const [id, hashes] of lists.members) checkList(hashes, of(expected.lists, id), expected.doubtful);
  return lists;
}

/** @param {Members} before @param {Members} after */
function checkNewcomers(before, after) {
  const changed = after.people.some((each) => each.kept !== null && !find(before, each.participantId));
  if (changed) throw new ProtocolError("kept-changed");
}

/** @param {Head} head @param {Members} before @param {any} after @param {Members} afterPeople */
function checkUnchanged(head, before, after, afterPeople) {
  if (after.kept !== head.kept) throw new ProtocolError("kept-changed");
  for (const each of afterPeople.people) {
    const earlier = find(before, each.participantId);
    if (earlier && each.kept !== earlier.kept) throw new ProtocolError("kept-changed");
  }
}

/** @param {Set<string>} hashes @param {Set<string>} expected @param {Set<string>} doubtful */
function checkList(hashes, expected, doubtful) {
  if ([...expected].some((hash) => !doubtful.has(hash) && !hashes.has(hash)))
    throw new ProtocolError("kept-mismatch", "leaves out");
  if ([...hashes].some((hash) => !expected.has(hash))) throw new ProtocolError("kept-mismatch", "adds");
}

/**
 * Whether every new key comes from a join that was checked for this step.
 * @param {Members} before
 * @param {Members} after
 * @param {Map<string, Joiner>} joiners by participant_id
 * @throws {ProtocolError} not-joined
 */
export function checkAdmissions(before, after, joiners) {
  for (const each of after.people) {
    if (keysOf(each) === null || keysOf(find(before, each.participantId)) === keysOf(each)) continue;
    const joiner = joiners.get(each.participantId);
    if (!joiner || !isMember(joiner, each)) throw new ProtocolError("not-joined");
  }
}
