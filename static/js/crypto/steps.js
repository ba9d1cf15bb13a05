// @ts-check
/**
 * The next statement of a case: built so that every list holds exactly what counts, and checked before it is signed.
 * Guarantees the same full check for one's own step and for a colleague's proposal.
 */
import * as cases from "../protocol/case.js";
import { checkProposal } from "../protocol/case_chain.js";
import * as reviews from "../protocol/case_review.js";
import { counted, of } from "../protocol/counted.js";
import { b64, formatDate, parseDate } from "../protocol/encoding.js";
import { addSignature, parse } from "../protocol/envelope.js";
import * as epochs from "../protocol/epoch.js";
import * as kept from "../protocol/kept.js";
import * as members from "../protocol/members.js";
import { kid } from "../protocol/primitives.js";
import { newSalt } from "../protocol/salted.js";
import { acceptedRecovery } from "./recovery.js";
import { held } from "./session.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("../protocol/counted.js").Recorded} Recorded */
/** @typedef {import("../protocol/joining.js").Joiner} Joiner */
/** @typedef {import("../protocol/roster.js").Staff} Staff */
/** @typedef {import("./room.js").Room} Room */
/**
 * What is to change; nothing at all is a renewal.
 * @typedef {object} Change
 * @property {Staff[]} [facilitators]
 * @property {number} [approvals]
 * @property {Record<string, any>} [people] new member documents by participant_id, null for somebody who leaves
 * @property {Joiner | null} [joiner]
 * @property {string | null} [admits] invite_id
 * @property {string[]} [leaveOut] hashes that rest on somebody already off the staff list, and are not to be kept
 * @property {import("./own_document.js").Stored} [settings] own memory, for the recovery key
 */

const LASTS = 30 * 86_400_000;

/** Today and the last day that a statement can hold. @param {Date} now */
export const term = (now) => ({ issuedOn: now, expiresOn: new Date(parseDate(formatDate(now)).getTime() + LASTS) });

/**
 * Everything that was handed in and finally decided, as the server has it.
 * @param {any[]} views MessageViews
 * @returns {Recorded}
 */
export const recordedIn = (views) => ({
  messages: views.map((view) => view.message),
  decisions: views.flatMap((view) =>
    view.decisions
      .filter((/** @type {any} */ each) => each.state === "final")
      .map((/** @type {any} */ each) => each.decision),
  ),
});

/**
 * A signed step, checked, as POST /cases/{id}/statements wants it.
 * @param {Room} room
 * @param {Change} change
 * @param {Recorded} recorded
 */
export function build(room, change, recorded) {
  const { head, people } = room;
  const { payload: renewed, secret } = newPayload(room, change);
  let documents = newDocuments(room, change);
  let [payload, lists] = [renewed, room.kept];
  /** @type {string[]} */
  let doubtful = [];
  if (reviews.needsLists(head, payload, people, asMembers(documents))) {
    const found = counted(head, people, recorded, room.lists);
    doubtful = [...found.doubtful];
    ({ documents, lists } = relist(documents, found.lists, new Set(change.leaveOut)));
    payload = cases.relist(payload, kept.documentHash(lists.facilitators));
  }
  documents = fill(documents, people.fillers);
  payload = cases.admit(payload, members.hashes(documents));
  const envelope = cases.sign(payload, held().keys.signSeed);
  review(room, { envelope, documents, lists, recorded, joiner: change.joiner ?? null });
  const { seals, link, settings } = sealEpoch(room, payload, change, secret);
  const body = { case: envelope, seals, previous_secret: link, documents, kept: lists, admits: change.admits ?? null };
  return { body, doubtful, settings };
}

/** @param {Room} room @param {Change} change @returns {{payload: any, secret: Uint8Array | null}} */
function newPayload({ head }, { facilitators, approvals }) {
  const payload = cases.renew(head.chain.statement, head.authority.roster, term(head.now));
  if (!facilitators && approvals === undefined) return { payload, secret: null };
  const secret = epochs.newSecret();
  const staff = facilitators ?? [...head.counting.values()];
  return {
    payload: cases.staff(payload, staff, approvals ?? head.approvalsRequired, epochs.publicKey(secret)),
    secret,
  };
}

/** @param {Room} room @param {Change} change @returns {any[]} */
function newDocuments({ people }, change) {
  const now = new Map(people.people.map((each) => [each.participantId, each.document]));
  for (const [id, document] of Object.entries(change.people ?? {})) now.set(id, document);
  return [...now.values()].filter((document) => document !== null);
}

/** @param {any[]} documents @returns {members.Members} */
const asMembers = (documents) => ({
  people: documents.flatMap((each) => members.parse(each) ?? []),
  fillers: [],
  complete: true,
});

