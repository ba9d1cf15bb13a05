// @ts-check
/**
 * An auditor's look at the audit log. Guarantees that what is answered is what the log holds: the head is signed with the
 * key that the agency names, and each event was opened from an entry under its root, at its place.
 */
import * as checkpoint from "../protocol/checkpoint.js";
import { openPins } from "./own_pins.js";
import { proved } from "./proving.js";
import { enterAgency } from "./trust.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** What GET /audit/events answers. @typedef {{note: string | null, events: {index: number, opening: string, proof: string[]}[]}} Found */

export const methods = {
  /**
   * The head's size and origin, and the events, all proved; `pins` are to be kept.
   * @param {{trust: import("./trust.js").Trust, pins: Stored, found: Found & {note: string}}} args
   */
  prove({ trust, pins, found: { note, events } }) {
    const own = openPins(pins);
    const { agency } = enterAgency(trust, own);
    const head = checkpoint.opened(note, agency.newest.payload.log_vkeys);
    const kept = own.document.checkpoint;
    return {
      origin: head.origin,
      size: head.size,
      behind: kept !== null && kept.origin === head.origin && head.size < kept.size,
      events: events.map((each) => ({ index: each.index, ...proved(head, each) })),
      pins: own.close(),
    };
  },
};
