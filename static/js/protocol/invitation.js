// @ts-check
/**
 * An invitation carries the whole chain of trust to the person invited, under a secret that the server never sees.
 * Guarantees that whoever holds the printed code can tell that nothing was swapped; whoever made the invitation can tell
 * that the answer comes from the holder of the code (`joining`).
 */
import * as agencies from "./agency.js";
import * as authorities from "./authority.js";
import * as caseChain from "./case_chain.js";
import { counting } from "./case_signers.js";
import {
  SKEW,
  b64,
  bytesOf,
  canonical,
  concat,
  formatTime,
  pae,
  parseCanonical,
  parseTime,
  unb64,
} from "./encoding.js";
import * as envelopes from "./envelope.js";
import { ProtocolError } from "./errors.js";
import { secrets } from "./invitation_secret.js";
import { equal, mac, openSeal, seal } from "./primitives.js";

/** @typedef {import("./authority.js").Authority} Authority */
/** @typedef {import("./case_chain.js").Chain} Chain */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./invitation_secret.js").InviteSecrets} InviteSecrets */
/**
 * An invitation that the person invited has opened and verified; chain is null for staff. Its root key is to be pinned;
 * newer statements are fetched and chained to these.
 * @typedef {{invite: Statement, authority: Authority, chain: Chain | null, secrets: InviteSecrets, rootPk: Uint8Array}} Invitation
 */

const LONGEST = 7 * 86_400_000;
const PARTS = 5;
const KEY_SIZE = 32;

/**
 * An invite: to a case by a facilitator, or to the staff (case, side and role null) by an issuer.
 * @param {Uint8Array} signerSeed
 * @param {{agencyId: string, caseId: string | null, participantId: string, keyCom: string, expiresAt: Date,
 *   side?: string | null, role?: string | null, assisted?: boolean}} options
 * @returns {Envelope}
 */
export function build(
  signerSeed,
  { agencyId, caseId, participantId, keyCom, expiresAt, side = null, role = null, assisted = false },
) {
  return envelopes.make(
    "invite",
    {
      agency_id: agencyId,
      case_id: caseId,
      participant_id: participantId,
      side,
      role,
      assisted,
      key_com: keyCom,
      expires_at: formatTime(expiresAt),
    },
    [signerSeed],
  );
}

/**
 * What the server keeps under invite_id: the RFC 8785 array of five, and its MAC under k.
 * @param {{agency: readonly unknown[], rosters: readonly unknown[], statements: readonly unknown[], nonce: Uint8Array | null,
 *   invite: unknown, k: Uint8Array}} given envelopes; for staff no statements and no nonce
 * @returns {{blob: Uint8Array, mac: Uint8Array}}
 */
export function close({ agency, rosters, statements, nonce, invite, k }) {
  const blob = canonical([agency, rosters, statements, nonce && b64(nonce), invite]);
  return { blob, mac: mac(k, pae("mediation/v1/invite", blob)) };
}

/**
 * The joiner's checks: MAC first, then the whole chain, then the invite itself. The expiry of roster and case is not looked at.
 * @param {Uint8Array} blob
 * @param {Uint8Array} givenMac
 * @param {Uint8Array} secret S
 * @param {Date} now
 * @returns {Invitation}
 * @throws {ProtocolError} invite-mac-wrong, not-canonical, bad-field, what `authority.verify`, `caseChain.follow` and
 *   `verify` throw, invite-key-wrong, invite-case-wrong
 */
export function open_(blob, givenMac, secret, now) {
  const own = secrets(secret);
  if (!equal(mac(own.k, pae("mediation/v1/invite", blob)), givenMac)) throw new ProtocolError("invite-mac-wrong");
  const { agency, rosters, statements, nonce, invite } = readParts(blob);
  const rootPk = unb64(envelopes.parse(agency[0], "agency").payload.root_pk);
  const authority = authorities.verify(agency, rosters, rootPk, now);
  const chain = nonce && caseChain.follow(statements, authority, { nonce });
  const statement = chain ? verify(invite, chain, authority, now) : verifyStaff(invite, authority, now);
  checkSecret(statement, own);
  return Object.freeze({ invite: statement, authority, chain, secrets: own, rootPk });
}

