// @ts-check
/**
 * Runs the worker as it is served, in a thread of its own: as much of a browser's worker as it needs.
 * Beside the page's requests it takes `{clock}`, the time in milliseconds that this worker shall believe.
 */
import { parentPort } from "node:worker_threads";
import { clock } from "../../../static/js/crypto/clock.js";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);

Object.assign(globalThis, {
  addEventListener: (/** @type {string} */ _, /** @type {(event: any) => void} */ hear) =>
    port.on("message", (data) => {
      if ("clock" in data) clock.now = () => new Date(data.clock);
      else hear({ data });
    }),
  postMessage: (/** @type {any} */ data) => port.postMessage(data),
});

await import("../../../static/js/worker.js");
