// @ts-check
/**
 * A facilitator's cases. Guarantees that nobody is admitted whose answer to an invitation does not hold, and that no step
 * is signed before its lists, its people and its signatures were checked in full.
 */
import { checkCurrent } from "../protocol/case_head.js";
import { build as buildConsent, verify as verifyConsent } from "../protocol/consent.js";
import { b64, bytesOf, formatTime, newId, unb64 } from "../protocol/encoding.js";
import * as invitations from "../protocol/invitation.js";
import { check as checkJoin } from "../protocol/joining.js";
import * as members from "../protocol/members.js";
import { hash32 } from "../protocol/primitives.js";
import { invitationBody, newCard } from "./cards.js";
import { describe, history, proposal } from "./case_view.js";
import { clock } from "./clock.js";
import { listCases } from "./case_list.js";
import { assistedDocument, openCase, staffNamed } from "./case_opening.js";
import { acceptRecovery, recoveryChanged } from "./recovery.js";
import * as rooms from "./room.js";
import { held } from "./session.js";
import * as steps from "./steps.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** @typedef {import("./room.js").Room} Room */

/**
 * The six words of somebody's keys; only the pages that admit load the list of words.
 * @param {{signPk: Uint8Array, boxPk: Uint8Array}} keys
 */
async function wordsOf({ signPk, boxPk }) {
  const { sixWords } = await import("../protocol/words.js");
  return sixWords(held().keys.rootPk, signPk, boxPk);
}

/**
 * The answer to an invitation, verified with the secret that was kept for the case's facilitators.
 * @param {Room} room
 * @param {any} row
 */
function readJoin(room, row) {
  const { head, own, secrets } = room;
  const ik = invitations.recover(unb64(row.sealed_secret), secrets, head.caseId, row.invite_id);
  const used = new Set(own.document.opened);
  const joiner = checkJoin(
    { join: row.join, mac: unb64(row.join_mac), invite: row.invite, ik, used },
    head,
    clock.now(),
  );
  room.joiners.set(row.invite_id, joiner);
  return joiner;
}

/** @param {Room} room @param {string} inviteId */
function joinerOf({ joiners }, inviteId) {
  const joiner = joiners.get(inviteId);
  if (!joiner) throw new WorkerError("not-heard", "Compare the six words first.");
  return joiner;
}

