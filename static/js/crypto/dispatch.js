// @ts-check
/**
 * Answers one request of the page. Guarantees that every request is answered once, with a result or with a
 * stable code and a plain sentence, and that nothing of an error's own text (which may quote content) leaves the worker.
 */
import { ready } from "../protocol/primitives.js";
import { WorkerError } from "./worker_error.js";

const UNKNOWN = "This page is older than the service. Reload it and try again.";
const UNEXPECTED = "Something went wrong on this page. Reload it and try again.";

/** @typedef {{id: number, method: string, args: any}} Request `method` is "capability.name" */
/** @typedef {{id: number, ok: any} | {id: number, error: {code: string, message: string, detail?: string}}} Answer */
/** @typedef {Record<string, (args: any) => any>} Methods */
/** @typedef {Record<string, () => Promise<{methods: Methods}>>} Capabilities */

/** @param {string} method @param {Capabilities} capabilities */
async function find(method, capabilities) {
  const [capability, name] = method.split(".");
  if (!Object.hasOwn(capabilities, capability)) throw new WorkerError("unknown-method", UNKNOWN);
  const { methods } = await capabilities[capability]();
  if (!Object.hasOwn(methods, name)) throw new WorkerError("unknown-method", UNKNOWN);
  return methods[name];
}

/** @param {any} error @param {string} method */
function refuse(error, method) {
  if (typeof error?.code === "string") {
    return { code: error.code, message: error.message, detail: error.detail };
  }
  // Where it happened, for developers; not the message, which may quote what was being read.
  const places = String(error instanceof Error ? error.stack : "").split("\n").filter((row) => /^\s+at |@/.test(row));
  console.error(`${method} failed\n${places.join("\n")}`);
  return { code: "unexpected", message: UNEXPECTED };
}

/**
 * @param {Request} request
 * @param {Capabilities} capabilities
 * @returns {Promise<Answer>}
 */
export async function answer({ id, method, args }, capabilities) {
  try {
    const run = await find(method, capabilities);
    await ready();
    return { id, ok: await run(args) };
  } catch (error) {
    return { id, error: refuse(error, method) };
  }
}
