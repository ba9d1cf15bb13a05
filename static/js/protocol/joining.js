// @ts-check
/**
 * The answer to an invitation: signed by the joining key itself and bound to the invitation by a MAC under its secret.
 * Guarantees that nobody is admitted whose keys did not come from the person who holds the invitation, and who said the
 * six words.
 */
import { b64, canonical, pae, unb64 } from "./encoding.js";
import { keyring, make, parse, verify } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import * as invitation from "./invitation.js";
import { secretsFromIk } from "./invitation_secret.js";
import { holds } from "./members.js";
import { equal, mac, signPublicKey } from "./primitives.js";

export { checkAdmitted } from "./members.js"; // there, so that reading letters does not need this module

/** @typedef {import("./authority.js").Authority} Authority */
/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./members.js").Member} Member */
/**
 * Somebody whose answer to an invitation holds; participantId is the staff_id for staff, side and role are null then.
 * @typedef {object} Joiner
 * @property {string} participantId
 * @property {string | null} side
 * @property {string | null} role
 * @property {boolean} assisted
 * @property {string} accountId
 * @property {Uint8Array} signPk
 * @property {Uint8Array} boxPk
 * @property {string} inviteHash
 */
/**
 * What came in, beside the IK that was kept, and the invite hashes of members of this and every earlier head.
 * @typedef {{join: unknown, mac: Uint8Array, invite: unknown, ik: Uint8Array, used: Set<string>}} Given
 */

/** @param {Uint8Array} k @param {unknown} join */
const macOf = (k, join) => mac(k, pae("mediation/v1/join", canonical(join)));

/**
 * A join and its MAC under k.
 * @param {Uint8Array} signSeed
 * @param {Uint8Array} boxPk
 * @param {{accountId: string, inviteHash: string, k: Uint8Array}} options
 * @returns {{join: Envelope, mac: Uint8Array}}
 */
export function build(signSeed, boxPk, { accountId, inviteHash, k }) {
  const payload = {
    invite_hash: inviteHash,
    account_id: accountId,
    sign_pk: b64(signPublicKey(signSeed)),
    box_pk: b64(boxPk),
  };
  const join = make("join", payload, [signSeed]);
  return { join, mac: macOf(k, join) };
}

/**
 * A facilitator's checks of the answer to an invite of this case.
 * @param {Given} given
 * @param {Head} head
 * @param {Date} now
 * @returns {Joiner}
 * @throws {ProtocolError} what `invitation.verify` throws, invite-used, invite-key-wrong, join-mac-wrong,
 *   join-invite-wrong, and what `envelope.verify` throws
 */
export const check = (given, head, now) =>
  checkJoin(given, invitation.verify(given.invite, head.chain, head.authority, now));

/**
 * An issuer's checks of the answer to an invite to the staff.
 * @param {Given} given
 * @param {Authority} authority
 * @param {Date} now
 * @returns {Joiner}
 * @throws {ProtocolError} what `check` and `invitation.verifyStaff` throw
 */
export const checkStaff = (given, authority, now) =>
  checkJoin(given, invitation.verifyStaff(given.invite, authority, now));

/** @param {Given} given @param {Statement} invite @returns {Joiner} */
function checkJoin({ join, mac: givenMac, ik, used }, invite) {
  if (used.has(invite.hash)) throw new ProtocolError("invite-used");
  const own = secretsFromIk(ik);
  invitation.checkSecret(invite, own);
  const claimed = parse(join, "join");
  if (!equal(macOf(own.k, claimed.envelope), givenMac)) throw new ProtocolError("join-mac-wrong");
  const { payload } = verify(join, "join", keyring([unb64(claimed.payload.sign_pk)]));
  if (payload.invite_hash !== invite.hash) throw new ProtocolError("join-invite-wrong");
  const { participant_id, side, role, assisted } = invite.payload;
  return Object.freeze({
    participantId: participant_id,
    side,
    role,
    assisted,
    accountId: payload.account_id,
    signPk: unb64(payload.sign_pk),
    boxPk: unb64(payload.box_pk),
    inviteHash: invite.hash,
  });
}

/** Whether a member document is this joiner's. @param {Joiner} joiner @param {Member} member */
export function isMember(joiner, member) {
  const fields = /** @type {const} */ (["participantId", "side", "role", "assisted", "inviteHash"]);
  return fields.every((name) => joiner[name] === member[name]) && holds(member, joiner.signPk, joiner.boxPk);
}
