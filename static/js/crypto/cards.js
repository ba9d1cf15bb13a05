// @ts-check
/**
 * An invitation to hand over on paper or in person: its secret is told once, to the page that asked, never to the
 * server.
 */
import { b64 } from "../protocol/encoding.js";
import * as invitations from "../protocol/invitation.js";
import { newSecret, secrets, toCode } from "../protocol/invitation_secret.js";

const LASTS = 7 * 86_400_000;

/** A fresh secret and what follows from it. @param {Date} now */
export function newCard(now) {
  const secret = newSecret();
  return { own: secrets(secret), code: toCode(secret), expiresAt: new Date(now.getTime() + LASTS) };
}

/**
 * What the server is sent of an invitation.
 * @param {import("../protocol/invitation_secret.js").InviteSecrets} own
 * @param {import("./trust.js").Trust} trust
 * @param {{statements: unknown[], nonce: Uint8Array} | null} history of the case; null for staff
 * @param {unknown} invite
 * @param {Uint8Array | null} sealedSecret
 */
export function invitationBody(own, trust, history, invite, sealedSecret) {
  const { blob, mac } = invitations.close({
    agency: trust.agency,
    rosters: trust.rosters,
    statements: history?.statements ?? [],
    nonce: history?.nonce ?? null,
    invite,
    k: own.k,
  });
  return { invite_id: own.inviteId, blob: b64(blob), mac: b64(mac), sealed_secret: sealedSecret && b64(sealedSecret) };
}
