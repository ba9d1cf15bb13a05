// @ts-check
/**
 * The audit log as the person signed in follows it. Guarantees that the head kept in the pins is the last published one that
 * the log's own key has signed, and never one that contradicts the head before it.
 */
import * as checkpoint from "../protocol/checkpoint.js";
import { b64, unb64 } from "../protocol/encoding.js";
import { ProtocolError } from "../protocol/errors.js";
import { openPins } from "./own_pins.js";
import { enterAgency } from "./trust.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** What GET /audit/published answers. @typedef {{note: string | null, proof: string[]}} Published */

/**
 * @param {import("../protocol/pins.js").Checkpoint | null} kept
 * @param {Published} published
 * @param {string[]} logKeys
 */
function newest(kept, { note, proof }, logKeys) {
  if (note === null) {
    if (kept) throw new ProtocolError("log-rolled-back");
    return null;
  }
  const head = checkpoint.opened(note, logKeys);
  checkpoint.follows(kept, head, proof.map((hash) => unb64(hash)));
  return { ...head, root: b64(head.root) };
}

export const methods = {
  /** How many entries the head has that was kept, 0 for none: what to ask the server from. @param {{pins: Stored}} args */
  size: ({ pins }) => ({ size: openPins(pins).document.checkpoint?.size ?? 0 }),

  /**
   * Takes the newest published head in the place of the one kept; the agency's newest statement names the log's keys.
   * @param {{trust: import("./trust.js").Trust, pins: Stored, published: Published}} args
   */
  follow({ trust, pins, published }) {
    const own = openPins(pins);
    const { agency } = enterAgency(trust, own);
    own.document.checkpoint = newest(own.document.checkpoint, published, agency.newest.payload.log_vkeys);
    return { pins: own.close() };
  },
};