/**
 * Everybody's document with a new list of what still may be read.
 * @param {any[]} documents
 * @param {import("../protocol/counted.js").Lists} lists
 * @param {Set<string>} leaveOut
 */
function relist(documents, lists, leaveOut) {
  const build = (/** @type {Set<string>} */ hashes) => kept.build([...hashes].filter((hash) => !leaveOut.has(hash)));
  const own = Object.fromEntries(documents.map(({ participant_id: id }) => [id, build(of(lists, id))]));
  const listed = documents.map((document) => ({
    ...document,
    salt: newSalt(),
    kept: kept.documentHash(own[document.participant_id]),
  }));
  return { documents: listed, lists: { facilitators: build(lists.facilitators), members: own } };
}

/**
 * With as many fillers as are needed, the present ones first, so that little changes.
 * @param {any[]} documents
 * @param {readonly any[]} fillers
 */
function fill(documents, fillers) {
  const wanted = (members.MULTIPLE - (documents.length % members.MULTIPLE)) % members.MULTIPLE;
  const present = fillers.slice(0, wanted);
  return [...documents, ...present, ...Array.from({ length: wanted - present.length }, members.filler)];
}

/**
 * A new epoch's secret for its facilitators and the recovery key, and the one before under the new one.
 * @param {Room} room
 * @param {any} payload
 * @param {Change} change
 * @param {Uint8Array | null} secret
 */
function sealEpoch({ head, secrets }, { epoch, case_id: caseId }, { facilitators, settings }, secret) {
  if (!secret) return { seals: [], link: null, settings: null };
  const previous = secrets.get(kid(head.epochPk));
  if (!previous) throw new WorkerError("not-mine", "Only somebody who can open this case can hand it over.");
  const recovery = acceptedRecovery(head.authority, settings ?? null);
  const staff = facilitators ?? [...head.counting.values()];
  const seals = sealTo(secret, caseId, epoch, staff, recovery.recoveryPk);
  return { seals, link: b64(epochs.link(secret, previous, caseId, epoch)), settings: recovery.settings };
}

/**
 * @param {Uint8Array} secret
 * @param {string} caseId
 * @param {number} epoch
 * @param {Staff[]} staff
 * @param {Uint8Array | null} recoveryPk
 */
export function sealTo(secret, caseId, epoch, staff, recoveryPk) {
  const keys = [...staff.map((each) => each.boxPk), ...(recoveryPk ? [recoveryPk] : [])];
  return keys.map((boxPk) => ({ box_kid: kid(boxPk), seal: b64(epochs.seal(secret, caseId, epoch, boxPk)) }));
}

/**
 * The full check of a step before it is signed.
 * @param {Room} room
 * @param {{envelope: unknown, documents: any[], lists: reviews.KeptDocuments, recorded: Recorded, joiner: Joiner | null}} step
 */
export function review(room, { envelope, documents, lists, recorded, joiner }) {
  const { head, people: before, lists: listsBefore } = room;
  const { statement } = checkProposal(head.chain, envelope, head.authority);
  const afterPeople = members.openAll(statement.payload, documents);
  reviews.checkLists(head, { before, listsBefore, recorded, after: statement.payload, afterPeople, documents: lists });
  reviews.checkAdmissions(before, afterPeople, new Map(joiner ? [[joiner.participantId, joiner]] : []));
  return { statement, afterPeople };
}

/**
 * @param {Room} room
 * @param {string} hash
 * @returns {any} the Proposal of the API
 * @throws {WorkerError} proposal-unknown
 */
export function proposalOf({ view }, hash) {
  const found = (view.proposals ?? []).find((/** @type {any} */ each) => parse(each.case, "case").hash === hash);
  if (!found) throw new WorkerError("proposal-unknown", "This proposal is not there any more.");
  return found;
}

/**
 * The documents of a proposal's people: the new ones, and those that stay.
 * @param {Room} room
 * @param {any} proposal
 * @returns {any[]}
 */
export function documentsOf({ people }, proposal) {
  const listed = new Set(parse(proposal.case, "case").payload.members);
  const given = new Map(
    [...members.documents(people), ...proposal.documents].map((each) => [members.documentHash(each), each]),
  );
  return [...given].filter(([hash]) => listed.has(hash)).map(([, document]) => document);
}

/**
 * A colleague's proposal with one's own signature, after the full check.
 * @param {Room} room
 * @param {any} proposal
 * @param {Recorded} recorded
 * @param {Joiner | null} joiner
 */
export function coSign(room, proposal, recorded, joiner) {
  const documents = documentsOf(room, proposal);
  const { statement } = review(room, { envelope: proposal.case, documents, lists: proposal.kept, recorded, joiner });
  return { case: addSignature(statement.envelope, "case", held().keys.signSeed) };
}
