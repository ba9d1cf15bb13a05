// @ts-check
/**
 * The head decides: who counts in a case today, from its newest statement and the newest roster.
 * Guarantees that a chain forked from before somebody left is refused. A head that has lapsed can be shown and followed
 * by the next step; whatever writes, decides, offers or opens calls `checkCurrent` first.
 */
import * as anchors from "./anchors.js";
import * as authorities from "./authority.js";
import * as signers from "./case_signers.js";
import { SKEW, parseDate, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";

const DAY = 86_400_000;

/** @typedef {import("./authority.js").Authority} Authority */
/** @typedef {import("./case_chain.js").Chain} Chain */
/** @typedef {import("./case_signers.js").Signed} Signed */
/** @typedef {import("./roster.js").Staff} Staff */
/**
 * A case as it stands now.
 * @typedef {object} Head
 * @property {Chain} chain
 * @property {Authority} authority
 * @property {Map<string, Staff>} counting facilitators on whom head and newest roster agree, by the kid of their signing key
 * @property {Signed} signed who signed the newest statement and still counts
 * @property {string | null} lapse why the head does not hold, null while it does
 * @property {boolean} anchorLags the newest roster anchors an older statement than it should; facilitators' clients warn
 * @property {any} payload the newest case payload
 * @property {string} agencyId
 * @property {string} caseId
 * @property {string} hash
 * @property {number} epoch
 * @property {Uint8Array} epochPk
 * @property {number} approvalsRequired
 * @property {string | null} kept the hash of the facilitators' kept list
 * @property {Date} now
 */

/**
 * The head of a chain under the newest roster.
 * @param {Chain} chain
 * @param {Authority} authority
 * @param {any} proof the case's anchor document {hash, index, path}; null is enough only while the case's first statement
 *   names the newest roster
 * @returns {Head}
 * @throws {ProtocolError} agency-mixed, roster-rolled-back, anchor-missing, anchor-wrong, anchor-not-in-chain, and what
 *   `anchors.check` and `signers.still` throw
 */
export function assess(chain, authority, proof) {
  const { payload, caseId, hash } = chain;
  if (payload.agency_id !== authority.agency.agencyId) throw new ProtocolError("agency-mixed");
  if (authority.roster.seq < chain.roster_seq) throw new ProtocolError("roster-rolled-back");
  const anchorLags = checkAnchor(chain, authority, proof);
  const signed = signers.still(chain.before, chain.statement, authority.agency.newest, authority.roster);
  return Object.freeze({
    chain,
    authority,
    counting: signers.counting(payload, authority.roster),
    signed,
    lapse: findLapse(chain, authority, signed),
    anchorLags,
    payload,
    agencyId: payload.agency_id,
    caseId,
    hash,
    epoch: payload.epoch,
    epochPk: unb64(payload.epoch_pk),
    approvalsRequired: payload.approvals_required,
    kept: payload.kept,
    now: authority.now,
  });
}

/**
 * Whether the anchor lags. A chain without the anchored statement is a fork from before somebody left.
 * @param {Chain} chain
 * @param {Authority} authority
 * @param {any} proof
 */
function checkAnchor(chain, { roster }, proof) {
  if (proof === null) {
    if (chain.first_roster !== roster.hash) throw new ProtocolError("anchor-missing");
    return false;
  }
  const place = chain.lineage.indexOf(anchors.check(roster, chain.caseId, proof));
  if (place < 0) throw new ProtocolError("anchor-not-in-chain");
  const due = chain.changes.filter((change) => change.roster_seq < roster.seq);
  return place + 1 < Math.max(...due.map((change) => change.seq));
}

/** @param {Chain} chain @param {Authority} authority @param {Signed} signed */
function findLapse({ payload }, authority, signed) {
  const lapse = authorities.lapse(authority);
  if (lapse) return lapse;
  const now = authority.now.getTime();
  if (parseDate(payload.issued_on).getTime() > now + SKEW) return "case-not-yet";
  if (parseDate(payload.expires_on).getTime() + DAY <= now - SKEW) return "case-expired";
  return signed.enough ? null : "head-signatures-lapsed";
}

/**
 * @param {Head} head
 * @throws {ProtocolError} its lapse: roster-expired, roster-not-yet, case-expired, case-not-yet, head-signatures-lapsed
 */
export function checkCurrent(head) {
  if (head.lapse) throw new ProtocolError(head.lapse);
}
