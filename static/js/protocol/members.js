// @ts-check
/**
 * Who is in a case: the statement names members by the hashes of their documents.
 * Guarantees that no member can hide among them: facilitators refuse a list with an entry that they cannot open. A
 * participant is given only the documents that they need.
 */
import { b64, canonical, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { equal, kid } from "./primitives.js";
import { SALT, digest, newSalt } from "./salted.js";
import * as statements from "./statements.js";

/** The number of entries in a case statement is a multiple of this, so that it says little about how many people. */
export const MULTIPLE = 8;

/**
 * A member of a case; keys and inviteHash are null for an assisted person without a device.
 * @typedef {object} Member
 * @property {any} document
 * @property {string} participantId
 * @property {string} side
 * @property {string} role
 * @property {boolean} assisted
 * @property {Uint8Array | null} signPk
 * @property {Uint8Array | null} boxPk
 * @property {string | null} inviteHash
 * @property {string | null} kept
 * @property {string | null} signKid
 * @property {string | null} boxKid
 */
/**
 * Members whose documents were given; complete if nobody else can be in the case.
 * @typedef {{people: readonly Member[], fillers: readonly any[], complete: boolean}} Members
 */
/**
 * The fields of a case payload that are looked at.
 * @typedef {{members: string[], facilitators: {staff_id: string, sign_kid: string, box_kid: string}[]}} CasePayload
 */

const { nullable, record } = statements;
const checkFiller = record({ salt: SALT });
const checkMember = record({
  salt: SALT,
  participant_id: statements.id,
  side: statements.oneOf(statements.SIDES),
  role: statements.oneOf(statements.MEMBER_ROLES),
  assisted: statements.flag,
  sign_pk: nullable(statements.signKey),
  box_pk: nullable(statements.boxKey),
  invite_hash: nullable(statements.digest),
  kept: nullable(statements.digest),
});

/** @param {Members} members @param {string} participantId @returns {Member | undefined} */
export const find = (members, participantId) => members.people.find((each) => each.participantId === participantId);

/** @param {Members} members @param {string} participantId @returns {Member} @throws {ProtocolError} member-unknown */
export function get(members, participantId) {
  const found = find(members, participantId);
  if (!found) throw new ProtocolError("member-unknown");
  return found;
}

/** Every document given, fillers last. @param {Members} members @returns {any[]} */
export const documents = ({ people, fillers }) => [...people.map((each) => each.document), ...fillers];

/**
 * A new member document with a fresh salt.
 * @param {{participantId: string, side: string, role: string, assisted: boolean, signPk: Uint8Array | null,
 *   boxPk: Uint8Array | null, inviteHash: string | null, kept?: string | null}} options
 * @returns {any}
 * @throws {ProtocolError} what `parse` throws
 */
export function build({ participantId, side, role, assisted, signPk, boxPk, inviteHash, kept = null }) {
  const document = {
    salt: newSalt(),
    participant_id: participantId,
    side,
    role,
    assisted,
    sign_pk: signPk && b64(signPk),
    box_pk: boxPk && b64(boxPk),
    invite_hash: inviteHash,
    kept,
  };
  parse(document);
  return document;
}

/** @param {any} document */
const isFiller = (document) => Object.keys(document).join() === "salt";

/** A document that stands for nobody. */
export const filler = () => ({ salt: newSalt() });

/**
 * The documents of people, and as many fillers as make the next multiple of eight.
 * @param {Iterable<any>} given
 * @returns {any[]}
 */
export function fill(given) {
  const people = [...given].filter((document) => !isFiller(document));
  const missing = (MULTIPLE - (people.length % MULTIPLE)) % MULTIPLE;
  return [...people, ...Array.from({ length: missing }, filler)];
}

/** B64(H(PAE("mediation/v1/member", document in RFC 8785 form))). @param {any} document @returns {string} */
export const documentHash = (document) => digest("member", canonical(document));

/** What a case statement lists for these documents. @param {Iterable<any>} given @returns {string[]} */
export const hashes = (given) => [...given].map(documentHash).sort();

/**
 * @param {any} document
 * @returns {Member | null} null for a filler
 * @throws {ProtocolError} missing-field, unknown-field, bad-field, bad-key, member-keys-wrong
 */
export function parse(document) {
  if (typeof document === "object" && document !== null && !Array.isArray(document) && isFiller(document)) {
    checkFiller(document, "");
    return null;
  }
  checkMember(document, "");
  const missing = [document.sign_pk, document.box_pk, document.invite_hash].filter((value) => value === null).length;
  if (missing > 0 && !(missing === 3 && document.assisted)) throw new ProtocolError("member-keys-wrong");
  const [signPk, boxPk] = [document.sign_pk, document.box_pk].map((text) => text && unb64(text));
  return Object.freeze({
    document,
    participantId: document.participant_id,
    side: document.side,
    role: document.role,
    assisted: document.assisted,
    signPk,
    boxPk,
    inviteHash: document.invite_hash,
    kept: document.kept,
    signKid: signPk && kid(signPk),
    boxKid: boxPk && kid(boxPk),
  });
}

/**
 * The members whose documents are given, each proven to be in a case payload.
 * @param {CasePayload} payload
 * @param {readonly any[]} given
 * @returns {Members}
 * @throws {ProtocolError} what `parse` throws, member-not-in-head, member-repeated, key-repeated
 */
export function openSome(payload, given) {
  const parsed = given.map(parse);
  const listed = new Set(given.map(documentHash));
  const named = new Set(payload.members);
  if (![...listed].every((hash) => named.has(hash))) throw new ProtocolError("member-not-in-head");
  const people = /** @type {Member[]} */ (parsed.filter((each) => each !== null));
  checkIds(people, payload);
  checkDistinctKeys(people, payload);
  const fillers = given.filter((_, i) => parsed[i] === null);
  return Object.freeze({ people, fillers, complete: listed.size === named.size });
}

/**
 * Every member of a case payload.
 * @param {CasePayload} payload
 * @param {readonly any[]} given
 * @returns {Members}
 * @throws {ProtocolError} what `openSome` throws, member-unopened
 */
export function openAll(payload, given) {
  const members = openSome(payload, given);
  if (!members.complete) throw new ProtocolError("member-unopened");
  return members;
}

/** Nobody twice, and no member under a facilitator's id. @param {Member[]} people @param {CasePayload} payload */
function checkIds(people, { facilitators }) {
  const ids = [...people.map((each) => each.participantId), ...facilitators.map((entry) => entry.staff_id)];
  if (new Set(ids).size !== ids.length) throw new ProtocolError("member-repeated");
}

/**
 * No key twice, and none that a facilitator has too: one person could write and approve what they wrote.
 * @param {Member[]} people
 * @param {CasePayload} payload
 */
function checkDistinctKeys(people, { facilitators }) {
  const kids = people.flatMap(({ signKid, boxKid }) => [signKid, boxKid]).filter((each) => each !== null);
  kids.push(...facilitators.flatMap((entry) => [entry.sign_kid, entry.box_kid]));
  if (new Set(kids).size !== kids.length) throw new ProtocolError("key-repeated");
}

/**
 * Whether a member has exactly these keys.
 * @param {Member} member
 * @param {Uint8Array} signPk
 * @param {Uint8Array} boxPk
 */
export function holds(member, signPk, boxPk) {
  return isKey(member.signPk, signPk) && isKey(member.boxPk, boxPk);
}

/** @param {Uint8Array | null} own @param {Uint8Array} key */
const isKey = (own, key) => own !== null && equal(own, key);

/**
 * Whether the entry in the case is the joiner's own: their id and their keys.
 * @param {Member} member
 * @param {string} participantId
 * @param {Uint8Array} signPk
 * @param {Uint8Array} boxPk
 * @throws {ProtocolError} not-me
 */
export function checkAdmitted(member, participantId, signPk, boxPk) {
  if (member.participantId !== participantId || !holds(member, signPk, boxPk)) throw new ProtocolError("not-me");
}
