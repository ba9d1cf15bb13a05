// @ts-check
/**
 * Showing a participant what the server listed. Guarantees that each item is verified by itself and is what it was listed
 * as, that one bad letter never hides the others, and that with an expired head nothing is shown but what one's own memory
 * records as opened before.
 */
import { checkCurrent } from "../protocol/case_head.js";
import { unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import { DECIDED } from "../protocol/message_kinds.js";
import { unlock } from "../protocol/message_open.js";
import * as reading from "../protocol/reading.js";
import { checkText, markText } from "../protocol/text.js";
import * as people from "./people.js";
import { checkpointContradicts } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./participant.js").Participant} Participant */
/**
 * A statement that is being shown, and its text if it is open.
 * @typedef {{payload: any, hash: string, text: import("../protocol/message_open.js").Text | null, proof?: reading.Offer}} Shown
 */

/**
 * Shows one item, or says by which code it is not shown.
 * @param {Record<string, any>} item
 * @param {Record<string, any>} always what is said either way
 * @param {() => Record<string, any>} show
 */
export function each({ message_id }, always, show) {
  try {
    return { message_id, ok: true, ...always, ...show() };
  } catch (error) {
    if (!(error instanceof ProtocolError || error instanceof WorkerError)) throw error;
    return { message_id, ok: false, code: error.code, ...always };
  }
}

/**
 * @param {any} item what the server listed
 * @param {{payload: any}} statement
 * @param {(payload: any) => boolean} fits
 */
function checkItem(item, { payload }, fits) {
  if (payload.message_id === item.message_id && fits(payload)) return;
  throw new WorkerError("mixed-up", "The service handed over another letter than the one that it named.");
}

/**
 * With an expired head: only what was opened before, and the writer's words alone.
 * @param {Participant} room
 * @param {any} item
 * @returns {Shown}
 */
function fromMemory({ own, head, reader }, item) {
  const { payload, hash } = parse(item.message, "message");
  if (!own.document.opened.includes(hash)) checkCurrent(head);
  const { text, lang } = unlock(payload, unb64(item.ciphertext), unb64(item.wrap), reader.boxSeed);
  return { payload, hash, text: { text: checkText(text), lang } };
}

/** @param {Participant} room @param {any} item @returns {Shown} */
function readOffer(room, item) {
  const { head, reader, offers } = room;
  if (item.state === "recalled") throw new WorkerError("recalled", "This letter was called back.");
  if (head.lapse) return fromMemory(room, item);
  const proof = reading.verifyOffer(head, reader, item.decision, item.message, item.note && unb64(item.note));
  offers.set(proof.message.payload.message_id, proof);
  if (checkpointContradicts(proof.checkpoint, room.own)) room.contradicts = true;
  const open = item.ciphertext && item.wrap;
  const text = open ? reading.openLetter(head, proof, reader, unb64(item.ciphertext), unb64(item.wrap)) : null;
  return { payload: proof.message.payload, hash: proof.message.hash, text, proof };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
export function showOffer(room, item, opened) {
  const { head, reader, called } = room;
  const { payload, hash, text, proof } = readOffer(room, item);
  checkItem(
    item,
    { payload },
    ({ kind, recipients }) => DECIDED.has(kind) && recipients.includes(reader.participantId),
  );
  if (text) opened.add(hash);
  return {
    kind: payload.kind,
    from: people.author(head, reader.people, payload, called),
    scribe: people.scribe(head, payload),
    note: proof?.note ?? null,
    released_by: (proof?.decision.signers ?? []).map((id) => people.staffName(head.authority, id)),
    answers: payload.answers,
    text: text && text.text,
    marked: text && markText(text.text),
    lang: text && text.lang,
  };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
export function showOwn(room, item, opened) {
  const { head, reader, called } = room;
  const shown = head.lapse ? fromMemory(room, item) : openOwn(room, item);
  checkItem(item, shown, ({ kind, author_id }) => kind === "relay" && author_id === reader.participantId);
  opened.add(shown.hash);
  const { kind, recipients, answers } = shown.payload;
  const to = recipients.map((/** @type {string} */ id) => people.member(reader.people, id, called));
  return { kind, to, answers, ...people.shown(/** @type {any} */ (shown.text)) };
}

/** @param {Participant} room @param {any} item @returns {Shown} */
function openOwn({ head, reader }, { message, ciphertext, wrap }) {
  const { payload, hash } = parse(message, "message");
  return { payload, hash, text: reading.openOwn(head, reader, message, unb64(ciphertext), unb64(wrap)) };
}

/** @param {Participant} room @param {any} item @returns {Shown} */
function openPrivate(room, item) {
  const { head, reader } = room;
  const { payload, hash } = parse(item.message, "message");
  if (payload.author_id === reader.participantId) return openOwn(room, item);
  return {
    payload,
    hash,
    text: reading.openPrivate(head, reader, item.message, unb64(item.ciphertext), unb64(item.wrap)),
  };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
export function showPrivate(room, item, opened) {
  const { head, reader } = room;
  const shown = head.lapse ? fromMemory(room, item) : openPrivate(room, item);
  checkItem(item, shown, ({ kind }) => kind === "private");
  opened.add(shown.hash);
  const mine = shown.payload.author_id === reader.participantId;
  return {
    mine,
    from: mine ? null : people.author(head, reader.people, shown.payload),
    ...people.shown(/** @type {any} */ (shown.text)),
  };
}

/** What the facilitators call the others: the newest document of that name. @param {any[]} privates oldest first */
export const calledIn = (privates) =>
  privates.findLast(({ ok, mine, document }) => ok && !mine && document?.name === "called")?.document.value ?? {};
