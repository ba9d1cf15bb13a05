// @ts-check
/**
 * Whole scenes of the protocol as functions of plain JSON: what one party is given, and what they make of it.
 * `tests/protocol/scene_operations.py` has the same table for Python, `scene_parts.py` says how the inputs are made.
 */
import * as authorities from "../../static/js/protocol/authority.js";
import { checkProposal, pin } from "../../static/js/protocol/case_chain.js";
import * as reviews from "../../static/js/protocol/case_review.js";
import * as consents from "../../static/js/protocol/consent.js";
import { counted } from "../../static/js/protocol/counted.js";
import * as decisions from "../../static/js/protocol/decision.js";
import * as signing from "../../static/js/protocol/decision_signing.js";
import * as documents from "../../static/js/protocol/documents.js";
import { parseTime, unb64 } from "../../static/js/protocol/encoding.js";
import * as epochs from "../../static/js/protocol/epoch.js";
import * as invitations from "../../static/js/protocol/invitation.js";
import * as joining from "../../static/js/protocol/joining.js";
import * as members from "../../static/js/protocol/members.js";
import * as messages from "../../static/js/protocol/message.js";
import { openAsFacilitator } from "../../static/js/protocol/message_open.js";
import * as notes from "../../static/js/protocol/note.js";
import * as orders from "../../static/js/protocol/order.js";
import * as pins from "../../static/js/protocol/pins.js";
import * as reading from "../../static/js/protocol/reading.js";
import { PARTS } from "./scene_part_operations.mjs";
import * as parts from "./scene_parts.mjs";

/** @typedef {import("./scene_parts.mjs").Inputs} Inputs */

const { data, everybody, head, lists, maybe, trust } = parts;

/** @param {{statement: any, signed: any}} found */
const signedOut = ({ statement, signed }) => ({
  hash: statement.hash,
  facilitators: signed.facilitators,
  stand_in: signed.standIn && signed.standIn.staffId,
  required: signed.required,
  enough: signed.enough,
});

/** @param {Inputs} i */
function authority(i) {
  const found = trust(i);
  return {
    agency_id: found.agency.agencyId,
    agency: found.agency.newest.hash,
    roster: found.roster.hash,
    seq: found.roster.seq,
    staff: [...found.roster.staff.keys()].sort(),
    lapse: authorities.lapse(found),
  };
}

/** @param {Inputs} i */
function headOf(i) {
  const found = head(i);
  return {
    case_id: found.caseId,
    hash: found.hash,
    epoch: found.epoch,
    approvals: found.approvalsRequired,
    counting: [...found.counting.values()].map((staff) => staff.staffId).sort(),
    signed: found.signed.facilitators,
    stand_in: found.signed.standIn && found.signed.standIn.staffId,
    lapse: found.lapse,
    anchor_lags: found.anchorLags,
    pin: pin(found.chain),
  };
}

/** @param {Inputs} i */
function membersOf(i) {
  const found = (i.complete ? members.openAll : members.openSome)(head(i).payload, i.documents);
  return { people: found.people.map((each) => each.participantId), fillers: found.fillers.length };
}

/** @param {Inputs} i */
function countedOf(i) {
  const found = head(i);
  const people = everybody(i, found);
  const result = counted(found, people, i.record, lists(i, found, people));
  return { ...parts.listsOut(result.lists), doubtful: [...result.doubtful].sort() };
}

/** @param {Inputs} i */
function step(i) {
  const found = head(i);
  const before = everybody(i, found);
  const { statement } = checkProposal(found.chain, i.envelope, found.authority);
  const afterPeople = members.openAll(statement.payload, i.after_documents);
  const checked = reviews.checkLists(found, {
    before,
    listsBefore: lists(i, found, before),
    recorded: i.record,
    after: statement.payload,
    afterPeople,
    documents: i.after_kept,
  });
  const joiners = i.joiners.map(parts.joinerIn);
  reviews.checkAdmissions(
    before,
    afterPeople,
    new Map(joiners.map((/** @type {any} */ each) => [each.participantId, each])),
  );
  return parts.listsOut(checked);
}

/** @param {Inputs} i */
function consent(i) {
  const found = head(i);
  const people = members.openSome(found.payload, i.documents);
  const { hash, seq } = consents.newest(i.consents, found, people, i.participant_id, i.pinned);
  return { hash, seq };
}

/** @param {Inputs} i */
function submission(i) {
  const found = head(i);
  const people = everybody(i, found);
  return messages.checkSubmission(found, people, {
    envelope: i.message,
    ciphertext: data(i, "ciphertext"),
    orderBlock: data(i, "order_block"),
    wraps: parts.bytesBy(i.wraps),
    usedIds: new Set(i.used),
  }).hash;
}

