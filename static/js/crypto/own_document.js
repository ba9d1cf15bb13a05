// @ts-check
/**
 * A document of own memory as the worker changes it. Guarantees that a change leaves the worker closed under the next
 * revision, for the page to store: the server swaps only against the revision that was read.
 */
import { b64, canonical, textOf, unb64 } from "../protocol/encoding.js";
import * as memory from "../protocol/memory.js";
import { held } from "./session.js";

/**
 * What GET /memory/<name> answered; null where it answered 404.
 * @typedef {{revision: number, blob: string} | null} Stored
 */
/** What the page puts to /memory/<name>. @typedef {{name: string, revision: number, blob: string}} Closed */

/** @param {unknown} value */
const spelled = (value) => textOf(canonical(value));

/** @template T */
export class OwnDocument {
  #revision;
  #before;

  /** @param {string} name @param {number} revision 0 for none @param {T} document */
  constructor(name, revision, document) {
    this.name = name;
    this.#revision = revision;
    this.document = document;
    this.#before = spelled(document);
  }

  /**
   * @template T
   * @param {string} name
   * @param {Stored} stored
   * @param {T} empty what it is where there is none
   * @returns {OwnDocument<T>}
   * @throws {import("../protocol/errors.js").ProtocolError} cannot-open when it is not one's own, or was altered
   */
  static open(name, stored, empty) {
    if (!stored) return new OwnDocument(name, 0, empty);
    const { accountId, keys } = held();
    const document = memory.open_(keys.signSeed, accountId, name, stored.revision, unb64(stored.blob));
    return new OwnDocument(name, stored.revision, document);
  }

  /** The revision that the next change is stored under: what an order block tells as `memory`. */
  get next() {
    return this.#revision + 1;
  }

  /** The document under its next revision, if anything changed since the last time. @returns {Closed | null} */
  close() {
    const now = spelled(this.document);
    if (now === this.#before) return null;
    const { accountId, keys } = held();
    const revision = this.next;
    const blob = b64(memory.close(keys.signSeed, accountId, this.name, revision, this.document));
    [this.#revision, this.#before] = [revision, now];
    return { name: this.name, revision, blob };
  }
}
