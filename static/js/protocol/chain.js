// @ts-check
/**
 * What agency, roster, case and consent chains share: `seq` counts from 1, `prev` is the hash of the one before.
 * Guarantees that a chain continues without a gap, never steps back, and never forks from what was seen before.
 */
import { ProtocolError } from "./errors.js";

/** @typedef {import("./envelope.js").Statement} Statement */
/** The newest statement of a chain that somebody has verified. @typedef {{seq: number, hash: string}} Pin */

/** @param {Statement} statement a verified one @returns {Pin} */
export const pin = ({ payload, hash }) => ({ seq: payload.seq, hash });

/**
 * @param {Statement} before
 * @param {Statement} after
 * @throws {ProtocolError} chain-seq, chain-broken
 */
export function checkNext(before, after) {
  if (after.payload.seq !== before.payload.seq + 1) throw new ProtocolError("chain-seq");
  if (after.payload.prev !== before.hash) throw new ProtocolError("chain-broken");
}

/**
 * @param {readonly Statement[]} statements oldest first
 * @throws {ProtocolError} chain-empty, chain-seq, chain-broken
 */
export function checkLinks(statements) {
  if (statements.length === 0) throw new ProtocolError("chain-empty");
  for (let i = 1; i < statements.length; i++) checkNext(statements[i - 1], statements[i]);
}

/**
 * @param {readonly Statement[]} statements linked, not empty
 * @param {Pin | null} [pinned]
 * @throws {ProtocolError} chain-rolled-back (ends before the pin), chain-misses-pin (starts after it), chain-forked
 */
export function checkPin(statements, pinned) {
  if (!pinned) return;
  const offset = pinned.seq - statements[0].payload.seq;
  if (offset >= statements.length) throw new ProtocolError("chain-rolled-back");
  if (offset < 0) throw new ProtocolError("chain-misses-pin");
  if (statements[offset].hash !== pinned.hash) throw new ProtocolError("chain-forked");
}
