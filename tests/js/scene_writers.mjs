// @ts-check
/**
 * What JavaScript writes, for Python to read: each with fresh keys and salts, so that only Python can judge it.
 * The inputs are those of the scenes (`scene_operations.mjs`), and the writer's seeds.
 */
import * as agencies from "../../static/js/protocol/agency.js";
import * as anchors from "../../static/js/protocol/anchors.js";
import * as cases from "../../static/js/protocol/case.js";
import * as consents from "../../static/js/protocol/consent.js";
import * as decisions from "../../static/js/protocol/decision.js";
import * as signing from "../../static/js/protocol/decision_signing.js";
import { parseDate, parseTime } from "../../static/js/protocol/encoding.js";
import * as epochs from "../../static/js/protocol/epoch.js";
import * as invitations from "../../static/js/protocol/invitation.js";
import * as joining from "../../static/js/protocol/joining.js";
import * as kept from "../../static/js/protocol/kept.js";
import * as members from "../../static/js/protocol/members.js";
import * as messages from "../../static/js/protocol/message.js";
import { openAsFacilitator } from "../../static/js/protocol/message_open.js";
import * as notes from "../../static/js/protocol/note.js";
import * as rosters from "../../static/js/protocol/roster.js";
import * as parts from "./scene_parts.mjs";

/** @typedef {import("./scene_parts.mjs").Inputs} Inputs */

const { data, everybody, head, lists, maybe, toHex, trust } = parts;

/** @param {any} given */
const staff = (given) =>
  rosters.staff({
    staffId: given.staff_id,
    displayName: given.display_name,
    roles: given.roles,
    signPk: parts.fromHex(given.sign_pk),
    boxPk: parts.fromHex(given.box_pk),
  });

/** @param {Inputs} i */
const agency = (i) =>
  agencies.build(data(i, "root_seed"), {
    agencyId: i.agency_id,
    name: i.name,
    recoveryPk: maybe(i, "recovery_pk"),
    logVkeys: i.log_vkeys,
    previous: i.previous ? agencies.verifyChain(i.previous, data(i, "root_pk")).newest : null,
    issuers: i.issuers.map((/** @type {any} */ each) => ({
      staffId: each.staff_id,
      publicKey: parts.fromHex(each.public_key),
      notBefore: parseTime(each.not_before),
      notAfter: parseTime(each.not_after),
    })),
  });

/** @param {Inputs} i */
function roster(i) {
  const verified = trust(i);
  const tree = anchors.anchors(Object.entries(i.anchors));
  return {
    roster: rosters.build(data(i, "issuer_seed"), {
      agency: verified.agency.newest,
      staff: i.staff.map(staff),
      anchors: anchors.field(tree),
      issuedAt: parseTime(i.issued_at),
      expiresAt: parseTime(i.expires_at),
      previous: verified.roster,
    }),
    proofs: Object.fromEntries(Object.keys(i.anchors).map((caseId) => [caseId, anchors.prove(tree, caseId)])),
  };
}

/** @param {Inputs} i */
function firstCase(i) {
  const { roster: newest } = trust(i);
  const secret = epochs.newSecret();
  const documents = members.fill(i.documents);
  const facilitators = i.facilitators.map((/** @type {string} */ id) => newest.staff.get(id));
  const envelope = cases.first(data(i, "sign_seed"), data(i, "nonce"), {
    roster: newest,
    facilitators,
    approvalsRequired: i.approvals,
    members: members.hashes(documents),
    epochPk: epochs.publicKey(secret),
    issuedOn: parseDate(i.issued_on),
    expiresOn: parseDate(i.expires_on),
  });
  return { envelope, documents, secret: toHex(secret) };
}

/** Other facilitators and approvals: a new epoch, its seals and link, and the lists given. @param {Inputs} i */
function restaffed(i) {
  const found = head(i);
  const newest = found.authority.roster;
  const secret = epochs.newSecret();
  const facilitators = i.facilitators.map((/** @type {string} */ id) => newest.staff.get(id));
  const own = Object.fromEntries(Object.entries(i.lists.members).map(([id, hashes]) => [id, kept.build(hashes)]));
  const ofFacilitators = kept.build(i.lists.facilitators);
  const people = i.documents
    .filter((/** @type {any} */ each) => "participant_id" in each)
    .map((/** @type {any} */ each) => ({ ...each, kept: kept.documentHash(own[each.participant_id] ?? null) }));
  const documents = members.fill(people);
  const renewed = cases.renew(found.chain.statement, newest, {
    issuedOn: parseDate(i.issued_on),
    expiresOn: parseDate(i.expires_on),
  });
  const staffed = cases.staff(renewed, facilitators, i.approvals, epochs.publicKey(secret));
  const payload = cases.admit(cases.relist(staffed, kept.documentHash(ofFacilitators)), members.hashes(documents));
  const seals = facilitators.map((/** @type {any} */ each) => [
    each.boxKid,
    toHex(epochs.seal(secret, found.caseId, payload.epoch, each.boxPk)),
  ]);
  return {
    envelope: cases.sign(payload, ...i.sign_seeds.map(parts.fromHex)),
    documents,
    kept: { facilitators: ofFacilitators, members: own },
    secret: toHex(secret),
    seals: Object.fromEntries(seals),
    link: toHex(epochs.link(secret, data(i, "secret"), found.caseId, payload.epoch)),
  };
}

