// @ts-check
/**
 * Deciding about a message that was opened on this page: proposed by one facilitator, co-signed by others after a full
 * check of their own. Guarantees that whoever makes a release final seals the message's key to its recipient.
 */
import { counted, of } from "../protocol/counted.js";
import * as decisions from "../protocol/decision.js";
import * as signing from "../protocol/decision_signing.js";
import { b64, parseTime } from "../protocol/encoding.js";
import { ProtocolError } from "../protocol/errors.js";
import { get } from "../protocol/members.js";
import * as messages from "../protocol/message.js";
import * as notes from "../protocol/note.js";
import { kid } from "../protocol/primitives.js";
import { isOpened } from "./opening.js";
import { facilitatorOf } from "./room.js";
import { held } from "./session.js";
import { recordedIn } from "./steps.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./opening.js").Message} Message */
/** @typedef {import("./opening.js").Ruling} Ruling */
/** @typedef {import("../protocol/message_open.js").Opened} Opened */
/** @typedef {import("./room.js").Room} Room */
/**
 * @typedef {{decision: string, recipient_id?: string | null, not_before?: string | null, note?: string | null}} Choice
 */

/** @param {Room} room @param {string} messageId @returns {Message} @throws {WorkerError} not-read, not-mine */
export function messageOf({ reading }, messageId) {
  if (!reading) throw new WorkerError("not-read", "Reload this page and try again.");
  const found = reading.messages.get(messageId);
  if (!found) throw new WorkerError("not-mine", "This message is not in this case.");
  return found;
}

/** @param {Message} message @returns {Opened} @throws {ProtocolError} @throws {WorkerError} not-opened */
export function openedOf({ opened, code }) {
  if (isOpened(opened)) return opened;
  if (code) throw new ProtocolError(code);
  throw new WorkerError("not-opened", "This message could not be opened.");
}

/** The final decisions about a message so far. @param {Message} message */
export const decidedOf = ({ rulings }) =>
  rulings.flatMap(({ view, decision }) => (view.state === "final" && decision ? [decision] : []));

/**
 * What a release needs of the people whom it concerns: that they have neither paused nor withdrawn.
 * @param {Room} room
 * @param {Opened} opened
 * @param {Choice} choice
 */
function checkStanding({ view }, { statement: { payload } }, { decision, recipient_id }) {
  if (decision !== "release") return;
  const people = [recipient_id, payload.author_id];
  const stopped = (view.standings ?? []).some(
    (/** @type {any} */ each) => people.includes(each.participant_id) && each.standing !== "active",
  );
  if (stopped) throw new ProtocolError("not-standing");
}

/**
 * Nobody is told by a released letter of another one that is not theirs to know of.
 * @param {Opened} opened
 * @param {string} decision
 */
function checkReferences({ alarms }, decision) {
  if (decision === "release" && alarms.includes("answers-unknown")) throw new ProtocolError("answers-unknown");
}

/**
 * @param {Room} room
 * @param {import("../protocol/note.js").Note} note
 * @param {string | null | undefined} recipientId
 */
function sealNote({ head, people }, note, recipientId) {
  const { boxPk } = get(people, String(recipientId));
  return { recipient: boxPk && b64(notes.seal(note, boxPk)), epoch: b64(notes.seal(note, head.epochPk)) };
}

/**
 * The message's key for its recipient, from whoever makes the release final.
 * @param {Room} room
 * @param {Opened} opened
 * @param {unknown} envelope
 */
function sealKey({ head, people }, { statement, key }, envelope) {
  const decision = decisions.read(envelope, head, statement);
  const final = signing.isFinal(decision, head, statement);
  const boxPk = final && decision.recipientId !== null ? get(people, decision.recipientId).boxPk : null;
  return { final, wrap: boxPk && b64(messages.wrap(key, head.caseId, statement.payload.message_id, boxPk)) };
}

/**
 * A new decision, for POST /messages/{id}/decisions; final, if nobody else needs to sign.
 * @param {Room} room
 * @param {string} messageId
 * @param {Choice} choice
 */
