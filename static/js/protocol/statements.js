// @ts-check
/**
 * What each signed statement must contain: exactly these keys, each of exactly this form.
 * Guarantees that whatever passes `check` can be used without looking at its types again. What a
 * statement means (who may sign, what it must follow) is the business of the modules above.
 */
import { MAX_INT, checkId, checkInt, parseDate, parseTime, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { checkBoxKey, checkSignKey } from "./primitives.js";
import { checkText } from "./text.js";

/** Raises a ProtocolError unless the value has the form. @typedef {(value: any, path: string) => void} Checker */

const KIB = 1024;
/** The most bytes that the payload of a type may have. @type {Record<string, number>} */
export const LIMITS = {
  agency: 4 * KIB, roster: 256 * KIB, case: 8 * KIB, invite: 4 * KIB,
  join: 4 * KIB, consent: 4 * KIB, message: 8 * KIB, decision: 4 * KIB,
};
/** Types that may carry more than one signature. */
export const SEVERAL_SIGNERS = new Set(["case", "decision"]);

/** Any refusal inside becomes `bad-field` with the field's path. @param {(value: any) => unknown} f @returns {Checker} */
const field = (f) => (value, path) => {
  try {
    f(value);
  } catch {
    throw new ProtocolError("bad-field", path);
  }
};

/** @param {boolean} holds */
function must(holds) {
  if (!holds) throw new ProtocolError("bad-field");
}

const id = field(checkId);
const hash = field((v) => unb64(v, 32));
const time = field(parseTime);
const date = field(parseDate);
const flag = field((v) => must(typeof v === "boolean"));
const count = field((v) => checkInt(v, 0, MAX_INT));
const positive = field((v) => checkInt(v, 1, MAX_INT));
const signKey = field((v) => checkSignKey(unb64(v)));
const boxKey = field((v) => checkBoxKey(unb64(v)));
const text = field((v) => must(checkText(v) !== ""));

/** @param {...string} allowed @returns {Checker} */
const one = (...allowed) => field((v) => must(allowed.includes(v)));

/** @param {Checker} inner @returns {Checker} */
const nullable = (inner) => (value, path) => value === null || inner(value, path);

/** @param {Checker} inner @returns {Checker} */
const list = (inner) => (value, path) => {
  if (!Array.isArray(value)) throw new ProtocolError("bad-field", path);
  value.forEach((item, i) => inner(item, `${path}[${i}]`));
};

/** Without repeats, in the order of their bytes. @param {Checker} inner @returns {Checker} */
const sorted = (inner) => (value, path) => {
  list(inner)(value, path);
  field((v) => must(v.every((/** @type {string} */ item, /** @type {number} */ i) => i === 0 || v[i - 1] < item)))(value, path);
};

/** @param {Record<string, Checker>} fields @returns {Checker} */
const object = (fields) => (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProtocolError("bad-field", path);
  const dot = path && `${path}.`;
  for (const name of Object.keys(fields)) if (!Object.hasOwn(value, name)) throw new ProtocolError("missing-field", dot + name);
  for (const name of Object.keys(value)) if (!Object.hasOwn(fields, name)) throw new ProtocolError("unknown-field", dot);
  for (const [name, inner] of Object.entries(fields)) inner(value[name], dot + name);
};

const chain = { seq: positive, prev: nullable(hash) };
const scribe = object({ staff_id: id, means: one("letter", "dictation", "recording") });

/** Exactly the keys of each type. @type {Record<string, Checker>} */
export const SCHEMA = {
  agency: object({
    agency_id: id, name: text, root_pk: signKey, recovery_pk: nullable(boxKey),
    issuers: list(object({ staff_id: id, issuer_pk: signKey, not_before: time, not_after: time })),
    log_vkeys: list(text), ...chain,
  }),
  roster: object({
    agency_id: id, agency: hash, ...chain, issued_at: time, expires_at: time,
    staff: list(object({ staff_id: id, display_name: text, roles: sorted(text), sign_pk: signKey, box_pk: boxKey })),
    anchors: object({ size: count, root: hash }),
  }),
  case: object({
    agency_id: id, case_id: id, ...chain, roster: hash, epoch: positive, epoch_pk: boxKey,
    facilitators: list(object({ staff_id: id, sign_kid: hash, box_kid: hash })), approvals_required: positive,
    members: sorted(hash), kept: nullable(hash), issued_on: date, expires_on: date,
  }),
  invite: object({
    agency_id: id, case_id: nullable(id), participant_id: id, side: nullable(one("person_harmed", "person_responsible")),
    role: nullable(text), assisted: flag, key_com: hash, expires_at: time,
  }),
  join: object({ invite_hash: hash, account_id: id, sign_pk: signKey, box_pk: boxKey }),
  consent: object({
    case_id: id, participant_id: id, scribe: nullable(scribe), ...chain, text_hash: hash, at: time,
  }),
  message: object({
    agency_id: id, case_id: id, message_id: id, kind: one("relay", "summary", "private", "note"), author_id: id, author_kid: hash,
    scribe: nullable(scribe), recipients: sorted(id), answers: nullable(id), order_hash: hash, com: hash, ct_hash: hash,
  }),
  decision: object({
    case_id: id, message_hash: hash, decision: one("release", "return", "stop"), recipient_id: nullable(id), not_before: nullable(time),
    note_hash: nullable(hash), approvals: positive, consents_hash: hash,
    checkpoint: nullable(object({ origin: text, size: count, root: hash })), decided_on: date,
  }),
};

/**
 * @param {string} type
 * @param {unknown} payload
 * @throws {ProtocolError} missing-field, unknown-field, bad-field; `detail` is the field's path
 */
export const check = (type, payload) => SCHEMA[type](payload, "");
