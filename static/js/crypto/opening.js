// @ts-check
/**
 * Reading a case's messages as a facilitator: each verified and opened by itself, with the alarms to show beside it.
 * Guarantees that one message that fails hides no other: it stands there with its code and without a text; and that a
 * message seen before and now held back is missed.
 */
import * as decisions from "../protocol/decision.js";
import { parseDate, unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import { find } from "../protocol/members.js";
import * as messages from "../protocol/message.js";
import { checkAnswers } from "../protocol/message_kinds.js";
import { openAsFacilitator, unlock } from "../protocol/message_open.js";
import * as notes from "../protocol/note.js";
import { authorKey } from "../protocol/pins.js";
import { checkText } from "../protocol/text.js";
import { remember } from "./own_pins.js";

/** @typedef {import("../protocol/decision.js").Decision} Decision */
/** @typedef {import("../protocol/envelope.js").Statement} Statement */
/** @typedef {import("../protocol/message_open.js").Opened} Opened */
/** @typedef {import("../protocol/order.js").Order} Order */
/** @typedef {import("./room.js").Room} Room */
/**
 * A decision about a message; the code says why it does not count, if it does not.
 * @typedef {{view: any, decision: Decision | null, note: import("../protocol/note.js").Note | null, code: string | null}} Ruling
 */
/**
 * With an expired head only text and statement, of what was opened before.
 * @typedef {Opened | {statement: Statement, text: string, lang: string, alarms: string[], stands: true, old: true}} Read
 */
/** @typedef {{view: any, statement: Statement, opened: Read | null, rulings: Ruling[], code: string | null}} Message */
/** @typedef {{messages: Map<string, Message>, alarms: string[]}} Reading */

/** Opened by all the checks of today, not from memory. @param {Read | null} read @returns {read is Opened} */
export const isOpened = (read) => read !== null && "key" in read;

/**
 * The newest order of each writer's key so far, with its message_id.
 * @typedef {Map<string, {order: Order, messageId: string}>} Last
 */

/**
 * @param {Room} room
 * @param {any[]} views MessageViews, oldest first
 * @returns {Reading}
 */
export function readAll(room, views) {
  const statements = views.map((view) => parse(view.message, "message"));
  const rulings = views.map((view, i) =>
    view.decisions.map((/** @type {any} */ each) => rule(room, each, statements[i])),
  );
  const releases = releasesTo(views, rulings);
  /** @type {Last} */
  const last = new Map();
  const read = views.map((view, i) => readOne(room, view, statements[i], rulings[i], { last, releases }));
  const alarms = remembered(room, statements, last);
  remember(
    room.own,
    read.flatMap((each) => (each.opened ? [each.statement.hash] : [])),
  );
  const known = knownTo(read);
  return { messages: new Map(read.map((each) => [each.statement.payload.message_id, compared(each, known)])), alarms };
}

/** @param {Room} room @param {any} view @param {Statement} statement @returns {Ruling} */
function rule({ head, people, lists, secrets }, view, statement) {
  const check = view.state === "final" ? decisions.verify : decisions.read;
  try {
    const verified = messages.verify(statement.envelope, head, people, lists.facilitators);
    const decision = check(view.decision, head, verified.statement, lists.facilitators);
    return { view, decision, note: openNote(secrets, view, decision), code: null };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { view, decision: null, note: null, code: error.code };
  }
}

/**
 * The content note, opened with whichever epoch's secret it was sealed to.
 * @param {Map<string, Uint8Array>} secrets
 * @param {any} view
 * @param {{payload: any}} decision
 */
export function openNote(secrets, { note_epoch }, { payload: { note_hash } }) {
  if (note_hash === null || secrets.size === 0) return null;
  if (note_epoch === null) throw new ProtocolError("note-missing");
  for (const secret of secrets.values()) {
    try {
      return notes.open_(unb64(note_epoch), secret, note_hash);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "cannot-open") throw error;
    }
  }
  throw new ProtocolError("cannot-open");
}

/**
 * The final releases to each participant.
 * @param {any[]} views
 * @param {Ruling[][]} rulings
 * @returns {Map<string, import("../protocol/order.js").Release[]>}
 */
function releasesTo(views, rulings) {
  /** @type {Map<string, import("../protocol/order.js").Release[]>} */
  const found = new Map();
  for (const [i, { recipients, taken_back }] of views.entries()) {
    for (const { view, decision } of rulings[i]) {
      if (view.state !== "final" || !decision?.recipientId) continue;
      const { recipientId, notBefore, payload } = decision;
      const recalled = recipients.some(
        (/** @type {any} */ each) => each.participant_id === recipientId && each.state === "recalled",
      );
      const release = { decidedOn: parseDate(payload.decided_on), notBefore, takenBack: taken_back || recalled };
      found.set(recipientId, [...(found.get(recipientId) ?? []), release]);
    }
  }
  return found;
}

