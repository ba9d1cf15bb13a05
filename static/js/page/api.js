// @ts-check
/**
 * Speaks to the server's API. Guarantees that whatever goes wrong arrives as an ApiError with a stable code
 * and a plain sentence, and that somebody who is signed out is taken to the sign-in page.
 */
import { toSignIn } from "./places.js";
import { gettext } from "./strings.js";

const ROOT = "/api/v1";

export class ApiError extends Error {
  /** @param {number} status 0 without connection @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @typedef {{stay?: boolean, keepalive?: boolean}} Options `stay`: a 401 is an answer, not a reason to go and sign in */

/** @param {Response} response @returns {Promise<any>} null where there is no JSON */
async function read(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  try {
    return await response.json();
  } catch {
    return null; // cut short on the way; told apart by the caller
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {Options} options
 */
async function send(method, path, body, { keepalive = false }) {
  try {
    return await fetch(ROOT + path, {
      method, keepalive, cache: "no-store", credentials: "same-origin", redirect: "error",
      headers: method === "GET" ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "no-connection", gettext("There is no connection at the moment. Wait a little and try again."));
  }
}

/**
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {unknown} [body]
 * @param {Options} [options]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function request(method, path, body, options = {}) {
  const response = await send(method, path, body, options);
  const answer = await read(response);
  if (response.ok && (answer !== null || response.status === 204)) return answer;
  if (response.status === 401 && !options.stay) toSignIn();
  const sentence = gettext("Something went wrong at our end. Try again in a few minutes.");
  throw new ApiError(response.status, answer?.code ?? "unexpected", answer?.message ?? sentence);
}

/** @param {string} path @param {Options} [options] */
export const get = (path, options) => request("GET", path, undefined, options);
/** @param {string} path @param {unknown} body @param {Options} [options] */
export const post = (path, body, options) => request("POST", path, body, options);
/** @param {string} path @param {unknown} body @param {Options} [options] */
export const put = (path, body, options) => request("PUT", path, body, options);
/** @param {string} path @param {Options} [options] */
export const del = (path, options) => request("DELETE", path, undefined, options);
