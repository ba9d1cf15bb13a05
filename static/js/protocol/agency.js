// @ts-check
/**
 * The agency's own statements, which its root key signs and nothing else. Their chain is short and always given whole.
 * Guarantees that whoever is an issuer here traces to that root key.
 */
import * as chain from "./chain.js";
import { b64, formatDate, formatTime, parseTime, unb64 } from "./encoding.js";
import { keyring, make, verify } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import { kid, signPublicKey } from "./primitives.js";

/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./chain.js").Pin} Pin */
/**
 * Somebody who may sign rosters.
 * @typedef {{staffId: string, publicKey: Uint8Array, notBefore: Date, notAfter: Date}} Issuer
 */
/**
 * @typedef {object} Agency
 * @property {string} agencyId
 * @property {Uint8Array} rootPk
 * @property {readonly Statement[]} statements from the first
 * @property {Statement} newest the one that holds now
 * @property {Uint8Array | null} recoveryPk to which epoch secrets are sealed as well
 * @property {Pin} pin what a client keeps of this chain
 */

/**
 * A statement, the first or the one after `previous`.
 * @param {Uint8Array} rootSeed
 * @param {{agencyId: string, name: string, recoveryPk: Uint8Array | null, issuers: Issuer[], logVkeys?: string[],
 *   previous?: Statement | null}} options
 * @returns {Envelope}
 */
export function build(rootSeed, { agencyId, name, recoveryPk, issuers, logVkeys = [], previous = null }) {
  return make(
    "agency",
    {
      agency_id: agencyId,
      name,
      root_pk: b64(signPublicKey(rootSeed)),
      recovery_pk: recoveryPk && b64(recoveryPk),
      issuers: issuers.map((issuer) => ({
        staff_id: issuer.staffId,
        issuer_pk: b64(issuer.publicKey),
        not_before: formatTime(issuer.notBefore),
        not_after: formatTime(issuer.notAfter),
      })),
      log_vkeys: [...logVkeys].sort(),
      seq: previous ? previous.payload.seq + 1 : 1,
      prev: previous && previous.hash,
    },
    [rootSeed],
  );
}

/**
 * The agency of this root key, from its whole chain, oldest first.
 * @param {readonly unknown[]} envelopes
 * @param {Uint8Array} rootPk
 * @param {Pin | null} [pinned]
 * @returns {Agency}
 * @throws {ProtocolError} what `verify` throws, chain-*, root-key-wrong, agency-mixed
 */
export function verifyChain(envelopes, rootPk, pinned) {
  const statements = envelopes.map((envelope) => verify(envelope, "agency", keyring([rootPk])));
  chain.checkLinks(statements);
  const first = statements[0].payload;
  if (first.seq !== 1) throw new ProtocolError("chain-seq");
  for (const { payload } of statements) {
    if (payload.root_pk !== b64(rootPk)) throw new ProtocolError("root-key-wrong");
    if (payload.agency_id !== first.agency_id) throw new ProtocolError("agency-mixed");
  }
  chain.checkPin(statements, pinned);
  const newest = statements[statements.length - 1];
  const recovery = newest.payload.recovery_pk;
  return Object.freeze({
    agencyId: first.agency_id,
    rootPk,
    statements,
    newest,
    recoveryPk: recovery && unb64(recovery),
    pin: chain.pin(newest),
  });
}

/** @param {Agency} agency @param {string} hash @returns {Statement} @throws {ProtocolError} agency-unknown */
export function named(agency, hash) {
  const found = agency.statements.find((statement) => statement.hash === hash);
  if (!found) throw new ProtocolError("agency-unknown");
  return found;
}

/** The issuers that an agency statement names, by kid. @param {Statement} statement @returns {Map<string, Issuer>} */
export function issuers(statement) {
  return new Map(
    statement.payload.issuers.map((/** @type {Record<string, string>} */ entry) => {
      const publicKey = unb64(entry.issuer_pk);
      const dates = { notBefore: parseTime(entry.not_before), notAfter: parseTime(entry.not_after) };
      return [kid(publicKey), Object.freeze({ staffId: entry.staff_id, publicKey, ...dates })];
    }),
  );
}

/** @param {Statement} statement @param {string} keyid @returns {Issuer} */
function knownIssuer(statement, keyid) {
  const issuer = issuers(statement).get(keyid);
  if (!issuer) throw new ProtocolError("issuer-unknown");
  return issuer;
}

/** Whether the issuer may sign on that day (UTC). @param {Issuer} issuer @param {Date} day @returns {boolean} */
export function onDay({ notBefore, notAfter }, day) {
  const text = formatDate(day);
  return formatDate(notBefore) <= text && text <= formatDate(notAfter);
}

/**
 * The issuer with this key, who may sign on that day (UTC).
 * @param {Statement} statement
 * @param {string} keyid
 * @param {Date} day
 * @returns {Issuer}
 * @throws {ProtocolError} issuer-unknown, issuer-not-in-date
 */
export function issuerOnDay(statement, keyid, day) {
  const issuer = knownIssuer(statement, keyid);
  if (!onDay(issuer, day)) throw new ProtocolError("issuer-not-in-date");
  return issuer;
}

/**
 * The issuer with this key, who may sign at that time.
 * @param {Statement} statement
 * @param {string} keyid
 * @param {Date} at
 * @returns {Issuer}
 * @throws {ProtocolError} issuer-unknown, issuer-not-in-date
 */
export function issuerInDate(statement, keyid, at) {
  const issuer = knownIssuer(statement, keyid);
  if (!(issuer.notBefore <= at && at <= issuer.notAfter)) throw new ProtocolError("issuer-not-in-date");
  return issuer;
}
