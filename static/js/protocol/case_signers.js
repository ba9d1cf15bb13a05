// @ts-check
/**
 * Who must sign a case statement: the facilitators of the one before it, as many as that one requires; one for a renewal.
 * Guarantees that a facilitator's key counts only if the statement before and the roster agree on it, and that at most
 * one signature is an issuer's, in place of one that cannot be had; clients show who stood in.
 */
import * as agency from "./agency.js";
import { isRenewal } from "./case_rules.js";
import { parseDate } from "./encoding.js";
import { keyring, verify as verifyEnvelope } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import { facilitator } from "./roster.js";

/** @typedef {import("./agency.js").Issuer} Issuer */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./roster.js").Roster} Roster */
/** @typedef {import("./roster.js").Staff} Staff */
/**
 * Who signed a case statement.
 * @typedef {object} Signed
 * @property {readonly string[]} facilitators by staff_id
 * @property {Issuer | null} standIn the issuer who stood in for one, if any
 * @property {number} required
 * @property {boolean} enough whether as many signed as must
 */

/** How many must sign the payload after. @param {any} before @param {any} after two payloads @returns {number} */
export const required = (before, after) => (isRenewal(before, after) ? 1 : before.approvals_required);

/**
 * The facilitators of a case payload on whom a roster agrees, by the kid of their signing key.
 * @param {any} payload
 * @param {Roster} roster
 * @returns {Map<string, Staff>}
 */
export function counting(payload, roster) {
  /** @type {(Staff | null)[]} */
  const found = payload.facilitators.map((/** @type {any} */ entry) => facilitator(roster, entry));
  return new Map(found.filter((staff) => staff !== null).map((staff) => [staff.signKid, staff]));
}

/**
 * A first statement that a facilitator on its roster signed.
 * @param {unknown} envelope
 * @param {Roster} roster
 * @returns {Statement}
 */
export function first(envelope, roster) {
  const staff = [...roster.staff.values()].filter((each) => each.roles.includes("facilitator"));
  return verifyEnvelope(envelope, "case", keyring(staff.map((each) => each.signPk)));
}

/**
 * A later statement and who signed it. Enough signatures or not is left to the caller.
 * @param {any} before the payload before it
 * @param {unknown} envelope
 * @param {Statement} named the agency statement that the roster names, which names the issuers
 * @param {Roster} roster the one that the statement names
 * @returns {{statement: Statement, signed: Signed}}
 * @throws {ProtocolError} what `envelope.verify` throws, two-issuers, issuer-involved, issuer-not-in-date
 */
export function verify(before, envelope, named, roster) {
  const facilitators = counting(before, roster);
  const statement = verifyEnvelope(envelope, "case", keysOf(facilitators, agency.issuers(named)));
  const others = statement.signers.filter((kid) => !facilitators.has(kid));
  const standIn = findStandIn(others, before, statement, named);
  return { statement, signed: tally(statement.signers, facilitators, standIn, before, statement.payload) };
}

/** @param {Map<string, Staff>} facilitators @param {Map<string, Issuer>} issuers @returns {Map<string, Uint8Array>} */
function keysOf(facilitators, issuers) {
  const keys = new Map([...issuers].map(([kid, issuer]) => [kid, issuer.publicKey]));
  for (const [kid, staff] of facilitators) keys.set(kid, staff.signPk);
  return keys;
}

/**
 * @param {readonly string[]} signers kids
 * @param {Map<string, Staff>} counted
 * @param {Issuer | null} standIn
 * @param {any} before
 * @param {any} after two payloads
 * @returns {Signed}
 */
function tally(signers, counted, standIn, before, after) {
  const facilitators = signers.flatMap((kid) => counted.get(kid)?.staffId ?? []);
  const needed = before ? required(before, after) : 1;
  const enough = facilitators.length + Number(standIn !== null) >= needed;
  return Object.freeze({ facilitators, standIn, required: needed, enough });
}

/** @param {string[]} kids @param {any} before @param {Statement} statement @param {Statement} named */
function findStandIn(kids, before, { payload }, named) {
  if (kids.length > 1) throw new ProtocolError("two-issuers");
  if (kids.length === 0) return null;
  const issuer = agency.issuerOnDay(named, kids[0], parseDate(payload.issued_on));
  if (involved(before, payload).has(issuer.staffId)) throw new ProtocolError("issuer-involved");
  return issuer;
}

/** @param {any} before @param {any} after @returns {Set<string>} staff_ids named in either payload */
const involved = (before, after) =>
  new Set([...before.facilitators, ...after.facilitators].map((entry) => entry.staff_id));

/**
 * Who of those that signed a verified statement still counts under the newest agency statement and roster; whoever no
 * longer does is passed over, as an unknown key is.
 * @param {any} before the payload before it, or null
 * @param {Statement} statement
 * @param {Statement} newest
 * @param {Roster} roster
 * @returns {Signed}
 * @throws {ProtocolError} what `envelope.verify` throws of a bad signature
 */
export function still(before, { payload, envelope }, newest, roster) {
  const facilitators = counting(before ?? payload, roster);
  const issuers = before ? eligible(before, payload, newest) : new Map();
  const keys = keysOf(facilitators, issuers);
  const known = envelope.signatures.some(({ keyid }) => keys.has(keyid));
  const signers = known ? verifyEnvelope(envelope, "case", keys).signers : [];
  const standIn = signers.find((kid) => !facilitators.has(kid));
  return tally(signers, facilitators, standIn === undefined ? null : issuers.get(standIn), before, payload);
}

/**
 * The issuers who may stand in: in date on the day of the statement, and named in neither payload.
 * @param {any} before
 * @param {any} after
 * @param {Statement} named
 */
function eligible(before, after, named) {
  const [barred, day] = [involved(before, after), parseDate(after.issued_on)];
  const issuers = [...agency.issuers(named)];
  return new Map(issuers.filter(([, issuer]) => !barred.has(issuer.staffId) && agency.onDay(issuer, day)));
}

/** @param {Signed} signed @throws {ProtocolError} too-few-signatures */
export function checkEnough(signed) {
  if (!signed.enough) throw new ProtocolError("too-few-signatures");
}
