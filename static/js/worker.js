// @ts-check
/**
 * The one worker in which all cryptography runs, so that the page's own thread stays free: leaving quickly
 * must work while a passphrase is being stretched. Unlocked keys live here and nowhere else.
 *
 * A capability is a module in crypto/ that exports `methods`; it is loaded when first asked for.
 */
import { answer } from "./crypto/dispatch.js";

/** @type {import("./crypto/dispatch.js").Capabilities} */
const CAPABILITIES = {
  auditing: () => import("./crypto/auditing.js"),
  cases: () => import("./crypto/cases.js"),
  joining: () => import("./crypto/joining.js"),
  letters: () => import("./crypto/letters.js"),
  log: () => import("./crypto/log.js"),
  memory: () => import("./crypto/memory.js"),
  recorded: () => import("./crypto/recorded.js"),
  review: () => import("./crypto/review.js"),
  session: () => import("./crypto/session.js"),
  setup: () => import("./crypto/setup.js"),
  transcript: () => import("./crypto/transcript.js"),
};

addEventListener("message", async (event) => postMessage(await answer(event.data, CAPABILITIES)));
