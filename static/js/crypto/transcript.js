// @ts-check
/**
 * Makes the verified transcript of a case: one file that whoever gets it can read, and check without this service.
 * Guarantees that nothing goes into it but what was verified on this page, that no key of anybody is in it but those of the
 * letters that are shown, and no private thread and no note; and that of one person's file nothing tells what others did.
 * The format is in docs/transcript.md; the Python client makes the same (mediation/client/transcript.py).
 */
import * as checkpoint from "../protocol/checkpoint.js";
import { b64, canonical, parseTime, unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import * as event from "../protocol/event.js";
import * as members from "../protocol/members.js";
import { sha256 } from "../protocol/primitives.js";
import { markText } from "../protocol/text.js";
import { isOpened, openNote } from "./opening.js";
import * as people from "./people.js";
import { proved } from "./proving.js";
import * as rooms from "./room.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./opening.js").Message} Message */
/** @typedef {import("./opening.js").Ruling} Ruling */
/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("../protocol/event.js").Event} Event */
/** @typedef {{log: number, note: string, published: {note: string, proof: string[]} | null}} GivenHead */
/** @typedef {{log: number, index: number, opening: string, proof: string[]}} GivenEvent */
/**
 * What GET /cases/{id}/exports/{export_id} answers, all pages together.
 * @typedef {{name_key: string, heads: GivenHead[], events: GivenEvent[], documents: any[]}} Exported
 */
/**
 * A letter that goes into the file, with the releases that do. `shown`: whether its text does.
 * @typedef {{message: Message, releases: Ruling[], shown: boolean}} Chosen
 */

export const FORMAT = "mediation-transcript/v1";
const STATED = new Set(["case.created", "case.stated"]);

/**
 * The heads, each signed with a key that the agency has named, and none that contradicts what was kept.
 * @param {Room} room
 * @param {Exported} exported
 */
function believed({ head, own: { document } }, { heads }) {
  const keys = head.authority.agency.statements.flatMap(({ payload }) => payload.log_vkeys);
  return heads.map(({ note, published }) => {
    const found = checkpoint.opened(note, keys);
    if (document.checkpoint?.origin !== found.origin) return found;
    if (document.checkpoint.size > found.size || !published) throw new ProtocolError("log-rolled-back");
    const before = checkpoint.opened(published.note, keys);
    checkpoint.follows({ ...before, root: b64(before.root) }, found, published.proof.map((hash) => unb64(hash, 32)));
    if (before.size === document.checkpoint.size && b64(before.root) !== document.checkpoint.root) {
      throw new ProtocolError("log-forked");
    }
    return found;
  });
}

/**
 * Every event of the case, proved.
 * @param {Room} room
 * @param {Exported} exported
 * @param {checkpoint.Checkpoint[]} heads
 * @returns {Event[]}
 */
function eventsOf(room, exported, heads) {
  const ofCase = event.pseudonym(unb64(exported.name_key, 32), "case", room.head.caseId);
  return exported.events.map((given) => {
    const found = proved(heads[given.log], given);
    if (found.case !== ofCase) throw new ProtocolError("commitment-mismatch");
    return found;
  });
}

/** What was decided, whether or not it still counts today: the file is about the day when it did. @param {Ruling} ruling */
const decided = ({ view }) => parse(view.decision, "decision").payload;

/** What the log tells of letters. @param {Event[]} events */
function told(events) {
  const named = (/** @type {string} */ kind, /** @type {(refs: Record<string, string>) => string} */ name) =>
    new Map(events.filter((each) => each.kind === kind).map((each) => [name(each.refs), each.at]));
  return {
    submitted: named("message.submitted", (refs) => refs.statement),
    released: named("message.released", (refs) => refs.decision),
    recalled: named("message.recalled", (refs) => `${refs.message} ${refs.recipient}`),
    closing: events[events.length - 1],
  };
}

/**
 * What goes into the file, oldest first.
 * @param {Iterable<Message>} messages
 * @param {ReturnType<typeof told>} log
 * @param {string | null} about
 * @returns {Chosen[]}
 */
function choose(messages, { submitted, released, recalled, closing }, about) {
  const now = parseTime(closing.at);
  return [...messages].flatMap((message) => {
    const { payload, hash } = message.statement;
    const releases = message.rulings.filter(({ view }) => view.state === "final" && released.has(view.hash));
    const reached = releases.filter((ruling) => {
      const { recipient_id, not_before } = decided(ruling);
      return !recalled.has(`${payload.message_id} ${recipient_id}`) && (!not_before || parseTime(not_before) <= now);
    });
    if (about === null) return releases.length ? [{ message, releases, shown: reached.length > 0 }] : [];
    if (payload.kind === "relay" && payload.author_id === about) {
      return submitted.has(hash) ? [{ message, releases: reached, shown: true }] : [];
    }
    const own = reached.filter((ruling) => decided(ruling).recipient_id === about);
    return own.length ? [{ message, releases: own, shown: true }] : [];
  });
}