/** @param {Uint8Array} blob */
function readParts(blob) {
  const parts = parseCanonical(blob);
  const shaped = Array.isArray(parts) && parts.length === PARTS && parts.slice(0, 3).every(Array.isArray);
  if (!shaped) throw new ProtocolError("bad-field");
  const [agency, rosters, statements, nonce, invite] = parts;
  if (agency.length === 0 || statements.length > 0 !== (nonce !== null)) throw new ProtocolError("bad-field");
  return { agency, rosters, statements, nonce: nonce === null ? null : unb64(nonce, caseChain.NONCE_SIZE), invite };
}

/**
 * Whether the invite commits to the key that follows from the secret.
 * @param {Statement} invite
 * @param {InviteSecrets} own
 * @throws {ProtocolError} invite-key-wrong
 */
export function checkSecret(invite, own) {
  if (invite.payload.key_com !== own.keyCom) throw new ProtocolError("invite-key-wrong");
}

/**
 * An invite to this case, signed by a facilitator of its newest statement.
 * @param {unknown} envelope
 * @param {Chain} chain
 * @param {Authority} authority
 * @param {Date} now
 * @returns {Statement}
 * @throws {ProtocolError} what `envelope.verify` throws, invite-case-wrong, agency-mixed, invite-expired, invite-too-long
 */
export function verify(envelope, chain, authority, now) {
  const keys = [...counting(chain.payload, authority.roster).values()].map((staff) => staff.signPk);
  const statement = envelopes.verify(envelope, "invite", envelopes.keyring(keys));
  if (statement.payload.case_id !== chain.caseId) throw new ProtocolError("invite-case-wrong");
  return check(statement, authority, now);
}

/**
 * An invite to the staff, signed by an issuer of the newest agency statement who is in date.
 * @param {unknown} envelope
 * @param {Authority} authority
 * @param {Date} now
 * @returns {Statement}
 * @throws {ProtocolError} what `verify` throws, issuer-not-in-date
 */
export function verifyStaff(envelope, authority, now) {
  const { newest } = authority.agency;
  const keys = [...agencies.issuers(newest).values()].map((issuer) => issuer.publicKey);
  const statement = envelopes.verify(envelope, "invite", envelopes.keyring(keys));
  agencies.issuerOnDay(newest, statement.signers[0], now);
  if (statement.payload.case_id !== null) throw new ProtocolError("invite-case-wrong");
  return check(statement, authority, now);
}

/** @param {Statement} statement @param {Authority} authority @param {Date} now */
function check(statement, authority, now) {
  if (statement.payload.agency_id !== authority.agency.agencyId) throw new ProtocolError("agency-mixed");
  const left = parseTime(statement.payload.expires_at).getTime() - now.getTime();
  if (left < -SKEW) throw new ProtocolError("invite-expired");
  if (left > LONGEST + SKEW) throw new ProtocolError("invite-too-long");
  return statement;
}

/** @param {Uint8Array} ik @param {string} caseId @param {string} inviteId */
const kept = (ik, caseId, inviteId) => pae("mediation/v1/invite-kept", concat(bytesOf(`${caseId}.${inviteId}.`), ik));

/**
 * IK sealed to the epoch key, so that every facilitator of the case can check the answer.
 * @param {Uint8Array} ik
 * @param {Uint8Array} epochPk
 * @param {string} caseId
 * @param {string} inviteId
 */
export const keep = (ik, epochPk, caseId, inviteId) => seal(epochPk, kept(ik, caseId, inviteId));

/**
 * IK from what was kept, with whichever epoch's secret opens it.
 * @param {Uint8Array} blob
 * @param {Map<string, Uint8Array>} epochSecrets
 * @param {string} caseId
 * @param {string} inviteId
 * @returns {Uint8Array}
 * @throws {ProtocolError} cannot-open, invite-secret-misplaced
 */
export function recover(blob, epochSecrets, caseId, inviteId) {
  for (const secret of epochSecrets.values()) {
    const opened = tryOpen(secret, blob);
    if (!opened) continue;
    const ik = opened.slice(-KEY_SIZE);
    if (!equal(opened, kept(ik, caseId, inviteId))) throw new ProtocolError("invite-secret-misplaced");
    return ik;
  }
  throw new ProtocolError("cannot-open");
}

/** @param {Uint8Array} secret @param {Uint8Array} blob @returns {Uint8Array | null} */
function tryOpen(secret, blob) {
  try {
    return openSeal(secret, blob);
  } catch {
    return null;
  }
}
