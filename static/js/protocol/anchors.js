// @ts-check
/**
 * A roster anchors every case older than itself. Guarantees that a case cannot be forked from before somebody left it,
 * even against a device whose memory the server rolled back. A leaf holds the hash of the case's newest statement that
 * changed facilitators or approvals or took away a member's key (the first, if none did).
 */
import { b64, bytesOf, pae, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { digest, many, record, whole } from "./statements.js";
import { inclusionProof, root, verifyInclusion } from "./tree.js";

/** @typedef {{hash: string, index: number, path: string[]}} Proof */
/** @typedef {import("./roster.js").Roster} Roster */
/**
 * The anchored hash of each case, sorted as in the tree.
 * @typedef {{hashes: Map<string, string>, leaves: Uint8Array[]}} Anchors
 */

const checkProof = record({ hash: digest, index: whole(0), path: many(digest) });

/** @param {string} caseId @param {string} hash @returns {Uint8Array} */
export const leaf = (caseId, hash) => pae("mediation/v1/anchor", bytesOf(`${caseId}.${hash}`));

/** @param {Iterable<[caseId: string, hash: string]>} hashes @returns {Anchors} */
export function anchors(hashes) {
  // All leaves have the same length and begin alike, so the order of case_ids is the order of the leaves' bytes.
  const sorted = new Map([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { hashes: sorted, leaves: [...sorted].map(([caseId, hash]) => leaf(caseId, hash)) };
}

/** {size, root}, as a roster states it. @param {Anchors} whole */
export const field = ({ leaves }) => ({ size: leaves.length, root: b64(root(leaves)) });

/** @param {Anchors} whole @param {string} caseId @returns {Proof} @throws {ProtocolError} anchor-missing */
export function prove({ hashes, leaves }, caseId) {
  const hash = hashes.get(caseId);
  if (hash === undefined) throw new ProtocolError("anchor-missing");
  const index = [...hashes.keys()].indexOf(caseId);
  return { hash, index, path: inclusionProof(leaves, index).map(b64) };
}

/**
 * @param {Roster} roster
 * @param {string} caseId
 * @param {any} proof
 * @returns {string} the statement hash that the roster anchors for the case
 * @throws {ProtocolError} anchor-wrong, missing-field, unknown-field, bad-field
 */
export function check(roster, caseId, proof) {
  checkProof(proof, "");
  const { size, root: expected } = roster.anchors;
  const path = proof.path.map((/** @type {string} */ hash) => unb64(hash));
  try {
    verifyInclusion(leaf(caseId, proof.hash), proof.index, size, path, unb64(expected));
  } catch {
    throw new ProtocolError("anchor-wrong");
  }
  return proof.hash;
}
