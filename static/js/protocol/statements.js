// @ts-check
/**
 * What a statement of each type must contain: exactly these keys, each with a value of exactly this form.
 * Guarantees that what passes `check` can be used without looking at its types again. It looks at one
 * payload alone; whether keys are trusted and chains continue is for the modules of each idea.
 */
import { MAX_INT, checkId, checkInt, parseDate, parseTime, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { checkBoxKey, checkSignKey } from "./primitives.js";
import { checkText } from "./text.js";

/** Raises a ProtocolError with the path of the field. @typedef {(value: any, path: string) => void} Check */
/** @typedef {Record<string, Check>} Fields */

const KIB = 1024;
/** Bytes that a payload of each type may have. @type {Record<string, number>} */
export const LIMITS = {
  agency: 4 * KIB, roster: 256 * KIB, case: 8 * KIB, invite: 4 * KIB,
  join: 4 * KIB, consent: 4 * KIB, message: 8 * KIB, decision: 4 * KIB,
};
export const SEVERAL_SIGNATURES = new Set(["case", "decision"]);
export const MAX_SIGNATURES = 32;
const MAX_NAME = 200;
const MAX_EPOCH = 2 ** 32 - 1;
const MONTH = 30 * 86_400_000;

export const STAFF_ROLES = ["administrator", "auditor", "facilitator", "supervisor"];
export const SIDES = ["community", "person_harmed", "person_responsible"];
export const MEMBER_ROLES = ["guardian", "interpreter", "party", "representative", "supporter"];
export const KINDS = ["note", "private", "relay", "summary"];
export const MEANS = ["dictation", "letter", "recording"];
export const DECISIONS = ["release", "return", "stop"];

/**
 * A bad key or text keeps its code, any other refusal is `bad-field`.
 * @param {(value: any) => unknown} test
 * @returns {Check}
 */
const field = (test) => (value, path) => {
  try {
    test(value);
  } catch (error) {
    const code = error instanceof ProtocolError ? error.code : "";
    throw new ProtocolError(code === "bad-key" || code === "bad-text" ? code : "bad-field", path);
  }
};

/**
 * Remembers what passed: rosters repeat their keys, and checking one takes a tenth of a millisecond.
 * @param {(value: any) => unknown} test
 */
function once(test) {
  const passed = new Set();
  return (/** @type {any} */ value) => passed.has(value) || (test(value), passed.add(value));
}

/** @param {boolean} holds @param {string} path */
function need(holds, path) {
  if (!holds) throw new ProtocolError("bad-field", path);
}

/** @param {number} low @param {number} [high] */
export const whole = (low, high = MAX_INT) => field((value) => checkInt(value, low, high));

/** @param {string[]} allowed @returns {Check} */
export const oneOf = (allowed) => (value, path) => need(allowed.includes(value), path);

/** @param {Check} inner @returns {Check} */
export const nullable = (inner) => (value, path) => value === null || inner(value, path);

/** @type {Check} */
export const flag = (value, path) => need(typeof value === "boolean", path);

/** One line of 1 to 200 code points. @type {Check} */
export const line = (value, path) => {
  need(typeof value === "string" && value !== "" && [...value].length <= MAX_NAME && !/[\n\t]/.test(value), path);
  field(checkText)(value, path);
};

/** A log's verifier key, or its origin: printable ASCII without spaces. @type {Check} */
export const verifierKey = (value, path) => need(typeof value === "string" && /^[!-~]{1,200}$/.test(value), path);

/** @param {Check} inner @param {number} [least] @returns {Check} */
export const many = (inner, least = 0) => (value, path) => {
  need(Array.isArray(value) && value.length >= least, path);
  for (const [index, item] of value.entries()) inner(item, `${path}.${index}`);
};

/**
 * Strictly ascending, so that nothing stands in it twice.
 * @param {Check} inner
 * @param {number} [least]
 * @param {number} [multipleOf]
 * @returns {Check}
 */
export const ascending = (inner, least = 0, multipleOf = 1) => (value, path) => {
  many(inner, least)(value, path);
  need(value.every((/** @type {string} */ item, /** @type {number} */ i) => i === 0 || value[i - 1] < item), path);
  need(value.length % multipleOf === 0, path);
};

/** Exactly these fields; missing ones are named before unknown ones. @param {Fields} fields @returns {Check} */
export const record = (fields) => (value, path) => {
  need(typeof value === "object" && value !== null && !Array.isArray(value), path);
  const prefix = path && `${path}.`;
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(value, name)) throw new ProtocolError("missing-field", prefix + name);
  }
  if (Object.keys(value).length > Object.keys(fields).length) throw new ProtocolError("unknown-field", path);
  for (const [name, inner] of Object.entries(fields)) inner(value[name], prefix + name);
};

