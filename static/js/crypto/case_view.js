// @ts-check
/** How a verified case is told to a facilitator's page: its people, what is proposed, what happened. */
import { checkProposal } from "../protocol/case_chain.js";
import { changesStaff, isRenewal } from "../protocol/case_rules.js";
import { formatDate, parseDate } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import * as members from "../protocol/members.js";
import * as people from "./people.js";
import { documentsOf } from "./steps.js";

/** @typedef {import("./room.js").Room} Room */

const RENEW_FROM = 10 * 86_400_000;

/** @param {Room} room @param {string} staffId */
const named = ({ head: { authority }, me }, staffId) => ({
  ...people.staff(authority, staffId),
  me: me?.staffId === staffId,
});

/** @param {Room} room @param {members.Member} member */
function person({ head, consents, view }, { participantId, side, role, assisted, signKid }) {
  const consent = consents.get(participantId)?.statement.payload;
  const standing = (view.standings ?? []).find((/** @type {any} */ each) => each.participant_id === participantId);
  return {
    participant_id: participantId,
    side,
    role,
    assisted,
    joined: signKid !== null,
    consent: consent ? { at: consent.at, text_hash: consent.text_hash, scribe: people.scribe(head, consent) } : null,
    standing: standing?.standing ?? null,
    since: standing?.since ?? null,
    acknowledged: standing?.acknowledged ?? null,
  };
}

/** Ten days before the last day, or when the head does not count any more. @param {Room["head"]} head */
function isDue({ payload, lapse, now }) {
  const left = parseDate(payload.expires_on).getTime() - parseDate(formatDate(now)).getTime();
  return lapse === "case-expired" || lapse === "head-signatures-lapsed" || left <= RENEW_FROM;
}

/** @param {Room} room */
export function describe(room) {
  const { head, view, people: all } = room;
  const { payload } = head;
  return {
    case_id: head.caseId,
    reference: view.reference,
    facilitators: payload.facilitators.map((/** @type {any} */ each) => named(room, each.staff_id)),
    approvals_required: payload.approvals_required,
    people: all.people.map((each) => person(room, each)),
    seq: payload.seq,
    issued_on: payload.issued_on,
    expires_on: payload.expires_on,
    renew: isDue(head),
    expired: head.lapse !== null,
    lapse: head.lapse,
    roster_lags: head.anchorLags,
    issuer_signed: head.chain.stand_ins.length > 0,
    proposals: (view.proposals ?? []).map((/** @type {any} */ each) => proposal(room, each)),
    alarms: room.alarms,
  };
}

/**
 * What changes between two payloads, as far as they say it themselves.
 * @param {Room} room
 * @param {any} before
 * @param {any} after
 */
function staffChanges(room, before, after) {
  if (isRenewal(before, after)) return [{ what: "renew" }];
  const ids = (/** @type {any} */ payload) => payload.facilitators.map((/** @type {any} */ each) => each.staff_id);
  const [old, now] = [new Set(ids(before)), new Set(ids(after))];
  const list = (/** @type {Set<any>} */ some, /** @type {Set<any>} */ others) =>
    [...some].filter((id) => !others.has(id)).map((id) => named(room, id));
  const [added, removed] = [list(now, old), list(old, now)];
  const keys =
    changesStaff(before, { ...after, approvals_required: before.approvals_required })
    && !added.length
    && !removed.length;
  return [
    ...(added.length || removed.length || keys ? [{ what: "facilitators", added, removed, keys }] : []),
    ...(before.approvals_required !== after.approvals_required
      ? [{ what: "approvals", from: before.approvals_required, to: after.approvals_required }]
      : []),
  ];
}

/** Who comes, goes or gets other keys. @param {members.Members} before @param {members.Members} after */
export function peopleChanges(before, after) {
  const came = after.people.flatMap((each) => {
    const { participantId: participant_id, side, role, assisted } = each;
    const known = members.find(before, participant_id);
    if (known && known.signKid === each.signKid && known.boxKid === each.boxKid) return [];
    return [
      { what: known ? "new-keys" : "admit", participant_id, side, role, assisted, has_keys: each.signKid !== null },
    ];
  });
  const went = before.people.filter((each) => !members.find(after, each.participantId));
  return [
    ...came,
    ...went.map(({ participantId, side, role }) => ({ what: "remove", participant_id: participantId, side, role })),
  ];
}

/** @param {Room} room @param {any} given the Proposal of the API; who signs checks all of it once more */
export function proposal(room, given) {
  const { head, me, people: before } = room;
  const shared = {
    hash: given.hash,
    by: named(room, given.by),
    proposed_at: given.proposed_at,
    admits: given.admits,
    needs: given.needs,
  };
  try {
    const {
      statement: { payload },
      signed,
    } = checkProposal(head.chain, given.case, head.authority);
    const after = members.openAll(payload, documentsOf(room, given));
    return {
      ...shared,
      code: null,
      changes: [...staffChanges(room, head.payload, payload), ...peopleChanges(before, after)],
      signed_by: signed.facilitators.map((id) => named(room, id)),
      mine: signed.facilitators.includes(me?.staffId ?? ""),
      stand_in: signed.standIn && people.staff(head.authority, signed.standIn.staffId),
    };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...shared, code: error.code, changes: [], signed_by: [], mine: false, stand_in: null };
  }
}

/** The case's statements, verified from the first: who signed what. @param {Room} room */
export function history(room) {
  const statements = room.view.statements.map((envelope) => parse(envelope, "case"));
  return statements.map((statement, i) => step(room, statement, i > 0 ? statements[i - 1].payload : null));
}

/** @param {Room} room @param {import("../protocol/envelope.js").Statement} statement @param {any} before */
function step(room, { payload, hash, envelope }, before) {
  const base = before ?? payload;
  const bySignKid = new Map(base.facilitators.map((/** @type {any} */ each) => [each.sign_kid, each.staff_id]));
  const standIn = room.head.chain.stand_ins.find((each) => each.seq === payload.seq);
  const changes = before ? staffChanges(room, before, payload) : [{ what: "create" }];
  if (before && before.members.join() !== payload.members.join()) changes.push({ what: "people" });
  return {
    seq: payload.seq,
    hash,
    issued_on: payload.issued_on,
    expires_on: payload.expires_on,
    changes,
    signed_by: envelope.signatures.flatMap(({ keyid }) => bySignKid.get(keyid) ?? []).map((id) => named(room, id)),
    stand_in: standIn ? people.staff(room.head.authority, standIn.staff_id) : null,
  };
}