export const methods = {
  /** What can be opened from what GET /cases hands over. @param {{trust: any, cases: any[], pins: Stored}} args */
  list: listCases,

  /** First on every page of one case. @param {{trust: any, case: any, pins: Stored, settings?: Stored}} args */
  enter({ settings = null, ...given }) {
    const room = rooms.enter(given);
    return {
      ...describe(room),
      recovery_changed: recoveryChanged(room.head.authority, settings),
      pins: room.own.close(),
    };
  },

  /** Accepts the agency's new recovery key, after asking an administrator. @param {{settings?: Stored}} args */
  acceptRecovery: ({ settings = null }) => ({ settings: acceptRecovery(rooms.current().head.authority, settings) }),

  /** A new case, and the note that says what it and its people are called. */
  create: openCase,

  /** The case for another 30 days, under the newest staff list. */
  renew: () => ({ body: steps.build(rooms.current(), {}, steps.recordedIn([])).body }),

  /**
   * Other facilitators, another number of approvals, or both: a new epoch, new lists of what may still be read.
   * @param {{facilitators?: string[], approvals?: number, messages: any[], leave_out?: string[], settings?: Stored}} args
   */
  change({ facilitators, approvals, messages, leave_out: leaveOut, settings = null }) {
    const room = rooms.current();
    const staff = facilitators && staffNamed(room.head.authority, facilitators);
    return steps.build(room, { facilitators: staff, approvals, leaveOut, settings }, steps.recordedIn(messages));
  },

  /** Somebody without a device. @param {{side: string, role?: string}} person */
  addPerson(person) {
    const participantId = newId();
    const { body } = steps.build(
      rooms.current(),
      { people: { [participantId]: assistedDocument(participantId, person) } },
      steps.recordedIn([]),
    );
    return { participant_id: participantId, body };
  },

  /** Somebody leaves the case. @param {{participant_id: string, messages: any[], leave_out?: string[]}} args */
  removePerson({ participant_id, messages, leave_out: leaveOut }) {
    const room = rooms.current();
    members.get(room.people, participant_id);
    const { body, doubtful } = steps.build(
      room,
      { people: { [participant_id]: null }, leaveOut },
      steps.recordedIn(messages),
    );
    return { body, doubtful };
  },

  /**
   * A colleague's proposal, verified as far as it can be before signing; with the six words of whom it admits.
   * @param {{hash: string}} args
   */
  async proposal({ hash }) {
    const room = rooms.current();
    const given = steps.proposalOf(room, hash);
    const row =
      given.admits && room.view.invitations.find((/** @type {any} */ each) => each.invite_id === given.admits);
    return { ...proposal(room, given), words: row ? await wordsOf(readJoin(room, row)) : null };
  },

  /**
   * Signs a colleague's proposal after the full check; `heard`: whoever it admits said the six words to this one too.
   * @param {{hash: string, messages: any[], heard?: boolean}} args
   */
  sign({ hash, messages, heard = false }) {
    const room = rooms.current();
    const given = steps.proposalOf(room, hash);
    if (given.admits && !heard) throw new WorkerError("not-heard", "Compare the six words first.");
    const joiner = given.admits ? joinerOf(room, given.admits) : null;
    return { body: steps.coSign(room, given, steps.recordedIn(messages), joiner) };
  },

  /**
   * A card for somebody new, for somebody named in the case's note, or for a member with new keys.
   * @param {{participant_id?: string | null, side?: string, role?: string, assisted?: boolean}} args
   */
  invite({ participant_id = null, side, role = "party", assisted = false }) {
    const room = rooms.current();
    const { head, people, trust, view } = room;
    checkCurrent(head);
    rooms.facilitatorOf(room);
    const known = participant_id ? members.find(people, participant_id) : undefined;
    const { own, code, expiresAt } = newCard(clock.now());
    const participantId = participant_id ?? newId();
    const person = known ? { side: known.side, role: known.role, assisted: known.assisted } : { side, role, assisted };
    const invite = invitations.build(held().keys.signSeed, {
      agencyId: head.agencyId,
      caseId: head.caseId,
      participantId,
      keyCom: own.keyCom,
      expiresAt,
      ...person,
    });
    const kept = invitations.keep(own.ik, head.epochPk, head.caseId, own.inviteId);
    const body = invitationBody(own, trust, { statements: view.statements, nonce: unb64(view.nonce) }, invite, kept);
    return {
      invite_id: own.inviteId,
      participant_id: participantId,
      body,
      code,
      link_fragment: code,
      expires_at: formatTime(expiresAt),
    };
  },

  /**
   * The answer to an invitation, and the six words to hear.
   * @param {{invitation: any}} args one of GET /cases/{id}/invitations
   */
  async join({ invitation }) {
    const joiner = readJoin(rooms.current(), invitation);
    const { participantId: participant_id, side, role, assisted } = joiner;
    return { invite_id: invitation.invite_id, participant_id, side, role, assisted, words: await wordsOf(joiner) };
  },

  /**
   * Admits somebody whose six words were heard on this page; `remake`: they were in the case before, with other keys or
   * with none, so call review.remake once it is adopted.
   * @param {{invite_id: string, messages: any[]}} args
   */
  admit({ invite_id, messages }) {
    const room = rooms.current();
    const joiner = joinerOf(room, invite_id);
    const { participantId, signPk, boxPk, inviteHash, assisted } = joiner;
    const known = members.find(room.people, participantId);
    const [side, role] = [String(joiner.side), String(joiner.role)];
    const document = members.build({
      participantId,
      side,
      role,
      assisted,
      signPk,
      boxPk,
      inviteHash,
      kept: known?.kept ?? null,
    });
    const change = { people: { [participantId]: document }, joiner, admits: invite_id };
    const { body } = steps.build(room, change, steps.recordedIn(messages));
    return { body, participant_id: participantId, remake: Boolean(known) };
  },

  /**
   * Writes down an assisted person's consent to exactly this text.
   * @param {{participant_id: string, text: string, means: string}} args
   */
  agree({ participant_id, text, means }) {
    const room = rooms.current();
    const { head, people, lastConsents } = room;
    checkCurrent(head);
    const consent = buildConsent(held().keys.signSeed, {
      caseId: head.caseId,
      participantId: participant_id,
      textHash: b64(hash32(bytesOf(text))),
      at: clock.now(),
      scribe: { staff_id: rooms.facilitatorOf(room).staffId, means },
      previous: lastConsents.get(participant_id) ?? null,
    });
    verifyConsent(consent, head, people);
    return { consent };
  },

  /** Every statement of the case: what it changed and who signed it. */
  history: () => ({ statements: history(rooms.current()) }),
};
