// @ts-check
/**
 * A decision counts if as many facilitators signed it as the case requires now and required when it was proposed.
 * Guarantees that a release is for one recipient; a return or a stop closes the message for everyone it was not yet
 * released to.
 */
import { canonical, parseTime } from "./encoding.js";
import { keyring, parse, verify as verifyEnvelope } from "./envelope.js";
import { ProtocolError, checkRefusal } from "./errors.js";
import { DECIDED } from "./message_kinds.js";
import { SALT, digest, newSalt } from "./salted.js";
import * as statements from "./statements.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./envelope.js").Statement} Statement */
/**
 * The hash of each person's newest consent, by participant_id.
 * @typedef {{salt: string, consents: Record<string, string>}} ConsentsDocument
 */
/**
 * A decision about a message.
 * @typedef {object} Decision
 * @property {Statement} statement
 * @property {any} payload
 * @property {"release" | "return" | "stop"} decision
 * @property {string | null} recipientId whom a release is for
 * @property {Date | null} notBefore when a release begins to hold, if later than at once
 * @property {readonly string[]} signers staff_ids whose signatures count
 * @property {boolean} stands rests on the reader's kept list
 */

const checkConsents = statements.record({
  salt: SALT,
  consents(value, path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProtocolError("bad-field", path);
    for (const [participantId, hash] of Object.entries(value)) {
      statements.id(participantId, path);
      statements.digest(hash, path);
    }
  },
});

/** @param {Statement} statement @param {readonly string[]} signers @param {boolean} stands @returns {Decision} */
function make(statement, signers, stands) {
  const { decision, recipient_id, not_before } = statement.payload;
  const notBefore = not_before === null ? null : parseTime(not_before);
  return Object.freeze({
    statement,
    payload: statement.payload,
    decision,
    recipientId: recipient_id,
    notBefore,
    signers,
    stands,
  });
}

/** A new document. @param {Record<string, string>} consents @returns {ConsentsDocument} */
export const consentsDocument = (consents) => ({ salt: newSalt(), consents: { ...consents } });

/**
 * B64(H(PAE("mediation/v1/consents", document in RFC 8785 form))).
 * @param {ConsentsDocument} document
 * @returns {string}
 */
export const consentsHash = (document) => digest("consents", canonical(document));

/**
 * The consents of the document that a decision cites.
 * @param {any} document
 * @param {string} hash
 * @returns {Record<string, string>}
 * @throws {ProtocolError} missing-field, unknown-field, bad-field, consents-wrong
 */
export function openConsents(document, hash) {
  checkConsents(document, "");
  if (consentsHash(document) !== hash) throw new ProtocolError("consents-wrong");
  return document.consents;
}

/**
 * Whose consents a decision must cite: recipient and, unless a facilitator, author of a release; else nobody's.
 * @param {Decision} decision
 * @param {Statement} message
 * @returns {Set<string>}
 */
export function concerned({ recipientId }, { payload: { kind, author_id } }) {
  if (recipientId === null) return new Set();
  return new Set(kind === "summary" ? [recipientId] : [recipientId, author_id]);
}

/**
 * How many must sign: what was required when it was proposed or what is now, whichever is more.
 * @param {Head} head
 * @param {Decision} decision
 * @returns {number}
 */
export const needed = (head, { payload }) => Math.max(payload.approvals, head.approvalsRequired);

/**
 * A decision about this verified message, signed by anybody who counts, enough or not; or one that stands by the reader's
 * kept list, if too few who signed it count today.
 * @param {unknown} envelope
 * @param {Head} head
 * @param {Statement} message
 * @param {Set<string>} [kept]
 * @returns {Decision}
 * @throws {ProtocolError} what `envelope.verify` throws, case-mixed, decision-of-another-message, decision-not-needed,
 *   recipient-wrong
 */
export function read(envelope, head, message, kept = new Set()) {
  const claimed = parse(envelope, "decision");
  checkSubject(claimed.payload, head, message);
  if (!kept.has(claimed.hash)) return readCounting(envelope, head);
  try {
    const decision = readCounting(envelope, head);
    checkFinal(decision, head, message);
    return decision;
  } catch (error) {
    checkRefusal(error);
    return make(claimed, [], true);
  }
}

/** A decision with those of its signatures that count in the head. @param {unknown} envelope @param {Head} head */
function readCounting(envelope, { counting }) {
  const statement = verifyEnvelope(envelope, "decision", keyring([...counting.values()].map((staff) => staff.signPk)));
  return make(
    statement,
    statement.signers.map((kid) => /** @type {any} */ (counting.get(kid)).staffId),
    false,
  );
}

/** @param {any} payload @param {Head} head @param {Statement} message */
function checkSubject({ case_id, message_hash, decision, recipient_id }, head, message) {
  if (case_id !== head.caseId) throw new ProtocolError("case-mixed");
  if (message_hash !== message.hash) throw new ProtocolError("decision-of-another-message");
  if (!DECIDED.has(message.payload.kind)) throw new ProtocolError("decision-not-needed");
  if (decision === "release" && !message.payload.recipients.includes(recipient_id))
    throw new ProtocolError("recipient-wrong");
}

/**
 * Whether enough of the right people signed, or it stands.
 * @param {Decision} decision
 * @param {Head} head
 * @param {Statement} message
 * @throws {ProtocolError} too-few-signatures, scribe-alone
 */
export function checkFinal(decision, head, message) {
  if (decision.stands) return;
  checkSigners(decision, head);
  checkScribe(decision, head, message);
}

/**
 * Whether as many facilitators of the head signed as are needed.
 * @param {Decision} decision
 * @param {Head} head
 * @throws {ProtocolError} too-few-signatures
 */
export function checkSigners(decision, head) {
  if (decision.signers.length < needed(head, decision)) throw new ProtocolError("too-few-signatures");
}

/**
 * Refuses what only the scribe releases, who wrote it down, though the case has somebody else.
 * @param {Decision} decision
 * @param {Head} head
 * @param {Statement} message
 * @throws {ProtocolError} scribe-alone
 */
export function checkScribe({ decision, signers }, head, { payload: { scribe } }) {
  if (decision !== "release" || scribe === null || head.payload.facilitators.length === 1) return;
  if (signers.every((staffId) => staffId === scribe.staff_id)) throw new ProtocolError("scribe-alone");
}

/**
 * A final decision about this verified message.
 * @param {unknown} envelope
 * @param {Head} head
 * @param {Statement} message
 * @param {Set<string>} [kept]
 * @returns {Decision}
 * @throws {ProtocolError} what `read` and `checkFinal` throw
 */
export function verify(envelope, head, message, kept) {
  const decision = read(envelope, head, message, kept);
  checkFinal(decision, head, message);
  return decision;
}

/**
 * The recipients for whom a message has been decided, by final decisions about it.
 * @param {Iterable<Decision>} decisions
 * @param {Statement} message
 * @returns {Set<string>}
 */
export function closed(decisions, { payload: { recipients } }) {
  return new Set([...decisions].flatMap(({ recipientId }) => recipientId ?? recipients));
}

/**
 * Whether there is something left for this decision to decide.
 * @param {Decision} decision
 * @param {Iterable<Decision>} decided
 * @param {Statement} message
 * @throws {ProtocolError} already-decided
 */
export function checkRoom({ recipientId }, decided, message) {
  const done = closed(decided, message);
  const open = message.payload.recipients.filter((/** @type {string} */ each) => !done.has(each));
  if (open.length === 0 || (recipientId !== null && !open.includes(recipientId)))
    throw new ProtocolError("already-decided");
}
