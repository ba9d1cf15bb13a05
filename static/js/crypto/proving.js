// @ts-check
/** An event of the audit log, proved. Guarantees that what is read was opened from the entry at this place under the head. */
import { unb64 } from "../protocol/encoding.js";
import * as event from "../protocol/event.js";
import { verifyInclusion } from "../protocol/tree.js";

/**
 * @param {import("../protocol/checkpoint.js").Checkpoint} head one that can be believed
 * @param {{index: number, opening: string, proof: string[]}} given as the server answers it
 * @returns {event.Event}
 * @throws {import("../protocol/errors.js").ProtocolError} bad-proof, commitment-mismatch, bad-event
 */
export function proved(head, { index, opening, proof }) {
  const bytes = unb64(opening);
  const entry = event.commitment(bytes);
  verifyInclusion(entry, index, head.size, proof.map((hash) => unb64(hash, 32)), head.root);
  return event.opened(entry, bytes);
}
