// @ts-check
/**
 * Signing decisions. Guarantees that nobody signs one without having read the message and checked everything that it
 * rests on themselves: the first facilitator proposes the payload, the next ones sign the same bytes after their own full
 * check. The server makes the same checks as far as they need no secret.
 */
import * as heads from "./case_head.js";
import * as decisions from "./decision.js";
import { SKEW, formatDate, formatTime, parseDate } from "./encoding.js";
import { addSignature, make } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import * as messages from "./message.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./consent.js").Consent} Consent */
/** @typedef {import("./decision.js").Decision} Decision */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./message_open.js").Opened} Opened */
/** @typedef {import("./note.js").Note} Note */
/**
 * A release to one recipient, perhaps not before a time and with a content note, or return or stop without these.
 * @typedef {{decision: string, recipientId?: string | null, notBefore?: Date | null, note?: Note | null}} Choice
 */
/**
 * A signed decision, final or not, and the consents document that goes to server and facilitators with it.
 * @typedef {{envelope: Envelope, consents: import("./decision.js").ConsentsDocument}} Proposal
 */
/** The newest verified consent of each person concerned, by participant_id. @typedef {Map<string, Consent>} Consents */

const PROPOSAL_AGE = 7 * 86_400_000;

/**
 * A new decision about a message that this facilitator has opened, with their signature.
 * @param {Head} head
 * @param {Opened} opened
 * @param {Choice} choice
 * @param {{consents: Consents, checkpoint: any, decidedOn: Date, seed: Uint8Array, decided?: Decision[]}} options checkpoint
 *   {origin, size, root} or null; decided: the final decisions about this message so far
 * @returns {Proposal}
 * @throws {ProtocolError} the head's lapse, and everything that `coSign` throws
 */
export function propose(head, opened, choice, { consents, checkpoint, decidedOn, seed, decided = [] }) {
  const { decision, recipientId = null, notBefore = null, note = null } = choice;
  const { kind, author_id } = opened.statement.payload;
  const people = decision !== "release" ? [] : [recipientId, ...(kind === "summary" ? [] : [author_id])];
  const cited = people.flatMap((each) => (consents.has(each) ? [[each, consents.get(each)?.hash]] : []));
  const document = decisions.consentsDocument(Object.fromEntries(cited));
  const envelope = make(
    "decision",
    {
      case_id: head.caseId,
      message_hash: opened.statement.hash,
      decision,
      recipient_id: recipientId,
      not_before: notBefore && formatTime(notBefore),
      note_hash: note && note.hash,
      approvals: head.approvalsRequired,
      consents_hash: decisions.consentsHash(document),
      checkpoint,
      decided_on: formatDate(decidedOn),
    },
    [seed],
  );
  check(head, opened, envelope, document, { consents, note, decided });
  return { envelope, consents: document };
}

/**
 * Somebody else's proposal with one more signature, after this facilitator's own full check.
 * @param {Head} head
 * @param {Opened} opened
 * @param {unknown} envelope
 * @param {unknown} document the consents document
 * @param {{consents: Consents, note: Note | null, seed: Uint8Array, decided?: Decision[]}} options note: the content note
 *   that they opened with the epoch's secret
 * @returns {Envelope}
 * @throws {ProtocolError} the head's lapse, message-only-kept, what `decision.read` throws, bad-text, consent-missing,
 *   consents-wrong, note-hash-wrong, decided-in-future, proposal-too-old, already-decided, duplicate-signature
 */
export function coSign(head, opened, envelope, document, { consents, note, seed, decided = [] }) {
  check(head, opened, envelope, document, { consents, note, decided });
  return addSignature(envelope, "decision", seed);
}

/**
 * @param {Head} head
 * @param {Opened} opened
 * @param {unknown} envelope
 * @param {unknown} document
 * @param {{consents: Consents, note: Note | null, decided: Decision[]}} rest
 */
function check(head, opened, envelope, document, { consents, note, decided }) {
  heads.checkCurrent(head);
  // Nothing new is decided on what is only kept for reading: the writer writes again.
  if (opened.stands) throw new ProtocolError("message-only-kept");
  const proposed = decisions.read(envelope, head, opened.statement);
  if (opened.marked && proposed.decision === "release") throw new ProtocolError("bad-text");
  const newest = new Map([...consents].map(([participantId, consent]) => [participantId, consent.hash]));
  checkConsents(proposed, opened.statement, document, newest);
  if (proposed.payload.note_hash !== (note && note.hash)) throw new ProtocolError("note-hash-wrong");
  checkDates(proposed, head);
  decisions.checkRoom(proposed, decided, opened.statement);
}

/**
 * @param {Decision} proposed
 * @param {Statement} statement
 * @param {unknown} document
 * @param {Map<string, string>} newest
 */
function checkConsents(proposed, statement, document, newest) {
  const cited = decisions.openConsents(document, proposed.payload.consents_hash);
  const people = [...decisions.concerned(proposed, statement)];
  if (!people.every((each) => newest.has(each))) throw new ProtocolError("consent-missing");
  const same = Object.keys(cited).length === people.length && people.every((each) => cited[each] === newest.get(each));
  if (!same) throw new ProtocolError("consents-wrong");
}

/** @param {Decision} proposed @param {Head} head */
function checkDates({ payload }, head) {
  const [decidedOn, now] = [parseDate(payload.decided_on).getTime(), head.now.getTime()];
  if (decidedOn > now + SKEW) throw new ProtocolError("decided-in-future");
  if (decidedOn + PROPOSAL_AGE < parseDate(formatDate(new Date(now - SKEW))).getTime())
    throw new ProtocolError("proposal-too-old");
}

/**
 * The server's checks of a decision that is handed in, or of one more signature on it. Whether it is final: `isFinal`.
 * @param {Head} head
 * @param {import("./members.js").Members} people
 * @param {unknown} messageEnvelope
 * @param {unknown} envelope
 * @param {unknown} document the consents document
 * @param {{newest: Map<string, string>, standing: Set<string>, decided?: Decision[], takenBack?: boolean, proposal?: boolean}} options
 *   newest: the hash of each person's newest consent; standing: who has neither paused nor withdrawn; proposal: false for
 *   one more signature
 * @returns {Decision}
 * @throws {ProtocolError} the head's lapse, what `message.verify` and `decision.read` throw, approvals-wrong,
 *   consent-missing, consents-wrong, not-standing, decided-in-future, proposal-too-old, taken-back, already-decided
 */
export function checkSubmission(head, people, messageEnvelope, envelope, document, options) {
  const { newest, standing, decided = [], takenBack = false, proposal = true } = options;
  heads.checkCurrent(head);
  const { statement } = messages.verify(messageEnvelope, head, people);
  const submitted = decisions.read(envelope, head, statement);
  if (proposal && submitted.payload.approvals !== head.approvalsRequired) throw new ProtocolError("approvals-wrong");
  checkConsents(submitted, statement, document, newest);
  const stand = [...decisions.concerned(submitted, statement)].every((each) => standing.has(each));
  if (!stand) throw new ProtocolError("not-standing");
  checkDates(submitted, head);
  if (takenBack) throw new ProtocolError("taken-back");
  decisions.checkRoom(submitted, decided, statement);
  return submitted;
}

/**
 * Whether enough of the right people have signed a decision about this message.
 * @param {Decision} submitted
 * @param {Head} head
 * @param {Statement} statement
 */
export function isFinal(submitted, head, statement) {
  try {
    decisions.checkFinal(submitted, head, statement);
  } catch {
    return false;
  }
  return true;
}
