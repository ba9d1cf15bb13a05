// @ts-check
/**
 * Opening a case. Guarantees that its first statement is what the agency's staff list and the case's own rules allow
 * before anything of it leaves the worker.
 */
import { checkCurrent as checkAuthority } from "../protocol/authority.js";
import { first } from "../protocol/case.js";
import { NONCE_SIZE, start } from "../protocol/case_chain.js";
import { assess, checkCurrent } from "../protocol/case_head.js";
import { noLists } from "../protocol/counted.js";
import { toText } from "../protocol/documents.js";
import { b64, newId } from "../protocol/encoding.js";
import * as epochs from "../protocol/epoch.js";
import * as members from "../protocol/members.js";
import { kid, randomBytes } from "../protocol/primitives.js";
import { compose } from "./composing.js";
import { openPins } from "./own_pins.js";
import { acceptedRecovery } from "./recovery.js";
import * as rooms from "./room.js";
import { held } from "./session.js";
import * as steps from "./steps.js";
import { enterAgency } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** @typedef {import("./room.js").Room} Room */
/** Somebody of a new case. @typedef {{side: string, role?: string, assisted: boolean, name: string}} Newcomer */

/**
 * The staff list's facilitators with these ids.
 * @param {import("../protocol/authority.js").Authority} authority
 * @param {string[]} staffIds
 */
export function staffNamed({ roster }, staffIds) {
  return staffIds.map((id) => {
    const staff = roster.staff.get(id);
    if (!staff?.roles.includes("facilitator"))
      throw new WorkerError("not-mine", "Only facilitators of the agency can be named.");
    return staff;
  });
}

/** Somebody without a device. @param {string} participantId @param {{side: string, role?: string}} person */
export const assistedDocument = (participantId, { side, role = "party" }) =>
  members.build({ participantId, side, role, assisted: true, signPk: null, boxPk: null, inviteHash: null });

/** A case of one statement, as its creator knows it before the server does. @param {any} given @returns {Room} */
function newRoom({ envelope, nonce, secret, authority, documents, own, trust }) {
  const chain = start(envelope, nonce, authority);
  const head = assess(chain, authority, null);
  checkCurrent(head);
  const view = {
    case_id: head.caseId,
    nonce: b64(nonce),
    statements: [envelope],
    anchor: null,
    proposals: [],
    standings: [],
    consents: [],
  };
  return {
    own,
    trust,
    view,
    head,
    me: rooms.myself(authority),
    people: members.openAll(head.payload, documents),
    kept: { facilitators: null, members: {} },
    lists: noLists(),
    secrets: new Map([[kid(head.epochPk), secret]]),
    consents: new Map(),
    lastConsents: new Map(),
    alarms: [],
    reading: null,
    joiners: new Map(),
  };
}

/**
 * What the case and its people are called among facilitators; those who are yet to be invited stand in it with side and
 * role.
 * @param {string} title
 * @param {string} notes
 * @param {(Newcomer & {participant_id: string})[]} people
 */
const caseNote = (title, notes, people) =>
  toText("case", {
    title,
    notes,
    names: Object.fromEntries(people.map((each) => [each.participant_id, each.name])),
    people: Object.fromEntries(
      people.map(({ participant_id, side, role = "party", assisted }) => [participant_id, { side, role, assisted }]),
    ),
  });

/**
 * A new case with the page's own facilitator and others, and the note that says what it and its people are called.
 * @param {{trust: import("./trust.js").Trust, pins: Stored, settings?: Stored, facilitators: string[], approvals: number,
 *   people: Newcomer[], title: string, notes?: string}} args facilitators: the others' staff_ids
 */
export function openCase({ trust, pins, settings = null, facilitators, approvals, people, title, notes = "" }) {
  const own = openPins(pins);
  const authority = enterAgency(trust, own);
  checkAuthority(authority);
  const staff = staffNamed(authority, [...new Set([rooms.myself(authority)?.staffId ?? "", ...facilitators])]);
  const recovery = acceptedRecovery(authority, settings);
  const named = people.map((each) => ({ ...each, participant_id: newId() }));
  const made = firstStatement(authority, staff, approvals, named);
  const room = newRoom({ ...made, authority, own, trust });
  rooms.settle(room);
  const seals = steps.sealTo(made.secret, room.head.caseId, 1, staff, recovery.recoveryPk);
  const text = caseNote(title, notes, named);
  const { pins: closed, ...note } = compose(room, { kind: "note", recipients: [], text });
  const body = { nonce: b64(made.nonce), case: made.envelope, seals, documents: made.documents };
  return { case_id: room.head.caseId, body, note, people: named, pins: closed, settings: recovery.settings };
}

/**
 * The first statement, and what it was made of. Whoever has a device is admitted later, by their own keys.
 * @param {import("../protocol/authority.js").Authority} authority
 * @param {import("../protocol/roster.js").Staff[]} staff
 * @param {number} approvals
 * @param {(Newcomer & {participant_id: string})[]} people
 */
function firstStatement({ roster, now }, staff, approvals, people) {
  const [secret, nonce] = [epochs.newSecret(), randomBytes(NONCE_SIZE)];
  const assisted = people.filter((each) => each.assisted);
  const documents = members.fill(assisted.map((each) => assistedDocument(each.participant_id, each)));
  const envelope = first(held().keys.signSeed, nonce, {
    roster,
    facilitators: staff,
    approvalsRequired: approvals,
    members: members.hashes(documents),
    epochPk: epochs.publicKey(secret),
    ...steps.term(now),
  });
  return { envelope, nonce, secret, documents };
}
