// @ts-check
/**
 * Checkpoints of C2SP `tlog-checkpoint`: a signed note that says how many entries a log has, and its root.
 * Guarantees that nothing but the three lines was signed: extension lines are refused; and that a head takes the place of
 * the one that was kept only if it follows it.
 */
import { unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import * as notes from "./notes.js";
import { equal } from "./primitives.js";
import { verifyConsistency } from "./tree.js";

/** @typedef {{origin: string, size: number, root: Uint8Array}} Checkpoint */

/**
 * The three lines; nothing is verified.
 * @param {string} text
 * @returns {Checkpoint}
 * @throws {ProtocolError} bad-checkpoint
 */
export function parse(text) {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (end !== "" || more.length || !origin) throw new ProtocolError("bad-checkpoint");
  const counted = notes.decimal(size, "bad-checkpoint");
  return { origin, size: counted, root: notes.hashes([root], 1, "bad-checkpoint")[0] };
}

/**
 * The checkpoint of a note that one of the log's own keys has signed, and at least `quorum` of the witnesses.
 * @param {unknown} note
 * @param {string[]} logKeys texts of verifier keys; one counts only if its name is the origin
 * @param {string[]} [witnessKeys]
 * @param {number} [quorum]
 * @returns {Checkpoint}
 * @throws {ProtocolError} bad-note, bad-checkpoint, bad-verifier-key, note-unsigned, note-signature-wrong,
 *   witnesses-too-few
 */
export function opened(note, logKeys, witnessKeys = [], quorum = 0) {
  const read = notes.parse(note);
  const head = parse(read.text);
  const own = logKeys.map(notes.parseKey).filter(({ name, type }) => name === head.origin && type === notes.ED25519);
  notes.verified(read, own);
  const witnesses = witnessKeys.map(notes.parseKey).filter(({ type }) => type === notes.COSIGNATURE);
  const known = witnesses.filter((key) => read.signatures.some((line) => notes.named(line, key)));
  const signed = known.length ? notes.verified(read, known) : [];
  // One key under two names counts once.
  const distinct = signed.filter(({ key }, at) => signed.findIndex((other) => equal(other.key, key)) === at);
  if (distinct.length < quorum) throw new ProtocolError("witnesses-too-few");
  return head;
}

/**
 * Throws unless a head may take the place of the one that was kept: the same, or a later one that begins with it. A log
 * of another origin follows none: whoever holds the root key has named its key on purpose.
 * @param {import("./pins.js").Checkpoint | null} kept
 * @param {Checkpoint} head
 * @param {Uint8Array[]} proof
 * @throws {ProtocolError} log-rolled-back, log-forked
 */
export function follows(kept, head, proof) {
  if (kept === null || kept.origin !== head.origin) return;
  if (head.size < kept.size) throw new ProtocolError("log-rolled-back");
  try {
    verifyConsistency(kept.size, unb64(kept.root, 32), head.size, head.root, proof);
  } catch {
    throw new ProtocolError("log-forked");
  }
}
