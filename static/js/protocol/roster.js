// @ts-check
/**
 * Who works for the agency and with which keys, signed by an issuer in date. Given as any unbroken run; the last holds now.
 * Guarantees that every roster verified here was signed by somebody who could issue it then. Expiry is judged by
 * `authority.lapse`, because an expired roster must still be readable for what follows it.
 */
import * as agency from "./agency.js";
import * as chain from "./chain.js";
import { b64, formatTime, parseTime, unb64 } from "./encoding.js";
import { make, verify } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import { kid } from "./primitives.js";

/** @typedef {import("./agency.js").Agency} Agency */
/** @typedef {import("./chain.js").Pin} Pin */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {{size: number, root: string}} AnchorsField */
/**
 * @typedef {{staffId: string, displayName: string, roles: readonly string[], signPk: Uint8Array, boxPk: Uint8Array}} StaffKeys
 */
/** One member of staff; roles are sorted. @typedef {StaffKeys & {signKid: string, boxKid: string}} Staff */
/**
 * @typedef {object} Roster
 * @property {Statement} statement
 * @property {Map<string, Staff>} staff by staff_id
 * @property {number} seq
 * @property {string} hash
 * @property {string} agencyId
 * @property {string} agencyHash the agency statement that it names
 * @property {Date} issuedAt
 * @property {Date} expiresAt
 * @property {AnchorsField} anchors of the tree of cases older than this roster
 */

/** A member of staff with the names of their keys. @param {StaffKeys} keys @returns {Staff} */
export const staff = (keys) => Object.freeze({ ...keys, signKid: kid(keys.signPk), boxKid: kid(keys.boxPk) });

/**
 * A roster under an agency statement, the first or the one after `previous`.
 * @param {Uint8Array} issuerSeed
 * @param {{agency: Statement, staff: readonly StaffKeys[], anchors: AnchorsField, issuedAt: Date, expiresAt: Date,
 *   previous?: Roster | null}} options
 * @returns {Envelope}
 */
export function build(issuerSeed, { agency, staff, anchors, issuedAt, expiresAt, previous = null }) {
  return make(
    "roster",
    {
      agency_id: agency.payload.agency_id,
      agency: agency.hash,
      seq: previous ? previous.seq + 1 : 1,
      prev: previous && previous.hash,
      issued_at: formatTime(issuedAt),
      expires_at: formatTime(expiresAt),
      staff: staff.map((each) => ({
        staff_id: each.staffId,
        display_name: each.displayName,
        roles: [...each.roles].sort(),
        sign_pk: b64(each.signPk),
        box_pk: b64(each.boxPk),
      })),
      anchors: { ...anchors },
    },
    [issuerSeed],
  );
}

/**
 * @param {readonly unknown[]} envelopes an unbroken run, oldest first
 * @param {Agency} verified
 * @param {Pin | null} [pinned]
 * @returns {readonly Roster[]}
 * @throws {ProtocolError} what `verify` throws, chain-*, agency-mixed, agency-unknown, issuer-unknown, issuer-not-in-date,
 *   staff-repeated, key-repeated, agency-rolled-back, issuer-withdrawn
 */
export function verifyChain(envelopes, verified, pinned) {
  const all = verified.statements.flatMap((statement) => [...agency.issuers(statement)]);
  const keys = new Map(all.map(([keyid, issuer]) => [keyid, issuer.publicKey]));
  const statements = envelopes.map((envelope) => verify(envelope, "roster", keys));
  chain.checkLinks(statements);
  for (const statement of statements) {
    checkIssuer(statement, verified);
    checkStaff(statement);
  }
  checkAgenciesRise(statements, verified);
  checkStillIssuer(statements[statements.length - 1], verified);
  chain.checkPin(statements, pinned);
  return statements.map(read);
}

/** @param {Statement} statement @param {Agency} verified */
function checkIssuer({ payload, signers }, verified) {
  if (payload.agency_id !== verified.agencyId) throw new ProtocolError("agency-mixed");
  agency.issuerInDate(agency.named(verified, payload.agency), signers[0], parseTime(payload.issued_at));
}

/** @param {Statement} statement */
function checkStaff({ payload: { staff: entries } }) {
  const ids = new Set(entries.map((/** @type {any} */ entry) => entry.staff_id));
  if (ids.size !== entries.length) throw new ProtocolError("staff-repeated");
  const keys = new Set(entries.flatMap((/** @type {any} */ entry) => [entry.sign_pk, entry.box_pk]));
  if (keys.size !== 2 * entries.length) throw new ProtocolError("key-repeated");
}

/** @param {Statement[]} statements @param {Agency} verified */
function checkAgenciesRise(statements, verified) {
  const seqs = statements.map(({ payload }) => agency.named(verified, payload.agency).payload.seq);
  if (seqs.some((seq, i) => seq < seqs[i - 1])) throw new ProtocolError("agency-rolled-back");
}

/**
 * An issuer whom the root key has since withdrawn leaves no roster behind that still holds.
 * @param {Statement} newest
 * @param {Agency} verified
 */
function checkStillIssuer({ payload, signers }, verified) {
  try {
    agency.issuerInDate(verified.newest, signers[0], parseTime(payload.issued_at));
  } catch {
    throw new ProtocolError("issuer-withdrawn");
  }
}

/** @param {Statement} statement @returns {Roster} */
function read(statement) {
  const { payload, hash } = statement;
  const people = payload.staff.map((/** @type {any} */ entry) => [
    entry.staff_id,
    staff({
      staffId: entry.staff_id,
      displayName: entry.display_name,
      roles: entry.roles,
      signPk: unb64(entry.sign_pk),
      boxPk: unb64(entry.box_pk),
    }),
  ]);
  return Object.freeze({
    statement,
    staff: new Map(people),
    seq: payload.seq,
    hash,
    agencyId: payload.agency_id,
    agencyHash: payload.agency,
    issuedAt: parseTime(payload.issued_at),
    expiresAt: parseTime(payload.expires_at),
    anchors: payload.anchors,
  });
}

/**
 * The member of staff whom a case's entry names, if the roster has them with those keys as a facilitator.
 * @param {Roster} roster
 * @param {{staff_id: string, sign_kid: string, box_kid: string}} entry
 * @returns {Staff | null}
 */
export function facilitator(roster, entry) {
  const found = roster.staff.get(entry.staff_id);
  const same = found && found.signKid === entry.sign_kid && found.boxKid === entry.box_kid;
  return same && found.roles.includes("facilitator") ? found : null;
}
