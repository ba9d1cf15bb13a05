// @ts-check
/**
 * Asks the worker. Guarantees that every call ends: with the result, with the worker's refusal, or with
 * `stopped` when the worker was ended. Ending it is how keys are wiped: its whole memory goes.
 */
import { gettext } from "./strings.js";

const ADDRESS = new URL("../worker.js", import.meta.url).href;

/** A refusal by the worker, or of it. */
export class RpcError extends Error {
  /** @param {{code: string, message: string, detail?: string}} error */
  constructor({ code, message, detail = "" }) {
    super(gettext(message));
    this.code = code;
    this.detail = detail;
  }
}

/** @type {Worker | null} */
let worker = null;
/** @type {Map<number, {resolve: (value: any) => void, reject: (error: RpcError) => void}>} */
const waiting = new Map();
let last = 0;
/** @type {any} */
let policy = null;

/** The one address that the page's Trusted Types policy lets through. @returns {any} */
function address() {
  const factory = /** @type {any} */ (globalThis).trustedTypes;
  if (!factory) return ADDRESS;
  policy ??= factory.createPolicy("mediation-worker", { createScriptURL: () => ADDRESS });
  return policy.createScriptURL("");
}

/** @param {{code: string, message: string}} error */
function end(error) {
  worker?.terminate();
  worker = null;
  const calls = [...waiting.values()];
  waiting.clear();
  for (const { reject } of calls) reject(new RpcError(error));
}

/** @param {MessageEvent} event */
function settle({ data }) {
  const call = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) call?.reject(new RpcError(data.error));
  else call?.resolve(data.ok);
}

/** The worker that runs now, so that whoever gave it keys can tell whether it is still that one. */
export const current = () => worker;

/** Starts the worker if there is none. @returns {Worker} */
export function start() {
  if (worker) return worker;
  worker = new Worker(address(), { type: "module" });
  worker.addEventListener("message", settle);
  worker.addEventListener("error", () => end({
    code: "worker-failed", message: gettext("This page could not be made ready. Check your connection and reload it."),
  }));
  return worker;
}

/**
 * @param {string} method "capability.name"
 * @param {Record<string, unknown>} [args]
 * @returns {Promise<any>}
 * @throws {RpcError}
 */
export function call(method, args = {}) {
  return new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, { resolve, reject });
    start().postMessage({ id, method, args });
  });
}

/** Ends the worker and with it every key that it held. */
export const stop = () => end({ code: "stopped", message: gettext("This page was locked or left.") });
