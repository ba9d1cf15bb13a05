// @ts-check
/**
 * A participant as they stand in their case on this page. Guarantees that whoever asks for it gets it only after root key,
 * agency, staff list, case and their own entry were verified, and that it is theirs: the entry has the keys held here.
 */
import * as consents from "../protocol/consent.js";
import { parse } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import * as kept from "../protocol/kept.js";
import * as members from "../protocol/members.js";
import { boxPublicKey, signPublicKey } from "../protocol/primitives.js";
import { openPins } from "./own_pins.js";
import { held } from "./session.js";
import { enterAgency, enterCase } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("./own_pins.js").OwnPins} OwnPins */
/** @typedef {import("../protocol/envelope.js").Statement} Statement */
/** @typedef {import("../protocol/reading.js").Offer} Offer */
/**
 * What GET /membership answers.
 * @typedef {import("./trust.js").CaseGiven & {participant_id: string, state: string, document: any, documents: any[], kept: any, consents: unknown[], facilitators: {staff_id: string, display_name: string}[], others?: any[]}} Membership
 */
/**
 * The newest consent, if it counts, and the one that the next must follow.
 * @typedef {{consent: import("../protocol/consent.js").Consent | null, previous: Statement | null, alarm: string | null}} Agreed
 */
/**
 * @typedef {object} Participant
 * @property {OwnPins} own
 * @property {import("../protocol/case_head.js").Head} head
 * @property {import("../protocol/reading.js").Reader} reader
 * @property {import("../protocol/members.js").Member} me
 * @property {string} signKid
 * @property {Agreed} agreed
 * @property {boolean} contradicts whether a letter that was read contradicted the state of the audit log that was kept
 * @property {any[]} others the other members, as the server names them; whom a letter goes to is the facilitators' care
 * @property {Record<string, string>} called what the facilitators call the others for this person
 * @property {Map<string, Offer>} offers verified on this page, by message_id
 * @property {number | null} seen how many releases were offered so far; null before the letters were read
 */

/** @type {Participant | null} */
let entered = null;

/** @returns {Participant} @throws {WorkerError} not-entered */
export function current() {
  if (!entered) throw new WorkerError("not-entered", "Reload this page and try again.");
  return entered;
}

/**
 * @param {OwnPins} own
 * @param {ReturnType<typeof enterAgency>} authority
 * @param {Membership} membership
 * @returns {Participant}
 */
export function enterMembership(own, authority, membership) {
  const { keys } = held();
  const head = enterCase(membership, authority, own);
  const mine = membership.participant_id;
  const others = membership.documents.filter((each) => each.participant_id !== mine); // one's own may be among the writers'
  const people = members.openSome(head.payload, [membership.document, ...others]);
  const me = members.get(people, mine);
  members.checkAdmitted(me, mine, signPublicKey(keys.signSeed), boxPublicKey(keys.boxSeed));
  const list = kept.open_(membership.kept, me.kept);
  entered = {
    own,
    head,
    me,
    contradicts: false,
    reader: { participantId: me.participantId, boxSeed: keys.boxSeed, people, kept: list },
    signKid: /** @type {string} */ (me.signKid),
    agreed: readConsents(membership.consents, head, people, me.participantId, own),
    others: othersOf(people, me, membership.others ?? []),
    called: {},
    offers: new Map(),
    seen: null,
  };
  return entered;
}

/**
 * Those proven by their entries in the case, and those that the server names.
 * @param {members.Members} people
 * @param {members.Member} me
 * @param {any[]} named
 */
function othersOf({ people }, me, named) {
  const all = new Map(named.map(({ participant_id, side, role }) => [participant_id, { participant_id, side, role }]));
  for (const { participantId, side, role } of people)
    all.set(participantId, { participant_id: participantId, side, role });
  all.delete(me.participantId);
  return [...all.values()];
}

/**
 * What a consent's signature may fail by although its chain holds: it was given under another key, or its scribe left.
 */
const NO_LONGER = new Set(["unknown-signer", "consent-mixed", "consent-scribe-wrong"]);

/**
 * @param {unknown[]} given the whole chain of one's own consents
 * @param {import("../protocol/case_head.js").Head} head
 * @param {members.Members} people
 * @param {string} participantId
 * @param {OwnPins} own
 * @returns {Agreed}
 */
export function readConsents(given, head, people, participantId, own) {
  const pinned = own.document.consents[participantId] ?? null;
  if (given.length === 0) return { consent: null, previous: null, alarm: pinned && "chain-rolled-back" };
  try {
    const consent = consents.newest(given, head, people, participantId, pinned);
    own.document.consents[participantId] = { seq: consent.seq, hash: consent.hash };
    return { consent, previous: consent.statement, alarm: null };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const alarm = NO_LONGER.has(error.code) ? null : error.code;
    return { consent: null, previous: alarm ? null : parse(given[given.length - 1], "consent"), alarm };
  }
}

/**
 * From what the page was given to the participant, or to their waiting.
 * @param {{trust: import("./trust.js").Trust, membership: Membership, pins: import("./own_document.js").Stored}} given
 */
export function enter({ trust, membership, pins }) {
  entered = null;
  const own = openPins(pins);
  const authority = enterAgency(trust, own);
  const participant = membership.state === "admitted" ? enterMembership(own, authority, membership) : null;
  return { own, authority, participant };
}
