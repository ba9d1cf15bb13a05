// @ts-check
/** A person's own documents on the server, sealed and opened by the worker. */
import { ApiError, get, put } from "./api.js";
import { call } from "./rpc.js";

/** @param {string} name */
const path = (name) => `/memory/${encodeURIComponent(name)}`;

/**
 * @param {string} name
 * @returns {Promise<{revision: number, document: any}>} revision 0 and null when there is none
 */
export async function load(name) {
  try {
    const { revision, blob } = await get(path(name));
    return { revision, ...await call("memory.open", { name, revision, blob }) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { revision: 0, document: null };
    throw error;
  }
}

/**
 * @param {string} name
 * @param {number} revision the one that this document replaces
 * @param {unknown} document
 * @returns {Promise<number>} its own revision
 */
export async function save(name, revision, document) {
  const next = revision + 1;
  await put(path(name), { revision: next, ...await call("memory.close", { name, revision: next, document }) });
  return next;
}
