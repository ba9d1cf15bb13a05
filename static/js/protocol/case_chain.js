// @ts-check
/**
 * A case's statements follow each other from the first, each signed by those whom the one before required.
 * Guarantees nothing about the time: every step is verified against the roster that it names, so a chain can be kept and
 * continued from its pin, and an expired one followed by the next step. Whether it holds today is for `case_head`.
 */
import * as agency from "./agency.js";
import * as authorities from "./authority.js";
import * as rules from "./case_rules.js";
import * as signers from "./case_signers.js";
import * as chain from "./chain.js";
import { unb64 } from "./encoding.js";
import { parse } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import * as statements from "./statements.js";

/** @typedef {import("./authority.js").Authority} Authority */
/** @typedef {import("./case_signers.js").Signed} Signed */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./roster.js").Roster} Roster */
/**
 * The part of a chain that is kept as JSON.
 * @typedef {object} Kept
 * @property {number} roster_seq of the roster that the newest statement names
 * @property {string} first_roster the hash of the roster that the first statement names
 * @property {string[]} lineage every hash from the first on
 * @property {string[]} epochs every epoch's key in B64; the first is epoch 1
 * @property {{seq: number, roster_seq: number}[]} changes statements that changed facilitators, approvals or the
 *   facilitators' kept list (and the first)
 * @property {{seq: number, staff_id: string}[]} stand_ins steps that an issuer signed in place of somebody
 * @property {any} before the payload before the newest; null for the first
 */
/**
 * What a client keeps, to continue from here: JSON values only.
 * @typedef {Kept & {seq: number, hash: string}} CasePin
 */
/**
 * A verified chain.
 * @typedef {Kept & {statement: Statement, payload: any, caseId: string, seq: number, hash: string, epochPks: Uint8Array[]}} Chain
 */

export const NONCE_SIZE = 16;
const { digest, id, many, nullable, record, whole } = statements;

const checkDocument = record({
  seq: whole(1),
  hash: digest,
  roster_seq: whole(1),
  first_roster: digest,
  lineage: many(digest, 1),
  epochs: many(statements.boxKey, 1),
  changes: many(record({ seq: whole(1), roster_seq: whole(1) }), 1),
  stand_ins: many(record({ seq: whole(1), staff_id: id })),
  before: nullable((value) => statements.check("case", value)),
});

/** @param {any} document @returns {CasePin} the same @throws {ProtocolError} missing-field, unknown-field, bad-field */
export function checkPin(document) {
  checkDocument(document, "");
  return document;
}

/** @param {Statement} statement @param {Kept} kept @returns {Chain} */
function make(statement, { roster_seq, first_roster, lineage, epochs, changes, stand_ins, before }) {
  const { payload, hash } = statement;
  return Object.freeze({
    statement,
    payload,
    caseId: payload.case_id,
    seq: payload.seq,
    hash,
    epochPks: epochs.map((each) => unb64(each)),
    roster_seq,
    first_roster,
    lineage,
    epochs,
    changes,
    stand_ins,
    before,
  });
}

/** The document that a client keeps. @param {Chain} chain @returns {CasePin} */
export function pin({ seq, hash, roster_seq, first_roster, lineage, epochs, changes, stand_ins, before }) {
  return { seq, hash, roster_seq, first_roster, lineage, epochs, changes, stand_ins, before };
}

/** @param {unknown} envelope @param {Authority} authority @returns {Roster} */
const rosterOf = (envelope, authority) => authorities.named(authority, parse(envelope, "case").payload.roster);

/**
 * The chain of a first statement.
 * @param {unknown} envelope
 * @param {Uint8Array} nonce the 16 bytes given beside it
 * @param {Authority} authority
 * @returns {Chain}
 * @throws {ProtocolError} bad-length, roster-unknown, and what `envelope.verify` and `checkFirst` throw
 */
