// @ts-check
/**
 * What the audit log holds of the case on this page, for its facilitators. Guarantees that an event is called verified only
 * if it stands under a head that the log's own key has signed and that goes on from the one that was kept, and that it is
 * of this case; who acted follows from the case's name key, not from anybody's word.
 */
import * as checkpoint from "../protocol/checkpoint.js";
import { unb64 } from "../protocol/encoding.js";
import { ProtocolError } from "../protocol/errors.js";
import * as event from "../protocol/event.js";
import { verifyInclusion } from "../protocol/tree.js";
import { current } from "./room.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{participant_id: string} | {staff_id: string, name: string} | {service: true}} Who */
/** @typedef {{log: number, note: string, proof: string[]}} GivenHead `proof`: that it goes on from the head that was kept */
/** @typedef {{event_id: string, opening: string, log: number | null, index: number | null, proof: string[] | null}} GivenEvent */

/** Under which names everybody may stand in the events. @param {Room} room @param {Uint8Array} nameKey @returns {Map<string, Who>} */
function named({ head, people, view }, nameKey) {
  /** @type {[string, Who][]} */
  const found = [["system", { service: true }], ["anyone", { service: true }]];
  const invited = (view.invitations ?? []).map((/** @type {any} */ one) => one.participant_id);
  for (const id of [...people.people.map((one) => one.participantId), ...(view.left ?? []), ...invited]) {
    if (id) found.push([id, { participant_id: id }]);
  }
  for (const { staff } of head.authority.rosters) {
    for (const [id, { displayName: name }] of staff) found.push([id, { staff_id: id, name }]);
  }
  return new Map(found.map(([name, who]) => [event.pseudonym(nameKey, "actor", name), who]));
}

/** A head that counts, or why it does not. @param {Room} room @param {GivenHead} given @returns {checkpoint.Checkpoint | ProtocolError} */
function headOf({ head: { authority }, own }, { note, proof }) {
  try {
    const head = checkpoint.opened(note, authority.agency.newest.payload.log_vkeys);
    checkpoint.follows(own.document.checkpoint, head, proof.map((hash) => unb64(hash, 32)));
    return head;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** @param {GivenEvent} given @param {Uint8Array} opening @param {checkpoint.Checkpoint | ProtocolError | undefined} head */
function prove({ index, proof }, opening, head) {
  if (head instanceof ProtocolError) throw head;
  if (!head || index === null || proof === null) throw new ProtocolError("bad-proof");
  const hashes = proof.map((hash) => unb64(hash, 32));
  verifyInclusion(event.commitment(opening), index, head.size, hashes, head.root);
}

/**
 * One event: `state` is "verified", "waiting" while no signed head covers it, or "failed" by a `code`.
 * @param {GivenEvent} given
 * @param {Map<number, checkpoint.Checkpoint | ProtocolError>} heads
 * @param {string} ofCase the case's own name in its events
 * @param {Map<string, Who>} names
 */
function told(given, heads, ofCase, names) {
  /** @type {event.Event | null} */
  let read = null;
  try {
    const opening = unb64(given.opening);
    read = event.opened(event.commitment(opening), opening);
    if (read.case !== ofCase) throw new ProtocolError("commitment-mismatch");
    if (given.log !== null) prove(given, opening, heads.get(given.log));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...read, by: null, event_id: given.event_id, state: "failed", code: error.code };
  }
  const state = given.log === null ? "waiting" : "verified";
  return { ...read, by: names.get(read.actor) ?? null, event_id: given.event_id, state, code: null };
}

export const methods = {
  /** The head of the log that was kept, null before the first: what each head has to go on from. */
  kept: () => current().own.document.checkpoint,

  /**
   * A page of events, as GET /cases/{id}/events answers them, each checked.
   * @param {{name_key: string, heads: GivenHead[], events: GivenEvent[]}} args
   */
  check({ name_key, heads, events }) {
    const room = current();
    const nameKey = unb64(name_key, 32);
    const opened = new Map(heads.map((given) => [given.log, headOf(room, given)]));
    const ofCase = event.pseudonym(nameKey, "case", room.head.caseId);
    const names = named(room, nameKey);
    return { events: events.map((given) => told(given, opened, ofCase, names)) };
  },
};
