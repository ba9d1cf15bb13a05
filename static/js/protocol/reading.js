// @ts-check
/**
 * The recipient's side. Guarantees that a letter is shown only if it was released to them and is what its writer signed;
 * otherwise nothing. Everything but ciphertext and wrap is verified when the letter is offered, so that even whom it is
 * from is proven. The chain of trust (root, agency, roster, case, each unexpired) comes first: it is what a `Head` stands for.
 */
import * as heads from "./case_head.js";
import * as decisions from "./decision.js";
import { SKEW, parseTime } from "./encoding.js";
import { parse } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import * as messages from "./message.js";
import { DECIDED } from "./message_kinds.js";
import { unlock } from "./message_open.js";
import * as notes from "./note.js";
import { checkText } from "./text.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./decision.js").Decision} Decision */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./members.js").Members} Members */
/** @typedef {import("./message_open.js").Text} Text */
/**
 * A member who reads: the seed of their box key, the members whose documents they were given, the hashes of their kept list.
 * @typedef {{participantId: string, boxSeed: Uint8Array, people: Members, kept: Set<string>}} Reader
 */
/**
 * A letter that may be opened; author is null if it rests on the kept list and its writer cannot be named. The audit log's
 * checkpoint in the decision is to be compared with the one kept.
 * @typedef {{message: Statement, decision: Decision, author: messages.Verified["author"], note: string | null,
 *   checkpoint: {origin: string, size: number, root: string} | null}} Offer
 */

/**
 * A released letter, verified before it is opened; the checks are in the specification's order.
 * @param {Head} head
 * @param {Reader} reader
 * @param {unknown} decisionEnvelope
 * @param {unknown} messageEnvelope
 * @param {Uint8Array | null} [sealedNote]
 * @returns {Offer}
 * @throws {ProtocolError} the head's lapse, what `decision.verify` and `message.verify` throw, not-released,
 *   recipient-not-me, not-yet, kind-not-shown, note-missing, note-hash-wrong
 */
export function verifyOffer(head, reader, decisionEnvelope, messageEnvelope, sealedNote = null) {
  heads.checkCurrent(head);
  checkRelease(parse(decisionEnvelope, "decision").payload, head, reader);
  const decision = decisions.read(decisionEnvelope, head, parse(messageEnvelope, "message"), reader.kept);
  if (!decision.stands) decisions.checkSigners(decision, head);
  const { statement, author } = verifyLetter(head, reader, messageEnvelope);
  if (!decision.stands) decisions.checkScribe(decision, head, statement);
  const note = openNote(decision, reader, sealedNote);
  return Object.freeze({ message: statement, decision, author, note, checkpoint: decision.payload.checkpoint });
}

/** @param {any} payload @param {Head} head @param {Reader} reader */
function checkRelease(payload, head, reader) {
  if (payload.decision !== "release") throw new ProtocolError("not-released");
  if (payload.recipient_id !== reader.participantId) throw new ProtocolError("recipient-not-me");
  checkTime(payload, head);
}

/** @param {any} payload @param {Head} head */
function checkTime({ not_before }, head) {
  if (not_before !== null && parseTime(not_before).getTime() > head.now.getTime() + SKEW)
    throw new ProtocolError("not-yet");
}

/**
 * A message of a kind that is released, to this reader, whose writer counts or which is kept.
 * @param {Head} head
 * @param {Reader} reader
 * @param {unknown} envelope
 * @returns {messages.Verified}
 * @throws {ProtocolError} kind-not-shown, recipient-not-me, what `message.verify` throws
 */
export function verifyLetter(head, reader, envelope) {
  const { kind, recipients } = parse(envelope, "message").payload;
  if (!DECIDED.has(kind)) throw new ProtocolError("kind-not-shown");
  if (!recipients.includes(reader.participantId)) throw new ProtocolError("recipient-not-me");
  return messages.verify(envelope, head, reader.people, reader.kept);
}

/** @param {Decision} decision @param {Reader} reader @param {Uint8Array | null} sealed */
function openNote({ payload: { note_hash } }, reader, sealed) {
  if (note_hash === null) return null;
  if (!sealed) throw new ProtocolError("note-missing");
  return notes.open_(sealed, reader.boxSeed, note_hash).text;
}

/**
 * The text of an offered letter.
 * @param {Head} head
 * @param {Offer} offer
 * @param {Reader} reader
 * @param {Uint8Array} ciphertext
 * @param {Uint8Array} wrap
 * @returns {Text}
 * @throws {ProtocolError} the head's lapse, not-yet, what `unlock` throws, bad-text
 */
export function openLetter(head, offer, reader, ciphertext, wrap) {
  heads.checkCurrent(head);
  checkTime(offer.decision.payload, head);
  return openText(offer.message, reader, ciphertext, wrap);
}

/**
 * @param {Statement} statement
 * @param {Reader} reader
 * @param {Uint8Array} ciphertext
 * @param {Uint8Array} wrap
 * @returns {Text}
 */
function openText({ payload }, { boxSeed }, ciphertext, wrap) {
  const { text, lang } = unlock(payload, ciphertext, wrap, boxSeed);
  return { text: checkText(text), lang };
}

/**
 * A facilitator's private to this reader, which needs no release.
 * @param {Head} head
 * @param {Reader} reader
 * @param {unknown} envelope
 * @param {Uint8Array} ciphertext
 * @param {Uint8Array} wrap
 * @returns {Text}
 * @throws {ProtocolError} the head's lapse, kind-not-shown, recipient-not-me, what `message.verify` and `unlock` throw, bad-text
 */
export function openPrivate(head, reader, envelope, ciphertext, wrap) {
  heads.checkCurrent(head);
  const { statement } = messages.verify(envelope, head, reader.people, reader.kept);
  if (statement.payload.kind !== "private") throw new ProtocolError("kind-not-shown");
  if (statement.payload.recipients.join() !== reader.participantId) throw new ProtocolError("recipient-not-me");
  return openText(statement, reader, ciphertext, wrap);
}

/**
 * What this reader wrote themselves.
 * @param {Head} head
 * @param {Reader} reader
 * @param {unknown} envelope
 * @param {Uint8Array} ciphertext
 * @param {Uint8Array} wrap
 * @returns {Text}
 * @throws {ProtocolError} the head's lapse, author-wrong, what `message.verify` and `unlock` throw, bad-text
 */
export function openOwn(head, reader, envelope, ciphertext, wrap) {
  heads.checkCurrent(head);
  const { statement } = messages.verify(envelope, head, reader.people, reader.kept);
  if (statement.payload.author_id !== reader.participantId) throw new ProtocolError("author-wrong");
  return openText(statement, reader, ciphertext, wrap);
}

/** @typedef {{origin: string, size: number, root: string}} Checkpoint */

/**
 * How an offered checkpoint stands to the one kept. Only a contradiction is an alarm, to the person and in the next order
 * block; it does not hide a verified letter.
 * @param {Checkpoint | null} kept
 * @param {Checkpoint} offered
 * @param {boolean | null} [consistent] whether the log's proof between the two sizes holds; null if none was given
 * @returns {"same" | "newer" | "older" | "unproven" | "contradiction"}
 */
export function compareCheckpoint(kept, offered, consistent = null) {
  if (!kept || kept.origin !== offered.origin) return "unproven";
  if (kept.size === offered.size) return kept.root === offered.root ? "same" : "contradiction";
  if (consistent === null) return "unproven";
  if (!consistent) return "contradiction";
  return offered.size > kept.size ? "newer" : "older";
}
