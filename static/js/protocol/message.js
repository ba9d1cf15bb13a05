// @ts-check
/**
 * A message is encrypted with a key of its own, signed by its writer, and bound to its case, number and key.
 * Guarantees that a wrap with another key is refused, since `com` commits to the key; so wraps need no signature. There is
 * one for the epoch key, one for a writing member, one for the participant of a facilitator's private.
 */
import * as heads from "./case_head.js";
import { signingKeys } from "./consent.js";
import { b64, bytesOf, canonical, concat, newId, pae, unb64 } from "./encoding.js";
import { keyring, make, parse, verify as verifyEnvelope } from "./envelope.js";
import { ProtocolError, checkRefusal } from "./errors.js";
import { get } from "./members.js";
import * as kinds from "./message_kinds.js";
import * as orders from "./order.js";
import { pad, target } from "./padding.js";
import { aeadSeal, hash32, kdf, kid, randomBytes, seal as sealTo, signPublicKey } from "./primitives.js";
import { line } from "./statements.js";
import { checkText } from "./text.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./consent.js").Scribe} Scribe */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./members.js").Member} Member */
/** @typedef {import("./members.js").Members} Members */
/** @typedef {import("./roster.js").Staff} Staff */
/**
 * Who writes; the seed is the scribe's for a scribed message.
 * @typedef {{authorId: string, signSeed: Uint8Array, scribe?: Scribe | null}} Sender
 */
/**
 * What is written, and to whom.
 * @typedef {{kind: string, recipients: string[], text: string, lang: string, answers?: string | null}} Content
 */
/**
 * A message as it is submitted; the key stays with the writer.
 * @typedef {{statement: Statement, ciphertext: Uint8Array, orderBlock: Uint8Array, wraps: Map<string, Uint8Array>, key: Uint8Array}} Sealed
 */
/**
 * A statement whose signature counts, or that stands by a kept list; then author is null.
 * @typedef {{statement: Statement, author: Member | Staff | null, stands: boolean}} Verified
 */

export const CONTEXT = "medmsg01";
const MAX_PADDED = 256 * 1024;
const OVERHEAD = 24 + 16;
const KEY_SIZE = 32;

/**
 * A new message, encrypted and signed.
 * @param {Head} head
 * @param {Members} people
 * @param {Sender} sender
 * @param {Content} content
 * @param {orders.Order} order
 * @returns {Sealed}
 * @throws {ProtocolError} the head's lapse, and everything that the server would refuse
 */
export function seal(head, people, { authorId, signSeed, scribe = null }, content, order) {
  checkText(content.text);
  line(content.lang, "lang");
  const key = randomBytes(KEY_SIZE);
  const messageId = newId();
  const ciphertext = encrypt(key, head.caseId, messageId, content);
  const block = orders.close(order);
  const payload = {
    agency_id: head.agencyId,
    case_id: head.caseId,
    message_id: messageId,
    kind: content.kind,
    author_id: authorId,
    author_kid: kid(signPublicKey(signSeed)),
    scribe,
    recipients: [...content.recipients].sort(),
    answers: content.answers ?? null,
    order_hash: orders.blockHash(block),
    com: b64(commitment(key)),
    ct_hash: b64(hash32(ciphertext)),
  };
  const signed = make("message", payload, [signSeed]);
  const orderBlock = sealTo(head.epochPk, block);
  const entitled = [...expectedWraps(head, people, payload)];
  const wraps = new Map(entitled.map(([boxKid, boxPk]) => [boxKid, wrap(key, head.caseId, messageId, boxPk)]));
  const statement = checkSubmission(head, people, { envelope: signed, ciphertext, orderBlock, wraps });
  return Object.freeze({ statement, ciphertext, orderBlock, wraps, key });
}

/** @param {Uint8Array} key @param {string} caseId @param {string} messageId @param {Content} content */
function encrypt(key, caseId, messageId, { text, lang }) {
  return aeadSeal(kdf(key, 1, CONTEXT), pad(canonical({ text, lang, attachments: [] })), place(caseId, messageId));
}

/** `com`: without it one ciphertext could open under two keys to two texts. @param {Uint8Array} key */
export const commitment = (key) => kdf(key, 2, CONTEXT);

/**
 * The additional data that binds a ciphertext to its case and message.
 * @param {string} caseId
 * @param {string} messageId
 */
export const place = (caseId, messageId) => pae("mediation/v1/message", bytesOf(`${caseId}.${messageId}`));

/**
 * The message's key sealed to a box key; anybody who can open the message may remake one.
 * @param {Uint8Array} key
 * @param {string} caseId
 * @param {string} messageId
 * @param {Uint8Array} boxPk
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-key
 */
export const wrap = (key, caseId, messageId, boxPk) => sealTo(boxPk, wrapped(key, caseId, messageId, boxPk));

