// @ts-check
/**
 * Parts of scenes: single checks that need a head, a member or a roster, as functions of plain JSON.
 * `tests/protocol/scene_part_operations.py` has the same table for Python.
 */
import * as anchors from "../../static/js/protocol/anchors.js";
import * as authorities from "../../static/js/protocol/authority.js";
import { newKeys } from "../../static/js/protocol/bundle.js";
import * as consents from "../../static/js/protocol/consent.js";
import { counted, noLists } from "../../static/js/protocol/counted.js";
import * as decisions from "../../static/js/protocol/decision.js";
import { coSign } from "../../static/js/protocol/decision_signing.js";
import { canonical } from "../../static/js/protocol/encoding.js";
import { parse } from "../../static/js/protocol/envelope.js";
import { ProtocolError } from "../../static/js/protocol/errors.js";
import * as epochs from "../../static/js/protocol/epoch.js";
import * as members from "../../static/js/protocol/members.js";
import { checkAnswers } from "../../static/js/protocol/message_kinds.js";
import { openAsFacilitator } from "../../static/js/protocol/message_open.js";
import * as notes from "../../static/js/protocol/note.js";
import * as orders from "../../static/js/protocol/order.js";
import * as reading from "../../static/js/protocol/reading.js";
import * as parts from "./scene_parts.mjs";

/** @typedef {import("./scene_parts.mjs").Inputs} Inputs */

const { data, everybody, head, lists, maybe, trust } = parts;

/** @param {Inputs} i */
function consentHandedIn(i) {
  const found = head(i);
  const previous = i.previous && parse(i.previous, "consent");
  const { hash, seq } = consents.checkSubmission(found, everybody(i, found), i.consent, previous);
  return { hash, seq };
}

/** @param {Inputs} i */
function admitted(i) {
  const member = /** @type {members.Member} */ (members.parse(i.document));
  members.checkAdmitted(member, i.participant_id, data(i, "sign_pk"), data(i, "box_pk"));
}

/** @param {Inputs} i */
function answers(i) {
  const known = Object.entries(i.known).map(([id, given]) => /** @type {const} */ ([id, new Set(given)]));
  checkAnswers(parse(i.message, "message").payload, new Map(known));
}

/**
 * What comes of mistakes of our own, here a key that is no bytes: they are not taken for refusals, which may be passed over
 * or have a kept list speak instead.
 * @param {Inputs} i
 */
function mistakes(i) {
  const found = head(i);
  const own = /** @type {any} */ ({ participantId: "", staffId: "", signPk: 0 });
  const claimed = parse(i.record.decisions[0], "decision");
  const statements = i.record.messages.map((/** @type {unknown} */ each) => parse(each, "message"));
  const about = statements.find((/** @type {any} */ each) => each.hash === claimed.payload.message_hash);
  const odd = { ...found, counting: new Map(claimed.envelope.signatures.map(({ keyid }) => [keyid, own])) };
  return [
    outcome(() => counted(found, { people: [own], fillers: [], complete: true }, i.record, noLists())),
    outcome(() => decisions.read(claimed.envelope, odd, about, new Set([claimed.hash]))),
  ];
}

/** @param {() => unknown} attempt */
function outcome(attempt) {
  try {
    attempt();
  } catch (error) {
    return error instanceof ProtocolError ? error.code : "mistake";
  }
  return "passed over";
}

/** @param {Inputs} i */
function openedLater(i) {
  const found = head(i);
  const offered = reading.verifyOffer(found, parts.reader(i, found), i.decision, i.message, maybe(i, "note"));
  const later = head({ ...i, trust: { ...i.trust, now: i.later } });
  return reading.openLetter(later, offered, parts.reader(i, later), data(i, "ciphertext"), data(i, "wrap")).text;
}

/** @param {Inputs} i */
function letter(i) {
  const found = head(i);
  return parts.authorOut(reading.verifyLetter(found, parts.reader(i, found), i.message).author);
}

/** How many people and fillers there are when documents are filled up. @param {Inputs} i */
function fill(i) {
  const filled = members.fill(i.documents);
  const fillers = filled.filter((each) => Object.keys(each).join() === "salt").length;
  return { people: filled.length - fillers, fillers };
}

/** One more signature, perhaps `later` than the message was opened. @param {Inputs} i */
function coSigned(i) {
  const found = head(i);
  const people = everybody(i, found);
  const secrets = epochs.openHistory(data(i, "secret"), found.caseId, found.chain.epochPks, parts.linksOf(i.links));
  const given = {
    envelope: i.message, ciphertext: data(i, "ciphertext"), wraps: parts.bytesBy(i.wraps), orderBlock: data(i, "order_block"),
  };
  const opened = openAsFacilitator(found, people, lists(i, found, people).facilitators, given, secrets);
  const later = i.later === null ? found : head({ ...i, trust: { ...i.trust, now: i.later } });
  const agreed = Object.entries(i.agreed).map(([id, each]) => /** @type {const} */ ([id, consents.newest(each, found, people, id)]));
  return coSign(later, opened, i.decision, i.consents, {
    consents: new Map(agreed),
    note: i.note === null ? null : notes.open_(parts.fromHex(i.note), data(i, "secret"), i.note_hash),
    seed: data(i, "seed"),
    decided: i.decided.map((/** @type {unknown} */ each) => decisions.verify(each, found, opened.statement)),
  });
}

/** @type {Record<string, (i: Inputs) => any>} */
export const PARTS = {
  "anchors.prove": (i) => anchors.prove(anchors.anchors(Object.entries(i.hashes)), i.case_id),
  "authority.check_current": (i) => authorities.checkCurrent(trust(i)),
  "bundle.new_keys": (i) => parts.toHex(newKeys(data(i, "root_pk")).rootPk),
  "encoding.canonical_bytes": (i) => canonical(data(i, "value")),
  "members.check_admitted": admitted,
  "members.fill": fill,
  "message_kinds.check_answers": answers,
  "order.open": (i) => parts.orderOut(orders.open_(data(i, "sealed"), data(i, "secret"), i.order_hash)),
  "scene.consent_handed_in": consentHandedIn,
  "scene.mistakes": mistakes,
  "scene.letter": letter,
  "scene.opened_later": openedLater,
  "scene.co_sign": coSigned,
};