export function propose(room, messageId, choice) {
  facilitatorOf(room);
  const message = messageOf(room, messageId);
  const opened = openedOf(message);
  checkStanding(room, opened, choice);
  checkReferences(opened, choice.decision);
  const note = choice.note ? notes.make(choice.note) : null;
  const notBefore = choice.not_before ? parseTime(choice.not_before) : null;
  const { decision, recipient_id: recipientId = null } = choice;
  const proposal = signing.propose(
    room.head,
    opened,
    { decision, recipientId, notBefore, note },
    {
      consents: room.consents,
      checkpoint: room.own.document.checkpoint,
      decidedOn: room.head.now,
      seed: held().keys.signSeed,
      decided: decidedOf(message),
    },
  );
  const { final, wrap } = sealKey(room, opened, proposal.envelope);
  const body = {
    decision: proposal.envelope,
    consents: proposal.consents,
    note: note && sealNote(room, note, recipientId),
    wrap,
  };
  return { body, final };
}

/**
 * An open proposal about a message.
 * @param {Message} message
 * @param {string} hash
 * @returns {Ruling}
 * @throws {WorkerError} proposal-unknown
 */
export function rulingOf({ rulings }, hash) {
  const found = rulings.find(({ view }) => view.hash === hash && view.state === "proposed");
  if (!found) throw new WorkerError("proposal-unknown", "This proposal is not there any more.");
  return found;
}

/**
 * A colleague's decision with one's own signature, for POST /decisions/{hash}/signatures.
 * @param {Room} room
 * @param {string} messageId
 * @param {string} hash
 */
export function coSign(room, messageId, hash) {
  facilitatorOf(room);
  const message = messageOf(room, messageId);
  const opened = openedOf(message);
  const { view, note, decision, code } = rulingOf(message, hash);
  if (!decision) throw new ProtocolError(/** @type {string} */ (code));
  checkStanding(room, opened, { decision: decision.decision, recipient_id: decision.recipientId });
  checkReferences(opened, decision.decision);
  const envelope = signing.coSign(room.head, opened, view.decision, view.consents, {
    consents: room.consents,
    note,
    seed: held().keys.signSeed,
    decided: decidedOf(message),
  });
  const { final, wrap } = sealKey(room, opened, envelope);
  return { body: { decision: envelope, wrap }, final, decision: decision.decision };
}

/**
 * The keys and content notes of everything that a member may read, sealed to their present key: what counts for them
 * today and what their kept list holds. Nobody can seal anew what could not be opened here.
 * @param {Room} room
 * @param {string} participantId
 */
export function remake(room, participantId) {
  const { head, people, lists, reading } = room;
  const { boxPk } = get(people, participantId);
  if (!boxPk) return { wraps: [], notes: [] };
  const all = [...(reading?.messages.values() ?? [])];
  const recorded = recordedIn(all.map(({ view }) => view));
  const hashes = of(counted(head, people, recorded, lists).lists, participantId);
  const wraps = all.flatMap((message) => {
    const { opened, statement, view } = message;
    if (!hashes.has(statement.hash) || !isOpened(opened) || wasRecalled(view, participantId)) return [];
    const messageId = statement.payload.message_id;
    const seal = b64(messages.wrap(opened.key, head.caseId, messageId, boxPk));
    return [{ message_id: messageId, body: { box_kid: kid(boxPk), seal } }];
  });
  return { wraps, notes: notesFor(all, participantId, boxPk) };
}

/** Whether a message is not this reader's any more. @param {any} view @param {string} participantId */
const wasRecalled = ({ recipients }, participantId) =>
  recipients.some(
    (/** @type {any} */ each) => each.participant_id === participantId && each.state === "recalled",
  );

/**
 * Also of releases that a colleague has yet to sign.
 * @param {Message[]} all
 * @param {string} participantId
 * @param {Uint8Array} boxPk
 */
function notesFor(all, participantId, boxPk) {
  const rulings = all.flatMap((message) => message.rulings);
  return rulings.flatMap(({ view, decision, note }) =>
    note && decision?.recipientId === participantId && view.state !== "dropped"
      ? [{ hash: view.hash, body: { recipient: b64(notes.seal(note, boxPk)) } }]
      : [],
  );
}
