// @ts-check
/**
 * A case as one of its facilitators (or an administrator who stands in) has verified it on this page: history, head,
 * everybody in it, keys and consents. Guarantees that nothing here is the server's word but what `view` holds: references,
 * standings, states and times.
 */
import { openLists } from "../protocol/case_review.js";
import * as consents from "../protocol/consent.js";
import { unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { openHistory, openSeal } from "../protocol/epoch.js";
import { ProtocolError } from "../protocol/errors.js";
import * as members from "../protocol/members.js";
import { boxPublicKey, kid, signPublicKey } from "../protocol/primitives.js";
import { openPins, remember } from "./own_pins.js";
import { held } from "./session.js";
import { enterAgency, enterCase } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("../protocol/case_head.js").Head} Head */
/** @typedef {import("../protocol/envelope.js").Statement} Statement */
/** @typedef {import("../protocol/roster.js").Staff} Staff */
/** @typedef {import("./trust.js").Trust} Trust */
/**
 * CaseView of the API, and what a CaseSummary has of it.
 * @typedef {import("./trust.js").CaseGiven & Record<string, any>} View
 */
/**
 * @typedef {object} Room
 * @property {import("./own_pins.js").OwnPins} own
 * @property {Trust} trust
 * @property {View} view
 * @property {Head} head
 * @property {Staff | null} me on the newest staff list; null for somebody who is not (any more)
 * @property {import("../protocol/members.js").Members} people
 * @property {import("../protocol/case_review.js").KeptDocuments} kept
 * @property {import("../protocol/counted.js").Lists} lists
 * @property {Map<string, Uint8Array>} secrets every epoch's by the kid of its key; none for who cannot open the case
 * @property {Map<string, import("../protocol/consent.js").Consent>} consents the newest that holds, by participant_id
 * @property {Map<string, Statement>} lastConsents the newest given, whether it still counts or not
 * @property {string[]} alarms
 * @property {import("./opening.js").Reading | null} reading once the messages were read
 * @property {Map<string, import("../protocol/joining.js").Joiner>} joiners checked on this page, by invite_id
 */

/** @type {Room | null} */
let entered = null;

/** @returns {Room} @throws {WorkerError} not-entered */
export function current() {
  if (!entered) throw new WorkerError("not-entered", "Reload this page and try again.");
  return entered;
}

/**
 * The entry of the newest staff list that has the keys held here.
 * @param {import("../protocol/authority.js").Authority} authority
 * @returns {Staff | null}
 */
export function myself({ roster }) {
  const signKid = kid(signPublicKey(held().keys.signSeed));
  return [...roster.staff.values()].find((each) => each.signKid === signKid) ?? null;
}

/** @param {Room} room @returns {Staff} @throws {WorkerError} not-mine */
export function facilitatorOf({ head, me }) {
  if (me && head.counting.has(me.signKid)) return me;
  throw new WorkerError("not-mine", "Only a facilitator of this case can do this.");
}

/**
 * Verifies a case and everybody in it, without making it the page's.
 * @param {View} view
 * @param {import("../protocol/authority.js").Authority} authority
 * @param {import("./own_pins.js").OwnPins} own
 * @param {Trust} trust
 * @returns {Room}
 */
export function verifyCase(view, authority, own, trust) {
  const head = enterCase(view, authority, own);
  const people = members.openAll(head.payload, view.documents);
  remember(
    own,
    people.people.flatMap(({ inviteHash }) => inviteHash ?? []),
  );
  const kept = view.kept ?? { facilitators: null, members: {} };
  const lists = openLists(head.payload, people, kept);
  const secrets = openSecrets(view, head);
  const given = readConsents(view, head, people, own);
  return {
    own,
    trust,
    view,
    head,
    me: myself(authority),
    people,
    kept,
    lists,
    secrets,
    ...given,
    reading: null,
    joiners: new Map(),
  };
}

/** @param {{trust: Trust, case: View, pins: import("./own_document.js").Stored}} given @returns {Room} */
export function enter({ trust, case: view, pins }) {
  entered = null;
  const own = openPins(pins);
  const authority = enterAgency(trust, own);
  entered = verifyCase(view, authority, own, trust);
  return entered;
}

/** A case that was made on this page. @param {Room} room */
export function settle(room) {
  entered = room;
}

/**
 * Every epoch's secret, from the seal of the newest epoch to these keys.
 * @param {View} view
 * @param {Head} head
 * @returns {Map<string, Uint8Array>}
 */
function openSecrets({ seals, links }, { caseId, epoch, epochPk, chain }) {
  const { boxSeed } = held().keys;
  const mine = kid(boxPublicKey(boxSeed));
  const seal = (seals ?? []).find((/** @type {any} */ each) => each.epoch === epoch && each.box_kid === mine);
  if (!seal) return new Map();
  const secret = openSeal(unb64(seal.seal), boxSeed, caseId, epoch, epochPk);
  const before = links.map((/** @type {any} */ link) => [link.epoch, unb64(link.previous_secret)]);
  return openHistory(secret, caseId, chain.epochPks, new Map(before));
}

/**
 * The consents that hold. One that was rolled back or forked is an alarm, one under an old key is just missing.
 * @param {View} view
 * @param {Head} head
 * @param {members.Members} people
 * @param {import("./own_pins.js").OwnPins} own
 */
function readConsents(view, head, people, own) {
  /** @type {Pick<Room, "consents" | "lastConsents" | "alarms">} */
  const found = { consents: new Map(), lastConsents: new Map(), alarms: [] };
  for (const { participantId: id } of people.people) {
    const pinned = own.document.consents[id] ?? null;
    const given = view.consents.filter(
      (/** @type {any} */ each) => parse(each, "consent").payload.participant_id === id,
    );
    if (given.length > 0) found.lastConsents.set(id, parse(given[given.length - 1], "consent"));
    try {
      const consent = consents.newest(given, head, people, id, pinned);
      own.document.consents[id] = { seq: consent.seq, hash: consent.hash };
      found.consents.set(id, consent);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const rolledBack = error.code === "consent-missing" && pinned ? "chain-rolled-back" : error.code;
      if (rolledBack.startsWith("chain-")) found.alarms.push(`consent-${rolledBack}`);
    }
  }
  if (head.lapse) found.alarms.push(head.lapse);
  if (head.anchorLags) found.alarms.push("anchor-lags");
  if (head.chain.stand_ins.length > 0) found.alarms.push("issuer-stood-in");
  return found;
}
