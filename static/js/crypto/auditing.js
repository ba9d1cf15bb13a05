// @ts-check
/**
 * An auditor's look at the audit log. Guarantees that what is answered is what the log holds: the head is signed with the
 * key that the agency names and goes on from the one that was kept, and each event was opened from an entry under its root, at
 * its place.
 */
import * as checkpoint from "../protocol/checkpoint.js";
import { unb64 } from "../protocol/encoding.js";
import { openPins } from "./own_pins.js";
import { proved } from "./proving.js";
import { enterAgency } from "./trust.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** What GET /audit/events answers. @typedef {{note: string | null, events: {index: number, opening: string, proof: string[]}[]}} Found */

export const methods = {
  /** The head of the log that was kept, null before the first: what the newest one has to go on from. @param {{pins: Stored}} args */
  kept: ({ pins }) => openPins(pins).document.checkpoint,

  /**
   * The head's size and origin, and the events, all proved, without those that nobody can open any more; `proof`: that the
   * head goes on from the kept one; `pins` are to be kept.
   * @param {{trust: import("./trust.js").Trust, pins: Stored, found: Found & {note: string}, proof: string[]}} args
   */
  prove({ trust, pins, found: { note, events }, proof }) {
    const own = openPins(pins);
    const { agency } = enterAgency(trust, own);
    const head = checkpoint.opened(note, agency.newest.payload.log_vkeys);
    checkpoint.follows(own.document.checkpoint, head, proof.map((hash) => unb64(hash, 32)));
    return {
      origin: head.origin,
      size: head.size,
      events: events.filter(({ opening }) => opening).map((each) => ({ index: each.index, ...proved(head, each) })),
      pins: own.close(),
    };
  },
};
