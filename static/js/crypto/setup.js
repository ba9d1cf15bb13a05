// @ts-check
/**
 * The administrator's desk: the agency is made, and who works for it. Guarantees that the root key is made here, told to the
 * page once for the printed sheet, used once and forgotten; and that nobody is admitted to the staff whose answer to an
 * invitation does not hold.
 */
import * as agencies from "../protocol/agency.js";
import { anchors, field } from "../protocol/anchors.js";
import * as authorities from "../protocol/authority.js";
import { b64, formatTime, newId, unb64 } from "../protocol/encoding.js";
import { parse } from "../protocol/envelope.js";
import { build as buildInvite } from "../protocol/invitation.js";
import { checkStaff } from "../protocol/joining.js";
import { boxPublicKey, kid, randomBytes, signPublicKey, wipe } from "../protocol/primitives.js";
import * as rosters from "../protocol/roster.js";
import { sixWords } from "../protocol/words.js";
import { openAccount } from "./account.js";
import { invitationBody, newCard } from "./cards.js";
import { clock } from "./clock.js";
import { OwnDocument } from "./own_document.js";
import { newPins, openPins, remember } from "./own_pins.js";
import { fromCode, toCode } from "./recovery_sheet.js";
import { held } from "./session.js";
import { enterAgency } from "./trust.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {import("../protocol/joining.js").Joiner} Joiner */
/** @typedef {import("./own_document.js").Stored} Stored */
/**
 * What an issuer keeps of an invitation.
 * @typedef {{ik: string, staff_id: string, display_name: string, roles: string[]}} KeptInvite
 */
/**
 * @typedef {{authority: import("../protocol/authority.js").Authority, own: import("./own_pins.js").OwnPins, trust: import("./trust.js").Trust}} Desk
 */

const DAY = 86_400_000;
const ISSUER_LASTS = 2 * 365 * DAY;
const ROSTER_LASTS = 30 * DAY;
const RENEW_FROM = 10 * DAY;

/** @type {Desk | null} */
let desk = null;
/** Answers that were checked on this page, by invite_id. @type {Map<string, {joiner: Joiner, kept: KeptInvite}>} */
const newcomers = new Map();

/** @returns {Desk} @throws {WorkerError} not-entered */
function current() {
  if (!desk) throw new WorkerError("not-entered", "Reload this page and try again.");
  return desk;
}

/** @param {Date} now @param {number} days */
const after = (now, days) => new Date(now.getTime() + days);

/** @param {Stored} stored own memory `invitations` @returns {OwnDocument<Record<string, KeptInvite>>} */
const invitationsOf = (stored) =>
  OwnDocument.open("invitations", stored, /** @type {Record<string, KeptInvite>} */ ({}));

/**
 * The agency's first statement and its root key's hands off it.
 * @param {{agencyName: string, issuer: agencies.Issuer, logVkey: string | null, rootSeed: Uint8Array, recoverySeed:
 *   Uint8Array}} given
 */
function foundAgency({ agencyName, issuer, logVkey, rootSeed, recoverySeed }) {
  const envelope = agencies.build(rootSeed, {
    agencyId: newId(),
    name: agencyName,
    recoveryPk: boxPublicKey(recoverySeed),
    issuers: [issuer],
    logVkeys: logVkey ? [logVkey] : [],
  });
  return { envelope, statement: agencies.verifyChain([envelope], signPublicKey(rootSeed)).newest };
}

/**
 * The newest staff list's people, with what is asked for them; null for as they are.
 * @param {Desk} given
 * @param {{staff_id: string, display_name: string, roles: string[]}[] | null} staff
 */
function listed({ authority: { roster } }, staff) {
  if (!staff) return [...roster.staff.values()];
  return staff.map(({ staff_id, display_name: displayName, roles }) => {
    const known = roster.staff.get(staff_id);
    if (!known) throw new WorkerError("not-mine", "Nobody comes to the staff list but by an invitation.");
    return { ...known, displayName, roles };
  });
}