/**
 * @param {Room} room
 * @param {any} view
 * @param {Statement} statement
 * @param {Ruling[]} rulings
 * @param {{last: Last, releases: ReturnType<typeof releasesTo>}} before
 * @returns {Message}
 */
function readOne(room, view, statement, rulings, before) {
  try {
    const opened = room.head.lapse ? fromMemory(room, view, statement) : open(room, view, statement, before);
    return { view, statement, opened, rulings, code: null };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { view, statement, opened: null, rulings, code: error.code };
  }
}

/**
 * By participant_id, what they wrote or were given: released, or written to them alone.
 * @param {Message[]} read
 */
function knownTo(read) {
  /** @type {Map<string, Set<string>>} */
  const known = new Map();
  for (const { opened, rulings, statement } of read) {
    if (!opened) continue;
    const { message_id, kind, author_id, recipients } = statement.payload;
    const released = rulings.map(({ view, decision }) => (view.state === "final" && decision?.recipientId) || author_id);
    for (const person of [author_id, ...(kind === "private" ? recipients : []), ...released])
      known.set(person, (known.get(person) ?? new Set()).add(message_id));
  }
  return known;
}

/**
 * With the alarm answers-unknown, if a recipient would learn of a message that is not theirs to know of.
 * @param {Message} message
 * @param {Map<string, Set<string>>} known
 * @returns {Message}
 */
function compared(message, known) {
  const { opened, statement } = message;
  try {
    checkAnswers(statement.payload, known);
    return message;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...message, opened: opened && { ...opened, alarms: [...opened.alarms, error.code] } };
  }
}

/** @param {any} view */
const wrapsOf = ({ wrap }) => new Map(wrap ? [[wrap.box_kid, unb64(wrap.seal)]] : []);

/**
 * @param {Room} room
 * @param {any} view
 * @param {Statement} statement
 * @param {{last: Last, releases: ReturnType<typeof releasesTo>}} before
 */
function open({ head, people, lists, secrets }, view, { envelope, payload }, { last, releases }) {
  const earlier = last.get(payload.author_kid);
  // Staff are not offered anything, so only a participant's own key is compared with releases.
  const own = payload.scribe === null && find(people, payload.author_id) !== undefined;
  const known = {
    last: earlier?.order,
    lastId: earlier?.messageId,
    releases: own ? releases.get(payload.author_id) : [],
  };
  const given = {
    envelope,
    ciphertext: unb64(view.ciphertext),
    wraps: wrapsOf(view),
    orderBlock: unb64(view.order_block),
  };
  const opened = openAsFacilitator(head, people, lists.facilitators, given, secrets, known);
  last.set(payload.author_kid, { order: opened.order, messageId: payload.message_id });
  return opened;
}

/**
 * With an expired head: only what one's own memory records as opened before.
 * @param {Room} room
 * @param {any} view
 * @param {Statement} statement
 * @returns {Read}
 */
function fromMemory({ own, head, secrets }, view, statement) {
  if (!own.document.opened.includes(statement.hash)) throw new ProtocolError(/** @type {string} */ (head.lapse));
  const secret = view.wrap && secrets.get(view.wrap.box_kid);
  if (!secret) throw new ProtocolError("wrap-missing");
  const { text, lang } = unlock(statement.payload, unb64(view.ciphertext), unb64(view.wrap.seal), secret);
  return { statement, text: checkText(text), lang, alarms: [], stands: true, old: true };
}

/**
 * Pins each other writer's newest order.
 * @param {Room} room
 * @param {Statement[]} statements
 * @param {Last} last
 * @returns {string[]} messages-missing, if a pinned message is not there
 */
function remembered({ own, head: { caseId }, me }, statements, last) {
  const { authors } = own.document;
  const mine = me && authorKey(caseId, me.signKid);
  const given = new Set(statements.map(({ payload }) => payload.message_id));
  const pinned = Object.entries(authors).filter(([key]) => key.startsWith(`${caseId}.`) && key !== mine);
  const missing = pinned.some(([, entry]) => !given.has(entry.message_id));
  for (const [authorKid, { order, messageId }] of last) {
    const key = authorKey(caseId, authorKid);
    if (key === mine || (authors[key] && authors[key].seq >= order.seq)) continue;
    authors[key] = { seq: order.seq, message_id: messageId, seen: order.seen, memory: order.memory };
  }
  return missing ? ["messages-missing"] : [];
}
