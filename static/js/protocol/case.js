// @ts-check
/**
 * Building case statements: the first one, renewals and changes. Nothing is verified here.
 * A renewal changes nothing but its number, its roster and its dates; other facilitators or approvals start a new epoch.
 */
import { b64, bytesOf, formatDate, pae } from "./encoding.js";
import { make } from "./envelope.js";
import { hash32, kid, signPublicKey } from "./primitives.js";

/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./roster.js").Roster} Roster */
/** @typedef {import("./roster.js").Staff} Staff */
/** @typedef {{issuedOn: Date, expiresOn: Date}} Dates */

/** The fields that a renewal may change. */
export const RENEWABLE = new Set(["seq", "prev", "roster", "issued_on", "expires_on"]);

/**
 * B64 of the first 16 bytes of H(PAE("mediation/v1/case-id", creator's kid "." B64(nonce))).
 * @param {string} creatorKid
 * @param {Uint8Array} nonce
 */
export function caseId(creatorKid, nonce) {
  return b64(hash32(pae("mediation/v1/case-id", bytesOf(`${creatorKid}.${b64(nonce)}`))).subarray(0, 16));
}

/** How a case statement names a facilitator. @param {Staff} staff */
export const facilitator = ({ staffId, signKid, boxKid }) => ({
  staff_id: staffId,
  sign_kid: signKid,
  box_kid: boxKid,
});

/** @param {Dates} dates */
const dates = ({ issuedOn, expiresOn }) => ({ issued_on: formatDate(issuedOn), expires_on: formatDate(expiresOn) });

/**
 * A case's first statement, signed by its creator.
 * @param {Uint8Array} creatorSeed
 * @param {Uint8Array} nonce 16 random bytes, kept beside it
 * @param {{roster: Roster, facilitators: Staff[], approvalsRequired: number, members: string[], epochPk: Uint8Array} & Dates} options
 * @returns {Envelope}
 */
export function first(creatorSeed, nonce, { roster, facilitators, approvalsRequired, members, epochPk, ...when }) {
  return sign(
    {
      agency_id: roster.agencyId,
      case_id: caseId(kid(signPublicKey(creatorSeed)), nonce),
      seq: 1,
      prev: null,
      roster: roster.hash,
      epoch: 1,
      epoch_pk: b64(epochPk),
      facilitators: facilitators.map(facilitator),
      approvals_required: approvalsRequired,
      members: [...members].sort(),
      kept: null,
      ...dates(when),
    },
    creatorSeed,
  );
}

/**
 * The payload of a renewal of the statement before, under a roster.
 * @param {Statement} before
 * @param {Roster} roster
 * @param {Dates} when
 */
export function renew(before, roster, when) {
  return { ...before.payload, seq: before.payload.seq + 1, prev: before.hash, roster: roster.hash, ...dates(when) };
}

/**
 * A renewed payload with other members: hashes of member documents and fillers.
 * @param {any} renewed
 * @param {Iterable<string>} members
 */
export const admit = (renewed, members) => ({ ...renewed, members: [...members].sort() });

/**
 * A renewed payload with another kept list of the facilitators, given by its hash.
 * @param {any} renewed
 * @param {string | null} kept
 */
export const relist = (renewed, kept) => ({ ...renewed, kept });

/**
 * A renewed payload with other facilitators or approvals, and so with a new epoch.
 * @param {any} renewed
 * @param {Staff[]} facilitators
 * @param {number} approvalsRequired
 * @param {Uint8Array} epochPk
 */
export const staff = (renewed, facilitators, approvalsRequired, epochPk) => ({
  ...renewed,
  epoch: renewed.epoch + 1,
  epoch_pk: b64(epochPk),
  facilitators: facilitators.map(facilitator),
  approvals_required: approvalsRequired,
});

/**
 * @param {any} payload
 * @param {...Uint8Array} seeds
 * @returns {Envelope} later signatures: `addSignature(envelope, "case", seed)`
 */
export const sign = (payload, ...seeds) => make("case", payload, seeds);