/** @param {string[]} admits */
function joined(admits) {
  return admits.map((inviteId) => {
    const found = newcomers.get(inviteId);
    if (!found) throw new WorkerError("not-heard", "Compare the six words first.");
    const {
      joiner: { participantId, signPk, boxPk },
      kept,
    } = found;
    return { staffId: participantId, displayName: kept.display_name, roles: kept.roles, signPk, boxPk };
  });
}

/** Whether the key held here may issue staff lists now. @param {Desk} given */
function isIssuer({ authority }) {
  const issuer = agencies.issuers(authority.agency.newest).get(kid(signPublicKey(held().keys.signSeed)));
  return issuer !== undefined && agencies.onDay(issuer, authority.now);
}

export const methods = {
  /**
   * Makes the agency, its root key, the first administrator and the first staff list.
   * @param {{agency_name: string, display_name: string, passphrase: string, log_vkey?: string | null, roles?: string[]}} args
   *   log_vkey as GET /agency gives it
   */
  create({
    agency_name: agencyName,
    display_name: displayName,
    passphrase,
    log_vkey: logVkey = null,
    roles = ["administrator"],
  }) {
    const [rootSeed, recoverySeed, staffId, now] = [randomBytes(32), randomBytes(32), newId(), clock.now()];
    const rootPk = signPublicKey(rootSeed);
    const { keys, record } = openAccount(rootPk, passphrase);
    const [signPk, boxPk] = [signPublicKey(keys.signSeed), boxPublicKey(keys.boxSeed)];
    const issuer = { staffId, publicKey: signPk, notBefore: now, notAfter: after(now, ISSUER_LASTS) };
    const { envelope, statement } = foundAgency({ agencyName, issuer, logVkey, rootSeed, recoverySeed });
    const roster = rosters.build(keys.signSeed, {
      agency: statement,
      staff: [{ staffId, displayName, roles, signPk, boxPk }],
      anchors: field(anchors([])),
      issuedAt: now,
      expiresAt: after(now, ROSTER_LASTS),
    });
    const authority = authorities.verify([envelope], [roster], rootPk, now);
    const recovery = { root: toCode(rootSeed), recovery: toCode(recoverySeed) };
    for (const seed of [rootSeed, recoverySeed]) wipe(seed);
    return {
      body: { agency: envelope, roster, staff_id: staffId, account: record },
      recovery,
      pins: newPins(authority.pins).close(),
    };
  },

  /** First on every page of an administrator. @param {{trust: import("./trust.js").Trust, pins: Stored}} args */
  enter({ trust, pins }) {
    const own = openPins(pins);
    const authority = enterAgency(trust, own);
    desk = { authority, own, trust };
    const {
      roster,
      agency: { newest },
      now,
    } = authority;
    const staff = [...roster.staff.values()].map(({ staffId, displayName, roles }) => ({
      staff_id: staffId,
      display_name: displayName,
      roles,
    }));
    const lapse = authorities.lapse(authority);
    return {
      agency_name: newest.payload.name,
      lapse,
      roster: {
        seq: roster.seq,
        issued_at: formatTime(roster.issuedAt),
        expires_at: formatTime(roster.expiresAt),
        staff,
      },
      renew: lapse !== null || roster.expiresAt.getTime() - now.getTime() < RENEW_FROM,
      issuer: isIssuer(desk),
      issuers: newest.payload.issuers.map((/** @type {any} */ { staff_id, not_after }) => ({
        staff_id,
        name: roster.staff.get(staff_id)?.displayName ?? null,
        not_after,
      })),
      pins: own.close(),
    };
  },

  /**
   * A newer agency statement that differs in the audit log's keys alone. The root key is used once; that it is this
   * agency's is proved by the whole chain. The log itself is not asked: until this is stored, nobody may believe it.
   * @param {{trust: {agency: unknown[]}, root_code: string, log_vkeys: string[]}} args
   */
  nameLogKeys({ trust: { agency }, root_code: code, log_vkeys: logVkeys }) {
    const rootSeed = fromCode(code);
    const rootPk = signPublicKey(rootSeed);
    const named = parse(agency[0], "agency").payload.root_pk;
    if (named !== b64(rootPk)) throw new WorkerError("recovery-code", "This code belongs to another agency.");
    const { agencyId, newest, recoveryPk } = agencies.verifyChain(agency, rootPk);
    const issuers = [...agencies.issuers(newest).values()];
    const { name } = newest.payload;
    const envelope = agencies.build(rootSeed, { agencyId, name, recoveryPk, issuers, logVkeys, previous: newest });
    wipe(rootSeed);
    agencies.verifyChain([...agency, envelope], rootPk);
    return { body: { agency: envelope } };
  },

  /**
   * A card for a new member of staff; store the memory before the invitation is sent.
   * @param {{display_name: string, roles: string[], memory: Stored}} args
   */
  invite({ display_name, roles, memory }) {
    const { authority, trust } = current();
    const { own, code, expiresAt } = newCard(clock.now());
    const staffId = newId();
    const invite = buildInvite(held().keys.signSeed, {
      agencyId: authority.agency.agencyId,
      caseId: null,
      participantId: staffId,
      keyCom: own.keyCom,
      expiresAt,
    });
    const kept = invitationsOf(memory);
    kept.document = {
      ...kept.document,
      [own.inviteId]: { ik: b64(own.ik), staff_id: staffId, display_name, roles: [...roles].sort() },
    };
    return {
      invite_id: own.inviteId,
      staff_id: staffId,
      body: invitationBody(own, trust, null, invite, null),
      code,
      link_fragment: code,
      expires_at: formatTime(expiresAt),
      memory: kept.close(),
    };
  },

  /**
   * The answer to an invitation of one's own, and the six words to hear.
   * @param {{invitation: any, memory: Stored}} args one of GET /staff/invitations
   */
  join({ invitation: { invite_id, invite, join, join_mac }, memory }) {
    const { authority, own } = current();
    const kept = invitationsOf(memory).document[invite_id];
    if (!kept) throw new WorkerError("not-mine", "Only the administrator who made this invitation can admit by it.");
    const used = new Set(own.document.opened);
    const joiner = checkStaff({ join, mac: unb64(join_mac), invite, ik: unb64(kept.ik), used }, authority, clock.now());
    if (joiner.participantId !== kept.staff_id)
      throw new WorkerError("mixed-up", "This answer belongs to another invitation.");
    newcomers.set(invite_id, { joiner, kept });
    const words = sixWords(held().keys.rootPk, joiner.signPk, joiner.boxPk);
    return { invite_id, staff_id: joiner.participantId, display_name: kept.display_name, roles: kept.roles, words };
  },

  /**
   * A new staff list of these people and of those whose six words were heard on this page, anchoring every case.
   * @param {{staff: {staff_id: string, display_name: string, roles: string[]}[] | null, admits: string[],
   *   anchors: {leaves: {case_id: string, hash: string}[]}}} args staff: null for as it is; anchors: GET /anchors
   */
  roster({ staff, admits, anchors: { leaves } }) {
    const { authority, own } = current();
    const tree = field(anchors(leaves.map(({ case_id, hash }) => [case_id, hash])));
    if (tree.size < authority.roster.anchors.size)
      throw new WorkerError("anchors-fell", "The server left cases out. Ask whoever runs it.");
    const now = clock.now();
    const roster = rosters.build(held().keys.signSeed, {
      agency: authority.agency.newest,
      staff: [...listed(current(), staff), ...joined(admits)],
      anchors: tree,
      issuedAt: now,
      expiresAt: after(now, ROSTER_LASTS),
      previous: authority.roster,
    });
    rosters.verifyChain([...authority.rosters.map((each) => each.statement.envelope), roster], authority.agency);
    remember(
      own,
      admits.flatMap((inviteId) => newcomers.get(inviteId)?.joiner.inviteHash ?? []),
    );
    return { body: { roster, admits }, pins: own.close() };
  },
};