export const id = field(checkId);
export const digest = field((value) => unb64(value, 32));
export const signKey = field(once((value) => checkSignKey(unb64(value, 32))));
export const boxKey = field(once((value) => checkBoxKey(unb64(value, 32))));
export const moment = field(parseTime);
export const day = field(parseDate);

const tree = { size: whole(0), root: digest };
const issuer = { staff_id: id, issuer_pk: signKey, not_before: moment, not_after: moment };
const staff = {
  staff_id: id, display_name: line, roles: ascending(oneOf(STAFF_ROLES), 1), sign_pk: signKey, box_pk: boxKey,
};
const facilitator = { staff_id: id, sign_kid: digest, box_kid: digest };
const scribe = nullable(record({ staff_id: id, means: oneOf(MEANS) }));
const chain = { seq: whole(1), prev: nullable(digest) };

/** The fields of each type of statement, in the order of the specification. @type {Record<string, Fields>} */
export const SCHEMA = {
  agency: {
    agency_id: id, name: line, root_pk: signKey, recovery_pk: nullable(boxKey), issuers: many(record(issuer)),
    log_vkeys: ascending(verifierKey), ...chain,
  },
  roster: {
    agency_id: id, agency: digest, ...chain, issued_at: moment, expires_at: moment,
    staff: many(record(staff)), anchors: record(tree),
  },
  case: {
    agency_id: id, case_id: id, ...chain, roster: digest, epoch: whole(1, MAX_EPOCH), epoch_pk: boxKey,
    facilitators: many(record(facilitator), 1), approvals_required: whole(1), members: ascending(digest, 0, 8),
    kept: nullable(digest), issued_on: day, expires_on: day,
  },
  invite: {
    agency_id: id, case_id: nullable(id), participant_id: id, side: nullable(oneOf(SIDES)),
    role: nullable(oneOf(MEMBER_ROLES)), assisted: flag, key_com: digest, expires_at: moment,
  },
  join: { invite_hash: digest, account_id: id, sign_pk: signKey, box_pk: boxKey },
  consent: { case_id: id, participant_id: id, scribe, ...chain, text_hash: digest, at: moment },
  message: {
    agency_id: id, case_id: id, message_id: id, kind: oneOf(KINDS), author_id: id, author_kid: digest, scribe,
    recipients: ascending(id), answers: nullable(id), order_hash: digest, com: digest, ct_hash: digest,
  },
  decision: {
    case_id: id, message_hash: digest, decision: oneOf(DECISIONS), recipient_id: nullable(id),
    not_before: nullable(moment), note_hash: nullable(digest), approvals: whole(1), consents_hash: digest,
    checkpoint: nullable(record({ origin: verifierKey, ...tree })), decided_on: day,
  },
};

/** @param {any} payload */
const chained = (payload) => need((payload.seq === 1) === (payload.prev === null), "prev");

/** @param {any[]} items @param {string} name @param {string} path */
function distinct(items, name, path) {
  need(new Set(items.map((item) => item[name])).size === items.length, `${path}.${name}`);
}

/** How the fields of one payload relate to each other. @type {Record<string, (payload: any) => void>} */
const RELATIONS = {
  agency(payload) {
    chained(payload);
    distinct(payload.issuers, "issuer_pk", "issuers");
    // Times in their one form sort as text.
    for (const { not_before, not_after } of payload.issuers) need(not_before < not_after, "issuers.not_after");
  },
  roster(payload) {
    chained(payload);
    const lasts = parseTime(payload.expires_at).getTime() - parseTime(payload.issued_at).getTime();
    need(lasts > 0 && lasts <= MONTH, "expires_at");
  },
  case(payload) {
    chained(payload);
    for (const name of Object.keys(facilitator)) distinct(payload.facilitators, name, "facilitators");
    need(payload.approvals_required <= payload.facilitators.length, "approvals_required");
    const lasts = parseDate(payload.expires_on).getTime() - parseDate(payload.issued_on).getTime();
    need(lasts >= 0 && lasts <= MONTH, "expires_on");
  },
  invite({ case_id, side, role, assisted }) {
    const forStaff = case_id === null;
    need((side === null) === forStaff, "side");
    need((role === null) === forStaff, "role");
    need(!(forStaff && assisted), "assisted");
  },
  consent: chained,
  decision({ decision, recipient_id, not_before, note_hash }) {
    const release = decision === "release";
    need((recipient_id !== null) === release, "recipient_id");
    need(release || not_before === null, "not_before");
    need(release || note_hash === null, "note_hash");
  },
};

/**
 * @param {string} type
 * @param {unknown} payload
 * @returns {any} the same
 * @throws {ProtocolError} wrong-type, missing-field, unknown-field, bad-field, bad-key, bad-text; `detail` is the field
 */
export function check(type, payload) {
  if (!Object.hasOwn(SCHEMA, type)) throw new ProtocolError("wrong-type");
  record(SCHEMA[type])(payload, "");
  RELATIONS[type]?.(payload);
  return payload;
}
