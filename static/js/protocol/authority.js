// @ts-check
/**
 * Whose word counts today: the agency's chain and its rosters, verified from the root key, and the time it is.
 * Guarantees that everything about cases is verified against one consistent answer. An expired one is still good for
 * following chains; whatever writes, decides, offers or opens refuses it (`lapse`).
 */
import * as agency from "./agency.js";
import * as chain from "./chain.js";
import { SKEW } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import * as roster from "./roster.js";

/** @typedef {import("./chain.js").Pin} Pin */
/** @typedef {import("./roster.js").Roster} Roster */
/** @typedef {{agency: Pin, roster: Pin}} AuthorityPins */
/**
 * @typedef {object} Authority
 * @property {import("./agency.js").Agency} agency
 * @property {readonly Roster[]} rosters an unbroken run
 * @property {Roster} roster the newest
 * @property {Date} now
 * @property {AuthorityPins} pins what a client keeps
 */

/**
 * @param {readonly unknown[]} agencyEnvelopes the whole chain
 * @param {readonly unknown[]} rosterEnvelopes an unbroken run up to the newest
 * @param {Uint8Array} rootPk
 * @param {Date} now
 * @param {AuthorityPins | null} [pinned]
 * @returns {Authority}
 * @throws {ProtocolError} what `agency.verifyChain` and `roster.verifyChain` throw
 */
export function verify(agencyEnvelopes, rosterEnvelopes, rootPk, now, pinned) {
  const verified = agency.verifyChain(agencyEnvelopes, rootPk, pinned?.agency);
  const rosters = roster.verifyChain(rosterEnvelopes, verified, pinned?.roster);
  const newest = rosters[rosters.length - 1];
  const pins = { agency: verified.pin, roster: chain.pin(newest.statement) };
  return Object.freeze({ agency: verified, rosters, roster: newest, now, pins });
}

/** @param {Authority} authority @param {string} hash @returns {Roster | null} */
export const find = (authority, hash) => authority.rosters.find((each) => each.hash === hash) ?? null;

/** @param {Authority} authority @param {string} hash @returns {Roster} @throws {ProtocolError} roster-unknown */
export function named(authority, hash) {
  const found = find(authority, hash);
  if (!found) throw new ProtocolError("roster-unknown");
  return found;
}

/**
 * Why the newest roster does not hold now; null while it does.
 * @param {Authority} authority
 * @returns {"roster-not-yet" | "roster-expired" | null}
 */
export function lapse({ roster: { issuedAt, expiresAt }, now }) {
  if (issuedAt.getTime() > now.getTime() + SKEW) return "roster-not-yet";
  return expiresAt.getTime() < now.getTime() - SKEW ? "roster-expired" : null;
}

/** @param {Authority} authority @throws {ProtocolError} roster-expired, roster-not-yet */
export function checkCurrent(authority) {
  const code = lapse(authority);
  if (code) throw new ProtocolError(code);
}