/**
 * What is inside a wrap.
 * @param {Uint8Array} key
 * @param {string} caseId
 * @param {string} messageId
 * @param {Uint8Array} boxPk
 */
export function wrapped(key, caseId, messageId, boxPk) {
  return pae("mediation/v1/wrap", concat(unb64(caseId), unb64(messageId), hash32(boxPk), key));
}

/** The length in bytes of every wrap: frame, case, message, kid, key, and what sealing adds. */
export const WRAP_SIZE = pae("mediation/v1/wrap", new Uint8Array(16 + 16 + 32 + KEY_SIZE)).length + 48;

/**
 * The box keys by kid for which a submission must carry wraps: no more and no fewer.
 * @param {Head} head
 * @param {Members} people
 * @param {any} payload
 * @returns {Map<string, Uint8Array>}
 */
export function expectedWraps(head, people, payload) {
  const readers = payload.kind === "private" ? [...payload.recipients] : [];
  if (!kinds.byFacilitator(payload)) readers.push(payload.author_id);
  return keyring([head.epochPk, ...readers.flatMap((participantId) => get(people, participantId).boxPk ?? [])]);
}

/**
 * A message of this case whose writer's key counts in the head, or whose hash is in the reader's kept list.
 * @param {unknown} envelope
 * @param {Head} head
 * @param {Members} people
 * @param {Set<string>} [kept]
 * @returns {Verified}
 * @throws {ProtocolError} what `envelope.verify` throws, agency-mixed, case-mixed, and what `message_kinds` throws
 */
export function verify(envelope, head, people, kept = new Set()) {
  const claimed = parse(envelope, "message");
  if (claimed.payload.agency_id !== head.agencyId) throw new ProtocolError("agency-mixed");
  if (claimed.payload.case_id !== head.caseId) throw new ProtocolError("case-mixed");
  try {
    return readCounting(envelope, head, people);
  } catch (error) {
    checkRefusal(error);
    if (!kept.has(claimed.hash)) throw error;
  }
  kinds.checkCount(claimed.payload);
  return Object.freeze({ statement: claimed, author: null, stands: true });
}

/**
 * A message whose signature counts in the head.
 * @param {unknown} envelope
 * @param {Head} head
 * @param {Members} people
 * @returns {Verified}
 */
function readCounting(envelope, head, people) {
  const statement = verifyEnvelope(envelope, "message", signingKeys(head, people));
  kinds.checkRecipients(people, statement.payload);
  const author = kinds.checkAuthor(head, people, statement.payload, statement.signers[0]);
  return Object.freeze({ statement, author, stands: false });
}

/**
 * The server's checks of a message that is handed in: everything that needs no secret.
 * @param {Head} head
 * @param {Members} people
 * @param {{envelope: unknown, ciphertext: Uint8Array, orderBlock: Uint8Array, wraps: Map<string, Uint8Array>, usedIds?: Set<string>}} given
 * @returns {Statement}
 * @throws {ProtocolError} the head's lapse, what `verify` throws (nothing rests on a kept list), message-id-used,
 *   ciphertext-size, ct-hash-wrong, order-block-size, wraps-wrong
 */
export function checkSubmission(head, people, { envelope, ciphertext, orderBlock, wraps, usedIds = new Set() }) {
  heads.checkCurrent(head);
  const { statement } = verify(envelope, head, people);
  if (usedIds.has(statement.payload.message_id)) throw new ProtocolError("message-id-used");
  checkSize(ciphertext);
  checkCiphertext(statement.payload, ciphertext);
  if (orderBlock.length !== orders.SEALED_SIZE) throw new ProtocolError("order-block-size");
  checkWraps(wraps, expectedWraps(head, people, statement.payload));
  return statement;
}

/** @param {Uint8Array} ciphertext */
function checkSize(ciphertext) {
  const padded = ciphertext.length - OVERHEAD;
  if (padded > MAX_PADDED || target(padded - 1) !== padded) throw new ProtocolError("ciphertext-size");
}

/**
 * Whether the ciphertext is the signed one.
 * @param {any} payload
 * @param {Uint8Array} ciphertext
 * @throws {ProtocolError} ct-hash-wrong
 */
export function checkCiphertext(payload, ciphertext) {
  if (b64(hash32(ciphertext)) !== payload.ct_hash) throw new ProtocolError("ct-hash-wrong");
}

/** @param {Map<string, Uint8Array>} wraps @param {Map<string, Uint8Array>} expected */
function checkWraps(wraps, expected) {
  const same = wraps.size === expected.size && [...wraps.keys()].every((boxKid) => expected.has(boxKid));
  const sized = [...wraps.values()].every((each) => each.length === WRAP_SIZE);
  if (!same || !sized) throw new ProtocolError("wraps-wrong");
}
