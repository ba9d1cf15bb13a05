// @ts-check
/**
 * What the person signed in remembers of what they verified, kept by the server as their own memory `pins`.
 * Guarantees that a change leaves the worker closed under the next revision, for the page to store before anything that
 * rests on it: the server swaps only against the revision that was read.
 */
import { canonical, b64, textOf, unb64 } from "../protocol/encoding.js";
import * as memory from "../protocol/memory.js";
import * as pins from "../protocol/pins.js";
import { held } from "./session.js";

/** What GET /memory/pins answered; null where it answered 404. @typedef {{revision: number, blob: string} | null} Stored */
/** What the page puts to /memory/pins. @typedef {{name: "pins", revision: number, blob: string}} Closed */
/** @typedef {import("../protocol/pins.js").Pins} Pins */

const NAME = "pins";

/** @param {unknown} value */
const spelled = (value) => textOf(canonical(value));

export class OwnPins {
  #revision;
  #before;

  /** @param {number} revision 0 for none @param {Pins} document */
  constructor(revision, document) {
    this.#revision = revision;
    this.document = document;
    this.#before = spelled(document);
  }

  /** @param {Stored} stored @throws {import("../protocol/errors.js").ProtocolError} when it is not one's own, or not pins */
  static open(stored) {
    if (!stored) return new OwnPins(0, pins.empty());
    const { accountId, keys } = held();
    const document = memory.open_(keys.signSeed, accountId, NAME, stored.revision, unb64(stored.blob));
    return new OwnPins(stored.revision, pins.check(document));
  }

  /** The revision that the next change is stored under: what an order block tells as `memory`. */
  get next() {
    return this.#revision + 1;
  }

  /** @param {Iterable<string>} hashes statements that were shown, or are otherwise not to be forgotten */
  remember(hashes) {
    this.document.opened = [...new Set([...this.document.opened, ...hashes])].sort();
  }

  /** The document under its next revision, if anything changed since the last time. @returns {Closed | null} */
  close() {
    const now = spelled(this.document);
    if (now === this.#before) return null;
    const { accountId, keys } = held();
    const revision = this.next;
    const blob = b64(memory.close(keys.signSeed, accountId, NAME, revision, pins.check(this.document)));
    [this.#revision, this.#before] = [revision, now];
    return { name: NAME, revision, blob };
  }
}