/** @param {Inputs} i */
function review(i) {
  const found = head(i);
  const people = everybody(i, found);
  const secrets = epochs.openHistory(data(i, "secret"), found.caseId, found.chain.epochPks, parts.linksOf(i.links));
  const kept = lists(i, found, people).facilitators;
  const given = {
    envelope: i.message,
    ciphertext: data(i, "ciphertext"),
    wraps: parts.bytesBy(i.wraps),
    orderBlock: data(i, "order_block"),
  };
  const opened = openAsFacilitator(found, people, kept, given, secrets, parts.knownIn(i.known));
  const { author, text, lang, order, alarms, marked, stands } = opened;
  return { author: parts.authorOut(author), text, lang, order: parts.orderOut(order), alarms, marked, stands };
}

/** @param {Inputs} i */
function offer(i) {
  const found = head(i);
  const me = parts.reader(i, found);
  const offered = reading.verifyOffer(found, me, i.decision, i.message, maybe(i, "note"));
  const text =
    i.ciphertext_hex === null ? null : reading.openLetter(found, offered, me, data(i, "ciphertext"), data(i, "wrap"));
  const {
    author,
    decision: { signers, stands },
    note,
    checkpoint,
  } = offered;
  return { author: parts.authorOut(author), signers, stands, note, checkpoint, text };
}

/** @param {(typeof reading.openPrivate)} open */
const opens = (open) => (/** @type {Inputs} */ i) => {
  const found = head(i);
  return open(found, parts.reader(i, found), i.message, data(i, "ciphertext"), data(i, "wrap"));
};

/** @param {Inputs} i */
function decision(i) {
  const found = head(i);
  const people = everybody(i, found);
  const { statement } = messages.verify(i.message, found, people);
  const submitted = signing.checkSubmission(found, people, i.message, i.decision, i.consents, {
    newest: new Map(Object.entries(i.newest)),
    standing: new Set(i.standing),
    decided: i.decided.map((/** @type {any} */ each) => decisions.verify(each, found, statement)),
    takenBack: i.taken_back,
    proposal: i.proposal,
  });
  return {
    hash: submitted.statement.hash,
    signers: submitted.signers,
    final: signing.isFinal(submitted, found, statement),
  };
}

/** @param {Inputs} i */
function invitation(i) {
  const found = invitations.open_(data(i, "blob"), data(i, "mac"), data(i, "secret"), parseTime(i.now));
  return {
    invite: found.invite.hash,
    root_pk: parts.toHex(found.rootPk),
    roster: found.authority.roster.hash,
    case: found.chain && found.chain.hash,
    invite_id: found.secrets.inviteId,
  };
}

/** @param {Inputs} i */
const joinGiven = (i) => ({
  join: i.join,
  mac: data(i, "mac"),
  invite: i.invite,
  ik: data(i, "ik"),
  used: new Set(i.used),
});

/** @param {Inputs} i */
function epoch(i) {
  const epochPks = i.epoch_pks.map((/** @type {string} */ each) => unb64(each));
  const secret = epochs.openSeal(
    data(i, "seal"),
    data(i, "box_seed"),
    i.case_id,
    i.epoch,
    epochPks[epochPks.length - 1],
  );
  const found = epochs.openHistory(secret, i.case_id, epochPks, parts.linksOf(i.links));
  return Object.fromEntries([...found].map(([kid, each]) => [kid, parts.toHex(each)]));
}

/** @param {Inputs} i */
function recover(i) {
  const secrets = new Map(
    i.secrets.map((/** @type {string} */ hex, /** @type {number} */ at) => [String(at), parts.fromHex(hex)]),
  );
  return parts.toHex(invitations.recover(data(i, "blob"), secrets, i.case_id, i.invite_id));
}

/** @type {Record<string, (i: Inputs) => any>} */
export const SCENES = {
  ...PARTS,
  "documents.from_text": (i) => documents.fromText(i.text),
  "documents.to_text": (i) => documents.toText(i.name, i.value),
  "order.alarms": (i) => orders.alarms(parts.orderIn(i.order), parts.knownIn(i.known) ?? {}),
  "pins.check": (i) => pins.check(i.document),
  "reading.compare_checkpoint": (i) => reading.compareCheckpoint(i.kept, i.offered, i.consistent),
  "scene.authority": authority,
  "scene.consent": consent,
  "scene.counted": countedOf,
  "scene.decision": decision,
  "scene.epoch": epoch,
  "scene.head": headOf,
  "scene.invitation": invitation,
  "scene.join": (i) => parts.joinerOut(joining.check(joinGiven(i), head(i), parseTime(i.trust.now))),
  "scene.join_staff": (i) => parts.joinerOut(joining.checkStaff(joinGiven(i), trust(i), parseTime(i.trust.now))),
  "scene.members": membersOf,
  "scene.note": (i) => notes.open_(data(i, "sealed"), data(i, "box_seed"), i.note_hash).text,
  "scene.offer": offer,
  "scene.own": opens(reading.openOwn),
  "scene.private": opens(reading.openPrivate),
  "scene.proposal": (i) => signedOut(checkProposal(head(i).chain, i.envelope, trust(i))),
  "scene.recover": recover,
  "scene.review": review,
  "scene.step": step,
  "scene.submission": submission,
};
