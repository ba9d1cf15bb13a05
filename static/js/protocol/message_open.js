// @ts-check
/**
 * Opening a message. Guarantees that what is read is what was signed, under the key that was committed to, or nothing is
 * read; the order of the checks is the specification's. Facilitators see hidden characters marked; recipients are refused them.
 */
import * as heads from "./case_head.js";
import { b64, parseCanonical } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import * as messages from "./message.js";
import * as orders from "./order.js";
import { unpad } from "./padding.js";
import { aeadOpen, boxPublicKey, equal, kdf, openSeal } from "./primitives.js";
import * as statements from "./statements.js";
import { checkText } from "./text.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./members.js").Members} Members */
/** The text of a message and its language tag. @typedef {{text: string, lang: string}} Text */
/**
 * A message as a facilitator reads it: alarms are shown beside the text, `marked` says that characters in it must be shown
 * marked, `stands` that it rests on the kept list; the key remakes wraps.
 * @typedef {messages.Verified & Text & {order: orders.Order, alarms: string[], marked: boolean, key: Uint8Array}} Opened
 */

const KEY_SIZE = 32;
const checkPlaintext = statements.record({
  text(value, path) {
    if (typeof value !== "string") throw new ProtocolError("bad-field", path);
  },
  lang: statements.line,
  attachments: statements.many(() => undefined),
});

/**
 * A message opened with an epoch's secret.
 * @param {Head} head
 * @param {Members} people
 * @param {Set<string>} kept the facilitators' list
 * @param {{envelope: unknown, ciphertext: Uint8Array, wraps: Map<string, Uint8Array>, orderBlock: Uint8Array}} given
 * @param {Map<string, Uint8Array>} secrets by kid, from `epoch.openHistory`
 * @param {orders.Known | null} [known] without it, no alarm but bad-text
 * @returns {Opened}
 * @throws {ProtocolError} the head's lapse, what `message.verify`, `unlock` and `order.open_` throw, wrap-missing
 */
export function openAsFacilitator(head, people, kept, { envelope, ciphertext, wraps, orderBlock }, secrets, known) {
  heads.checkCurrent(head);
  const verified = messages.verify(envelope, head, people, kept);
  const { payload } = verified.statement;
  const boxKid = [...wraps.keys()].find((each) => secrets.has(each));
  if (boxKid === undefined) throw new ProtocolError("wrap-missing");
  const secret = /** @type {Uint8Array} */ (secrets.get(boxKid));
  const { text, lang, key } = unlock(payload, ciphertext, /** @type {Uint8Array} */ (wraps.get(boxKid)), secret);
  const order = orders.open_(orderBlock, secret, payload.order_hash);
  const marked = isMarked(text);
  const alarms = [...(known ? orders.alarms(order, known) : []), ...(marked ? ["bad-text"] : [])];
  return Object.freeze({ ...verified, text, lang, order, alarms, marked, key });
}

/** @param {string} text */
function isMarked(text) {
  try {
    checkText(text);
  } catch {
    return true;
  }
  return false;
}

/**
 * The text and the key of a verified message payload: ct_hash, wrap, com, AEAD, unpad, parse, in this order.
 * @param {any} payload
 * @param {Uint8Array} ciphertext
 * @param {Uint8Array} wrap
 * @param {Uint8Array} boxSeed
 * @returns {Text & {key: Uint8Array}}
 * @throws {ProtocolError} ct-hash-wrong, what `openWrap` throws, commitment-mismatch, cannot-open, bad-padding,
 *   not-canonical, missing-field, unknown-field, bad-field, attachments-not-supported
 */
export function unlock(payload, ciphertext, wrap, boxSeed) {
  messages.checkCiphertext(payload, ciphertext);
  const key = openWrap(wrap, boxSeed, payload.case_id, payload.message_id);
  if (b64(messages.commitment(key)) !== payload.com) throw new ProtocolError("commitment-mismatch");
  const place = messages.place(payload.case_id, payload.message_id);
  const { text, lang } = parse(unpad(aeadOpen(kdf(key, 1, messages.CONTEXT), ciphertext, place)));
  return { text, lang, key };
}

/**
 * The message's key from a wrap to one's own box key.
 * @param {Uint8Array} wrap
 * @param {Uint8Array} boxSeed
 * @param {string} caseId
 * @param {string} messageId
 * @returns {Uint8Array}
 * @throws {ProtocolError} cannot-open, wrap-misplaced
 */
export function openWrap(wrap, boxSeed, caseId, messageId) {
  const opened = openSeal(boxSeed, wrap);
  const key = opened.slice(-KEY_SIZE);
  if (!equal(opened, messages.wrapped(key, caseId, messageId, boxPublicKey(boxSeed))))
    throw new ProtocolError("wrap-misplaced");
  return key;
}

/** @param {Uint8Array} plaintext @returns {Text} */
function parse(plaintext) {
  const fields = parseCanonical(plaintext);
  checkPlaintext(fields, "");
  if (fields.attachments.length > 0) throw new ProtocolError("attachments-not-supported");
  return fields;
}
