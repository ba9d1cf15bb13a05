// @ts-check
/**
 * A participant's letters. Guarantees that nothing is shown or written before the chain of trust was verified, and that
 * every letter written takes the next number of its writer, told to the page to be remembered before it is sent.
 */
import { build } from "../protocol/consent.js";
import { b64, bytesOf, unb64 } from "../protocol/encoding.js";
import { lapse } from "../protocol/authority.js";
import { checkCurrent } from "../protocol/case_head.js";
import { ProtocolError } from "../protocol/errors.js";
import * as messages from "../protocol/message.js";
import { authorKey } from "../protocol/pins.js";
import { boxPublicKey, hash32, signPublicKey } from "../protocol/primitives.js";
import * as reading from "../protocol/reading.js";
import { markText } from "../protocol/text.js";
import { clock } from "./clock.js";
import { remember } from "./own_pins.js";
import * as participants from "./participant.js";
import * as people from "./people.js";
import { held } from "./session.js";
import { calledIn, each, showOffer, showOwn, showPrivate } from "./showing.js";
import { LANG, submission } from "./submission.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./participant.js").Participant} Participant */

/** @param {string} text */
const textHash = (text) => b64(hash32(bytesOf(text)));

/** The words that a person waiting compares with their facilitator; the list of words is loaded for nobody else. */
async function sixWords() {
  const { keys } = held();
  const words = await import("../protocol/words.js");
  return words.sixWords(keys.rootPk, signPublicKey(keys.signSeed), boxPublicKey(keys.boxSeed));
}

/** @param {Participant | null} room @param {string} state */
function standing(room, state) {
  if (!room) return { state, side: null, role: null, approvals: null, others: [], consent: null };
  const {
    me,
    head,
    agreed: { consent },
  } = room;
  return {
    state,
    side: me.side,
    role: me.role,
    approvals: head.approvalsRequired,
    others: room.others.map((other) => ({ ...other, called: room.called[other.participant_id] ?? null })),
    consent: consent && { at: consent.statement.payload.at, text_hash: consent.statement.payload.text_hash },
  };
}

/** @param {Participant} room */
const alarmsOf = (room) => [
  ...(room.agreed.alarm ? [room.agreed.alarm] : []),
  ...(room.contradicts ? ["checkpoint-contradicted"] : []),
];

/**
 * The order of the next message, which rests on the letters having been read on this page.
 * @param {Participant} room
 * @param {string | null} revises
 */
function nextOrder({ own, head, signKid, seen, contradicts }, revises) {
  if (seen === null) throw new WorkerError("not-read", "Reload this page and try again.");
  const last = own.document.authors[authorKey(head.caseId, signKid)];
  return {
    seq: (last?.seq ?? 0) + 1,
    prev: last?.message_id ?? null,
    revises,
    writtenAt: clock.now(),
    caseHash: head.hash,
    seen: Math.max(last?.seen ?? 0, seen),
    memory: own.next,
    alarm: contradicts ? "checkpoint" : null,
  };
}

/**
 * What was counted before the newest message, should the server refuse it for good.
 * @type {{messageId: string, before: any} | null}
 */
let counted = null;

export const methods = {
  /** First on every page that shows or sends something. @param {Parameters<typeof participants.enter>[0]} given */
  async enter(given) {
    const { own, authority, participant } = participants.enter(given);
    const {
      membership: { case_id, participant_id, state, facilitators },
    } = given;
    const named = participant ? participant.head.payload.facilitators : facilitators;
    return {
      case_id,
      participant_id,
      ...standing(participant, state),
      agency_name: authority.agency.newest.payload.name,
      facilitators: named.map((/** @type {any} */ each) => people.staff(authority, each.staff_id)),
      expired: participant ? participant.head.lapse !== null : lapse(authority) !== null,
      six_words: state === "waiting" ? await sixWords() : null,
      alarms: participant ? alarmsOf(participant) : [],
      pins: own.close(),
    };
  },

  /** What GET /letters answered. @param {{letters: {offers: any[], own: any[], private: any[]}}} args */
  read({ letters }) {
    const room = participants.current();
    /** @type {Set<string>} */
    const opened = new Set();
    const privates = letters.private.map((item) => each(item, { on: item.on }, () => showPrivate(room, item, opened)));
    room.called = calledIn(privates);
    const offers = letters.offers.map((item) =>
      each(item, { state: item.state, offered_on: item.offered_on, tell: item.tell }, () =>
        showOffer(room, item, opened),
      ),
    );
    const own = letters.own.map((item) =>
      each(item, { status: item.status, told: item.told, submitted_on: item.submitted_on }, () =>
        showOwn(room, item, opened),
      ),
    );
    room.seen = offers.filter(({ ok }) => ok).length;
    remember(room.own, opened);
    return { offers, own, private: privates, called: room.called, alarms: alarmsOf(room), pins: room.own.close() };
  },

  /**
   * Opens a letter that was verified on this page.
   * @param {{message_id: string, ciphertext: string, wrap: string}} args
   */
  open({ message_id, ciphertext, wrap }) {
    const { head, reader, offers, own } = participants.current();
    const offer = offers.get(message_id);
    if (!offer) throw new WorkerError("not-offered", "This letter was not offered to you.");
    const { text, lang } = reading.openLetter(head, offer, reader, unb64(ciphertext), unb64(wrap));
    remember(own, [offer.message.hash]);
    return { text, marked: markText(text), lang, pins: own.close() };
  },

  /**
   * @param {{kind: "relay" | "private", recipients: string[], text: string, lang?: string, answers?: string | null,
   *   revises?: string | null}} args
   */
  write({ kind, recipients, text, lang = LANG, answers = null, revises = null }) {
    const room = participants.current();
    const { own, head, reader, me, signKid } = room;
    const order = nextOrder(room, revises);
    const sender = { authorId: me.participantId, signSeed: held().keys.signSeed };
    const sealed = messages.seal(head, reader.people, sender, { kind, recipients, text, lang, answers }, order);
    const {
      hash,
      payload: { message_id: messageId },
    } = sealed.statement;
    const key = authorKey(head.caseId, signKid);
    counted = { messageId, before: own.document.authors[key] };
    own.document.authors[key] = { seq: order.seq, message_id: messageId, seen: order.seen, memory: order.memory };
    remember(own, [hash]);
    return { message_id: messageId, body: submission(sealed), pins: own.close() };
  },

  /**
   * After the server refused a message for good: its number is free again, so that no gap appears.
   * @param {{message_id: string}} args
   */
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
      caseId: head.caseId,
      participantId: me.participantId,
      textHash: textHash(text),
      at: clock.now(),
      previous: agreed.previous,
    });
    return { consent };
  },

  /** @param {{text: string}} args */
  textHash: ({ text }) => ({ text_hash: textHash(text) }),
};
