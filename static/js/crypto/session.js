// @ts-check
/**
 * The keys of the person who is signed in. Guarantees that they live in this worker's memory only: what
 * leaves is `auth`, and a blob that opens only together with the half that the server's session keeps.
 *
 * Other capabilities take the keys from `held()`.
 */
import * as bundles from "../protocol/bundle.js";
import { b64, bytesOf, canonical, pae, parseCanonical, unb64 } from "../protocol/encoding.js";
import { derive } from "../protocol/passphrase.js";
import { aeadOpen, aeadSeal, kdf, randomBytes, wipe } from "../protocol/primitives.js";
import { WorkerError } from "./worker_error.js";

/** @typedef {{accountId: string, keys: bundles.Keys}} Session */

/** @type {Session | null} */
let session = null;
/** From the passphrase, between signing in and opening the bundle. @type {Uint8Array | null} */
let wrap = null;

const TAB_AAD = pae("mediation/v1/tab", bytesOf(""));

/** @returns {Session} @throws {WorkerError} locked */
export function held() {
  if (!session) throw new WorkerError("locked", "Your letters are locked. Type your passphrase to open them.");
  return session;
}

/**
 * Takes over keys that were just opened or made; they are overwritten when forgotten.
 * @param {string} accountId
 * @param {bundles.Keys} keys
 */
export function hold(accountId, keys) {
  forget();
  session = { accountId, keys };
}

/** Overwrites what is held. */
export function forget() {
  if (wrap) wipe(wrap);
  if (session) {
    wipe(session.keys.signSeed);
    wipe(session.keys.boxSeed);
  }
  wrap = session = null;
}

/** @param {string} half */
const tabKey = (half) => kdf(unb64(half, 32), 1, "medtab01");

/** What the page may ask for; bytes travel as B64. */
export const methods = {
  /** So that the page can have the worker and libsodium loaded before it needs them. */
  ready: () => null,

  /**
   * First step of signing in: what to show the server.
   * @param {{passphrase: string, salt: string, opslimit: number, memlimit: number}} args
   * @returns {{auth: string}}
   */
  derive({ passphrase, salt, opslimit, memlimit }) {
    const derived = derive(passphrase, unb64(salt, 16), opslimit, memlimit);
    forget();
    wrap = derived.wrap;
    return { auth: b64(derived.auth) };
  },

  /**
   * Second step: opens the bundle that the server handed over for `auth`.
   * @param {{accountId: string, bundle: string, revision: number}} args
   */
  open({ accountId, bundle, revision }) {
    if (!wrap) throw new WorkerError("locked", "Type your passphrase again.");
    hold(accountId, bundles.open_(unb64(bundle), wrap, accountId, revision));
    return { accountId };
  },

  /** A half for the server's session to keep; the server keeps the first that it is given. */
  half: () => ({ half: b64(randomBytes(32)) }),

  /** The keys for sessionStorage, useless without the server's half. @param {{half: string}} args */
  keep({ half }) {
    const { accountId, keys } = held();
    const seeds = [keys.signSeed, keys.boxSeed, keys.rootPk].map(b64);
    const plain = canonical([accountId, ...seeds]);
    const blob = b64(aeadSeal(tabKey(half), plain, TAB_AAD));
    wipe(plain);
    return { blob };
  },

  /** @param {{blob: string, half: string}} args */
  restore({ blob, half }) {
    const plain = aeadOpen(tabKey(half), unb64(blob), TAB_AAD);
    const [accountId, signSeed, boxSeed, rootPk] = parseCanonical(plain);
    wipe(plain);
    hold(accountId, { signSeed: unb64(signSeed, 32), boxSeed: unb64(boxSeed, 32), rootPk: unb64(rootPk, 32) });
    return { accountId };
  },

  lock: forget,
};
