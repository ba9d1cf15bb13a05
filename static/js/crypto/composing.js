// @ts-check
/**
 * What a facilitator writes. Guarantees that every message takes the next number of its writer in this case, written down
 * in own memory before it is sent; the revision of that memory goes into the order block.
 */
import { checkCurrent } from "../protocol/case_head.js";
import * as messages from "../protocol/message.js";
import { authorKey } from "../protocol/pins.js";
import { clock } from "./clock.js";
import { remember } from "./own_pins.js";
import { facilitatorOf } from "./room.js";
import { held } from "./session.js";
import { LANG, submission } from "./submission.js";

/** @typedef {import("./room.js").Room} Room */
/**
 * @typedef {object} Letter
 * @property {string} kind
 * @property {string[]} recipients
 * @property {string} text
 * @property {string} [lang]
 * @property {string | null} [answers]
 * @property {string | null} [revises]
 * @property {string | null} [authorId] on whose behalf it is written down; else the facilitator's own
 * @property {string | null} [means] letter, dictation or recording, where it is written down for somebody
 * @property {string} [provenance] where, how and with whom it was written
 */

/**
 * What was counted before the newest message, should the server refuse it for good.
 * @type {{messageId: string, key: string, before: any} | null}
 */
let counted = null;

/** @param {Room} room @param {string} key @param {Letter} letter */
function nextOrder({ own, head }, key, { revises = null, provenance = "" }) {
  const last = own.document.authors[key];
  return {
    seq: (last?.seq ?? 0) + 1,
    prev: last?.message_id ?? null,
    revises,
    writtenAt: clock.now(),
    caseHash: head.hash,
    seen: 0,
    memory: own.next,
    provenance,
  };
}

/**
 * A sealed message, for POST /messages, and the pins to store before it is sent.
 * @param {Room} room
 * @param {Letter} letter
 */
export function compose(room, letter) {
  const { own, head, people } = room;
  checkCurrent(head);
  const me = facilitatorOf(room);
  const key = authorKey(head.caseId, me.signKid);
  const order = nextOrder(room, key, letter);
  const { kind, recipients, text, lang = LANG, answers = null, authorId = null, means = null } = letter;
  const scribe = authorId && means ? { staff_id: me.staffId, means } : null;
  const sender = { authorId: authorId ?? me.staffId, signSeed: held().keys.signSeed, scribe };
  const sealed = messages.seal(head, people, sender, { kind, recipients, text, lang, answers }, order);
  const messageId = sealed.statement.payload.message_id;
  counted = { messageId, key, before: own.document.authors[key] };
  own.document.authors[key] = { seq: order.seq, message_id: messageId, seen: 0, memory: order.memory };
  remember(own, [sealed.statement.hash]);
  return { message_id: messageId, body: submission(sealed), pins: own.close() };
}

/**
 * After the server refused a message for good: its number is free again, so that no gap appears.
 * @param {Room} room
 * @param {string} messageId
 */
export function uncount({ own }, messageId) {
  if (counted?.messageId !== messageId) return null;
  if (counted.before) own.document.authors[counted.key] = counted.before;
  else delete own.document.authors[counted.key];
  counted = null;
  return own.close();
}