export function start(envelope, nonce, authority) {
  if (nonce.length !== NONCE_SIZE) throw new ProtocolError("bad-length");
  const roster = rosterOf(envelope, authority);
  const statement = signers.first(envelope, roster);
  rules.checkFirst(statement, nonce, roster);
  return make(statement, {
    roster_seq: roster.seq,
    first_roster: roster.hash,
    lineage: [statement.hash],
    epochs: [statement.payload.epoch_pk],
    changes: [{ seq: 1, roster_seq: roster.seq }],
    stand_ins: [],
    before: null,
  });
}

/**
 * The chain with the next statement.
 * @param {Chain} chain
 * @param {unknown} envelope
 * @param {Authority} authority
 * @returns {Chain}
 * @throws {ProtocolError} what `checkProposal` throws, too-few-signatures
 */
export function extend(chain, envelope, authority) {
  const { statement, signed } = checkProposal(chain, envelope, authority);
  signers.checkEnough(signed);
  const roster = authorities.named(authority, statement.payload.roster);
  const [before, after, seq] = [chain.payload, statement.payload, statement.payload.seq];
  const begins = rules.changesStaff(before, after);
  const change = begins || before.kept !== after.kept ? [{ seq, roster_seq: roster.seq }] : [];
  const standIn = signed.standIn ? [{ seq, staff_id: signed.standIn.staffId }] : [];
  return make(statement, {
    roster_seq: roster.seq,
    first_roster: chain.first_roster,
    lineage: [...chain.lineage, statement.hash],
    epochs: begins ? [...chain.epochs, after.epoch_pk] : chain.epochs,
    changes: [...chain.changes, ...change],
    stand_ins: [...chain.stand_ins, ...standIn],
    before,
  });
}

/**
 * The next statement and who has signed it so far: every rule kept but the number of signatures.
 * @param {Chain} chain
 * @param {unknown} envelope
 * @param {Authority} authority
 * @returns {{statement: Statement, signed: Signed}}
 * @throws {ProtocolError} what `signers.verify` and `checkStep` throw, roster-unknown
 */
export function checkProposal(chain, envelope, authority) {
  const roster = rosterOf(envelope, authority);
  const named = agency.named(authority.agency, roster.agencyHash);
  const found = signers.verify(chain.payload, envelope, named, roster);
  rules.checkStep(chain.statement, found.statement, { roster, rosterSeq: chain.roster_seq, epochs: chain.epochs });
  return found;
}

/**
 * The chain of an unbroken run, oldest first: it starts with the first statement (the nonce is needed then) or with the
 * pinned one, and contains the pinned one.
 * @param {readonly unknown[]} envelopes
 * @param {Authority} authority
 * @param {{nonce?: Uint8Array | null, pinned?: CasePin | null, caseId?: string | null}} [options] the case asked for
 * @returns {Chain}
 * @throws {ProtocolError} what `start` and `extend` throw, chain-empty, nonce-missing, chain-rolled-back,
 *   chain-misses-pin, chain-forked, case-mixed
 */
export function follow(envelopes, authority, { nonce = null, pinned = null, caseId = null } = {}) {
  if (envelopes.length === 0) throw new ProtocolError("chain-empty");
  let followed = begin(envelopes[0], authority, nonce, pinned);
  for (const envelope of envelopes.slice(1)) followed = extend(followed, envelope, authority);
  if (pinned) checkContains(followed, pinned);
  if (caseId !== null && followed.caseId !== caseId) throw new ProtocolError("case-mixed");
  return followed;
}

/**
 * @param {unknown} envelope
 * @param {Authority} authority
 * @param {Uint8Array | null} nonce
 * @param {CasePin | null} pinned
 */
function begin(envelope, authority, nonce, pinned) {
  const claimed = parse(envelope, "case");
  if (pinned && claimed.payload.seq >= pinned.seq) {
    chain.checkPin([claimed], pinned);
    return make(claimed, pinned); // its hash is the pin's, so its content was verified then
  }
  if (!nonce) throw new ProtocolError("nonce-missing");
  return start(envelope, nonce, authority);
}

/** @param {Chain} followed @param {CasePin} pinned */
function checkContains(followed, pinned) {
  if (followed.seq < pinned.seq) throw new ProtocolError("chain-rolled-back");
  if (followed.lineage[pinned.seq - 1] !== pinned.hash) throw new ProtocolError("chain-forked");
}
