// @ts-check
/**
 * A facilitator's review: reading, deciding, writing. Guarantees that nothing is signed but what was opened and verified on
 * this page, and that one message that fails hides no other.
 */
import { toText } from "../protocol/documents.js";
import { ProtocolError } from "../protocol/errors.js";
import * as members from "../protocol/members.js";
import { checkText, markText } from "../protocol/text.js";
import { caseNotes, readDocument } from "./case_list.js";
import { compose, uncount } from "./composing.js";
import * as deciding from "./deciding.js";
import { isOpened, readAll } from "./opening.js";
import * as people from "./people.js";
import * as rooms from "./room.js";
import { held } from "./session.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./composing.js").Letter} Letter */
/** @typedef {import("./opening.js").Message} Message */
/** @typedef {import("./opening.js").Reading} Reading */
/** @typedef {import("./opening.js").Ruling} Ruling */
/** @typedef {import("./room.js").Room} Room */

/**
 * A member as facilitators see them: with the name that the newest `case` note gives.
 * @param {Room} room
 * @param {Record<string, string>} names
 * @param {string} id
 */
const member = ({ people: all }, names, id) => ({ ...people.member(all, id), name: names[id] ?? null });

/** @param {Room} room @param {Record<string, string>} names @param {any} payload */
function author(room, names, payload) {
  const found = people.author(room.head, room.people, payload);
  return "staff_id" in found ? found : member(room, names, found.participant_id);
}

/** @param {Room} room @param {string | null | undefined} staffId */
const named = ({ head }, staffId) => (staffId ? people.staff(head.authority, staffId) : null);

/** @param {Room} room @param {Record<string, string>} names @param {Ruling} ruling */
function showRuling(room, names, { view, decision, note, code }) {
  const signers = decision?.signers ?? [];
  return {
    hash: view.hash,
    state: view.state,
    code,
    decision: decision?.decision ?? null,
    recipient: decision?.recipientId ? member(room, names, decision.recipientId) : null,
    by: named(room, view.by),
    signed_by: signers.map((id) => named(room, id)),
    mine: signers.includes(room.me?.staffId ?? ""),
    needs: view.needs,
    not_before: decision?.payload.not_before ?? null,
    note: note?.text ?? null,
    decided_on: decision?.payload.decided_on ?? null,
    stands: decision?.stands ?? false,
  };
}

/**
 * Prose with its fragments, or a structured document; a document that is malformed is shown as prose.
 * @param {{text: string, lang: string}} opened
 */
function textOf({ text, lang }) {
  const document = readDocument(text);
  return document
    ? { text: null, marked: null, lang, document }
    : { text, marked: markText(text), lang, document: null };
}

/** @param {Room} room @param {Record<string, string>} names @param {Message} message */
function show(room, names, { view, statement, opened, rulings, code }) {
  const { payload } = statement;
  const order = isOpened(opened) ? opened.order : null;
  return {
    message_id: payload.message_id,
    ok: opened !== null,
    code,
    kind: payload.kind,
    from: author(room, names, payload),
    to: payload.recipients.map((/** @type {string} */ id) => member(room, names, id)),
    scribe: people.scribe(room.head, payload),
    ...(opened ? textOf(opened) : { text: null, marked: null, lang: null, document: null }),
    provenance: order?.provenance ?? null,
    written_at: order?.writtenAt.toISOString().replace(/\.\d+/, "") ?? null,
    revises: order?.revises ?? null,
    answers: payload.answers,
    alarms: opened?.alarms ?? [],
    stands: opened?.stands ?? false,
    submitted_at: view.submitted_at,
    state: view.state,
    taken_back: view.taken_back,
    held: view.held && { by: named(room, view.held.by), at: view.held.at, mine: view.held.by === room.me?.staffId },
    recipients: view.recipients.map((/** @type {any} */ each) => ({
      person: member(room, names, each.participant_id),
      state: each.state,
      choice: each.choice,
      tell: each.tell,
    })),
    decisions: rulings.map((ruling) => showRuling(room, names, ruling)),
  };
}

/**
 * What each participant's others are called for them: the newest document of that name to each.
 * @param {Reading} reading
 */
function calledIn({ messages }) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const {
    opened,
    statement: { payload },
  } of messages.values()) {
    const document =
      opened && payload.kind === "private" && payload.recipients.length === 1 ? readDocument(opened.text) : null;
    if (document?.name === "called") found[payload.recipients[0]] = document.value;
  }
  return found;
}

/** @returns {{room: Room, reading: Reading}} @throws {WorkerError} not-read */
function read() {
  const room = rooms.current();
  if (!room.reading) throw new WorkerError("not-read", "Reload this page and try again.");
  return { room, reading: room.reading };
}

/**
 * Why a message does not go on to its recipient.
 * @param {Room} room
 * @param {{message_id: string, decision: string, reason: string, suggestion?: string | null}} args
 */
function explain(room, { message_id, decision, reason, suggestion = null }) {
  const { kind, author_id } = deciding.messageOf(room, message_id).statement.payload;
  if (kind === "summary") return null; // a facilitator's own words: nobody needs to be told
  const text = toText("return", {
    message_id,
    decision,
    reason: checkText(reason),
    suggestion: suggestion === null ? null : checkText(suggestion),
  });
  return compose(room, { kind: "private", recipients: [author_id], text });
}

/**
 * The final release of a message to somebody, that holds now.
 * @param {Message} message
 * @param {string} participantId
 * @param {Date} now
 */
function releaseTo({ rulings }, participantId, now) {
  const found = rulings.find(({ view, decision }) => view.state === "final" && decision?.recipientId === participantId);
  if (!found?.decision) throw new WorkerError("not-offered", "This letter has not been released to this person.");
  if (found.decision.notBefore && found.decision.notBefore > now) throw new ProtocolError("not-yet");
  return found;
}

