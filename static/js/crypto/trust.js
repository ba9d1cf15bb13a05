// @ts-check
/**
 * From the server's answers to an authority and a case's head that the person's own pins vouch for.
 * Guarantees that nothing of a page goes further unless root key, agency, staff list and case were verified, in this order,
 * and that every step forward is remembered.
 */
import * as authorities from "../protocol/authority.js";
import * as caseChain from "../protocol/case_chain.js";
import * as heads from "../protocol/case_head.js";
import { unb64 } from "../protocol/encoding.js";
import { compareCheckpoint } from "../protocol/reading.js";
import { clock } from "./clock.js";
import { held } from "./session.js";

/** @typedef {import("../protocol/authority.js").Authority} Authority */
/** @typedef {import("../protocol/case_head.js").Head} Head */
/** @typedef {import("../protocol/pins.js").Checkpoint} Checkpoint */
/** @typedef {import("./own_pins.js").OwnPins} OwnPins */
/** What GET /trust answers. @typedef {{agency: unknown[], rosters: unknown[]}} Trust */
/**
 * The part of a case that every role is given.
 * @typedef {{case_id: string, nonce: string | null, statements: unknown[], anchor: unknown}} CaseGiven
 */

/**
 * The agency and its newest staff list.
 * @param {Trust} trust
 * @param {OwnPins} own
 * @returns {Authority}
 */
export function enterAgency(trust, own) {
  const { agency, roster } = own.document;
  const pinned = agency && roster ? { agency, roster } : null;
  const authority = authorities.verify(trust.agency, trust.rosters, held().keys.rootPk, clock.now(), pinned);
  Object.assign(own.document, authority.pins);
  return authority;
}

/**
 * The case's head, its chain followed from what was pinned.
 * @param {CaseGiven} given
 * @param {Authority} authority
 * @param {OwnPins} own
 * @returns {Head}
 */
export function enterCase({ case_id, nonce, statements, anchor }, authority, own) {
  const pinned = own.document.cases[case_id] ?? null;
  const chain = caseChain.follow(statements, authority, {
    nonce: nonce === null ? null : unb64(nonce),
    pinned,
    caseId: case_id,
  });
  const head = heads.assess(chain, authority, anchor);
  own.document.cases[case_id] = caseChain.pin(chain);
  return head;
}

/**
 * Whether a decision names a state of the audit log that contradicts the one kept. It takes that one's place in no case:
 * what is kept was published, and verified.
 * @param {Checkpoint | null} offered
 * @param {OwnPins} own
 */
export const checkpointContradicts = (offered, { document: { checkpoint } }) =>
  offered !== null && compareCheckpoint(checkpoint, offered, null) === "contradiction";