/** @param {Chosen} chosen @returns {import("../protocol/message_open.js").Opened} @throws {ProtocolError} */
function openedOf({ message: { opened, code } }) {
  if (isOpened(opened)) return opened;
  throw new ProtocolError(code ?? "cannot-open");
}

/** Of one person's file the notes to them alone. @param {Room} room @param {Ruling} ruling @param {string | null} about */
function noteOf({ secrets }, ruling, about) {
  const payload = decided(ruling);
  return about === null || payload.recipient_id === about ? openNote(secrets, ruling.view, { payload }) : null;
}

/** @param {Chosen} chosen */
function letterOf(chosen) {
  const { statement, view } = chosen.message;
  if (!chosen.shown) return { message: statement.envelope, content: null };
  const { text, lang, key } = openedOf(chosen);
  return { message: statement.envelope, content: { text, lang, ciphertext: view.ciphertext, key: b64(key) } };
}

/** @param {Room} room @param {Ruling} ruling @param {string | null} about */
function releaseOf(room, ruling, about) {
  const note = noteOf(room, ruling, about);
  return { decision: ruling.view.decision, note: note && { text: note.text, block: b64(note.block) } };
}

/**
 * The file, as JSON values.
 * @param {Room} room
 * @param {Exported} exported
 * @param {Event[]} events
 * @param {Chosen[]} chosen
 * @param {string | null} about
 */
function documentOf(room, exported, events, chosen, about) {
  const { view, trust } = room;
  const { refs } = events[events.length - 1];
  const concerned = new Set([about, ...chosen.map(({ message }) => message.statement.payload.author_id)]);
  const own = (/** @type {Event} */ each, /** @type {number} */ at) =>
    at === events.length - 1 || (each.actor === refs.actor && each.n < Number(refs.acts));
  return {
    format: FORMAT,
    about,
    agency: trust.agency,
    rosters: trust.rosters,
    case: { case_id: view.case_id, nonce: view.nonce, statements: view.statements, anchor: view.anchor },
    documents: exported.documents.filter((each) => about === null || concerned.has(members.parse(each)?.participantId ?? "")),
    letters: chosen.map(letterOf),
    releases: chosen.flatMap(({ releases }) => releases.map((ruling) => releaseOf(room, ruling, about))),
    name_key: about === null ? exported.name_key : null,
    heads: exported.heads.map(({ note, published }) => ({ note, published })),
    events: exported.events.filter((_, at) => about === null || own(events[at], at)),
  };
}

/**
 * A letter for the page and for paper. Of one person's file others' acts have a date only where their signers gave one.
 * @param {Room} room
 * @param {ReturnType<typeof told>} log
 * @param {string | null} about
 * @param {Chosen} chosen
 */
function lineOf(room, { submitted, released }, about, chosen) {
  const { head, people: all } = room;
  const { payload, hash } = chosen.message.statement;
  const { text, lang } = openedOf(chosen);
  const own = about === null || payload.author_id === about;
  return {
    message_id: payload.message_id,
    kind: payload.kind,
    from: people.author(head, all, payload),
    scribe: people.scribe(head, payload),
    marked: markText(text),
    lang,
    handed_in: own ? submitted.get(hash) ?? null : null,
    releases: chosen.releases.map((ruling) => {
      const { recipient_id, decided_on } = decided(ruling);
      return {
        to: people.member(all, recipient_id),
        on: about === null ? released.get(ruling.view.hash) : decided_on,
        by: (ruling.decision?.signers ?? []).map((id) => people.staffName(head.authority, id)),
        note: noteOf(room, ruling, about)?.text ?? null,
      };
    }),
  };
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const methods = {
  /**
   * The file's bytes, and what stands in it, for the page; `about`: a participant_id, or null for all that was passed on.
   * @param {{about: string | null, exported: Exported}} args
   */
  make({ about, exported }) {
    const room = rooms.current();
    const { head, reading } = room;
    if (!reading) throw new WorkerError("not-read", "Reload this page and try again.");
    rooms.facilitatorOf(room);
    const heads = believed(room, exported);
    const events = eventsOf(room, exported, heads);
    const stated = events.filter(({ kind }) => STATED.has(kind)).map(({ refs }) => refs.statement);
    if (stated.join() !== head.chain.lineage.join()) throw new WorkerError("head-moved", "The case has changed meanwhile. Please try again.");
    const log = told(events);
    const chosen = choose(reading.messages.values(), log, about);
    const { agency } = head.authority;
    const { origin, size, root } = heads[heads.length - 1];
    const file = canonical(documentOf(room, exported, events, chosen, about));
    return {
      file,
      fingerprint: hex(sha256(file)),
      letters: chosen.filter(({ shown }) => shown).map((each) => lineOf(room, log, about, each)),
      agency: agency.newest.payload.name,
      root_key: b64(agency.rootPk),
      log_keys: agency.newest.payload.log_vkeys,
      origin,
      size,
      root: hex(root),
      made_at: log.closing.at,
    };
  },
};