/** @param {Inputs} i */
function consent(i) {
  const found = head(i);
  const previous = i.previous && consents.newest(i.previous, found, everybody(i, found), i.participant_id).statement;
  return consents.build(data(i, "sign_seed"), {
    caseId: found.caseId,
    participantId: i.participant_id,
    textHash: i.text_hash,
    at: found.now,
    scribe: i.scribe,
    previous,
  });
}

/** @param {Inputs} i */
function message(i) {
  const found = head(i);
  const sender = { authorId: i.author_id, signSeed: data(i, "sign_seed"), scribe: i.scribe };
  const sealed = messages.seal(found, everybody(i, found), sender, i.content, parts.orderIn(i.order));
  return {
    message: sealed.statement.envelope,
    ciphertext: toHex(sealed.ciphertext),
    order_block: toHex(sealed.orderBlock),
    wraps: Object.fromEntries([...sealed.wraps].map(([kid, seal]) => [kid, toHex(seal)])),
  };
}

/** @param {Inputs} i */
function opened(i) {
  const found = head(i);
  const people = everybody(i, found);
  const secrets = epochs.openHistory(data(i, "secret"), found.caseId, found.chain.epochPks, parts.linksOf(i.links));
  const given = {
    envelope: i.message,
    ciphertext: data(i, "ciphertext"),
    wraps: parts.bytesBy(i.wraps),
    orderBlock: data(i, "order_block"),
  };
  const read = openAsFacilitator(found, people, lists(i, found, people).facilitators, given, secrets);
  const agreed = new Map(
    Object.entries(i.consents).map(([id, given_]) => [id, consents.newest(given_, found, people, id)]),
  );
  return { found, people, read, agreed };
}

/** A release with a content note: the decision, and what travels beside it. @param {Inputs} i */
function release(i) {
  const { found, people, read, agreed } = opened(i);
  const note = notes.make(i.note);
  const choice = {
    decision: "release",
    recipientId: i.recipient_id,
    notBefore: i.not_before && parseTime(i.not_before),
    note,
  };
  const options = { consents: agreed, checkpoint: i.checkpoint, decidedOn: found.now, seed: data(i, "sign_seed") };
  const { envelope, consents: document } = signing.propose(found, read, choice, options);
  const { boxPk } = members.get(people, i.recipient_id);
  const { message_id: messageId } = read.statement.payload;
  return {
    decision: envelope,
    consents: document,
    note: toHex(notes.seal(note, /** @type {Uint8Array} */ (boxPk))),
    note_epoch: toHex(notes.seal(note, found.epochPk)),
    wrap: toHex(messages.wrap(read.key, found.caseId, messageId, /** @type {Uint8Array} */ (boxPk))),
  };
}

/** @param {Inputs} i */
function coSigned(i) {
  const { found, read, agreed } = opened(i);
  const noteHash = decisions.read(i.decision, found, read.statement).payload.note_hash;
  const note = noteHash === null ? null : notes.open_(data(i, "note_epoch"), data(i, "secret"), noteHash);
  return signing.coSign(found, read, i.decision, i.consents_document, {
    consents: agreed,
    note,
    seed: data(i, "sign_seed"),
  });
}

/** @param {Inputs} i */
function invite(i) {
  const envelope = invitations.build(data(i, "sign_seed"), {
    agencyId: i.agency_id,
    caseId: i.case_id,
    participantId: i.participant_id,
    side: i.side,
    role: i.role,
    assisted: i.assisted,
    keyCom: i.key_com,
    expiresAt: parseTime(i.expires_at),
  });
  const closed = invitations.close({
    agency: i.trust.agency,
    rosters: i.trust.rosters,
    statements: i.statements,
    nonce: maybe(i, "nonce"),
    invite: envelope,
    k: data(i, "k"),
  });
  const sealed = i.case_id && toHex(invitations.keep(data(i, "ik"), data(i, "epoch_pk"), i.case_id, i.invite_id));
  return { invite: envelope, blob: toHex(closed.blob), mac: toHex(closed.mac), sealed };
}

/** @param {Inputs} i */
function join(i) {
  const {
    invite: { hash },
    secrets: { k },
  } = invitations.open_(data(i, "blob"), data(i, "mac"), data(i, "secret"), parseTime(i.now));
  const answer = joining.build(data(i, "sign_seed"), data(i, "box_pk"), {
    accountId: i.account_id,
    inviteHash: hash,
    k,
  });
  return { join: answer.join, mac: toHex(answer.mac) };
}

/** @type {Record<string, (i: Inputs) => any>} */
export const WRITERS = {
  "write.agency": agency,
  "write.case": firstCase,
  "write.consent": consent,
  "write.co_signature": coSigned,
  "write.invite": invite,
  "write.join": join,
  "write.member": ({ participant_id: participantId, side, role, assisted, invite_hash: inviteHash, ...keys }) =>
    members.build({
      participantId,
      side,
      role,
      assisted,
      signPk: maybe(keys, "sign_pk"),
      boxPk: maybe(keys, "box_pk"),
      inviteHash,
    }),
  "write.message": message,
  "write.release": release,
  "write.restaffed": restaffed,
  "write.roster": roster,
};