/**
 * A release says nothing of what came after it: the writer may have called the letter back, the reader paused.
 * @param {Room} room
 * @param {Message} message
 * @param {string} participantId
 */
function checkInForce({ view: { standings } }, { view: { recipients } }, participantId) {
  const about = (/** @type {any} */ each) => each.participant_id === participantId;
  const { state } = recipients.find(about) ?? {};
  if (state === "recalled") throw new WorkerError("recalled", "This letter was called back.");
  if (state !== "opened" && standings.find(about)?.standing !== "active") throw new ProtocolError("not-standing");
}

export const methods = {
  /** Everything that was written, oldest first. @param {{messages: any[]}} args GET /cases/{id}/messages */
  read({ messages }) {
    const room = rooms.current();
    const reading = readAll(room, messages);
    room.reading = reading;
    const notes = caseNotes(reading);
    const items = [...reading.messages.values()].map((message) => show(room, notes?.names ?? {}, message));
    return { items, case_notes: notes, called: calledIn(reading), alarms: reading.alarms, pins: room.own.close() };
  },

  /**
   * @param {{message_id: string, decision: string, recipient_id?: string | null, not_before?: string | null, note?:
   *   string | null}} args
   */
  decide: ({ message_id, ...choice }) => deciding.propose(rooms.current(), message_id, choice),

  /**
   * Returns or stops a message. Final at once, the reason goes with it; else whoever co-signs sends it (`explain`).
   * @param {{message_id: string, decision: "return" | "stop", reason: string, suggestion?: string | null}} args
   */
  close(args) {
    const room = rooms.current();
    const { body, final } = deciding.propose(room, args.message_id, { decision: args.decision });
    const reason = final ? explain(room, args) : null;
    return {
      body,
      final,
      reason: reason && { message_id: reason.message_id, body: reason.body },
      pins: reason && reason.pins,
    };
  },

  /**
   * The private that says why, after a co-signature made a return or stop final.
   * @param {Parameters<typeof explain>[1]} args
   */
  explain: (args) => explain(rooms.current(), args),

  /** Signs a colleague's decision, after the full check. @param {{message_id: string, hash: string}} args */
  sign: ({ message_id, hash }) => deciding.coSign(rooms.current(), message_id, hash),

  /**
   * A private, note or summary of one's own; or a relay that is written down for an assisted person (author_id, means).
   * @param {{kind: string, recipients: string[], text?: string | null, document?: {name: string, value: any} | null, answers?: string | null,
   *   revises?: string | null, author_id?: string | null, means?: string | null, provenance?: string | null, lang?: string}} args
   */
  write({ kind, recipients, text, document, answers, revises, author_id: authorId, means, provenance, lang }) {
    const words = document ? toText(document.name, document.value) : String(text ?? "");
    return compose(rooms.current(), {
      kind,
      recipients,
      text: words,
      lang,
      answers,
      revises,
      authorId,
      means,
      provenance: provenance ?? "",
    });
  },

  /** After the server refused a message for good. @param {{message_id: string}} args */
  refused: ({ message_id }) => ({ pins: uncount(rooms.current(), message_id) }),

  /** A message as its recipient would see it. @param {{message_id: string, recipient_id: string}} args */
  asRecipient({ message_id, recipient_id }) {
    const { room, reading } = read();
    const message = deciding.messageOf(room, message_id);
    const opened = deciding.openedOf(message);
    const { payload } = message.statement;
    const from = people.author(room.head, room.people, payload, calledIn(reading)[recipient_id]);
    return {
      kind: payload.kind,
      from,
      scribe: people.scribe(room.head, payload),
      text: opened.text,
      marked: markText(opened.text),
      lang: opened.lang,
      refused: opened.marked ? "bad-text" : null,
    };
  },

  /**
   * A letter that was released to an assisted person, to print or to read aloud.
   * @param {{message_id: string, participant_id: string}} args
   */
  print({ message_id, participant_id }) {
    const { room, reading } = read();
    const message = deciding.messageOf(room, message_id);
    const {
      opened,
      statement: { payload },
      code,
    } = message;
    if (!opened) throw new ProtocolError(code ?? "cannot-open");
    const { assisted } = members.get(room.people, participant_id);
    if (!assisted) throw new WorkerError("not-assisted", "This person reads their letters themselves.");
    const { decision, note } = releaseTo(message, participant_id, room.head.now);
    checkInForce(room, message, participant_id);
    const from = people.author(room.head, room.people, payload, calledIn(reading)[participant_id]);
    return {
      kind: payload.kind,
      from,
      scribe: people.scribe(room.head, payload),
      text: checkText(opened.text),
      lang: opened.lang,
      note: note?.text ?? null,
      decided_on: decision?.payload.decided_on,
      released_by: (decision?.signers ?? []).map((id) => people.staffName(room.head.authority, id)),
    };
  },

  /** What a member with new keys may still read, sealed to these. @param {{participant_id: string}} args */
  remake: ({ participant_id }) => deciding.remake(read().room, participant_id),

  /**
   * Names, dates and loaded words that the facilitator listed, found in a text; nothing of it leaves the browser.
   * @param {{text: string, words: string[]}} args
   */
  proofread({ text, words }) {
    held();
    const escaped = words
      .filter((word) => word.trim())
      .map((word) =>
        word
          .trim()
          .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
          .replace(/\s+/g, "\\s+"),
      );
    if (escaped.length === 0) return { found: [] };
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu");
    return { found: [...text.matchAll(pattern)].map(({ 0: quote, index }) => ({ quote, at: index, why: "listed" })) };
  },
};
