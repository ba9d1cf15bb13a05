// @ts-check
/**
 * A participant's letters. Guarantees that nothing is shown before the chain of trust and the release were verified, that
 * one bad letter never hides the others, and that with an expired head nothing is shown but what one's own memory records
 * as opened before.
 */
import { build } from "../protocol/consent.js";
import { b64, bytesOf, unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { lapse } from "../protocol/authority.js";
import { checkCurrent } from "../protocol/case_head.js";
import { ProtocolError } from "../protocol/errors.js";
import * as messages from "../protocol/message.js";
import { DECIDED } from "../protocol/message_kinds.js";
import { unlock } from "../protocol/message_open.js";
import { authorKey } from "../protocol/pins.js";
import { boxPublicKey, hash32, signPublicKey } from "../protocol/primitives.js";
import * as reading from "../protocol/reading.js";
import { checkText, markText } from "../protocol/text.js";
import { clock } from "./clock.js";
import { remember } from "./own_pins.js";
import * as participants from "./participant.js";
import * as people from "./people.js";
import { held } from "./session.js";
import { LANG, submission } from "./submission.js";
import { checkpointContradicts } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./participant.js").Participant} Participant */
/** A statement that is being shown, and its text if it is open. @typedef {{payload: any, hash: string, text: import("../protocol/message_open.js").Text | null, proof?: reading.Offer}} Shown */

/** @param {string} text */
const textHash = (text) => b64(hash32(bytesOf(text)));

/** The words that a person waiting compares with their facilitator; the list of words is loaded for nobody else. */
async function sixWords() {
  const { keys } = held();
  const words = await import("../protocol/words.js");
  return words.sixWords(keys.rootPk, signPublicKey(keys.signSeed), boxPublicKey(keys.boxSeed));
}

/**
 * Shows one item, or says by which code it is not shown.
 * @param {Record<string, any>} item
 * @param {Record<string, any>} always what is said either way
 * @param {() => Record<string, any>} show
 */
function each({ message_id }, always, show) {
  try {
    return { message_id, ok: true, ...always, ...show() };
  } catch (error) {
    if (!(error instanceof ProtocolError || error instanceof WorkerError)) throw error;
    return { message_id, ok: false, code: error.code, ...always };
  }
}

/** @param {any} item what the server listed @param {{payload: any}} statement @param {(payload: any) => boolean} fits */
function checkItem(item, { payload }, fits) {
  if (payload.message_id === item.message_id && fits(payload)) return;
  throw new WorkerError("mixed-up", "The service handed over another letter than the one that it named.");
}

/** With an expired head: only what was opened before, and the writer's words alone. @param {Participant} room @param {any} item @returns {Shown} */
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
  if (proof.checkpoint && checkpointContradicts(proof.checkpoint, room.own)) room.contradicts = true;
  const open = item.ciphertext && item.wrap;
  const text = open ? reading.openLetter(head, proof, reader, unb64(item.ciphertext), unb64(item.wrap)) : null;
  return { payload: proof.message.payload, hash: proof.message.hash, text, proof };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
function showOffer(room, item, opened) {
  const { head, reader, called } = room;
  const { payload, hash, text, proof } = readOffer(room, item);
  checkItem(item, { payload }, ({ kind, recipients }) => DECIDED.has(kind) && recipients.includes(reader.participantId));
  if (text) opened.add(hash);
  return {
    kind: payload.kind, from: people.author(head, reader.people, payload, called), scribe: people.scribe(head, payload),
    note: proof?.note ?? null, released_by: (proof?.decision.signers ?? []).map((id) => people.staffName(head.authority, id)),
    answers: payload.answers, text: text && text.text, marked: text && markText(text.text), lang: text && text.lang,
  };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
function showOwn(room, item, opened) {
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
  return { payload, hash, text: reading.openPrivate(head, reader, item.message, unb64(item.ciphertext), unb64(item.wrap)) };
}

/** @param {Participant} room @param {any} item @param {Set<string>} opened */
function showPrivate(room, item, opened) {
  const { head, reader } = room;
  const shown = head.lapse ? fromMemory(room, item) : openPrivate(room, item);
  checkItem(item, shown, ({ kind }) => kind === "private");
  opened.add(shown.hash);
  const mine = shown.payload.author_id === reader.participantId;
  return {
    mine, from: mine ? null : people.author(head, reader.people, shown.payload), ...people.shown(/** @type {any} */ (shown.text)),
  };
}

/** What the facilitators call the others: the newest document of that name. @param {any[]} privates oldest first */
const calledIn = (privates) => privates.findLast(({ ok, mine, document }) => ok && !mine && document?.name === "called")?.document.value ?? {};

/** @param {Participant | null} room @param {string} state */
function standing(room, state) {
  if (!room) return { state, side: null, role: null, approvals: null, others: [], consent: null };
  const { me, head, agreed: { consent } } = room;
  return {
    state, side: me.side, role: me.role, approvals: head.approvalsRequired,
    others: room.others.map((other) => ({ ...other, called: room.called[other.participant_id] ?? null })),
    consent: consent && { at: consent.statement.payload.at, text_hash: consent.statement.payload.text_hash },
  };
}

/** @param {Participant} room */
const alarmsOf = (room) => [...(room.agreed.alarm ? [room.agreed.alarm] : []), ...(room.contradicts ? ["checkpoint-contradicted"] : [])];

/** The order of the next message, which rests on the letters having been read on this page. @param {Participant} room @param {string | null} revises */
function nextOrder({ own, head, signKid, seen, contradicts }, revises) {
  if (seen === null) throw new WorkerError("not-read", "Reload this page and try again.");
  const last = own.document.authors[authorKey(head.caseId, signKid)];
  return {
    seq: (last?.seq ?? 0) + 1, prev: last?.message_id ?? null, revises, writtenAt: clock.now(), caseHash: head.hash,
    seen: Math.max(last?.seen ?? 0, seen), memory: own.next, alarm: contradicts ? "checkpoint" : null,
  };
}

/** What was counted before the newest message, should the server refuse it for good. @type {{messageId: string, before: any} | null} */
let counted = null;

export const methods = {
  /** First on every page that shows or sends something. @param {Parameters<typeof participants.enter>[0]} given */
  async enter(given) {
    const { own, authority, participant } = participants.enter(given);
    const { membership: { case_id, participant_id, state, facilitators } } = given;
    const named = participant ? participant.head.payload.facilitators : facilitators;
    return {
      case_id, participant_id, ...standing(participant, state), agency_name: authority.agency.newest.payload.name,
      facilitators: named.map((/** @type {any} */ each) => people.staff(authority, each.staff_id)),
      expired: participant ? participant.head.lapse !== null : lapse(authority) !== null,
      six_words: state === "waiting" ? await sixWords() : null, alarms: participant ? alarmsOf(participant) : [], pins: own.close(),
    };
  },

  /** What GET /letters answered. @param {{letters: {offers: any[], own: any[], private: any[]}}} args */
  read({ letters }) {
    const room = participants.current();
    /** @type {Set<string>} */
    const opened = new Set();
    const privates = letters.private.map((item) => each(item, { on: item.on }, () => showPrivate(room, item, opened)));
    room.called = calledIn(privates);
    const offers = letters.offers.map((item) => (
      each(item, { state: item.state, offered_on: item.offered_on, tell: item.tell }, () => showOffer(room, item, opened))));
    const own = letters.own.map((item) => (
      each(item, { status: item.status, told: item.told, submitted_on: item.submitted_on }, () => showOwn(room, item, opened))));
    room.seen = offers.filter(({ ok }) => ok).length;
    remember(room.own, opened);
    return { offers, own, private: privates, called: room.called, alarms: alarmsOf(room), pins: room.own.close() };
  },

  /** Opens a letter that was verified on this page. @param {{message_id: string, ciphertext: string, wrap: string}} args */
  open({ message_id, ciphertext, wrap }) {
    const { head, reader, offers, own } = participants.current();
    const offer = offers.get(message_id);
    if (!offer) throw new WorkerError("not-offered", "This letter was not offered to you.");
    const { text, lang } = reading.openLetter(head, offer, reader, unb64(ciphertext), unb64(wrap));
    remember(own, [offer.message.hash]);
    return { text, marked: markText(text), lang, pins: own.close() };
  },

  /** @param {{kind: "relay" | "private", recipients: string[], text: string, lang?: string, answers?: string | null, revises?: string | null}} args */
  write({ kind, recipients, text, lang = LANG, answers = null, revises = null }) {
    const room = participants.current();
    const { own, head, reader, me, signKid } = room;
    const order = nextOrder(room, revises);
    const sender = { authorId: me.participantId, signSeed: held().keys.signSeed };
    const sealed = messages.seal(head, reader.people, sender, { kind, recipients, text, lang, answers }, order);
    const { hash, payload: { message_id: messageId } } = sealed.statement;
    const key = authorKey(head.caseId, signKid);
    counted = { messageId, before: own.document.authors[key] };
    own.document.authors[key] = { seq: order.seq, message_id: messageId, seen: order.seen, memory: order.memory };
    remember(own, [hash]);
    return { message_id: messageId, body: submission(sealed), pins: own.close() };
  },

  /** After the server refused a message for good: its number is free again, so that no gap appears. @param {{message_id: string}} args */
  refused({ message_id }) {
    const { own, head, signKid } = participants.current();
    if (counted?.messageId !== message_id) return { pins: null };
    const key = authorKey(head.caseId, signKid);
    if (counted.before) own.document.authors[key] = counted.before;
    else delete own.document.authors[key];
    counted = null;
    return { pins: own.close() };
  },

  /** Consents to exactly the text that was shown. @param {{text: string}} args */
  agree({ text }) {
    const { head, me, agreed } = participants.current();
    checkCurrent(head);
    if (agreed.alarm) throw new ProtocolError(agreed.alarm);
    const consent = build(held().keys.signSeed, {
      caseId: head.caseId, participantId: me.participantId, textHash: textHash(text), at: clock.now(), previous: agreed.previous,
    });
    return { consent };
  },

  /** @param {{text: string}} args */
  textHash: ({ text }) => ({ text_hash: textHash(text) }),
};
