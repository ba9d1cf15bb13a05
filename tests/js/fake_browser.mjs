// @ts-check
/**
 * As much of a browser as the page's helpers touch, for `node --test`: one tab, a worker that runs the real
 * cryptography, and a server that keeps sessions and lock keys as the real one does.
 *
 * Import this before any module of static/js/page/.
 */
import { answer } from "../../static/js/crypto/dispatch.js";
import { close, newKeys } from "../../static/js/protocol/bundle.js";
import { b64, newId } from "../../static/js/protocol/encoding.js";
import { derive } from "../../static/js/protocol/passphrase.js";
import { randomBytes, ready } from "../../static/js/protocol/primitives.js";
import { forget } from "../../static/js/crypto/session.js";

const globals = /** @type {any} */ (globalThis);

/** What happened, for tests to look at. */
export const tab = {
  /** Where the page went. @type {string[]} */ went: [],
  /** "METHOD path" of every request. @type {string[]} */ asked: [],
  /** Every body sent, as text. @type {string[]} */ sent: [],
  /** @type {Map<string, string>} */ storage: new Map(),
  /** @type {Map<string, ((event: any) => void)[]>} */ listeners: new Map(),
  /** @type {FakeWorker[]} */ workers: [],
  /** What getElementById finds. @type {Map<string, any>} */ elements: new Map(),
  online: true,
};

/** @param {string} type @param {(event: any) => void} listener */
function listen(type, listener) {
  tab.listeners.set(type, [...(tab.listeners.get(type) ?? []), listener]);
}

/** Lets something happen on the page. @param {string} type @param {object} [event] */
export function fire(type, event = {}) {
  for (const listener of tab.listeners.get(type) ?? []) listener({ type, preventDefault() {}, ...event });
}

/** @param {() => boolean} holds waits until it does, in real time */
export async function until(holds) {
  const start = performance.now(); // Date may be mocked
  while (!holds() && performance.now() - start < 5_000) await new Promise((resolve) => setTimeout(resolve, 1));
  if (!holds()) throw new Error("it never happened");
}

class FakeWorker {
  /** @param {any} address */
  constructor(address) {
    this.address = address;
    this.ended = false;
    /** @type {Record<string, (event: any) => void>} */
    this.heard = {};
    tab.workers.push(this);
  }

  /** @param {string} type @param {(event: any) => void} listener */
  addEventListener(type, listener) {
    this.heard[type] = listener;
  }

  /** @param {any} request */
  async postMessage(request) {
    const data = await answer(structuredClone(request), {
      memory: () => import("../../static/js/crypto/memory.js"),
      session: () => import("../../static/js/crypto/session.js"),
    });
    if (!this.ended) this.heard.message({ data: structuredClone(data) });
  }

  terminate() {
    this.ended = true;
    forget(); // a real worker's memory goes with it
  }
}

/** One account and its sessions, as the server sees them. */
export class FakeServer {
  /** @param {string} passphrase */
  constructor(passphrase) {
    const salt = randomBytes(16);
    const { auth, wrap } = derive(passphrase, salt, 3, 64 * 2 ** 20);
    this.accountId = newId();
    this.keys = newKeys(randomBytes(32));
    this.auth = b64(auth);
    this.parameters = { salt: b64(salt), opslimit: 3, memlimit: 64 * 2 ** 20 };
    this.bundle = b64(close(this.keys, wrap, this.accountId, 1));
    this.signedIn = false;
    /** @type {string | null} */ this.half = null;
    /** @type {Map<string, any>} */ this.memory = new Map();
  }

  /** @param {string} method @param {string} path @param {any} body @returns {[number, any]} */
  answer(method, path, body) {
    if (path === "/sign-in/parameters") return [200, this.parameters];
    if (method === "POST" && path === "/session") return this.signIn(body);
    if (!this.signedIn) return [401, { code: "signed-out", message: "You are signed out." }];
    if (path === "/session") return this.signOut();
    if (path === "/session/lock-key") return this.lockKey(method, body);
    return this.document(method, path, body);
  }

  /** @param {any} body @returns {[number, any]} */
  signIn({ auth }) {
    if (auth !== this.auth) return [401, { code: "sign-in-failed", message: "They do not go together." }];
    [this.signedIn, this.half] = [true, null];
    return [200, { account_id: this.accountId, kind: "participant", roles: [], bundle: this.bundle, revision: 1 }];
  }

  /** @returns {[number, any]} */
  signOut() {
    [this.signedIn, this.half] = [false, null];
    return [204, null];
  }

  /** @param {string} method @param {any} body @returns {[number, any]} */
  lockKey(method, body) {
    if (method === "PUT") this.half ??= body.half;
    if (method === "DELETE") this.half = null;
    if (method === "DELETE") return [204, null];
    return this.half ? [200, { half: this.half }] : [404, { code: "locked", message: "Type your passphrase." }];
  }

  /** @param {string} method @param {string} path @param {any} body @returns {[number, any]} */
  document(method, path, body) {
    if (method === "PUT") this.memory.set(path, body);
    return this.memory.has(path) ? [200, this.memory.get(path)] : [404, { code: "not-found", message: "There is none." }];
  }
}

/**
 * Opens a fresh tab on a page, before a server.
 * @param {{answer: (method: string, path: string, body: any) => [number, any]}} server
 */
export function openTab(server) {
  Object.assign(tab, { went: [], asked: [], sent: [], workers: [], online: true });
  tab.storage.clear();
  globals.fetch = async (/** @type {string} */ url, /** @type {any} */ options) => {
    const path = url.replace(/^\/api\/v1/, "");
    tab.asked.push(`${options.method} ${path}`);
    if (options.body) tab.sent.push(options.body);
    if (!tab.online) throw new TypeError("Failed to fetch");
    const [status, body] = server.answer(options.method, path, options.body && JSON.parse(options.body));
    if (body === null) return new Response(null, { status });
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  };
}

globals.Worker = FakeWorker;
globals.sessionStorage = {
  getItem: (/** @type {string} */ name) => tab.storage.get(name) ?? null,
  setItem: (/** @type {string} */ name, /** @type {string} */ value) => tab.storage.set(name, value),
  removeItem: (/** @type {string} */ name) => tab.storage.delete(name),
  clear: () => tab.storage.clear(),
};
globals.location = {
  pathname: "/letters",
  replace: (/** @type {string} */ place) => tab.went.push(place),
  reload: () => tab.went.push("again"),
};
globals.document = {
  hidden: false, title: "Letters", body: { dataset: {}, replaceChildren() { globals.document.emptied = true; } },
  addEventListener: listen, querySelectorAll: () => [],
  getElementById: (/** @type {string} */ id) => tab.elements.get(id) ?? null,
};
globals.addEventListener = listen;
// Neither timers nor channels keep the test's process alive.
globals.BroadcastChannel = class extends BroadcastChannel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    /** @type {any} */ (this).unref();
  }
};
const { setInterval: every } = globalThis;
globals.setInterval = (/** @type {() => void} */ f, /** @type {number} */ ms) => every(f, ms).unref();
await ready();
