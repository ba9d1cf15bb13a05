// @ts-check
/**
 * A proof of C2SP `tlog-proof` that an entry is in a log: its place, the hashes up to the root, and the checkpoint.
 * `extra` carries the opening of the entry (`event.js`); it is proved by being what the entry was made of.
 */
import * as checkpoint from "./checkpoint.js";
import { ProtocolError } from "./errors.js";
import * as notes from "./notes.js";
import * as tree from "./tree.js";

const FIRST = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;

/** @typedef {{index: number, extra: Uint8Array | null, hashes: Uint8Array[], note: string}} LogProof */

/** Nothing is verified. @param {string} text the file @returns {LogProof} @throws {ProtocolError} bad-log-proof */
export function parse(text) {
  const at = text.indexOf("\n\n");
  const [first, ...lines] = text.slice(0, Math.max(at, 0)).split("\n");
  const extra = lines[0]?.startsWith("extra ") ? notes.decode(String(lines.shift()).slice(6), "bad-log-proof") : null;
  const place = lines.shift();
  if (first !== FIRST || !place?.startsWith("index ")) throw new ProtocolError("bad-log-proof");
  const index = notes.decimal(place.slice(6), "bad-log-proof");
  return { index, extra, hashes: notes.hashes(lines, MOST_HASHES, "bad-log-proof"), note: text.slice(at + 2) };
}

/**
 * The checkpoint under whose root the entry stands at the proof's place.
 * @param {LogProof} proof
 * @param {Uint8Array} entry
 * @param {string[]} logKeys
 * @param {string[]} [witnessKeys]
 * @param {number} [quorum]
 * @returns {checkpoint.Checkpoint}
 * @throws {ProtocolError} bad-proof, and what `checkpoint.opened` throws
 */
export function verify(proof, entry, logKeys, witnessKeys = [], quorum = 0) {
  const head = checkpoint.opened(proof.note, logKeys, witnessKeys, quorum);
  tree.verifyInclusion(entry, proof.index, head.size, proof.hashes, head.root);
  return head;
}
