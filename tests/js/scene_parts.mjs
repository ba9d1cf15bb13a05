// @ts-check
/**
 * From the plain JSON of a scene (`scene_operations.mjs`) to what the protocol's functions take, and back.
 * Bytes are hexadecimal in names that end in `_hex`.
 */
import * as authorities from "../../static/js/protocol/authority.js";
import * as caseChain from "../../static/js/protocol/case_chain.js";
import * as heads from "../../static/js/protocol/case_head.js";
import * as reviews from "../../static/js/protocol/case_review.js";
import { formatTime, parseDate, parseTime } from "../../static/js/protocol/encoding.js";
import * as kept from "../../static/js/protocol/kept.js";
import * as members from "../../static/js/protocol/members.js";

/** @typedef {Record<string, any>} Inputs */
/** @typedef {import("../../static/js/protocol/case_head.js").Head} Head */

/** @param {string} hex */
export const fromHex = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
/** @param {Uint8Array} bytes */
export const toHex = (bytes) => Buffer.from(bytes).toString("hex");

/** The bytes of `<name>_hex`. @param {Inputs} inputs @param {string} name */
export const data = (inputs, name) => fromHex(inputs[`${name}_hex`]);

/** The bytes of `<name>_hex`, null for null or nothing. @param {Inputs} inputs @param {string} name */
export const maybe = (inputs, name) => ((inputs[`${name}_hex`] ?? null) === null ? null : data(inputs, name));

/** Bytes by name. @param {Record<string, string>} given */
export const bytesBy = (given) => new Map(Object.entries(given).map(([name, hex]) => [name, fromHex(hex)]));

/** Links by epoch. @param {Record<string, string>} given */
export const linksOf = (given) => new Map([...bytesBy(given)].map(([number, blob]) => [Number(number), blob]));

/** @param {Inputs} i */
export function trust({ trust: given }) {
  const pinned = given.pinned && given.pinned.agency && given.pinned.roster ? given.pinned : null;
  return authorities.verify(given.agency, given.rosters, data(given, "root_pk"), parseTime(given.now), pinned);
}

/** @param {Inputs} i @returns {Head} */
export function head(i) {
  const verified = trust(i);
  const given = i.case;
  const pinned = given.pinned ? caseChain.checkPin(given.pinned) : null;
  const chain = caseChain.follow(given.statements, verified, {
    nonce: maybe(given, "nonce"),
    pinned,
    caseId: given.case_id ?? null,
  });
  return heads.assess(chain, verified, given.anchor);
}

/** @param {Inputs} i @param {Head} found */
export const everybody = (i, found) => members.openAll(found.payload, i.documents);

/** @param {Inputs} i @param {Head} found @param {members.Members} people */
export const lists = (i, found, people) => reviews.openLists(found.payload, people, i.kept);

/** @param {import("../../static/js/protocol/counted.js").Lists} found */
export const listsOut = (found) => ({
  facilitators: [...found.facilitators].sort(),
  members: Object.fromEntries([...found.members].map(([id, hashes]) => [id, [...hashes].sort()])),
});

/** Whoever wrote it, by id. @param {any} author */
export const authorOut = (author) => author && (author.staffId ?? author.participantId);

/** @param {any} found */
export const orderOut = (found) => ({
  seq: found.seq,
  prev: found.prev,
  revises: found.revises,
  written_at: formatTime(found.writtenAt),
  case_hash: found.caseHash,
  seen: found.seen,
  memory: found.memory,
  provenance: found.provenance,
  alarm: found.alarm,
});

/** @param {any} given @returns {import("../../static/js/protocol/order.js").Order} */
export const orderIn = ({ written_at, case_hash, ...rest }) => ({
  ...rest,
  writtenAt: parseTime(written_at),
  caseHash: case_hash,
});

/** @param {any} given @returns {import("../../static/js/protocol/order.js").Known | null} */
export const knownIn = (given) =>
  given && {
    last: given.last && orderIn(given.last),
    lastId: given.last_id,
    releases: given.releases.map((/** @type {any} */ each) => ({
      decidedOn: parseDate(each.decided_on),
      notBefore: each.not_before && parseTime(each.not_before),
      takenBack: each.taken_back,
    })),
  };

/** @param {import("../../static/js/protocol/joining.js").Joiner} found */
export const joinerOut = (found) => ({
  participant_id: found.participantId,
  side: found.side,
  role: found.role,
  assisted: found.assisted,
  account_id: found.accountId,
  sign_pk: toHex(found.signPk),
  box_pk: toHex(found.boxPk),
  invite_hash: found.inviteHash,
});

/** @param {any} given @returns {import("../../static/js/protocol/joining.js").Joiner} */
export const joinerIn = (given) => ({
  participantId: given.participant_id,
  side: given.side,
  role: given.role,
  assisted: given.assisted,
  accountId: given.account_id,
  signPk: fromHex(given.sign_pk),
  boxPk: fromHex(given.box_pk),
  inviteHash: given.invite_hash,
});

/** The reader of a scene, with their own kept list. @param {Inputs} i @param {Head} found */
export function reader(i, found) {
  const people = members.openSome(found.payload, i.documents);
  const me = members.get(people, i.reader.participant_id);
  return {
    participantId: me.participantId,
    boxSeed: data(i.reader, "box_seed"),
    people,
    kept: kept.open_(i.reader.kept, me.kept),
  };
}
