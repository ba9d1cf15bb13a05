// @ts-check
/** What the person signed in remembers of what they verified, kept by the server as their own memory `pins`. */
import * as pins from "../protocol/pins.js";
import { OwnDocument } from "./own_document.js";

/** @typedef {import("./own_document.js").Stored} Stored */
/** @typedef {import("../protocol/pins.js").Pins} Pins */
/** @typedef {OwnDocument<Pins>} OwnPins */

const NAME = "pins";

/**
 * @param {Stored} stored
 * @returns {OwnPins}
 * @throws {import("../protocol/errors.js").ProtocolError} when it is not one's own, or not pins
 */
export function openPins(stored) {
  const own = OwnDocument.open(NAME, stored, pins.empty());
  pins.check(own.document);
  return own;
}

/** The first pins of a newcomer. @param {Partial<Pins>} known @returns {OwnPins} */
export function newPins(known) {
  const own = openPins(null);
  own.document = { ...own.document, ...known };
  return own;
}

/**
 * @param {OwnPins} own
 * @param {Iterable<string>} hashes statements that were shown, or are otherwise not to be forgotten
 */
export function remember({ document }, hashes) {
  document.opened = [...new Set([...document.opened, ...hashes])].sort();
}
