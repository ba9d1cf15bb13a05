// @ts-check
/**
 * The order block tells facilitators, and nobody else, where a message stands among its writer's messages.
 * Guarantees one size always, so that it tells neither the server nor a recipient whether a message is a second attempt,
 * nor when it was written. Only its hash and its form refuse; a number that does not fit raises an alarm beside the text.
 */
import { canonical, formatDate, formatTime, parseCanonical, parseDate, parseTime } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { padTo, unpadFrom } from "./padding.js";
import { openSeal } from "./primitives.js";
import { SALT, digest, newSalt } from "./salted.js";
import * as statements from "./statements.js";
import { checkText } from "./text.js";

/**
 * Where a message stands.
 * @typedef {object} Order
 * @property {number} seq of this author's key, from 1
 * @property {string | null} prev its previous message_id
 * @property {Date} writtenAt
 * @property {string} caseHash the head that the writer saw
 * @property {number} seen how many releases their client has been offered
 * @property {number} memory the revision of their own memory
 * @property {string | null} [revises] the message_id that it rewrites
 * @property {string} [provenance] where, how and with whom it was written
 * @property {string | null} [alarm] "checkpoint" if an offer's checkpoint contradicted the one they kept
 */
/**
 * A release to a writer, as a facilitator knows it.
 * @typedef {{decidedOn: Date, notBefore?: Date | null, takenBack?: boolean}} Release
 */
/**
 * What a facilitator knows of a writer's key before this message, and the releases to the writer so far.
 * @typedef {{last?: Pick<Order, "seq" | "memory" | "seen"> | null, lastId?: string | null, releases?: readonly Release[]}} Known
 */

export const SIZE = 1024;
export const SEALED_SIZE = SIZE + 48;
const GRACE = 86_400_000;

const { id, nullable, whole } = statements;
const checkBlock = statements.record({
  salt: SALT,
  seq: whole(1),
  prev: nullable(id),
  revises: nullable(id),
  written_at: statements.moment,
  case_hash: statements.digest,
  seen: whole(0),
  memory: whole(0),
  provenance: (value) => void checkText(value),
  alarm: nullable(statements.oneOf(["checkpoint"])),
});

/**
 * The block of 1024 bytes, with a fresh salt.
 * @param {Order} order
 * @returns {Uint8Array}
 * @throws {ProtocolError} too-large, bad-text, bad-field
 */
export function close(order) {
  const fields = {
    salt: newSalt(),
    seq: order.seq,
    prev: order.prev,
    revises: order.revises ?? null,
    written_at: formatTime(order.writtenAt),
    case_hash: order.caseHash,
    seen: order.seen,
    memory: order.memory,
    provenance: order.provenance ?? "",
    alarm: order.alarm ?? null,
  };
  checkBlock(fields, "");
  return padTo(canonical(fields), SIZE);
}

/** `order_hash`: B64(H(PAE("mediation/v1/order", block))). @param {Uint8Array} block @returns {string} */
export const blockHash = (block) => digest("order", block);

/**
 * The order sealed to an epoch's key.
 * @param {Uint8Array} sealed
 * @param {Uint8Array} epochSecret
 * @param {string} orderHash
 * @returns {Order}
 * @throws {ProtocolError} cannot-open, order-hash-wrong, bad-padding, not-canonical, missing-field, unknown-field,
 *   bad-field, bad-text
 */
export function open_(sealed, epochSecret, orderHash) {
  const block = openSeal(epochSecret, sealed);
  if (blockHash(block) !== orderHash) throw new ProtocolError("order-hash-wrong");
  const fields = parseCanonical(unpadFrom(block, SIZE));
  checkBlock(fields, "");
  return Object.freeze({
    seq: fields.seq,
    prev: fields.prev,
    writtenAt: parseTime(fields.written_at),
    caseHash: fields.case_hash,
    seen: fields.seen,
    memory: fields.memory,
    revises: fields.revises,
    provenance: fields.provenance,
    alarm: fields.alarm,
  });
}

/**
 * What does not fit. None of these refuses: each is shown beside the text.
 * @param {Order} order
 * @param {Known} known
 * @returns {string[]} of seq-wrong, prev-wrong, memory-fell, seen-fell, seen-too-many, seen-too-few,
 *   checkpoint-contradicted, in this order
 */
export function alarms(order, { last = null, lastId = null, releases = [] }) {
  const offered = releases.filter((each) => surelyOffered(each, order.writtenAt)).length;
  const found = {
    "seq-wrong": order.seq !== (last ? last.seq + 1 : 1),
    "prev-wrong": order.prev !== lastId,
    "memory-fell": last !== null && order.memory <= last.memory,
    "seen-fell": last !== null && order.seen < last.seen,
    "seen-too-many": order.seen > releases.length,
    "seen-too-few": order.seen < offered,
    "checkpoint-contradicted": (order.alarm ?? null) !== null,
  };
  return Object.entries(found)
    .filter(([, holds]) => holds)
    .map(([name]) => name);
}

/**
 * Whether an honest server must have offered it: more than a day before the writing, and not taken back. The day of
 * grace covers the date without a time of `decided_on`, and a page that was opened before `not_before`.
 * @param {Release} release
 * @param {Date} writtenAt
 */
function surelyOffered({ decidedOn, notBefore, takenBack }, writtenAt) {
  if (takenBack) return false;
  if (notBefore && notBefore.getTime() > writtenAt.getTime() - GRACE) return false;
  return decidedOn.getTime() + GRACE < parseDate(formatDate(writtenAt)).getTime();
}
