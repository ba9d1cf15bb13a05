// @ts-check
/**
 * What a client remembers of what it has verified: the document `pins` of own memory.
 * Guarantees its form; whoever verifies anything gives the modules of each chain what is pinned here, so that nobody can
 * take it back.
 */
import { checkPin } from "./case_chain.js";
import { ProtocolError } from "./errors.js";
import * as statements from "./statements.js";

/** @typedef {import("./chain.js").Pin} Pin */
/** @typedef {{origin: string, size: number, root: string}} Checkpoint */
/** @typedef {{seq: number, message_id: string, seen: number, memory: number}} AuthorPin */
/**
 * @typedef {object} Pins
 * @property {Pin | null} agency
 * @property {Pin | null} roster
 * @property {Record<string, import("./case_chain.js").CasePin>} cases by case_id
 * @property {Record<string, Pin>} consents by participant_id
 * @property {Checkpoint | null} checkpoint
 * @property {Record<string, AuthorPin>} authors by `authorKey`
 * @property {string[]} opened statement hashes
 */

const { digest, id, nullable, record, whole } = statements;
const checkOne = record({ seq: whole(1), hash: digest });
const checkAuthor = record({ seq: whole(1), message_id: id, seen: whole(0), memory: whole(0) });
const checkCheckpoint = record({ origin: statements.verifierKey, size: whole(0), root: digest });

/**
 * An object of any names that `key` allows, each with a value that `inner` allows.
 * @param {statements.Check} key
 * @param {statements.Check} inner
 * @returns {statements.Check}
 */
const by = (key, inner) => (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProtocolError("bad-field", path);
  for (const [name, item] of Object.entries(value)) {
    key(name, path);
    inner(item, `${path}.${name}`);
  }
};

/** What `authorKey` gives. @type {statements.Check} */
const authorInCase = (value, path) => {
  const [caseId, authorKid, ...rest] = value.split(".");
  id(caseId, path);
  digest([authorKid, ...rest].join("."), path);
};

const checkPins = record({
  agency: nullable(checkOne),
  roster: nullable(checkOne),
  cases: by(id, (value) => void checkPin(value)),
  consents: by(id, checkOne),
  checkpoint: nullable(checkCheckpoint),
  authors: by(authorInCase, checkAuthor),
  opened: statements.ascending(digest),
});

/**
 * Under which a writer's newest order stands in `authors`: messages are counted within each case.
 * @param {string} caseId
 * @param {string} authorKid
 */
export const authorKey = (caseId, authorKid) => `${caseId}.${authorKid}`;

/** The pins of somebody who has not verified anything yet. @returns {Pins} */
export const empty = () => ({
  agency: null,
  roster: null,
  cases: {},
  consents: {},
  checkpoint: null,
  authors: {},
  opened: [],
});

/**
 * @param {any} document
 * @returns {Pins} the same
 * @throws {ProtocolError} missing-field, unknown-field, bad-field, bad-key
 */
export function check(document) {
  checkPins(document, "");
  return document;
}
