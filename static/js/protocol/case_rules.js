// @ts-check
/**
 * What a case statement must be beside the one before it, whoever signed it.
 * Guarantees the rules between a statement, the one before it, and the roster that it names; `statements.check` has
 * seen to each field alone and to the number of approvals.
 */
import { caseId, RENEWABLE } from "./case.js";
import * as chain from "./chain.js";
import { canonical, textOf, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { kid } from "./primitives.js";
import { facilitator } from "./roster.js";

/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./roster.js").Roster} Roster */
/** @typedef {{staff_id: string, sign_kid: string, box_kid: string}} Entry how a case statement names a facilitator */

/** @param {unknown} value */
const spelled = (value) => textOf(canonical(value));

/**
 * Whether nothing but the number, the roster and the dates changes.
 * @param {any} before
 * @param {any} after two payloads
 */
export function isRenewal(before, after) {
  return Object.keys(before).every((name) => RENEWABLE.has(name) || spelled(before[name]) === spelled(after[name]));
}

/** @param {any} payload */
const namedIn = ({ facilitators }) => spelled(facilitators.map(spelled).sort());

/** Whether facilitators or approvals change. @param {any} before @param {any} after two payloads */
export function changesStaff(before, after) {
  return namedIn(before) !== namedIn(after) || before.approvals_required !== after.approvals_required;
}

/**
 * Whether this may be a case's first statement, created by one of its signers.
 * @param {Statement} statement
 * @param {Uint8Array} nonce
 * @param {Roster} roster
 * @throws {ProtocolError} chain-seq, epoch-wrong, kept-changed, case-id-wrong, creator-not-named, and what `checkAlone` throws
 */
export function checkFirst(statement, nonce, roster) {
  const { payload } = statement;
  if (payload.seq !== 1) throw new ProtocolError("chain-seq");
  if (payload.epoch !== 1) throw new ProtocolError("epoch-wrong");
  if (payload.kept !== null) throw new ProtocolError("kept-changed");
  const kids = payload.facilitators.map((/** @type {Entry} */ entry) => entry.sign_kid);
  if (!kids.includes(creator(statement, nonce))) throw new ProtocolError("creator-not-named");
  checkAlone(payload, roster);
}

/**
 * The kid of the signer from whose key the case_id was made.
 * @param {Statement} statement
 * @param {Uint8Array} nonce
 * @returns {string}
 * @throws {ProtocolError} case-id-wrong
 */
export function creator({ payload, signers }, nonce) {
  const found = signers.find((signer) => caseId(signer, nonce) === payload.case_id);
  if (found === undefined) throw new ProtocolError("case-id-wrong");
  return found;
}

/**
 * Whether `after` may follow `before`.
 * @param {Statement} before
 * @param {Statement} after
 * @param {{roster: Roster, rosterSeq: number, epochs: readonly string[]}} options the roster that `after` names, the
 *   number of the one before, the B64 keys of all epochs so far
 * @throws {ProtocolError} chain-seq, chain-broken, case-mixed, roster-rolled-back, epoch-wrong, epoch-key-reused,
 *   kept-changed, and what `checkAlone` throws
 */
export function checkStep(before, after, { roster, rosterSeq, epochs }) {
  chain.checkNext(before, after);
  if (after.payload.case_id !== before.payload.case_id) throw new ProtocolError("case-mixed");
  if (roster.seq < rosterSeq) throw new ProtocolError("roster-rolled-back");
  checkEpoch(before.payload, after.payload, epochs);
  checkKept(before.payload, after.payload);
  checkAlone(after.payload, roster);
}

/** @param {any} before @param {any} after @param {readonly string[]} epochs */
function checkEpoch(before, after, epochs) {
  const begins = changesStaff(before, after);
  if (after.epoch !== before.epoch + Number(begins)) throw new ProtocolError("epoch-wrong");
  if (begins && epochs.includes(after.epoch_pk)) throw new ProtocolError("epoch-key-reused");
  if (!begins && after.epoch_pk !== before.epoch_pk) throw new ProtocolError("epoch-wrong");
}

/**
 * Only with other facilitators, approvals or members can there be a cause for another list.
 * @param {any} before
 * @param {any} after
 */
function checkKept(before, after) {
  const caused = changesStaff(before, after) || spelled(before.members) !== spelled(after.members);
  if (before.kept !== after.kept && !caused) throw new ProtocolError("kept-changed");
}

/**
 * Whether the roster agrees with a payload.
 * @param {any} payload
 * @param {Roster} roster
 * @throws {ProtocolError} agency-mixed, facilitator-not-on-roster, key-repeated
 */
export function checkAlone(payload, roster) {
  if (payload.agency_id !== roster.agencyId) throw new ProtocolError("agency-mixed");
  /** @type {Entry[]} */
  const entries = payload.facilitators;
  if (entries.some((entry) => !facilitator(roster, entry))) throw new ProtocolError("facilitator-not-on-roster");
  const epochKid = kid(unb64(payload.epoch_pk));
  if (entries.some((entry) => entry.box_kid === epochKid)) throw new ProtocolError("key-repeated");
}
