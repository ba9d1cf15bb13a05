// @ts-check
/**
 * Answering an invitation, for participants and staff. Guarantees that keys are made and an answer given only after the
 * whole chain of trust in the invitation was verified against the secret on the printed card.
 */
import { clock } from "./clock.js";
import * as authorities from "../protocol/authority.js";
import { pin } from "../protocol/case_chain.js";
import { counting } from "../protocol/case_signers.js";
import { build as buildConsent } from "../protocol/consent.js";
import { b64, bytesOf, unb64 } from "../protocol/encoding.js";
import * as invitations from "../protocol/invitation.js";
import { fromCode, secrets } from "../protocol/invitation_secret.js";
import * as join from "../protocol/joining.js";
import { checkOwnPassphrase } from "../protocol/passphrase.js";
import { boxPublicKey, hash32, signPublicKey } from "../protocol/primitives.js";
import { newPassphrase, sixWords } from "../protocol/words.js";
import { openAccount } from "./account.js";
import { newPins } from "./own_pins.js";
import { held } from "./session.js";
import { WorkerError } from "./worker_error.js";

/** The secret S of the card, until the page goes. @type {Uint8Array | null} */
let secret = null;
/** What it opened. @type {{invitation: invitations.Invitation, authority: authorities.Authority} | null} */
let opened = null;

/** @returns {{invitation: invitations.Invitation, authority: authorities.Authority}} */
function current() {
  if (!opened) throw new WorkerError("not-entered", "Type the code from your card again.");
  return opened;
}

/** What a newcomer remembers from the first: all that the invitation proved. */
function firstPins() {
  const {
    invitation: { chain },
    authority,
  } = current();
  return newPins({ ...authority.pins, cases: chain ? { [chain.caseId]: pin(chain) } : {} }).close();
}

export const methods = {
  /** @param {{code: string}} args as typed, or the link's fragment without "#" */
  begin({ code }) {
    opened = null;
    secret = fromCode(code);
    return { invite_id: secrets(secret).inviteId };
  },

  /** @param {{invitation: {blob: string, mac: string}, trust?: import("./trust.js").Trust | null}} args */
  check({ invitation: { blob, mac }, trust = null }) {
    if (!secret) throw new WorkerError("not-entered", "Type the code from your card again.");
    const now = clock.now();
    const invitation = invitations.open_(unb64(blob), unb64(mac), secret, now);
    const before = invitation.authority;
    const authority = trust
      ? authorities.verify(trust.agency, trust.rosters, invitation.rootPk, now, before.pins)
      : before;
    opened = { invitation, authority };
    const {
      invite: { payload },
      chain,
    } = invitation;
    const facilitators = chain ? [...counting(chain.payload, authority.roster).values()] : [];
    return {
      for: chain ? "participant" : "staff",
      agency_id: payload.agency_id,
      agency_name: authority.agency.newest.payload.name,
      case_id: payload.case_id,
      participant_id: chain && payload.participant_id,
      staff_id: chain ? null : payload.participant_id,
      side: payload.side,
      role: payload.role,
      assisted: payload.assisted,
      facilitators: facilitators.map(({ staffId, displayName }) => ({ staff_id: staffId, name: displayName })),
      approvals: chain && chain.payload.approvals_required,
      expires_at: payload.expires_at,
    };
  },

  /** Six words, new at every call. */
  passphrase: () => ({ passphrase: newPassphrase() }),

  /** @param {{passphrase: string}} args one of the person's own */
  checkPassphrase({ passphrase }) {
    checkOwnPassphrase(passphrase);
    return {};
  },

  /** Makes the keys and the answer; the worker then holds the keys. @param {{passphrase: string}} args */
  join({ passphrase }) {
    const {
      invitation: {
        invite,
        secrets: { k, inviteId },
        rootPk,
      },
    } = current();
    const { keys, accountId, record } = openAccount(rootPk, passphrase);
    const answer = join.build(keys.signSeed, boxPublicKey(keys.boxSeed), { accountId, inviteHash: invite.hash, k });
    return {
      invite_id: inviteId,
      body: { join: answer.join, mac: b64(answer.mac), account: record },
      pins: firstPins(),
    };
  },

  /** What the facilitator must hear before they admit. */
  words() {
    const { keys } = held();
    return { words: sixWords(keys.rootPk, signPublicKey(keys.signSeed), boxPublicKey(keys.boxSeed)) };
  },

  /** The first consent, by the new keys. @param {{text: string}} args */
  agree({ text }) {
    const {
      invite: { payload },
    } = current().invitation;
    return {
      consent: buildConsent(held().keys.signSeed, {
        caseId: payload.case_id,
        participantId: payload.participant_id,
        textHash: b64(hash32(bytesOf(text))),
        at: clock.now(),
      }),
    };
  },
};
