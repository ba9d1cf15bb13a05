// @ts-check
/**
 * Merkle trees of RFC 9162 (section 2.1, SHA-256) over arbitrary leaves.
 * Guarantees that a proof is accepted only if the leaf is among those under the root. It does not fix the
 * size by itself (trees of 7 and 8 leaves have proofs of one shape for some places): trust size and root together.
 */
import { MAX_INT, checkInt, concat } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import { equal, sha256 } from "./primitives.js";

/** @param {Uint8Array} leaf */
const leafHash = (leaf) => sha256(concat(Uint8Array.of(0), leaf));

/** @param {Uint8Array} left @param {Uint8Array} right */
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** The largest power of two smaller than n. @param {number} n 2 or more */
const split = (n) => 2 ** (31 - Math.clz32(n - 1));

/** Not `>> 1`: a tree proven to us may be larger than 32 bits can count. @param {number} n */
const half = (n) => Math.floor(n / 2);

/** @param {Uint8Array[]} leaves @returns {Uint8Array} */
export function root(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leafHash(leaves[0]);
  const k = split(leaves.length);
  return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/**
 * The hashes beside the path from a leaf to the root, lowest first.
 * @param {Uint8Array[]} leaves
 * @param {number} index
 * @returns {Uint8Array[]}
 * @throws {ProtocolError} bad-proof when there is no such leaf
 */
export function inclusionProof(leaves, index) {
  if (index < 0 || index >= leaves.length) throw new ProtocolError("bad-proof");
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusionProof(leaves.slice(0, k), index), root(leaves.slice(k))]
    : [...inclusionProof(leaves.slice(k), index - k), root(leaves.slice(0, k))];
}

/**
 * RFC 9162, section 2.1.3.2.
 * @param {Uint8Array} leaf
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} expected the root
 * @throws {ProtocolError} bad-proof
 */
export function verifyInclusion(leaf, index, size, proof, expected) {
  checkInt(index, 0, checkInt(size, 1, MAX_INT, "bad-proof") - 1, "bad-proof");
  if (!equal(climb(leafHash(leaf), index, size - 1, proof), expected)) throw new ProtocolError("bad-proof");
}

/**
 * @param {Uint8Array} hash
 * @param {number} place `place` and `last` are numbers of nodes on the current level
 * @param {number} last
 * @param {Uint8Array[]} proof
 */
function climb(hash, place, last, proof) {
  for (const sibling of proof) {
    if (last === 0) throw new ProtocolError("bad-proof");
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  if (last !== 0) throw new ProtocolError("bad-proof");
  return hash;
}

/**
 * That the tree of `size` leaves under `newRoot` begins with the `oldSize` under `oldRoot`: RFC 9162, section 2.1.4.2.
 * The empty tree begins every tree, without a proof; its root is the hash of nothing.
 * @param {number} oldSize
 * @param {Uint8Array} oldRoot
 * @param {number} size
 * @param {Uint8Array} newRoot
 * @param {Uint8Array[]} proof
 * @throws {ProtocolError} bad-proof
 */
export function verifyConsistency(oldSize, oldRoot, size, newRoot, proof) {
  checkInt(oldSize, 0, checkInt(size, 0, MAX_INT, "bad-proof"), "bad-proof");
  if (oldSize === 0 && !equal(oldRoot, root([]))) throw new ProtocolError("bad-proof");
  if (oldSize === 0 || oldSize === size) {
    if (proof.length || (oldSize === size && !equal(oldRoot, newRoot))) throw new ProtocolError("bad-proof");
    return;
  }
  const whole = 2 ** Math.round(Math.log2(oldSize)) === oldSize;
  const [first, ...rest] = whole ? [oldRoot, ...proof] : proof; // of a full tree the root stands in front
  // Where there is no first hash, `rise` refuses: it has not come to the new tree's root.
  const [before, now] = rise(first, rest, oldSize - 1, size - 1);
  if (!equal(before, oldRoot) || !equal(now, newRoot)) throw new ProtocolError("bad-proof");
}

/**
 * The two roots that a consistency proof leads to.
 * @param {Uint8Array} first
 * @param {Uint8Array[]} rest
 * @param {number} place the last node of the old tree on the current level
 * @param {number} last of the new one
 */
function rise(first, rest, place, last) {
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  let [before, now] = [first, first];
  for (const each of rest) {
    if (last === 0) throw new ProtocolError("bad-proof");
    if (place % 2 === 1 || place === last) {
      [before, now] = [nodeHash(each, before), nodeHash(each, now)];
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      now = nodeHash(now, each);
    }
    [place, last] = [half(place), half(last)];
  }
  if (last !== 0) throw new ProtocolError("bad-proof");
  return [before, now];
}
